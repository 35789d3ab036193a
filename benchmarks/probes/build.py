from __future__ import annotations

import random
import statistics
import time

import psycopg

from benchmarks.cases.filter import Budgeted, query_of
from benchmarks.probe import Probe, Reading
from ferra_sync._database.executor import prepared

BLOCK = 500


class Build(Probe):
    name = "build"
    title = "client CPU of a filter of three predicates, nothing sent"
    order = 10

    def readings(self, url: str, connection: psycopg.Connection[object], *, quick: bool) -> list[Reading]:  # noqa: ARG002
        wanted = Budgeted(3, "", "", 0).arguments(BLOCK, random.Random(0))
        blocks = []
        for _ in range(20 if quick else 100):
            start = time.process_time()
            for each in wanted:
                query = query_of(each)
                prepared(query)
            blocks.append((time.process_time() - start) / BLOCK * 1e6)
        return [Reading("build and lookup", statistics.median(blocks), "µs", 12)]


PROBES: list[Probe] = [Build()]
