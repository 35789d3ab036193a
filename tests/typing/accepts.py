"""What both checkers accept, with the types that they infer: the contract."""

# pyright: strict

from __future__ import annotations

from typing import Never, assert_type

from domain import NewUser, Post, Posts, User, Users

from ferra_sync import Column, Database, In, PgRepository, from_, insert_into, maybe, select, update
from ferra_sync.functions import count
from ferra_sync.functions import max as max_

db = Database()

assert_type(Users.id, Column[In[Users], int, Never])
assert_type(Users.hair_color, Column[In[Users], str, None])
assert_type(db.fetch_all(select(User).where(Users.id == 3, Users.hair_color == "red")), list[User])
assert_type(db.fetch_all(from_(Posts).inner_join(Users).select(Post, User)), list[tuple[Post, User]])
assert_type(db.fetch_all(from_(Posts).left_join(Users).select(Post, maybe(User))), list[tuple[Post, User | None]])
assert_type(
    db.fetch_all(from_(Users).left_join(Posts).where(Posts.title == "x").select(Users.name, Posts.title.nullable())),
    list[tuple[str, str | None]],
)
assert_type(db.fetch_all(from_(Users).select(count(), max_(Users.id))), list[tuple[int, int | None]])
assert_type(db.fetch_one(insert_into(Users).values(NewUser("x")).returning(User)), User)
assert_type(db.fetch_one(update(Users).where(Users.id == 1).set(Users.name.to("y")).returning(Users.id)), int)
assert_type(PgRepository(User, db).find_by_id(3), User)
from_(Posts).inner_join(Users).where((Posts.user_id == Users.id) & (Users.id > 3) | Posts.published)
from_(Posts).where(Posts.published, ~Posts.published, Posts.title.icontains("a")).order_by(Posts.title.desc(), Posts.id)
User(1, "x")
