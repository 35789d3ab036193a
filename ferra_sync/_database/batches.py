"""Batches: all rows of a query, some at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ferra_sync._database.keyset import KeysetWalk, checked_size
from ferra_sync._database.runner import Runner
from ferra_sync._expression.typevars import R
from ferra_sync._query.select import Select


def batches_of(executor: Runner, query: Select[Any, Any, R], size: int) -> Iterator[list[R]]:
    """Return the rows in lists of `size`; what cannot be walked is refused before the first is asked for.

    Raises:
        QueryError: nothing tells the rows apart, or they are not to be read in parts; `size` is less than 1.
    """
    return _walked(executor, KeysetWalk(query), checked_size("a batch", size))


def _walked(executor: Runner, walk: KeysetWalk[R], size: int) -> Iterator[list[R]]:
    last = None
    while True:
        batch = walk.read(executor, size, after=last)
        if not batch.rows:
            return
        yield batch.rows
        if not batch.has_more:
            return
        last = batch.last
