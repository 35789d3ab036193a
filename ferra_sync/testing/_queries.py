"""How many statements a test sends, and which line sends one again and again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from ferra_sync._database.counting import QueryCounter, Repeated
from ferra_sync._database.database import Database
from ferra_sync.monitoring._repeats import RepeatedQueries

_SHOWN: Final = 20
_LONG: Final = 86_400.0
"""Seconds: longer than a test."""


@contextmanager
def assert_queries(db: Database, n: int | None = None, *, at_most: int | None = None) -> Iterator[QueryCounter]:
    """Fail where the block sends more or fewer statements than `n`, or more than `at_most`; say which, and from where.

    Statements are shown by their text, in which no value is. The commands of transactions do not count.

    Raises:
        AssertionError: it sent another number.
        ValueError: neither a number nor a bound is given, or both.
    """
    __tracebackhide__ = True
    expected = n if at_most is None else at_most
    if (n is None) == (at_most is None) or type(expected) is not int or expected < 0:
        raise ValueError("assert_queries takes a number of statements, 0 or more, or at_most=")
    with db.counting() as counter:
        yield counter
    if counter.queries > expected or (n is not None and counter.queries != n):
        wanted = f"{'at most ' if n is None else ''}{_statements(expected)}"
        raise AssertionError("\n".join([f"{wanted} expected, {counter.queries} sent", *_shown(counter.lines)]))


@contextmanager
def watched(databases: Iterable[Database], limit: int) -> Iterator[RepeatedQueries]:
    """Yield what finds the lines of the block that send one statement more than `limit` times."""
    found = RepeatedQueries(times=limit + 1, within=_LONG)
    listeners = [each._pool.listeners for each in databases]
    for each in listeners:
        each.append(found)
    try:
        yield found
    finally:
        for each in listeners:
            each.remove(found)


def _statements(number: int) -> str:
    return f"{number} statement{'' if number == 1 else 's'}"


def _shown(lines: Iterable[Repeated]) -> Iterator[str]:
    listed = list(lines)
    for each in listed[:_SHOWN]:
        yield f"  {each}"
        yield f"    {each.sql}"
    if len(listed) > _SHOWN:
        yield f"  and {len(listed) - _SHOWN} more"
