from __future__ import annotations

import statistics
import time

import psycopg

from benchmarks.cases.stream import QUICK_ROWS, ROWS
from benchmarks.contenders.ferra import Event, Ferra
from benchmarks.data import load_events
from benchmarks.probe import Probe, Reading
from ferra_sync import select

SIZE = 1_000
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
        finally:
            ferra.close()
        first, last = statistics.median(times[1 : EDGE + 1]), statistics.median(times[-EDGE:])
        return [
            Reading("the last batch, in times the first", last / first, "x", 1.5),
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


def _page_time(ferra: Ferra, offset: int) -> float:
    query = select(Event).in_stable_order().limit(SIZE).offset(offset)
    start = time.perf_counter()
    ferra.db.fetch_all(query)
    return time.perf_counter() - start


PROBES: list[Probe] = [Depth()]
