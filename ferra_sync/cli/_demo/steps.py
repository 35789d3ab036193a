"""Steps: each is timed, counts its rows and checks what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from reprlib import repr as short
from time import perf_counter
from typing import Final, TypeAlias, TypeVar

import attrs

T = TypeVar("T")

Watch: TypeAlias = Callable[[str, int, int | None], None]
"""Is told a step's title, the rows done so far, and how many there will be where that is known."""

_TICK: Final = 1_000


class DemoError(Exception):
    """A step found something else than it should."""


@attrs.frozen
class Step:
    """What was done, with how many rows, in how many seconds."""

    section: str
    title: str
    rows: int
    seconds: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds if self.seconds else 0.0


@attrs.define
class Running:
    """A step under way."""

    title: str
    total: int | None
    watch: Watch
    rows: int = 0

    def did(self, rows: int) -> None:
        """Add rows to those that are done."""
        self.rows += rows
        self.watch(self.title, self.rows, self.total)

    def counted(self, rows: Iterable[T]) -> Iterator[T]:
        """Yield `rows` and count them."""
        pending = 0
        for row in rows:
            yield row
            pending += 1
            if pending == _TICK:
                self.did(pending)
                pending = 0
        self.did(pending)

    def expect(self, what: str, found: object, wanted: object) -> None:
        """Refuse to go on where `found` is not what is wanted.

        Raises:
            DemoError: it is not.
        """
        if found != wanted:
            raise DemoError(f"{self.title}: {what} is {short(found)}; it should be {short(wanted)}")


@attrs.define
class Journal:
    """The steps that are done, in order."""

    watch: Watch = lambda _title, _rows, _total: None
    steps: list[Step] = attrs.field(factory=list)
    section: str = ""

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Running]:
        """Time a step; it is noted when it ends well."""
        running = Running(title, total, self.watch)
        self.watch(title, 0, total)
        started = perf_counter()
        yield running
        self.steps.append(Step(self.section, title, running.rows, perf_counter() - started))
