from __future__ import annotations

import statistics

import psycopg

from benchmarks.probe import Probe, Reading, in_new_process

_IMPORT = """
import psycopg, time
start = time.perf_counter()
import {module}
print((time.perf_counter() - start) * 1e3)
"""

_FERRA = """
import sys, time
start = time.perf_counter()
from benchmarks.contenders.ferra import Ferra
from benchmarks.data import author_id
ferra = Ferra(sys.argv[1])
ferra.authors.find_by_id(author_id(1))
print((time.perf_counter() - start) * 1e3)
ferra.close()
"""


class Startup(Probe):
    name = "startup"
    title = "start-up, each time in a new process"
    order = 20

    def readings(self, url: str, connection: psycopg.Connection[object], *, quick: bool) -> list[Reading]:  # noqa: ARG002
        times = 5 if quick else 15

        def median(program: str, *arguments: str) -> float:
            return statistics.median(in_new_process(program, *arguments)[0] for _ in range(times))

        return [
            Reading("import ferra_sync, psycopg being there", median(_IMPORT.format(module="ferra_sync")), "ms", 80),
            Reading("of these psycopg_pool, attrs, cattrs, pypika", median(_IMPORT.format(module=_OTHERS)), "ms"),
            Reading("from nothing to the first row", median(_FERRA, url), "ms"),
        ]


_OTHERS = "psycopg_pool, attrs, cattrs, cattrs.preconf.json, pypika"

PROBES: list[Probe] = [Startup()]
