from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import psycopg

from benchmarks.case import Case, Run
from benchmarks.contenders.ferra import Ferra, Note
from benchmarks.contenders.psycopg_floor import Floor

ROWS = 100_000


class CopyIn(Case):
    name = "copy_in"
    title = "COPY 100,000 models in; the floor is given tuples"
    order = 70
    compared = 1
    budget = 1.10

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:
        first = rng.randrange(ROWS)
        rows = [(f"Note {n}", "what there is to say, in a line", n, n % 2 == 0) for n in range(first, first + ROWS)]
        return [(rows, [Note(*row) for row in rows])] * calls

    def after_block(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute("TRUNCATE notes")

    def floor(self, floor: Floor) -> Run:
        command = b"COPY notes (title, content, stars, published) FROM STDIN"

        def run(argument: Any) -> object:
            connection = floor.pool.getconn()
            try:
                cursor = connection.cursor()
                with cursor.copy(command) as copy:
                    for row in argument[0]:
                        copy.write_row(row)
                return cursor.rowcount
            finally:
                floor.pool.putconn(connection)

        return run

    def ferra(self, ferra: Ferra) -> Run:
        return lambda argument: ferra.notes.copy_in(argument[1])


CASES: Sequence[Case] = [CopyIn()]
