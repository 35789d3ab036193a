"""Joins and the clauses of a SELECT that both checkers reject, each marked line for the reason beside it."""

from __future__ import annotations

from domain import (
    Comment,
    Comments,
    Managers,
    Post,
    Posts,
    User,
    Users,
)

from ferra_sync import (
    from_,
    maybe,
    select,
)
from ferra_sync import functions as fn

# Joins

from_(Posts).right_join(Users).select(Post, User)  # R19 a bare model of the side that a right join makes nullable
from_(Posts).right_join(Users).select(Posts.title)  # R20 … a bare column of it
from_(Posts).full_join(Users).select(Post)  # R21 a full join makes the left side nullable
from_(Posts).full_join(Users).select(Users.id)  # R22 … and the right side
from_(Posts).cross_join(Users).select(Comment)  # R23 a model that a cross join does not bring
from_(Posts).inner_join(Users).right_join(Comments).select(User)  # R24 a right join after an inner join
from_(Posts).left_join(Users).full_join(Comments).select(Comments.id)  # R25 a full join after a left join
from_(Users).left_join(Posts).left_join(Comments).select(Comment)  # R26 the second of two left joins
from_(Users).left_join(Posts).left_join(Comments).select(Post)  # R27 the first of two left joins
from_(Users).left_join(Posts).inner_join(Comments).select(Comments.id, Posts.id)  # R28 a left join before an inner join
from_(Users).left_join(Posts).select(Users.id + Posts.id)  # R29 a bare expression over both sides
from_(Users).left_join(Posts).select(fn.lower(Posts.title))  # R30 a bare function of the nullable side
from_(Users).left_join(Posts).select(maybe(Comment))  # R31 maybe of a table that is not joined
from_(Users).left_join(Posts).select(Comments.body.nullable())  # R32 nullable of a table that is not joined
from_(Managers).select(User)  # R33 the table of which only the alias is read
from_(Users).inner_join(Posts, on=Comments.post_id == Posts.id)  # R34 a table in on that is not joined
from_(Users).left_join(Posts, on=Posts.title)  # R35 an on that is not boolean
from_(Users).inner_join(Posts, on=fn.count() > 1)  # R36 an aggregate in on
from_(Users).inner_join(User)  # R37 a model joined in place of a table
from_(User)  # R38 a model read in place of a table
from_("users")  # R39 a table by its name
select(Users)  # R40 a table in place of a model
select(User).inner_join(Posts).where(Comments.id == 1)  # R41 a table that a Select has not joined
select(User).order_by(Posts.id)  # R42 … in its order_by
select(User).where(fn.count() > 1)  # R43 an aggregate in its where
select(fn.count(Users.id))  # R44 a lone aggregate has no table of its own
from_(Users).order_by(Users.id, Posts.id.desc())  # R45 an order of a table that is not joined
from_(Users).distinct(Posts.id)  # R46 distinct on a table that is not joined
from_(Users).order_by("name")  # R47 an order by a name
from_(Users).select("name")  # R48 a column by its name
select(Post).belonging_to(1)  # R49 a parent by its key
select(Post).belonging_to(User(1, "x"), by=Comments.post_id)  # R50 a column of another table for the parent
