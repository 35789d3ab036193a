"""Work instead of time: what one warm call makes Python do, which no other process on the machine can change.

`python -m benchmarks.work`: calls and allocations of ours beside the floor's; `--case NAME`: each function called;
`--check`: fail where they are more than `ceilings.json` has.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

import attrs
import psycopg

from benchmarks.case import Case, Given, Run
from benchmarks.contenders.ferra import Ferra
from benchmarks.contenders.psycopg_floor import Floor
from benchmarks.data import load
from benchmarks.discovery import all_cases
from benchmarks.server import fresh_database

CEILINGS: Final = Path(__file__).with_name("ceilings.json")
COUNTED: Final = ("find_by_id", "fetch_all", "filter", "insert")
_WARM_UP: Final = 20
_SLACK: Final = {"our calls": 0, "Python calls beyond the floor's": 2, "bytes beyond the floor's": 256}
"""How far a figure may be over its ceiling: what psycopg does depends on how the server's answer arrives."""


@attrs.frozen
class Work:
    """What one call does.

    Attributes:
        python: calls of Python functions, by where they are defined.
        c: calls of functions written in C, by name; those from Cython code are not seen.
        peak: bytes that are allocated while it runs, at their peak.
    """

    python: Counter[str]
    c: Counter[str]
    peak: int

    @property
    def ours(self) -> int:
        """How many of the Python calls are of this package, or of functions that it has written."""
        written = ("ferra_sync/", "<string>:make_row", "<string>:check_row")
        return sum(count for name, count in self.python.items() if name.startswith(written))


def work_of(run: Run, arguments: Sequence[Any]) -> Work:
    """Return the work of the last call of `arguments`; those before it warm up."""
    *warm_up, last = arguments
    for argument in warm_up:
        run(argument)
    if isinstance(run, Given):
        last = run.form(last)
        run = run.run
    python, c = _calls(run, last)
    return Work(python, c, _peak(run, last))


def _calls(run: Run, argument: Any) -> tuple[Counter[str], Counter[str]]:
    codes: Counter[CodeType] = Counter()
    functions: Counter[str] = Counter()

    def note(frame: FrameType, event: str, function: Any) -> None:
        if event == "call":
            codes[frame.f_code] += 1
        elif event == "c_call":
            functions[function.__qualname__] += 1

    sys.setprofile(note)
    try:
        run(argument)
    finally:
        sys.setprofile(None)
    named: Counter[str] = Counter()
    for code, count in codes.items():
        named[_place(code)] += count
    functions.pop("setprofile", None)
    return named, functions


def _place(code: CodeType) -> str:
    for package in ("ferra_sync", "psycopg_pool", "psycopg", "benchmarks"):
        _, found, rest = code.co_filename.rpartition(f"/{package}/")
        if found:
            return f"{package}/{rest}:{code.co_qualname}"
    return f"{code.co_filename.rpartition('/')[2]}:{code.co_qualname}"


def _peak(run: Run, argument: Any) -> int:
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        run(argument)
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        run(argument)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    return peak - before


def counted(url: str, cases: Sequence[Case]) -> dict[str, tuple[Work, Work]]:
    """Return, by case, the work of ours and of the floor."""
    floor, ferra = Floor(url), Ferra(url)
    found = {}
    try:
        for case in cases:
            ours, theirs = case.run_of(ferra), case.run_of(floor)
            if ours is not None and theirs is not None:
                arguments = case.arguments(_WARM_UP, random.Random(0))
                found[case.name] = (work_of(ours, arguments), work_of(theirs, arguments))
    finally:
        floor.close()
        ferra.close()
    return found


def costs(results: dict[str, tuple[Work, Work]]) -> dict[str, dict[str, int]]:
    """Return the figures that CI watches: calls of our own functions, and calls and bytes beyond the floor's."""
    return {
        name: {
            "our calls": ours.ours,
            "Python calls beyond the floor's": ours.python.total() - floor.python.total(),
            "bytes beyond the floor's": ours.peak - floor.peak,
        }
        for name, (ours, floor) in results.items()
    }


def over(found: dict[str, dict[str, int]], ceilings: dict[str, dict[str, int]]) -> Iterator[str]:
    """Yield a line for each figure that is over its ceiling."""
    for name, figures in found.items():
        for what, value in figures.items():
            ceiling = ceilings[name][what]
            if value > ceiling + _SLACK[what] * max(1, abs(ceiling) // 50):
                yield f"{name}: {value} {what}; the ceiling is {ceiling}"


def main() -> None:
    options = _options()
    cases = [case for case in all_cases() if case.name in (options.case or COUNTED)]
    with fresh_database() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            load(connection)
        results = counted(url, cases)
    _show(results, calls=bool(options.case))
    if options.record:
        CEILINGS.write_text(json.dumps(costs(results), indent=1) + "\n")
    if options.check:
        lines = list(over(costs(results), json.loads(CEILINGS.read_text())))
        print(*(lines or ["no figure is over its ceiling"]), sep="\n")
        sys.exit(1 if lines else 0)


def _show(results: dict[str, tuple[Work, Work]], *, calls: bool) -> None:
    print(f"{'ours / floor':<14}{'Python calls':>22}{'of ours':>10}{'C calls':>16}{'peak bytes':>24}")
    for name, (ours, floor) in results.items():
        python = f"{ours.python.total()} / {floor.python.total()}"
        c = f"{ours.c.total()} / {floor.c.total()}"
        print(f"{name:<14}{python:>22}{ours.ours:>10}{c:>16}{f'{ours.peak:,} / {floor.peak:,}':>24}")
        if calls:
            for place, count in sorted((ours.python + ours.c).items(), key=lambda item: -item[1]):
                print(f"{count:>8}  {place}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.work", description=__doc__)
    parser.add_argument("--case", action="append", metavar="NAME", help="this case, with each function that it calls")
    parser.add_argument("--check", action="store_true", help="fail where a figure is over its ceiling")
    parser.add_argument("--record", action="store_true", help="make the figures the ceilings")
    return parser.parse_args()


if __name__ == "__main__":
    main()
