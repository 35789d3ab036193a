"""Locks, and tables of which a part is read: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from typing import assert_type

from domain import Comments, Managers, Post, Posts, User, Users

from ferra_sync import Database, In, TablePart, from_, maybe, of, only, select, tablesample

db = Database.connect()
joined = from_(Users).left_join(Posts)
bosses = from_(Users).inner_join(Managers, on=Users.id == Managers.id)

assert_type(db.fetch_all(select(User).for_update(of=Users, nowait=True)), list[User])
assert_type(db.fetch_all(joined.select(User, maybe(Post)).for_share(of=Users)), list[tuple[User, Post | None]])
joined.select(Users.id).for_no_key_update(of=(Users, Posts), skip_locked=True).for_key_share(of=[Posts])
bosses.select(of(Managers, User)).for_update(of=Managers).for_share(of=Users)
from_(Posts).correlate(Users).select(Posts.id).for_key_share(of=Posts)

assert_type(only(Users), TablePart[In[Users]])
assert_type(db.fetch_all(from_(tablesample(only(Users), "bernoulli", 10, repeatable=1)).select(User)), list[User])
assert_type(
    db.fetch_all(from_(Users).left_join(tablesample(Posts, "system", 0.5)).select(User, maybe(Post))),
    list[tuple[User, Post | None]],
)

# Rejected

select(User).for_update(of=Posts)  # R555 a lock of a table that is not joined
joined.select(Users.id).for_share(of=(Users, Comments))  # R556 one of them, beside one that is
bosses.select(Users.id).for_update(of=User)  # R557 a lock of a model
select(User).for_no_key_update(of="users")  # R558 a lock of a name
select(User).for_key_share(Users)  # R559 a table without of
select(User).union(select(User)).for_update()  # R560 a lock of a set operation
from_(only(Users)).select(Posts.id)  # R561 a column of a table of which no part is read
only(User)  # R562 a part of a model
tablesample(Users, "reservoir", 10)  # R563 a method that PostgreSQL has not
tablesample(Users, "system", "10")  # R564 a text for a share
