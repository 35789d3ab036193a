from __future__ import annotations

from typing import Any, ClassVar

from benchmarks.case import Case, Run, plain_rows
from benchmarks.contenders.ferra import Author, Ferra
from benchmarks.contenders.psycopg_floor import AUTHOR_COLUMNS, Floor, author
from ferra_sync import select


class FetchAll(Case):
    name = "fetch_all"
    title = "10,000 rows of 6 columns as models"
    order = 20
    budget = 1.00
    reference = "text"
    factors: ClassVar = {"sqlalchemy_orm": 3.7, "django": 3.7, "peewee": 2.6}

    def plain(self, result: Any) -> object:
        return sorted(plain_rows(result, "id", "username", "email", "password_hash", "created_at", "updated_at"))

    def floor(self, floor: Floor) -> Run:
        sql = f"SELECT {AUTHOR_COLUMNS} FROM authors".encode()
        return lambda _: floor.all(sql, (), author)

    def ferra(self, ferra: Ferra) -> Run:
        return lambda _: ferra.db.fetch_all(select(Author))


CASES = [FetchAll()]
