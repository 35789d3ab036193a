"""Models to the server and back, 10,000 at a time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, ClassVar

import psycopg

from benchmarks.case import Case, Given, Run, plain_rows
from benchmarks.contenders.ferra import Author, Ferra, Note
from benchmarks.contenders.psycopg_floor import AUTHOR_COLUMNS, Floor
from benchmarks.contenders.psycopg_floor import Author as FloorAuthor
from ferra_sync import select

ROWS = 10_000


class CopyInModels(Case):
    """Each is given what it takes: tuples, dictionaries or models. The peers have no COPY, and insert in bulk."""

    name = "copy_in_models"
    method = "copy_in"
    title = "COPY 10,000 models in; the floor is given tuples, the peers insert in bulk"
    order = 71
    compared = 1
    budget = 1.05
    factors: ClassVar = {"sqlalchemy_orm": 2, "django": 2, "peewee": 2}

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:
        first = rng.randrange(ROWS)
        rows = [(f"Note {n}", "what there is to say, in a line", n, n % 2 == 0) for n in range(first, first + ROWS)]
        return [rows] * calls

    def after_block(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute("TRUNCATE notes")

    def floor(self, floor: Floor) -> Run:
        command = b"COPY notes (title, content, stars, published) FROM STDIN"

        def run(rows: Sequence[Any]) -> object:
            connection = floor.pool.getconn()
            try:
                cursor = connection.cursor()
                with cursor.copy(command) as copy:
                    for row in rows:
                        copy.write_row(row)
                return cursor.rowcount
            finally:
                floor.pool.putconn(connection)

        return run

    def ferra(self, ferra: Ferra) -> Run:
        return Given(lambda rows: [Note(*row) for row in rows], ferra.notes.copy_in)


class CopyOut(Case):
    """The peers have no COPY: what they have for many rows is their `fetch_all`."""

    name = "copy_out"
    method = "fetch_all"
    title = "copy 10,000 rows of 6 columns out as models"
    order = 72
    compared = 1
    budget = 1.05

    def plain(self, result: Any) -> object:
        return sorted(plain_rows(result, "id", "username", "email", "password_hash", "created_at", "updated_at"))

    def floor(self, floor: Floor) -> Run:
        command = f"COPY (SELECT {AUTHOR_COLUMNS} FROM authors) TO STDOUT (FORMAT BINARY)".encode()
        types = ["uuid", "varchar", "varchar", "varchar", "timestamptz", "timestamptz"]

        def run(_: object) -> object:
            connection = floor.pool.getconn()
            try:
                with connection.cursor().copy(command) as copy:
                    copy.set_types(types)
                    return [FloorAuthor(*row) for row in copy.rows()]
            finally:
                floor.pool.putconn(connection)

        return run

    def ferra(self, ferra: Ferra) -> Run:
        return lambda _: list(ferra.db.copy_out(select(Author)))


CASES: Sequence[Case] = [CopyInModels(), CopyOut()]
