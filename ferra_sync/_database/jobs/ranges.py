"""A query cut into ranges of its table's primary key, whose bounds can be kept as JSON."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Generic, TypeAlias

from ferra_sync._database.keyset import Batch, KeysetWalk
from ferra_sync._database.pages import counting
from ferra_sync._database.runner import prepared
from ferra_sync._database.transaction import Transaction
from ferra_sync._expression.described import described
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.typevars import R
from ferra_sync._postgres.statement import statement_of
from ferra_sync._query.positions import Position
from ferra_sync._query.select import Select
from ferra_sync.errors import QueryError

Bound: TypeAlias = list[str] | None
"""A key as PostgreSQL spells it, a text for each of its columns; None: there is no bound."""


class KeyRanges(Generic[R]):
    """The rows of a query by ranges of the primary key of its table.

    Raises:
        QueryError: the query cannot be walked along the primary key, or leaves out what others have locked.
    """

    def __init__(self, query: Select[Any, Any, R], size: int) -> None:
        if not isinstance(query, Select):
            raise QueryError(f"a job walks a SELECT, not {described(query)}")
        if not is_whole_number(size, 1):
            raise QueryError("a batch has at least 1 row")
        if any(lock.wait == "SKIP LOCKED" for lock in query._said.get("locks", ())):
            raise QueryError("a job would pass over the rows that others have locked, for good: say no skip_locked")
        self.size = size
        ordered = query.along_key()
        statement, params = prepared(ordered)
        if statement.writes is not None:
            raise QueryError(f"{statement.writes.table} is written in WITH, and a job reads its query batch by batch")
        self.digest = sha256(repr((statement.sql, list(statement.parameters(params)))).encode()).hexdigest()
        self._counted = query.for_count()
        self._rows = KeysetWalk(ordered)
        self._keys = KeysetWalk(self._counted.along_key().only_key())

    def batch(self, tx: Transaction, after: Bound, upto: Bound) -> Batch[R]:
        """Return the first rows of a range."""
        return self._rows.read(tx, self.size, after=_position(after), up_to=_position(upto))

    def batch_of_keys(self, tx: Transaction, after: Bound, upto: Bound) -> Batch[tuple[Any, ...]]:
        """Return the keys of the same rows, whatever keeps them from being read."""
        return self._keys.read(tx, self.size, after=_position(after), up_to=_position(upto))

    def split(self, tx: Transaction, parts: int) -> list[Bound]:
        """Return the keys at which ranges of about as many rows end, at most `parts` of them; the last one is open.

        No range but the last is smaller than a batch. The server counts the rows of the query, and for each range those
        up to its end.
        """
        if parts == 1:
            return [None]
        shape, params = counting(self._counted, "exact")
        (total,) = tx._rows(statement_of(shape), params)
        step = max(self.size, -(-total // parts))
        ends = [self._keys.position_at(tx, end - 1) for end in range(step, total, step)]
        return [*(bound(end) for end in ends if end is not None), None]


def bound(position: Position | None) -> Bound:
    """Return a position as it is kept."""
    return None if position is None else [str(text) for text in position]


def _position(kept: Bound) -> Position | None:
    return None if kept is None else tuple(kept)
