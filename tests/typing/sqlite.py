"""Queries and pages over SQLite: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_type

import attrs
from domain import Post, Posts, User, Users

from ferra_sync import (
    Database,
    Page,
    Slice,
    SqliteDatabase,
    SqliteRepository,
    SqliteTransaction,
    UncountedPage,
    from_,
    maybe,
    select,
)
from ferra_sync import functions as fn

db = SqliteDatabase.connect()
newest = select(User).order_by(Users.name.desc())
pairs = from_(Users).left_join(Posts).order_by(Posts.title).select(User, maybe(Post))
counts = from_(Posts).group_by(Posts.title).select(Posts.title, fn.count())


@attrs.define
class Count:
    title: str
    posts: int


assert_type(db.repository(User), SqliteRepository[User])
assert_type(db.fetch_all(pairs), list[tuple[User, Post | None]])
assert_type(db.fetch_page(newest, 1, 20), Page[User])
assert_type(db.fetch_page(pairs).items, list[tuple[User, Post | None]])
assert_type(db.fetch_page(counts, as_=Count), Page[Count])
assert_type(db.fetch_slice(newest, 2), UncountedPage[User])
assert_type(db.fetch_slice(counts, as_=Count), UncountedPage[Count])
assert_type(db.fetch_keyset(pairs, 5), Slice[tuple[User, Post | None]])
assert_type(db.batches(newest, 100), Iterator[list[User]])
with db.transaction() as tx:
    assert_type(tx, SqliteTransaction)
    assert_type(tx.fetch_page(newest), Page[User])
    assert_type(tx.fetch_keyset(newest), Slice[User])
    with tx.transaction() as inner:
        assert_type(inner, SqliteTransaction)

# Rejected

db.fetch_page(from_(Users))  # R985 a page of nothing
db.fetch_page(newest, "2")  # R986 a page that is no number
db.fetch_page(newest, count="guess")  # R987 a count that there is not
db.fetch_keyset(newest, after=5)  # R988 a token that is no text
db.fetch_keyset(newest.union(newest))  # R989 a page along the keys of a set operation
posts: Page[Post] = db.fetch_page(newest)  # R990 a page of another model
other: Database = db  # R991 SQLite for PostgreSQL
db.repository(User).delete_in_tx(db, 1)  # R992 a database for a transaction
