"""The figures of one or several runs as SVG: `python -m benchmarks.plot DIRECTORY FIGURES.json [FIGURES.json ...]`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from matplotlib import pyplot as plt

from benchmarks.figures import NAMES, median_of

COLORS: Final = dict(zip(NAMES, plt.get_cmap("tab10").colors, strict=False))
EVERYDAY: Final = ("find_by_id", "fetch_all", "join", "filter", "insert", "insert_many", "is_in", "page")
BY_SIZE: Final = {
    "trivial": (1, 10, 100, 1_000, 10_000),
    "medium": (1, 10, 100, 1_000, 10_000),
    "insert": (1, 10, 25, 50, 100),
}


def main() -> None:
    directory, cases = Path(sys.argv[1]), median_of(sys.argv[2:])["cases"]
    plt.rcParams["svg.hashsalt"] = "ferra_sync"  # the same figures are the same file
    directory.mkdir(parents=True, exist_ok=True)
    everyday = [name for name in EVERYDAY if name in cases]
    if everyday:
        _bars(cases, everyday, directory / "everyday.svg")
    for name, sizes in BY_SIZE.items():
        measured = [size for size in sizes if f"{name}_{size}" in cases]
        if measured:
            _lines(cases, name, measured, directory / f"{name}.svg")


def _bars(cases: Mapping[str, Any], names: Sequence[str], file: Path) -> None:
    """Draw one group of bars for each case: the time as a multiple of the floor's, quartiles as whiskers."""
    figure, axes = plt.subplots(figsize=(10, 4.5))
    slugs = [slug for slug in NAMES if any(slug in cases[name]["contenders"] for name in names)]
    width = 0.85 / len(slugs)
    for place, slug in enumerate(slugs):
        found = [
            (x, cases[name]["contenders"][slug]["ratio"]) for x, name in enumerate(names) if _has(cases, name, slug)
        ]
        medians = [ratio["median"] for _, ratio in found]
        whiskers = [
            [max(0.0, ratio["median"] - ratio["low"]) for _, ratio in found],
            [max(0.0, ratio["high"] - ratio["median"]) for _, ratio in found],
        ]
        left = [x + place * width for x, _ in found]
        axes.bar(left, medians, width, label=NAMES[slug], color=COLORS[slug], yerr=whiskers, error_kw={"lw": 0.7})
    axes.axhline(1, color="black", linewidth=0.7)
    axes.set_yscale("log")
    axes.set_yticks([0.5, 1, 2, 5, 10], ["0.5", "1", "2", "5", "10"])
    axes.set_ylabel("time, in times hand-written psycopg")
    axes.set_xticks([x + 0.425 - width / 2 for x in range(len(names))], names)
    axes.legend(fontsize="small", ncols=2)
    _save(figure, file)


def _lines(cases: Mapping[str, Any], name: str, sizes: Sequence[int], file: Path) -> None:
    """Draw one line for each contender: the time of a call by the number of rows."""
    figure, axes = plt.subplots(figsize=(6.5, 4))
    for slug, label in NAMES.items():
        found = [size for size in sizes if _has(cases, f"{name}_{size}", slug)]
        times = [cases[f"{name}_{size}"]["contenders"][slug]["microseconds"] / 1e3 for size in found]
        if found:
            axes.plot(found, times, marker="o", label=label, color=COLORS[slug])
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("rows")
    axes.set_ylabel("milliseconds a call")
    axes.set_title(f"diesel_bench: {name}")
    axes.legend(fontsize="small")
    _save(figure, file)


def _has(cases: Mapping[str, Any], name: str, slug: str) -> bool:
    return slug in cases[name]["contenders"]


def _save(figure: Any, file: Path) -> None:
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)
    print(file)


if __name__ == "__main__":
    main()
