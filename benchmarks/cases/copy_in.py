from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import psycopg

from benchmarks.case import Case, Given, Run
from benchmarks.contenders.ferra import Ferra, Note
from benchmarks.contenders.psycopg_floor import Floor

ROWS = 100_000


class CopyIn(Case):
    """Each is given what it takes: tuples, dictionaries or models. The peers have no COPY, and insert in bulk."""

    name = "copy_in"
    title = "COPY 100,000 models in; the floor is given tuples, the peers insert in bulk"
    order = 70
    compared = 1
    budget = 1.10

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


CASES: Sequence[Case] = [CopyIn()]
