"""The same lookup from several threads, over a pool of four connections.

All lookups are one call, which takes seconds, and a block is one call. A case is bounded by calls, then: each contender
has one that is compared, one to warm up, and the fewest rounds, which take longer than `Effort.longest`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from benchmarks.case import Case, Contender, Run
from benchmarks.cases.find_by_id import FindById

QUERIES, QUICK_QUERIES = 10_000, 2_000


class Threads(Case):
    compared = 1

    def __init__(self, threads: int, order: int) -> None:
        self._threads = threads
        self._queries = QUERIES
        self._find = FindById()
        self.name = f"threads_{threads}"
        self.title = f"10,000 lookups from {threads} thread{'s'[: threads > 1]} over a pool of 4 (--quick: 2,000)"
        self.order = order

    def prepare(self, connection: psycopg.Connection[Any], *, quick: bool) -> None:  # noqa: ARG002 - the tables are there
        self._queries = QUICK_QUERIES if quick else QUERIES

    def run_of(self, contender: Contender) -> Run | None:
        find = self._find.run_of(contender)
        if find is None:
            return None
        done: Callable[[], None] | None = getattr(contender, "after_thread_call", None)

        def work(keys: Sequence[Any]) -> list[object]:
            found = []
            for key in keys:
                found.append(find(key))
                if done is not None:
                    done()
            return found

        def run(keys: Sequence[Any]) -> object:
            with ThreadPoolExecutor(self._threads) as executor:
                parts = [keys[start :: self._threads] for start in range(self._threads)]
                return [row for part in executor.map(work, parts) for row in part]

        return run

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:
        return [self._find.arguments(self._queries, rng)] * calls

    def plain(self, result: Any) -> object:
        return [self._find.plain(row) for row in result]


CASES: Sequence[Case] = [Threads(threads, 400 + threads) for threads in (1, 4, 16)]
