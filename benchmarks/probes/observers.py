from __future__ import annotations

import logging
import random
import statistics
import time
from collections.abc import Iterable
from typing import Any

import psycopg

from benchmarks.contenders.ferra import Author
from benchmarks.data import AUTHORS, author_id
from benchmarks.probe import Probe, Reading
from ferra_sync import Database, Observer, PgRepository
from ferra_sync._postgres.telling import hearing
from ferra_sync.monitoring import OpenTelemetry, Prometheus, QueryLog, RepeatedQueries

BLOCK = 20
"""Calls in a row, before it is another one's turn."""


class Empty(Observer):
    def on_query(self, event: object) -> None:
        pass


OBSERVERS: dict[str, tuple[Observer, ...]] = {
    "an observer that overrides nothing": tuple(hearing((Observer(),), "on_query")),
    "an empty on_query": (Empty(),),
    "QueryLog, at WARNING": (QueryLog(),),
    "RepeatedQueries": (RepeatedQueries(),),
    "OpenTelemetry, without an SDK": (OpenTelemetry(),),
    "Prometheus": (Prometheus(),),
}
LIMITS = {"an observer that overrides nothing": 1.03, "an empty on_query": 1.03}


class Observers(Probe):
    name = "observers"
    title = "find_by_id with an observer of statements, in times the same without"
    order = 15

    def readings(self, url: str, connection: psycopg.Connection[object], *, quick: bool) -> list[Reading]:  # noqa: ARG002
        logging.getLogger("ferra_sync.queries").setLevel(logging.ERROR)
        with Database.connect(url) as db:
            ratios = _ratios(db, 300 if quick else 1500)
        return [Reading(what, statistics.median(found), "x", LIMITS.get(what)) for what, found in ratios.items()]


def _ratios(db: Database, rounds: int) -> dict[str, list[float]]:
    """Return what each took in times none, once a round: on one connection, with the same keys, in any order."""
    rng = random.Random(0)
    ratios: dict[str, list[float]] = {what: [] for what in OBSERVERS}
    for number in range(rounds):
        keys = [author_id(rng.randrange(AUTHORS)) for _ in range(BLOCK)]
        turns = rng.sample([("", ()), *OBSERVERS.items()], len(OBSERVERS) + 1)
        taken = {what: _time(db, observers, keys) for what, observers in turns}
        if number >= rounds // 10:
            for what, found in ratios.items():
                found.append(taken[what] / taken[""])
    return ratios


def _time(db: Database, observers: tuple[Observer, ...], keys: Iterable[Any]) -> float:
    find = PgRepository(Author, db).find_by_id
    db._pool.listeners[:] = observers
    start = time.perf_counter()
    for key in keys:
        find(key)
    taken = time.perf_counter() - start
    db._pool.listeners.clear()
    return taken


PROBES: list[Probe] = [Observers()]
