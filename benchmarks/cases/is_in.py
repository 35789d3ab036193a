from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, ClassVar

import psycopg

from benchmarks.case import Case, Run
from benchmarks.contenders.ferra import Articles, Ferra
from benchmarks.contenders.psycopg_floor import Floor
from benchmarks.data import ARTICLES, article_id
from ferra_sync import update


class IsIn(Case):
    name = "is_in"
    title = "update 10,000 rows by a list of their keys"
    order = 80
    budget = 1.10
    factors: ClassVar = {"sqlalchemy_orm": 1.2, "django": 1.2, "peewee": 1.2}

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:
        keys = [article_id(number) for number in range(ARTICLES)]
        rng.shuffle(keys)
        return [keys] * calls

    def after_block(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute("UPDATE articles SET subtitle = NULL WHERE subtitle = 'changed'")
        connection.execute("VACUUM articles")

    def floor(self, floor: Floor) -> Run:
        sql = b"UPDATE articles SET subtitle = $1::text WHERE id = ANY($2::uuid[])"

        def run(keys: Any) -> object:
            connection = floor.pool.getconn()
            try:
                # An array's literal made here is several times faster than psycopg's list dumper.
                return (
                    psycopg.RawCursor(connection)
                    .execute(sql, ("changed", f"{{{','.join([key.hex for key in keys])}}}"))
                    .rowcount
                )
            finally:
                floor.pool.putconn(connection)

        return run

    def ferra(self, ferra: Ferra) -> Run:
        return lambda keys: ferra.db.execute(
            update(Articles).where(Articles.id.is_in(keys)).set(Articles.subtitle.to("changed"))
        )


CASES: Sequence[Case] = [IsIn()]
