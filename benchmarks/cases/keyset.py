"""A page of 20 of a million rows, anywhere in their order: after a token, and by OFFSET."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

import psycopg

from benchmarks.case import Case, Given, Run
from benchmarks.cases.stream import QUICK_ROWS, ROWS
from benchmarks.contenders.ferra import Event, Events, Ferra
from benchmarks.contenders.psycopg_floor import Floor, event
from benchmarks.data import load_events
from ferra_sync import select
from ferra_sync._database.keyset import KeysetWalk

PAGE = 20
QUERY = select(Event).order_by(Events.happened_at.desc())


class KeysetPage(Case):
    """The newest first. An argument is how many rows come before the page; the peers say it in OFFSET."""

    name = "keyset"
    title = "a page of 20 anywhere in 1,000,000 rows (--quick: 100,000)"
    order = 125

    def prepare(self, connection: psycopg.Connection[Any], *, quick: bool) -> None:
        self.rows = QUICK_ROWS if quick else ROWS
        load_events(connection, self.rows)
        connection.execute("CREATE INDEX IF NOT EXISTS events_by_moment ON events (happened_at, id)")

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:
        return [rng.randrange(1, self.rows - PAGE) for _ in range(calls)]

    def plain(self, result: Any) -> object:
        items = result.items if hasattr(result, "next") else result[0] if isinstance(result, tuple) else result
        return [row.id for row in items]

    def last(self, before: int) -> tuple[dt.datetime, int]:
        """Return the moment and the key of the last of so many rows."""
        key = self.rows - before + 1
        return dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=key), key

    def floor(self, floor: Floor) -> Run:
        sql = (
            "SELECT id, kind, payload, happened_at FROM events WHERE (happened_at, id) < ($1::timestamptz, $2::bigint)"
            f" ORDER BY happened_at DESC, id DESC LIMIT {PAGE + 1}"
        ).encode()

        def run(last: tuple[dt.datetime, int]) -> object:
            rows = floor.all(sql, last, event)
            return rows[:PAGE], len(rows) > PAGE

        return Given(self.last, run)

    def ferra(self, ferra: Ferra) -> Run:
        walk = KeysetWalk(QUERY)

        def token(before: int) -> str | None:
            moment, key = self.last(before)
            return walk.text_of((moment.isoformat(), str(key)))

        return Given(token, lambda after: ferra.db.fetch_keyset(QUERY, PAGE, after=after))


CASES: Sequence[Case] = [KeysetPage()]
