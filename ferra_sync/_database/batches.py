"""Batches: a query walked along its table's primary key."""

from __future__ import annotations

from typing import Any, Generic

from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.shapes import binary, row
from ferra_sync._expression.sqltypes import BOOLEAN
from ferra_sync._expression.typevars import R
from ferra_sync._query.select import Select
from ferra_sync.errors import QueryError


class KeyWalk(Generic[R]):
    """A query cut into batches along the primary key of its table: each begins after the last key of the one before.

    Raises:
        QueryError: the table has no primary key, or the query sorts, limits, groups, makes rows distinct, or joins
            so that a row of the table can appear more than once.
    """

    def __init__(self, query: Select[Any, Any, R], size: int) -> None:
        if not is_whole_number(size, 1):
            raise QueryError("a batch has at least 1 row")
        self.size = size
        self._key = query.primary_key
        ordered = query.along_key().limit(size)
        model = query.model
        self._model = (
            model if model is not None and all(column.name in model.by_column for column in self._key) else None
        )
        self._query: Select[Any, Any, Any] = ordered if self._model is not None else ordered.with_key()

    def first(self) -> Select[Any, Any, Any]:
        """Return the first batch."""
        return self._query

    def after(self, last: Any) -> Select[Any, Any, Any]:  # noqa: ANN401 - a row as the batch has it
        """Return the batch that follows the one that ends with `last`."""
        key = last[1] if self._model is None else self._model.key_of(last)
        return self._query.where(self._is_after(key))

    def rows(self, batch: list[Any]) -> list[R]:
        """Return the rows of a batch as the query selects them."""
        return batch if self._model is not None else [row for row, _ in batch]

    def _is_after(self, key: tuple[Any, ...]) -> AnyExpr:
        if len(key) == 1:
            only: AnyExpr = self._key[0] > key[0]
            return only
        columns = row(*(column.shape for column in self._key))
        last = row(*(column.type.parameter for column in self._key))
        return Expr(binary(">", columns, last), key, BOOLEAN)
