"""Interleaved rounds: in each, every contender runs the same block of calls, in another order each time."""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import psycopg

from benchmarks.case import Case, Contender, Given, Run

WARM_UP: Final = 12
"""Calls before anything is timed: psycopg prepares a statement after five, on each connection."""

_MOST_CALLS: Final = 2000
_CALIBRATIONS: Final = 4
_FEWEST_ROUNDS: Final = 3
_LONGEST_WARM_UP: Final = 2.0
"""Seconds after which a slow contender is warm enough, prepared statements or not."""


@attrs.frozen
class Effort:
    """How much is measured: rounds, seconds of the floor in each, and seconds after which three rounds are enough."""

    rounds: int
    block: float
    longest: float


FULL: Final = Effort(rounds=40, block=0.025, longest=12)
QUICK: Final = Effort(rounds=15, block=0.015, longest=10)


@attrs.frozen
class Block:
    """Seconds for one block of calls: on the clock, and of the client's CPU."""

    wall: float
    cpu: float


@attrs.frozen
class Spread:
    """A median and the quartiles around it."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(low, median, high)


@attrs.frozen
class Outcome:
    """All blocks of one case: slug → one for each round."""

    case: Case
    calls: int
    blocks: Mapping[str, Sequence[Block]]

    @property
    def rounds(self) -> int:
        """How many rounds there were."""
        return len(next(iter(self.blocks.values())))

    def wall(self, slug: str, reference: str = "floor") -> Spread:
        """Return the ratios of the rounds on the clock; the reference `best` is what hand-written psycopg does best."""
        return Spread.of([a.wall / b.wall for a, b in zip(self.blocks[slug], self._reference(reference), strict=True)])

    def has(self, reference: str) -> bool:
        """Whether the blocks of `reference` are there."""
        return reference in self.blocks or reference == "best"

    def _reference(self, slug: str) -> Sequence[Block]:
        if slug != "best":
            return self.blocks[slug]
        by_hand = [self.blocks[each] for each in ("floor", "unnest") if each in self.blocks]
        return min(by_hand, key=lambda blocks: statistics.median(block.wall for block in blocks))

    def cpu(self, slug: str, reference: str = "floor") -> Spread:
        """Return the ratios of the rounds in client CPU time."""
        return Spread.of([a.cpu / b.cpu for a, b in zip(self.blocks[slug], self.blocks[reference], strict=True)])

    def microseconds(self, slug: str) -> float:
        """Return the median time of one call on the clock."""
        return statistics.median(block.wall for block in self.blocks[slug]) / self.calls * 1e6

    def cpu_microseconds(self, slug: str) -> float:
        """Return the median client CPU time of one call."""
        return statistics.median(block.cpu for block in self.blocks[slug]) / self.calls * 1e6


class DifferentDataError(Exception):
    """Two contenders returned different data, so that their times say nothing."""


def measure(
    case: Case, contenders: Sequence[Contender], connection: psycopg.Connection[Any], effort: Effort
) -> Outcome | None:
    """Return the blocks of `case`; None where none of the contenders takes part.

    Raises:
        DifferentDataError: a contender's data are not the first one's.
    """
    case.prepare(connection, quick=effort is QUICK)
    runs = {each.slug: run for each in contenders if (run := case.run_of(each)) is not None}
    if not runs:
        return None
    _check_same_data(case, runs, connection)
    calls = _calls(case, next(iter(runs.values())), connection, effort)
    _warm_up(case, runs, connection)
    slugs = list(runs)
    blocks: dict[str, list[Block]] = {slug: [] for slug in slugs}
    started = time.perf_counter()
    for number in range(effort.rounds):
        if number >= _FEWEST_ROUNDS and time.perf_counter() - started > effort.longest:
            break
        # Shuffled, not rotated: none is to follow the same neighbour in every round.
        for slug in random.Random(number).sample(slugs, len(slugs)):
            arguments = case.arguments(calls, random.Random(number))
            blocks[slug].append(_block(runs[slug], arguments))
            case.after_block(connection)
    return Outcome(case, calls, blocks)


def _block(run: Run, arguments: Sequence[Any]) -> Block:
    """Time one block. The collector runs during it as in any program, with nothing left over from before."""
    if isinstance(run, Given):
        arguments = [run.form(argument) for argument in arguments]
        run = run.run
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    for argument in arguments:
        run(argument)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Block(wall, cpu)


def _check_same_data(case: Case, runs: Mapping[str, Run], connection: psycopg.Connection[Any]) -> None:
    expected: list[object] | None = None
    for slug, run in runs.items():
        data = [case.plain(run(argument)) for argument in case.arguments(case.compared, random.Random(0))]
        case.after_block(connection)
        if expected is None:
            expected = data
        elif data != expected:
            raise DifferentDataError(f"{case.name}: {slug} returned other data than {next(iter(runs))}")


def _calls(case: Case, run: Run, connection: psycopg.Connection[Any], effort: Effort) -> int:
    """Return how many calls of the floor fill a block."""
    calls = 1
    for number in range(_CALIBRATIONS):
        block = _block(run, case.arguments(calls, random.Random(number)))
        case.after_block(connection)
        calls = max(1, min(_MOST_CALLS, round(effort.block / (block.wall / calls))))
        if block.wall > _LONGEST_WARM_UP:
            break
    return calls


def _warm_up(case: Case, runs: Mapping[str, Run], connection: psycopg.Connection[Any]) -> None:
    for run in runs.values():
        started = time.perf_counter()
        for number in range(WARM_UP):
            _block(run, case.arguments(1, random.Random(number)))
            case.after_block(connection)
            if time.perf_counter() - started > _LONGEST_WARM_UP:
                break
    gc.collect()
    gc.freeze()  # What the contenders have imported is not to slow the collector down for all.
