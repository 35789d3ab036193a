"""Dicts and JSON, out and in, as both checkers see them."""

# pyright: strict

from __future__ import annotations

from typing import Any, assert_type

from domain import NewUser, Post, Posts, User, Users

from ferra_sync import (
    Database,
    ModelMeta,
    Table,
    from_,
    insert_into,
    maybe,
    select,
    to_dict,
    to_json,
    validated,
)
from ferra_sync import (
    types as t,
)

db = Database()
data: dict[str, Any] = {}

assert_type(validated(User, data), User)
assert_type(validated(NewUser, data, unknown="ignore"), NewUser)
assert_type(to_dict(validated(Post, data)), dict[str, Any])
assert_type(to_json([validated(User, data)]), str)
assert_type(to_json(db.fetch_page(select(User))), str)
assert_type(db.fetch_json(select(User)), list[dict[str, Any]])
assert_type(db.fetch_json(from_(Users).left_join(Posts).select(User, maybe(Post))), list[dict[str, Any]])
with db.transaction() as tx:
    assert_type(tx.fetch_json(insert_into(Users).values(NewUser("x")).returning(User)), list[dict[str, Any]])


class Accounts(Table):
    password = t.varchar(255, secret=True)
    token = t.nullable(t.text(secret=True))


assert_type([field.secret for field in ModelMeta.of(User).secrets], list[bool])
