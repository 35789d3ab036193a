"""Figures that are no ratio to the floor: what a build costs, how long an import takes, how much memory is used."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from functools import cache

import attrs
import psycopg


@attrs.frozen
class Reading:
    """A figure.

    Attributes:
        what: what was measured, in a few words.
        value: how much.
        unit: of what.
        limit: how much it may be; None: it is only told.
    """

    what: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether the value is over its limit."""
        return self.limit is not None and self.value > self.limit


class Probe(ABC):
    """Something to read off.

    Attributes:
        name: its name on the command line.
        title: its name in the table.
        order: its place in the table.
    """

    name: str
    title: str
    order: int = 100

    @abstractmethod
    def readings(self, url: str, connection: psycopg.Connection[object], *, quick: bool) -> list[Reading]:
        """Return the figures; `url` leads to the loaded database."""


def in_new_process(program: str, *arguments: str) -> list[float]:
    """Run `program` in a Python of its own and return the numbers that it prints; compiled modules are kept."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=600,
        env=environment | {"PYTHONPYCACHEPREFIX": _bytecode().name},
    )
    return [float(word) for word in done.stdout.split()]


@cache
def _bytecode() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="ferra-benchmarks-")
