"""The same lookup from several threads, over a pool of four connections."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.case import Case, Contender, Run
from benchmarks.cases.find_by_id import FindById

QUERIES = 2_000


class Threads(Case):
    def __init__(self, threads: int, order: int) -> None:
        self._threads = threads
        self._find = FindById()
        self.name = f"threads_{threads}"
        self.title = f"{QUERIES:,} lookups from {threads} thread{'s'[: threads > 1]} over a pool of 4"
        self.order = order

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
        return [self._find.arguments(QUERIES, rng)] * calls

    def plain(self, result: Any) -> object:
        return [self._find.plain(row) for row in result]


CASES: Sequence[Case] = [Threads(threads, 400 + threads) for threads in (1, 4, 16)]
