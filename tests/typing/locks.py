"""Locks, and tables of which a part is read: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from typing import assert_type

from domain import Comments, Managers, Post, Posts, User, Users

from ferra_sync import Database, from_, maybe, of, select

db = Database.connect()
joined = from_(Users).left_join(Posts)
bosses = from_(Users).inner_join(Managers, on=Users.id == Managers.id)

assert_type(db.fetch_all(select(User).for_update(of=Users, nowait=True)), list[User])
assert_type(db.fetch_all(joined.select(User, maybe(Post)).for_share(of=Users)), list[tuple[User, Post | None]])
joined.select(Users.id).for_no_key_update(of=(Users, Posts), skip_locked=True).for_key_share(of=[Posts])
bosses.select(of(Managers, User)).for_update(of=Managers).for_share(of=Users)
from_(Posts).correlate(Users).select(Posts.id).for_key_share(of=Posts)

# Rejected

select(User).for_update(of=Posts)  # R504 a lock of a table that is not joined
joined.select(Users.id).for_share(of=(Users, Comments))  # R505 one of them, beside one that is
bosses.select(Users.id).for_update(of=User)  # R506 a lock of a model
select(User).for_no_key_update(of="users")  # R507 a lock of a name
select(User).for_key_share(Users)  # R508 a table without of
select(User).union(select(User)).for_update()  # R509 a lock of a set operation
