"""The table: ratios to the floor, and the budgets beside them."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from benchmarks.case import Contender
from benchmarks.measure import Outcome
from benchmarks.probe import Probe, Reading

HEADER = f"{'':<4}{'':<26}{'ratio':>7}  {'quartiles':<13}{'CPU':>6}  {'µs a call':>11}  budget"


@attrs.frozen
class Verdict:
    """Whether one budget holds."""

    what: str
    value: float
    limit: float
    holds: bool


def lines(outcome: Outcome, contenders: Sequence[Contender]) -> Iterator[str]:
    """Yield the lines of one case."""
    yield f"{outcome.case.title}  ({outcome.case.name}; {outcome.calls} calls x {outcome.rounds} rounds)"
    for contender in contenders:
        if contender.slug in outcome.blocks:
            wall, cpu = outcome.wall(contender.slug), outcome.cpu(contender.slug)
            quartiles = f"{wall.low:.2f}-{wall.high:.2f}"
            yield (
                f"    {contender.name:<26}{wall.median:>7.2f}  {quartiles:<13}{cpu.median:>6.2f}"
                f"  {outcome.microseconds(contender.slug):>11,.1f}  {_beside(outcome, contender.slug)}"
            ).rstrip()


def probe_lines(probe: Probe, readings: Sequence[Reading]) -> Iterator[str]:
    """Yield the lines of one probe."""
    yield f"{probe.title}  ({probe.name})"
    for each in readings:
        limit = "" if each.limit is None else f"  ≤ {each.limit:g}: {'OVER' if each.is_over else 'ok'}"
        yield f"    {each.what:<58}{each.value:>9.2f} {each.unit:<4}{limit}".rstrip()


def verdicts(outcomes: Sequence[Outcome], readings: Mapping[str, Sequence[Reading]]) -> Iterator[str]:
    """Yield the last lines: how many budgets hold, and which do not."""
    found = [verdict for outcome in outcomes for verdict in _verdicts(outcome)]
    found += [
        Verdict(f"{name}: {each.what}", each.value, each.limit, not each.is_over)
        for name, several in readings.items()
        for each in several
        if each.limit is not None
    ]
    missed = [each for each in found if not each.holds]
    yield f"{len(found) - len(missed)} of {len(found)} budgets hold" + (":" if missed else "")
    for each in missed:
        yield f"    {each.what}: {each.value:.2f}, budget {each.limit:g}"


def as_data(outcomes: Sequence[Outcome], readings: Mapping[str, Sequence[Reading]]) -> dict[str, Any]:
    """Return everything as JSON's own types: ratios are to the floor, times in microseconds for one call."""
    return {
        "python": platform.python_version(),
        "cases": {outcome.case.name: _case_data(outcome) for outcome in outcomes},
        "probes": {name: [attrs.asdict(each) for each in several] for name, several in readings.items()},
    }


def _case_data(outcome: Outcome) -> dict[str, Any]:
    return {
        "title": outcome.case.title,
        "calls": outcome.calls,
        "rounds": outcome.rounds,
        "budget": outcome.case.budget,
        "reference": outcome.case.reference,
        "contenders": {
            slug: {
                "ratio": attrs.asdict(outcome.wall(slug)),
                "cpu_ratio": attrs.asdict(outcome.cpu(slug)),
                "microseconds": outcome.microseconds(slug),
                "cpu_microseconds": outcome.cpu_microseconds(slug),
            }
            for slug in outcome.blocks
        },
        "verdicts": [attrs.asdict(each) for each in _verdicts(outcome)],
    }


def _verdicts(outcome: Outcome) -> Iterator[Verdict]:
    case = outcome.case
    if "ferra" not in outcome.blocks:
        return
    if case.budget is not None and outcome.has(case.reference):
        ratio = outcome.wall("ferra", case.reference).median
        yield Verdict(f"{case.name}: of {case.reference}", ratio, case.budget, ratio <= case.budget)
    for slug, factor in case.factors.items():
        if slug in outcome.blocks:
            times = outcome.wall(slug, "ferra").median
            yield Verdict(f"{case.name}: times faster than {slug}", times, factor, times >= factor)
    for slug, factor in case.cpu_factors.items():
        if slug in outcome.blocks:
            times = outcome.cpu(slug, "ferra").median
            yield Verdict(f"{case.name}: times less CPU than {slug}", times, factor, times >= factor)


def _beside(outcome: Outcome, slug: str) -> str:
    case = outcome.case
    if slug == "ferra" and case.budget is not None and outcome.has(case.reference):
        ratio = outcome.wall("ferra", case.reference).median
        of = "" if case.reference == "floor" else f" of {case.reference} ({ratio:.2f})"
        return f"≤ {case.budget:.2f}{of}: {'ok' if ratio <= case.budget else 'OVER'}"
    factor = case.factors.get(slug)
    if factor is None or "ferra" not in outcome.blocks:
        return ""
    times = outcome.wall(slug, "ferra").median
    return f"ferra {times:.2f} x faster; ≥ {factor:g}: {'ok' if times >= factor else 'UNDER'}"
