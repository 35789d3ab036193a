from __future__ import annotations

import statistics
import time

import psycopg

from benchmarks.cases.keyset import PAGE, QUERY
from benchmarks.cases.stream import QUICK_ROWS, ROWS
from benchmarks.contenders.ferra import Event, Ferra
from benchmarks.data import load_events
from benchmarks.probe import Probe, Reading
from ferra_sync import select
from ferra_sync._database.keyset import KeysetWalk

SIZE = 1_000
SLICES = 500
EDGE = 20
"""How many batches are taken for the first ones, and for the last."""


class Depth(Probe):
    name = "depth"
    title = "batches of 1,000 to the end of 1,000,000 rows (--quick: 100,000)"
    order = 30

    def readings(self, url: str, connection: psycopg.Connection[object], *, quick: bool) -> list[Reading]:
        rows = QUICK_ROWS if quick else ROWS
        load_events(connection, rows)
        ferra = Ferra(url)
        try:
            times = _batch_times(ferra)
            times = [min(pair) for pair in zip(times, _batch_times(ferra), strict=True)]
            offset = [_page_time(ferra, start) for start in range(rows - EDGE * SIZE, rows, SIZE)]
            connection.execute("CREATE INDEX IF NOT EXISTS events_by_moment ON events (happened_at, id)")
            pages = statistics.median(_last_slice(ferra, rows) for _ in range(3))
        finally:
            ferra.close()
        first, last = statistics.median(times[1 : EDGE + 1]), statistics.median(times[-EDGE:])
        return [
            Reading("the last batch, in times the first", last / first, "x", 1.5),
            Reading("the last keyset page of 20, in times the first", pages, "x", 1.5),
            Reading("the last page by OFFSET, in times the first batch", statistics.median(offset) / first, "x"),
        ]


def _batch_times(ferra: Ferra) -> list[float]:
    times = []
    batches = ferra.db.batches(select(Event), size=SIZE)
    start = time.perf_counter()
    for batch in batches:
        now = time.perf_counter()
        if len(batch) == SIZE:
            times.append(now - start)
        start = now
    return times


def _last_slice(ferra: Ferra, rows: int) -> float:
    """Return what the last pages cost in times the first ones; both are read by turns."""
    walk = KeysetWalk(QUERY)
    tokens = [walk.text_of(walk.position_at(ferra.db, number)) for number in (0, rows - PAGE - 1)]
    times: list[list[float]] = [[], []]
    for _ in range(SLICES):
        for token, taken in zip(tokens, times, strict=True):
            start = time.perf_counter()
            ferra.db.fetch_keyset(QUERY, PAGE, after=token)
            taken.append(time.perf_counter() - start)
    first, last = map(statistics.median, times)
    return last / first


def _page_time(ferra: Ferra, offset: int) -> float:
    query = select(Event).in_stable_order().limit(SIZE).offset(offset)
    start = time.perf_counter()
    ferra.db.fetch_all(query)
    return time.perf_counter() - start


PROBES: list[Probe] = [Depth()]
