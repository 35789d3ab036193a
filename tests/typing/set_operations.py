"""Set operations: rows of the same types, sorted by the tables of the first query; the marked lines are rejected."""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_type

from domain import Comments, Event, Events, Manager, Managers, Post, Posts, User, Users

from ferra_sync import Compound, Database, In, Page, from_, insert_into, maybe, of, select
from ferra_sync import functions as fn

db = Database.connect()
names, titles, users = select(Users.name), select(Posts.title), select(User)
pairs = from_(Users).select(Users.id, Users.name)
both = names.union(titles)

assert_type(both, Compound[In[Users], str])
assert_type(users.except_(select(User).where(Users.id > 3)), Compound[In[Users], User])
assert_type(pairs.union_all(from_(Posts).select(Posts.id, Posts.title)), Compound[In[Users], tuple[int, str]])
assert_type(db.fetch_all(both.order_by(Users.name.desc()).limit(3).offset(1)), list[str])
assert_type(db.fetch_all(users.union(select(User).where(Users.id > 3))), list[User])
assert_type(db.fetch_all(users.union(select(of(Managers, User)))), list[User])
assert_type(db.fetch_all(both.intersect(names).except_all(titles).union_all(both.intersect_all(both))), list[str])
assert_type(db.fetch_one(both), str)
assert_type(db.fetch_optional(both), str | None)
assert_type(db.fetch_value(both), str)
assert_type(db.fetch_page(both, 1, 10), Page[str])
assert_type(list(db.stream(pairs.union(pairs))), list[tuple[int, str]])
assert_type(db.fetch_json(users.union(users)), list[dict[str, Any]])
assert_type(db.fetch_all(select(Users.hair_color).union(names)), list[str | None])
assert_type(db.fetch_all(from_(Users).select(Users.name.nullable()).union(select(Users.hair_color))), list[str | None])
assert_type(db.fetch_all(select(Posts.id).union(from_(Comments).select(fn.count()))), list[int])
assert_type(db.fetch_all(select(Events.starts_at).union(select(Events.starts_at))), list[datetime])
from_(Users).left_join(Posts).select(User, maybe(Post)).union(from_(Users).left_join(Posts).select(User, maybe(Post)))

names.union(select(Posts.id))  # R384 a union of a text and a number
pairs.union_all(from_(Users).select(Users.name, Users.id))  # R385 of items in another order
pairs.intersect(names)  # R386 of a pair and a single item
users.union(select(Post))  # R387 of two models
users.except_(select(Manager))  # R388 of a model of the table and one of its alias
names.union(select(Users.hair_color))  # R389 of what may be NULL, into what is never
names.union(from_(Users))  # R390 of a query that selects nothing
names.union(insert_into(Users).returning(Users.name))  # R391 of what a write returns
both.order_by(Posts.title)  # R392 sorted by a table of the second query
both.order_by(Managers.name)  # R393 … by an alias of the first one's
both.where(Users.id == 1)  # R394 filtered
both.for_update()  # R395 locked
db.batches(both)  # R396 walked in batches
numbers: list[int] = db.fetch_all(both)  # R397 read as another type
select(Event).intersect_all(select(Events.name))  # R398 of a model and a column
