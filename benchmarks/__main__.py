"""Speed, as ratios to hand-written psycopg: every case for every contender, interleaved in one run."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import psycopg

from benchmarks import report
from benchmarks.case import Case, Contender
from benchmarks.data import load
from benchmarks.discovery import all_cases, all_contenders, all_probes
from benchmarks.measure import FULL, QUICK, Outcome, measure
from benchmarks.probe import Probe, Reading
from benchmarks.server import fresh_database


def main() -> None:
    options = _options()
    cases = [case for case in all_cases() if not options.case or case.name in options.case]
    probes = [probe for probe in all_probes() if not options.case or probe.name in options.case]
    if options.list:
        print(*(f"{case.name:<16}{case.title}" for case in cases), sep="\n")
        print(*(f"{probe.name:<16}{probe.title}" for probe in probes), sep="\n")
        return
    kinds = all_contenders(_wanted(cases, options.only))
    with ExitStack() as stack:
        url = stack.enter_context(fresh_database())
        connection = stack.enter_context(psycopg.connect(url, autocommit=True))
        load(connection)
        contenders = [_opened(kind, url, stack) for kind in kinds] if cases else []
        outcomes = _measured(cases, contenders, connection, quick=options.quick)
        readings = _read(probes, url, connection, quick=options.quick)
    print(*report.verdicts(outcomes, readings), sep="\n")
    if options.json:
        Path(options.json).write_text(json.dumps(report.as_data(outcomes, readings), indent=1) + "\n")


def _opened(kind: Callable[[str], Contender], url: str, stack: ExitStack) -> Contender:
    contender = kind(url)
    stack.callback(contender.close)
    return contender


def _measured(
    cases: Sequence[Case], contenders: Sequence[Contender], connection: psycopg.Connection[object], *, quick: bool
) -> list[Outcome]:
    outcomes = []
    if cases:
        print(report.HEADER)
    for case in cases:
        outcome = measure(case, contenders, connection, QUICK if quick else FULL)
        if outcome is not None:
            outcomes.append(outcome)
            print(*report.lines(outcome, contenders), sep="\n", flush=True)
    return outcomes


def _read(
    probes: Sequence[Probe], url: str, connection: psycopg.Connection[object], *, quick: bool
) -> dict[str, list[Reading]]:
    found = {}
    for probe in probes:
        found[probe.name] = probe.readings(url, connection, quick=quick)
        print(*report.probe_lines(probe, found[probe.name]), sep="\n", flush=True)
    return found


def _wanted(cases: Sequence[Case], only: Sequence[str] | None) -> set[str] | None:
    if not only:
        return None
    references = {case.reference for case in cases}
    return {"floor", *only, *references, *(["unnest"] if "best" in references else [])}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, smaller tables")
    parser.add_argument("--case", action="append", metavar="NAME", help="only this case; may be given again")
    parser.add_argument("--only", action="append", metavar="CONTENDER", help="only this one, beside the floor")
    parser.add_argument("--json", metavar="FILE", help="write all figures there, too")
    parser.add_argument("--list", action="store_true", help="show the cases, and measure nothing")
    return parser.parse_args()


if __name__ == "__main__":
    main()
