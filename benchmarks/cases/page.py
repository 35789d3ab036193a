from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import psycopg

from benchmarks.case import Case, Run, plain_rows
from benchmarks.contenders.ferra import Ferra
from benchmarks.contenders.psycopg_floor import AUTHOR_COLUMNS, Floor, author
from benchmarks.data import AUTHORS

PER_PAGE = 20


class FindPage(Case):
    name = "page"
    title = "a page of 20 models and the count of all"
    order = 120

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:
        return [rng.randint(1, AUTHORS // PER_PAGE // 10) for _ in range(calls)]

    def plain(self, result: Any) -> object:
        items, total = (result.items, result.total) if hasattr(result, "per_page") else result
        return plain_rows(items, "id", "username", "created_at"), total

    def floor(self, floor: Floor) -> Run:
        sql = f"SELECT {AUTHOR_COLUMNS} FROM authors ORDER BY id LIMIT $1::bigint OFFSET $2::bigint".encode()

        def run(page: int) -> object:
            connection = floor.pool.getconn()
            try:
                cursor = psycopg.RawCursor(connection, row_factory=author)
                items = cursor.execute(sql, (PER_PAGE, (page - 1) * PER_PAGE), binary=True).fetchall()
                counted = psycopg.RawCursor(connection).execute(b"SELECT count(*) FROM authors", binary=True).fetchone()
                return items, counted[0] if counted else 0
            finally:
                floor.pool.putconn(connection)

        return run

    def ferra(self, ferra: Ferra) -> Run:
        return lambda page: ferra.authors.find_page(page, PER_PAGE)


CASES: Sequence[Case] = [FindPage()]
