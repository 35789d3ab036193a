from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, ClassVar

from benchmarks.case import Case, Run, plain_rows
from benchmarks.contenders.ferra import Ferra
from benchmarks.contenders.psycopg_floor import AUTHOR_COLUMNS, Floor, author
from benchmarks.data import AUTHORS, author_id


class FindById(Case):
    name = "find_by_id"
    title = "one row by its primary key"
    order = 10
    budget = 1.20
    factors: ClassVar = {"sqlalchemy_orm": 4, "django": 2.2, "peewee": 1.6}
    cpu_factors: ClassVar = {"sqlalchemy_orm": 5, "django": 3, "peewee": 2}

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:
        return [author_id(rng.randrange(AUTHORS)) for _ in range(calls)]

    def plain(self, result: Any) -> object:
        return plain_rows([result], "id", "username", "email", "password_hash", "created_at", "updated_at")

    def floor(self, floor: Floor) -> Run:
        sql = f"SELECT {AUTHOR_COLUMNS} FROM authors WHERE id = $1::uuid".encode()
        return lambda key: floor.one(sql, (key,), author)

    def ferra(self, ferra: Ferra) -> Run:
        return ferra.authors.find_by_id


CASES = [FindById()]
