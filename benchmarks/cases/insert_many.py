from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, ClassVar

import psycopg

from benchmarks.case import Case, Run
from benchmarks.contenders.ferra import Ferra, Note
from benchmarks.contenders.psycopg_floor import NOTE_COLUMNS, Floor, note

ROWS = 10_000

_MAKE = b"""
CREATE TEMPORARY TABLE new_notes (
    title varchar, content text, stars integer, published boolean, n serial, id uuid DEFAULT gen_random_uuid()
) ON COMMIT DROP
"""
_COPY = b"COPY new_notes (title, content, stars, published) FROM STDIN"
_MADE = ", ".join(f"made.{column}" for column in NOTE_COLUMNS.split(", "))
_INSERT = (
    "WITH made AS (INSERT INTO notes (id, title, content, stars, published)"
    f" SELECT id, title, content, stars, published FROM new_notes RETURNING {NOTE_COLUMNS})"
    f" SELECT {_MADE} FROM made JOIN new_notes USING (id) ORDER BY n"
).encode()
_UNNEST = (
    "WITH given AS MATERIALIZED (SELECT gen_random_uuid() AS id, u.* FROM"
    " unnest($1::varchar[], $2::text[], $3::integer[], $4::boolean[])"
    " WITH ORDINALITY AS u (title, content, stars, published, n)),"
    " made AS (INSERT INTO notes (id, title, content, stars, published)"
    f" SELECT id, title, content, stars, published FROM given RETURNING {NOTE_COLUMNS})"
    f" SELECT {_MADE} FROM made JOIN given USING (id) ORDER BY n"
).encode()


class InsertMany(Case):
    name = "insert_many"
    title = "insert 10,000 rows, and return the models in the order given"
    order = 60
    budget = 1.15
    reference = "best"
    factors: ClassVar = {"sqlalchemy_orm": 4, "django": 4, "peewee": 4}

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:
        first = rng.randrange(ROWS)
        rows = [(f"Note {n}", "what there is to say, in a line", n, n % 2 == 0) for n in range(first, first + ROWS)]
        return [rows] * calls

    def plain(self, result: Any) -> object:
        return [(row.title, row.stars, row.published, type(row.id), type(row.created_at)) for row in result]

    def after_block(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute("TRUNCATE notes")

    def floor(self, floor: Floor) -> Run:
        """COPY to a temporary table that gives each row its key, and its number in the order."""

        def run(rows: Sequence[Any]) -> object:
            connection = floor.pool.getconn()
            try:
                with connection.transaction():
                    cursor = psycopg.RawCursor(connection, row_factory=note)
                    cursor.execute(_MAKE, prepare=False)
                    with cursor.copy(_COPY) as copy:
                        for row in rows:
                            copy.write_row(row)
                    return cursor.execute(_INSERT, binary=True, prepare=False).fetchall()
            finally:
                floor.pool.putconn(connection)

        return run

    def unnest(self, floor: Floor) -> Run:
        """One array for each column; the key is made before the row is written, so that it carries the order."""
        return lambda rows: floor.all(_UNNEST, [list(column) for column in zip(*rows, strict=True)], note)

    def ferra(self, ferra: Ferra) -> Run:
        return lambda rows: ferra.notes.insert_many([Note(*row) for row in rows])


CASES: Sequence[Case] = [InsertMany()]
