"""psycopg as its documentation begins: the default cursor, `%s`, text results; rows by position into attrs classes."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from benchmarks.case import POOL_SIZE, Contender, Run
from benchmarks.contenders.psycopg_floor import ARTICLE_COLUMNS, AUTHOR_COLUMNS, article, author


class PsycopgText(Contender):
    slug = "text"
    name = "psycopg, default cursor"
    order = 2

    def __init__(self, url: str) -> None:
        self.pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            url, min_size=1, max_size=POOL_SIZE, kwargs={"autocommit": True}, open=True
        )

    def close(self) -> None:
        self.pool.close()

    def find_by_id(self) -> Run:
        sql = f"SELECT {AUTHOR_COLUMNS} FROM authors WHERE id = %s".encode()

        def run(key: object) -> object:
            with self.pool.connection() as connection, connection.cursor(row_factory=author) as cursor:
                return cursor.execute(sql, (key,)).fetchone()

        return run

    def fetch_all(self) -> Run:
        sql = f"SELECT {AUTHOR_COLUMNS} FROM authors".encode()

        def run(_: object) -> object:
            with self.pool.connection() as connection, connection.cursor(row_factory=author) as cursor:
                return cursor.execute(sql).fetchall()

        return run

    def insert(self) -> Run:
        sql = (
            "INSERT INTO articles (author_id, title, content, published) VALUES (%s, %s, %s, %s)"
            f" RETURNING {ARTICLE_COLUMNS}"
        ).encode()

        def run(values: tuple[Any, ...]) -> object:
            with self.pool.connection() as connection, connection.cursor(row_factory=article) as cursor:
                return cursor.execute(sql, values).fetchone()

        return run


CONTENDERS = [PsycopgText]
