"""Keyset pages: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_type

from domain import Post, Posts, User, Users

from ferra_sync import Database, DatabaseConfig, InvalidToken, Slice, ValidationError, from_, maybe, select, update
from ferra_sync import functions as fn

config = DatabaseConfig(token_secrets=("a secret of 16 or more", b"its predecessor"), token_lifetime=60)
db = Database.connect(config=config)
newest = select(User).order_by(Users.name.desc(nulls="last"))
pairs = from_(Users).left_join(Posts).order_by(Posts.title).select(User, maybe(Post))

page = db.fetch_keyset(newest, 20)
assert_type(page, Slice[User])
assert_type(page.items, list[User])
assert_type(page.next, str | None)
assert_type(page.has_next, bool)
assert_type(db.fetch_keyset(newest, limit=5, after=page.next), Slice[User])
assert_type(db.fetch_keyset(pairs, before=page.previous), Slice[tuple[User, Post | None]])
assert_type(db.fetch_keyset(from_(Users).group_by(Users.name).select(Users.name, fn.count())), Slice[tuple[str, int]])
assert_type(db.batches(pairs, size=10), Iterator[list[tuple[User, Post | None]]])
with db.transaction() as tx:
    assert_type(tx.fetch_keyset(newest).to_dict(), dict[str, Any])
refused: type[ValidationError] = InvalidToken

# Rejected

db.fetch_keyset(newest, after=5)  # R844 a token that is no text
db.fetch_keyset(newest, 20, page.next)  # R845 … that does not say to which side
db.fetch_keyset(newest.union(newest))  # R846 a page along the keys of a set operation
db.fetch_keyset(from_(Users))  # R847 … of nothing
db.fetch_keyset(update(Users).all_rows().set(Users.name.to("x")).returning(User))  # R848 … of a write
wrong: Slice[Post] = db.fetch_keyset(newest)  # R849 of another model
DatabaseConfig(token_secrets="one secret")  # R850 a secret that is not in a tuple
