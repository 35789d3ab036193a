"""How many statements a test sends, and which line sends one again and again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import TracebackType
from typing import Final

from ferra_sync._database.counting import QueryCounter, Repeated
from ferra_sync._database.database import Database
from ferra_sync.monitoring._repeats import RepeatedQueries

_SHOWN: Final = 20
_LONG: Final = 86_400.0
"""Seconds: longer than a test."""


def assert_queries(
    db: Database, n: int | None = None, *, at_most: int | None = None
) -> AbstractContextManager[QueryCounter]:
    """Fail where the block sends more or fewer statements than `n`, or more than `at_most`; say which, and from where.

    Statements are shown by their text, in which no value is. The commands of transactions do not count. What the block
    itself raises goes before the AssertionError.

    Raises:
        ValueError: neither a number nor a bound is given, or both.
    """
    expected = n if at_most is None else at_most
    if (n is None) == (at_most is None) or type(expected) is not int or expected < 0:
        raise ValueError("assert_queries takes a number of statements, 0 or more, or at_most=")
    return _Expected(db, expected, is_bound=n is None)


class _Expected(AbstractContextManager[QueryCounter]):
    """A class, so that a failure is shown at the block and not inside contextlib."""

    def __init__(self, db: Database, number: int, *, is_bound: bool) -> None:
        self._counting = db.counting()
        self._number = number
        self._is_bound = is_bound

    def __enter__(self) -> QueryCounter:
        self._counter = self._counting.__enter__()
        return self._counter

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        __tracebackhide__ = True
        self._counting.__exit__(None, None, None)
        sent = self._counter.queries
        is_met = sent <= self._number if self._is_bound else sent == self._number
        if error is None and not is_met:
            wanted = f"{'at most ' if self._is_bound else ''}{self._number} statement{'' if self._number == 1 else 's'}"
            raise AssertionError("\n".join([f"{wanted} expected, {sent} sent", *_shown(self._counter.lines)]))


@contextmanager
def watched(databases: Iterable[Database], limit: int) -> Iterator[RepeatedQueries]:
    """Yield what finds the lines of the block that send one statement more than `limit` times."""
    found = RepeatedQueries(times=limit + 1, within=_LONG)
    with ExitStack() as stack:
        for each in databases:
            stack.enter_context(each._pool.listeners.joined_by(found))
        yield found


def _shown(lines: Iterable[Repeated]) -> Iterator[str]:
    listed = list(lines)
    for each in listed[:_SHOWN]:
        yield f"  {each}"
        yield f"    {each.sql}"
    if len(listed) > _SHOWN:
        yield f"  and {len(listed) - _SHOWN} more"
