"""A million rows, one after another and in batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from benchmarks.case import Case, Run
from benchmarks.contenders.ferra import Event, Ferra
from benchmarks.contenders.psycopg_floor import Floor, event
from benchmarks.data import load_events
from ferra_sync import select

CHUNK = 2000
BATCH = 1000
ROWS, QUICK_ROWS = 1_000_000, 100_000


def total(rows: Iterable[Any]) -> int:
    """Return the sum of the keys, so that every row is looked at and nothing is kept."""
    keys = 0
    for row in rows:
        keys += row.id
    return keys


class Stream(Case):
    name = "stream"
    title = "stream 1,000,000 rows as models (--quick: 100,000)"
    order = 90
    compared = 1
    budget = 1.10

    def prepare(self, connection: psycopg.Connection[Any], *, quick: bool) -> None:
        load_events(connection, QUICK_ROWS if quick else ROWS)

    def floor(self, floor: Floor) -> Run:
        sql = b"SELECT id, kind, payload, happened_at FROM events"

        def run(_: object) -> object:
            connection = floor.pool.getconn()
            try:
                with connection.transaction():
                    cursor = psycopg.RawServerCursor(connection, "events", row_factory=event)
                    cursor.execute(sql, binary=True)
                    keys = 0
                    while rows := cursor.fetchmany(CHUNK):
                        for row in rows:
                            keys += row.id
                    cursor.close()
                    return keys
            finally:
                floor.pool.putconn(connection)

        return run

    def ferra(self, ferra: Ferra) -> Run:
        return lambda _: total(ferra.db.stream(select(Event)))


class Batches(Case):
    """The peers read a server-side cursor by as many rows, which their documentation has for so large a table."""

    name = "batches"
    title = "1,000,000 rows in batches of 1,000 along the key (--quick: 100,000)"
    order = 100
    compared = 1

    def prepare(self, connection: psycopg.Connection[Any], *, quick: bool) -> None:
        load_events(connection, QUICK_ROWS if quick else ROWS)

    def floor(self, floor: Floor) -> Run:
        sql = (
            f"SELECT id, kind, payload, happened_at FROM events WHERE id > $1::bigint ORDER BY id LIMIT {BATCH}"
        ).encode()

        def run(_: object) -> object:
            keys = last = 0
            while rows := floor.all(sql, (last,), event):
                keys += total(rows)
                last = rows[-1].id
            return keys

        return run

    def ferra(self, ferra: Ferra) -> Run:
        return lambda _: sum(total(batch) for batch in ferra.db.batches(select(Event), size=BATCH))


CASES: Sequence[Case] = [Stream(), Batches()]
