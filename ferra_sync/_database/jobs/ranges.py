"""A query cut into ranges of its table's primary key, whose bounds can be kept as JSON."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final, Generic, TypeAlias

import attrs

from ferra_sync._database.runner import prepared
from ferra_sync._database.transaction import Transaction
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.shapes import binary, row
from ferra_sync._expression.sqltypes import BOOLEAN
from ferra_sync._expression.typevars import R
from ferra_sync._model.json import reading, spelling_of
from ferra_sync._query.select import Select
from ferra_sync.errors import QueryError

Bound: TypeAlias = list[Any] | None
"""A key, one value of JSON for each of its columns; None: there is no bound."""

_SPLIT: Final = (
    "SELECT {names} FROM (SELECT *, row_number() OVER (ORDER BY {names}) AS number, count(*) OVER () AS total"
    " FROM ({keys}) AS keys ({names})) AS numbered"
    " WHERE number % greatest({size}, (total + {parts} - 1) / {parts}) = 0 AND number < total ORDER BY {names}"
)


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
        self._key = query.primary_key
        self._ordered = query.along_key()
        self._rows = self._ordered.with_key()
        statement, params = prepared(self._rows)
        if statement.writes is not None:
            raise QueryError(f"{statement.writes.table} is written in WITH, and a job reads its query batch by batch")
        self.digest = sha256(repr((statement.sql, list(statement.parameters(params)))).encode()).hexdigest()

    def batch(self, tx: Transaction, after: Bound, upto: Bound) -> list[tuple[R, tuple[Any, ...]]]:
        """Return the first rows of a range, each with its key."""
        return tx.fetch_all(self._within(self._rows, after, upto).limit(self.size))

    def batch_keys(self, tx: Transaction, after: Bound, upto: Bound) -> list[tuple[Any, ...]]:
        """Return the keys of the same rows, whatever keeps them from being read."""
        return tx.fetch_all(self._within(self._keys(), after, upto).limit(self.size))

    def bound(self, key: tuple[Any, ...]) -> Bound:
        """Return a key as it is kept."""
        return [spelling_of(column.type)(value) for column, value in zip(self._key, key, strict=True)]

    def split(self, tx: Transaction, parts: int) -> list[Bound]:
        """Return the keys at which ranges of about as many rows end, at most `parts` of them; the last one is open.

        No range but the last is smaller than a batch. All keys of the query are read.
        """
        if parts == 1:
            return [None]
        statement, params = prepared(self._keys())
        names = ", ".join(f"k{number}" for number in range(len(self._key)))
        sql = _SPLIT.format(keys=statement.sql.decode(), names=names, size=self.size, parts=parts)
        keys = tx._rows(attrs.evolve(statement, sql=sql.encode()), params)
        return [*map(self.bound, keys), None]

    def _keys(self) -> Select[Any, Any, tuple[Any, ...]]:
        return self._ordered.for_count().order_by(*self._key).only_key()

    def _within(self, query: Select[Any, Any, Any], after: Bound, upto: Bound) -> Select[Any, Any, Any]:
        if after is not None:
            query = query.where(self._compared(">", after))
        return query if upto is None else query.where(self._compared("<=", upto))

    def _compared(self, op: str, kept: list[Any]) -> AnyExpr:
        key = tuple(reading(column.type, value) for column, value in zip(self._key, kept, strict=True))
        columns = [column.shape for column in self._key]
        values = [column.type.parameter for column in self._key]
        if len(key) == 1:
            return Expr(binary(op, columns[0], values[0]), key, BOOLEAN)
        return Expr(binary(op, row(*columns), row(*values)), key, BOOLEAN)
