"""Hand-written psycopg at its best: the floor that every ratio is measured against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias
from uuid import UUID

import attrs
import psycopg
from psycopg_pool import ConnectionPool

from benchmarks.case import POOL_SIZE, Contender

RowFactory: TypeAlias = Callable[[Any], Callable[[Sequence[Any]], Any]]


@attrs.define
class Author:
    id: UUID
    username: str
    email: str
    password_hash: str
    created_at: dt.datetime
    updated_at: dt.datetime


@attrs.define
class Article:
    id: UUID
    author_id: UUID
    title: str
    content: str
    published: bool
    subtitle: str | None
    created_at: dt.datetime


@attrs.define
class Note:
    id: UUID
    title: str
    content: str
    stars: int
    published: bool
    created_at: dt.datetime


@attrs.define
class Event:
    id: int
    kind: int
    payload: str
    happened_at: dt.datetime


@attrs.define
class User:
    id: int
    name: str
    hair_color: str | None


@attrs.define
class Post:
    id: int
    user_id: int
    title: str
    body: str | None


@attrs.define
class Comment:
    id: int
    post_id: int
    text: str


AUTHOR_COLUMNS = "id, username, email, password_hash, created_at, updated_at"
ARTICLE_COLUMNS = "id, author_id, title, content, published, subtitle, created_at"
NOTE_COLUMNS = "id, title, content, stars, published, created_at"


def author(_cursor: object) -> Callable[[Sequence[Any]], Author]:
    return lambda values: Author(*values)


def article(_cursor: object) -> Callable[[Sequence[Any]], Article]:
    return lambda values: Article(*values)


def note(_cursor: object) -> Callable[[Sequence[Any]], Note]:
    return lambda values: Note(*values)


def event(_cursor: object) -> Callable[[Sequence[Any]], Event]:
    return lambda values: Event(*values)


def user(_cursor: object) -> Callable[[Sequence[Any]], User]:
    return lambda values: User(*values)


def post(_cursor: object) -> Callable[[Sequence[Any]], Post]:
    return lambda values: Post(*values)


def comment(_cursor: object) -> Callable[[Sequence[Any]], Comment]:
    return lambda values: Comment(*values)


class Floor(Contender):
    """A pool in autocommit mode, raw cursors, native parameters with casts, binary results, positional classes.

    `getconn` and `putconn` are half as expensive as `with pool.connection()`.
    """

    slug = "floor"
    name = "psycopg, hand-written"
    order = 0

    def __init__(self, url: str) -> None:
        self.pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            url, min_size=1, max_size=POOL_SIZE, kwargs={"autocommit": True}, open=True
        )

    def close(self) -> None:
        self.pool.close()

    def all(self, sql: bytes, params: Sequence[Any], factory: RowFactory, *, binary: bool = True) -> list[Any]:
        """Return all rows."""
        connection = self.pool.getconn()
        try:
            cursor = psycopg.RawCursor(connection, row_factory=factory)
            return cursor.execute(sql, params, binary=binary).fetchall()
        finally:
            self.pool.putconn(connection)

    def one(self, sql: bytes, params: Sequence[Any], factory: RowFactory) -> Any:
        """Return the first row, or None."""
        connection = self.pool.getconn()
        try:
            cursor = psycopg.RawCursor(connection, row_factory=factory)
            return cursor.execute(sql, params, binary=True).fetchone()
        finally:
            self.pool.putconn(connection)


CONTENDERS = [Floor]
