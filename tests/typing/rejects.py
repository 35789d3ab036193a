"""What both checkers reject, each marked line for the reason beside it: the contract."""

from __future__ import annotations

from domain import NewUser, Post, Posts, User, Users

from ferra_sync import from_, insert_into, select, update
from ferra_sync.functions import count
from ferra_sync.functions import max as max_

select(User).where(Posts.title == "x")  # R01 a table that is not joined, in where
from_(Users).select(Posts.id)  # R02 … in select
from_(Users).order_by(Posts.id)  # R03 … in order_by
from_(Posts).select(User)  # R04 a model of a table that is not joined
from_(Users).left_join(Posts).select(Posts.title)  # R05 a bare column of the nullable side
from_(Posts).left_join(Users).select(Post, User)  # R06 a bare model of the nullable side
from_(Users).where(Users.id == "x")  # R07 a value of the wrong type
from_(Users).where(Users.id.is_in(["a"]))  # R08 a list of the wrong type
from_(Users).where(Users.name)  # R09 a predicate that is not boolean
from_(Users).select(Users.id, count())  # R10 an aggregate beside a plain column
from_(Users).where(max_(Users.id) == 1)  # R11 an aggregate in where
from_(Users).inner_join(Posts).where(Posts.title == Users.id)  # R12 columns of two types compared
from_(Users).where((Posts.user_id == Users.id) & (Users.id == 3))  # R13 a joined predicate without the join
update(Users).set(Posts.title.to("x"))  # R14 an assignment to another table
update(Users).set(Users.name.to(3))  # R15 an assignment of the wrong type
update(Users).set(Users.name.to(None))  # R16 NULL into a column that is not nullable
insert_into(Posts).values(NewUser("x"))  # R17 a row of another table
User("x", "x")  # R18 attrs' own check of the model
