"""Rows of several values: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Never, assert_type
from uuid import UUID

from domain import Comments, Events, Posts, User, Users

from ferra_sync import Aggregate, Database, Expr, In, Opt, Plain, Row, from_, row, select
from ferra_sync import functions as fn

db = Database.connect()
users = row(Users.id, Users.name)
joined = from_(Users).left_join(Posts)
moment, day, number, key = datetime(2024, 1, 1, tzinfo=UTC), date(2024, 1, 1), int("3"), UUID(int=1)


assert_type(users, Row[In[Users], tuple[int, str], tuple[int | None, str | None], Never, Plain])
assert_type(row(number, "a"), Row[Never, tuple[int, str], tuple[int | None, str | None], Never, Never])
assert_type(users > row(number, "a"), Expr[In[Users], bool, Never, Plain])
assert_type(users == row(Posts.id, Posts.title), Expr[In[Users] | In[Posts], bool, Never, Plain])
assert_type(row(number, "a") <= users, Expr[In[Users], bool, Never, Plain])
assert_type(row(Users.id, Users.hair_color) >= users, Expr[In[Users], bool, None, Plain])
assert_type(users < row(Users.id, Users.hair_color), Expr[In[Users], bool, None, Plain])
select(User).where(users != row(Users.id, fn.literal("a")))
assert_type(
    row(fn.count(), fn.max(Posts.title)).is_distinct_from(row(1, None)),
    Expr[Opt[In[Posts]], bool, Never, Aggregate],
)
assert_type(users.is_not_distinct_from(row(1, None)), Expr[In[Users], bool, Never, Plain])
assert_type(users.is_in([(1, "a"), (2, "b")]), Expr[In[Users], bool, Never, Plain])
assert_type(row(Users.id, Users.hair_color).is_in({(1, "a")}), Expr[In[Users], bool, None, Plain])
assert_type(users.is_in(from_(Posts).select(Posts.id, Posts.title)), Expr[In[Users], bool, None, Plain])
assert_type(users.is_in(from_(Users).select(Users.id, Users.hair_color)), Expr[In[Users], bool, None, Plain])
inside = from_(Posts).correlate(Users).select(Posts.id, Users.name)
assert_type(row(Comments.id, Comments.body).is_in(inside), Expr[In[Comments] | In[Users], bool, None, Plain])
select(User).where(row(Users.id, Users.name, Users.hair_color) > row(1, "a", "b"))
from_(Events).where(row(Events.day, Events.price, Events.id) < row(day, 1, key)).select(Events.id)
from_(Events).where(row(Events.day, Events.price) == row(day, Decimal(1))).select(Events.id)
from_(Events).where(row(Events.starts_at, Events.id) > row(moment, key)).select(Events.id)
from_(Posts).group_by(Posts.user_id).having(row(fn.count(), fn.count(Posts.id)) > row(1, 1)).select(Posts.user_id)
joined.where(row(Users.id, Posts.title) == row(1, "a"))
joined.select(row(Posts.id.nullable(), Posts.title.nullable()) > row(1, "a"))
wide = row(Users.id, Users.id, Users.id, Users.id, Users.name) == row(1, 1, 1, 1, "a")
assert_type(wide, Expr[In[Users], bool, Never, Plain])

# Rejected

row(Users.id)  # R683 a row of one
select(User).where(users)  # R684 a row for a predicate
select(User).where(row(Posts.id, Posts.title) == row(1, "a"))  # R685 a row of a table that is not joined
select(User).where(users == row(Posts.id, Posts.title))  # R686 a row beside one of such a table
select(User).where(users > row("a", 1))  # R687 values in another order
select(User).where(users > row(1, "a", 2))  # R688 a longer row
select(User).where(users == row(1, None))  # R689 a comparison with NULL
select(User).where(users == (1, "a"))  # R690 a tuple for a row
select(User).where(users < row(Posts.title, Posts.id))  # R691 columns of other types
users.is_in([(1, 2)])  # R692 tuples of other types
users.is_in([1])  # R693 values for tuples
users.is_in([(1, "a", 2)])  # R694 longer tuples
users.is_in(from_(Posts).select(Posts.id))  # R695 a query of one column
users.is_in(from_(Posts).select(Posts.id, Posts.id))  # R696 a query of other types
from_(Users).select(users)  # R697 a row that is selected
joined.select(row(Users.id, Posts.id) == row(1, 1))  # R698 a bare column of the nullable side
select(User).where(row(Users.id, fn.count()) > row(1, 1))  # R699 an aggregate in where
flags: list[bool] = db.fetch_all(from_(Users).select(row(Users.id, Users.hair_color) > row(1, "a")))  # R700 NULL
users.is_distinct_from(row("a", None))  # R701 values of another type
