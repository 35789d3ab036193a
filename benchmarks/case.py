"""What a case asks, and what a contender is: `Case.run_of(contender)` is the code that is measured."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final, TypeAlias

import attrs
import psycopg

Run: TypeAlias = Callable[[Any], object]
"""One call of a case: takes one of its arguments and returns the data."""


@attrs.frozen
class Given:
    """A run that is given its argument in a form of the contender's own, which is made before the clock starts.

    Attributes:
        form: takes one of the case's arguments and returns what `run` takes.
        run: what is measured.
    """

    form: Callable[[Any], Any]
    run: Run

    def __call__(self, argument: Any) -> object:
        return self.run(self.form(argument))


class Contender:
    """One way to talk to PostgreSQL, opened on the benchmark's database.

    It takes part in each case that it has a method for, or that has a method for it: both return the `Run`. Every
    contender keeps a pool of `POOL_SIZE` connections at most, of which calls one after another use the same one.

    Attributes:
        slug: its name on the command line, and of its method in a case.
        name: its name in the table.
        order: its place in the table.
    """

    slug: ClassVar[str]
    name: ClassVar[str]
    order: ClassVar[int] = 100

    def __init__(self, url: str) -> None:
        """Connect to the benchmark's database."""

    def close(self) -> None:
        """Close the connections."""


POOL_SIZE: Final = 4


class Case:
    """One question that all contenders answer with the same data.

    Attributes:
        name: its name on the command line, and of its method in a contender.
        title: its name in the table.
        method: the name of its method in a contender, where several cases share one; None: the name.
        order: its place in the table.
        budget: the ratio to `reference` that ours is to keep.
        reference: the slug of the contender that the budget is measured against.
        compared: how many calls of each contender are compared.
        factors: slug → how many times faster ours is to be than this one, on the clock.
        cpu_factors: the same in client CPU time.
    """

    name: str
    title: str
    method: str | None = None
    order: int = 100
    budget: float | None = None
    reference: str = "floor"
    compared: int = 2
    factors: ClassVar[Mapping[str, float]] = {}
    cpu_factors: ClassVar[Mapping[str, float]] = {}

    def run_of(self, contender: Contender) -> Run | None:
        """Return what is measured, or None where the contender takes no part."""
        ours = getattr(self, contender.slug, None)
        if ours is not None:
            run: Run = ours(contender)
            return run
        theirs = getattr(contender, self.method or self.name, None)
        return None if theirs is None else theirs()

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:  # noqa: ARG002 - most cases have no argument
        """Return the argument of each call of one block; in one round they are the same for all contenders."""
        return [None] * calls

    def plain(self, result: Any) -> object:
        """Return the data in `result` as built-in values, to compare the contenders by."""
        return result

    def prepare(self, connection: psycopg.Connection[Any], *, quick: bool) -> None:
        """Make tables of this case's own, before any contender runs; `quick`: smaller ones."""

    def after_block(self, connection: psycopg.Connection[Any]) -> None:
        """Undo what a block of calls has written."""


def plain_rows(rows: Any, *fields: str) -> list[tuple[Any, ...]]:
    """Return the fields of each object in `rows`."""
    return [tuple(getattr(row, field) for field in fields) for row in rows]
