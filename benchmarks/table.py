"""The figures of one or several runs as Markdown: `python -m benchmarks.table FIGURES.json [FIGURES.json ...]`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from benchmarks.figures import NAMES, median_of

COLUMNS: Final = tuple(slug for slug in NAMES if slug not in {"floor", "pypika"})


def main() -> None:
    figures = median_of(sys.argv[1:])
    print(*_ratios(figures["cases"]), "", *_budgets(figures), sep="\n")


def _ratios(cases: Mapping[str, Any]) -> Iterator[str]:
    """Yield each case: the time as a multiple of the floor's, and ferra_sync's client CPU as a multiple of that."""
    names = [NAMES[slug] for slug in COLUMNS]
    yield from _row(["case", names[0], "its CPU", *names[1:]], header=True)
    for name, case in cases.items():
        found = case["contenders"]
        ratios = [f"{found[slug]['ratio']['median']:.2f}" if slug in found else "" for slug in COLUMNS]
        cpu = f"{found['ferra']['cpu_ratio']['median']:.2f}"
        yield from _row([f"`{name}`", f"**{ratios[0]}**", cpu, *ratios[1:]])


def _budgets(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield every budget, what was measured, and whether it holds."""
    yield from _row(["budget", "measured", "limit", ""], header=True)
    for case in figures["cases"].values():
        for each in case["verdicts"]:
            is_factor = "times" in each["what"]
            holds = each["value"] >= each["limit"] if is_factor else each["value"] <= each["limit"]
            limit = f"{'≥' if is_factor else '≤'} {each['limit']:g}"
            yield from _budget(each["what"], each["value"], limit, holds=holds)
    for name, readings in figures["probes"].items():
        for each in readings:
            if each["limit"] is not None:
                limit = f"≤ {each['limit']:g} {each['unit']}"
                yield from _budget(
                    f"{name}: {each['what']}", each["value"], limit, holds=each["value"] <= each["limit"]
                )


def _budget(what: str, value: float, limit: str, *, holds: bool) -> Iterator[str]:
    yield from _row([what, f"{value:.2f}", limit, "holds" if holds else "**does not hold**"])


def _row(cells: Sequence[str], *, header: bool = False) -> Iterator[str]:
    yield f"| {' | '.join(cells)} |"
    if header:
        yield f"|{'---|' * len(cells)}"


if __name__ == "__main__":
    main()
