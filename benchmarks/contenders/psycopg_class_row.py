"""psycopg with its own `class_row`, which makes each object by the names of the columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from benchmarks.case import POOL_SIZE, Contender, Run
from benchmarks.contenders.psycopg_floor import ARTICLE_COLUMNS, AUTHOR_COLUMNS, Article, Author, User


class PsycopgClassRow(Contender):
    slug = "class_row"
    name = "psycopg, class_row"
    order = 4

    def __init__(self, url: str) -> None:
        self.pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            url, min_size=1, max_size=POOL_SIZE, kwargs={"autocommit": True}, open=True
        )

    def close(self) -> None:
        self.pool.close()

    def _all(self, cls: type[Any], sql: bytes) -> Run:
        def run(_: object) -> object:
            with self.pool.connection() as connection, connection.cursor(row_factory=class_row(cls)) as cursor:
                return cursor.execute(sql).fetchall()

        return run

    def _one(self, cls: type[Any], sql: bytes) -> Run:
        def run(params: Sequence[Any]) -> object:
            with self.pool.connection() as connection, connection.cursor(row_factory=class_row(cls)) as cursor:
                return cursor.execute(sql, params).fetchone()

        return run

    def find_by_id(self) -> Run:
        find = self._one(Author, f"SELECT {AUTHOR_COLUMNS} FROM authors WHERE id = %s".encode())
        return lambda key: find((key,))

    def fetch_all(self) -> Run:
        return self._all(Author, f"SELECT {AUTHOR_COLUMNS} FROM authors".encode())

    def trivial(self) -> Run:
        return self._all(User, b"SELECT id, name, hair_color FROM users")

    def insert(self) -> Run:
        sql = (
            "INSERT INTO articles (author_id, title, content, published) VALUES (%s, %s, %s, %s)"
            f" RETURNING {ARTICLE_COLUMNS}"
        )
        return self._one(Article, sql.encode())


CONTENDERS = [PsycopgClassRow]
