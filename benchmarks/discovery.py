"""Cases, contenders and probes: whatever the modules in these three packages declare."""

from __future__ import annotations

import pkgutil
from collections.abc import Collection, Iterator
from importlib import import_module
from types import ModuleType

from benchmarks import cases, contenders, probes
from benchmarks.case import Case, Contender
from benchmarks.probe import Probe


def all_cases() -> list[Case]:
    """Return the cases: the `CASES` of every module of `benchmarks.cases`."""
    found = [case for module in _modules(cases) for case in import_module(module).CASES]
    return sorted(found, key=lambda case: case.order)


def all_probes() -> list[Probe]:
    """Return the probes: the `PROBES` of every module of `benchmarks.probes`."""
    found = [probe for module in _modules(probes) for probe in import_module(module).PROBES]
    return sorted(found, key=lambda probe: probe.order)


def all_contenders(only: Collection[str] | None) -> list[type[Contender]]:
    """Return the contenders, the `CONTENDERS` of every module; one whose library is missing is left out, and says so.

    Args:
        only: the slugs of those that are wanted; None: all.
    """
    found: list[type[Contender]] = []
    for module in _modules(contenders):
        try:
            found += import_module(module).CONTENDERS
        except ModuleNotFoundError as error:
            print(f"left out: {module.rpartition('.')[2]} (no module {error.name})")
    wanted = [kind for kind in found if only is None or kind.slug in only]
    return sorted(wanted, key=lambda kind: kind.order)


def _modules(package: ModuleType) -> Iterator[str]:
    return (f"{package.__name__}.{module.name}" for module in pkgutil.iter_modules(package.__path__))
