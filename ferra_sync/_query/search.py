"""What a recursive query says of its way: SEARCH, in which order it meets its rows, and CYCLE, where it has been."""

from __future__ import annotations

from typing import Any, Generic

from ferra_sync._compiler.shapes import SearchShape
from ferra_sync._expression.column import Column
from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._expression.typevars import S_co, T
from ferra_sync._expression.values import Value
from ferra_sync._query.checks import named
from ferra_sync.errors import QueryError


class Search(Value, Generic[S_co]):
    """An order in which a recursive query meets its rows, those of the table S."""

    __slots__ = ("shape",)

    shape: SearchShape

    def __init__(self, shape: SearchShape) -> None:
        self.shape = shape


def depth_first(*by: Column[T, Any, Any]) -> Search[T]:
    """Return the order that follows each way to its end, siblings sorted by columns of the recursive table."""
    return Search(SearchShape("DEPTH", _refs("depth_first", by)))


def breadth_first(*by: Column[T, Any, Any]) -> Search[T]:
    """Return the order that takes the nearest rows first, siblings sorted by columns of the recursive table."""
    return Search(SearchShape("BREADTH", _refs("breadth_first", by)))


def _refs(what: str, columns: tuple[object, ...]) -> tuple[ColumnRef, ...]:
    """Return the columns that `what` was given; QueryError where there is none, or something else."""
    if not columns:
        raise QueryError(f"{what} takes at least one column")
    return tuple(_ref(what, column) for column in columns)


def _ref(what: str, column: object) -> ColumnRef:
    if not isinstance(column, Column):
        raise QueryError(f"{what} takes columns, not {named(column)}")
    return column.ref


def search_shape(search: object, table: TableRef) -> SearchShape | None:
    """Return the shape of SEARCH over a table; QueryError where it is none, or of another one's columns."""
    if search is None:
        return None
    if not isinstance(search, Search):
        raise QueryError(f"search takes depth_first(…) or breadth_first(…), not {named(search)}")
    shape: SearchShape = search.shape
    _check_own("search", shape.by, table)
    return shape


def cycle_shape(columns: tuple[object, ...], table: TableRef) -> tuple[ColumnRef, ...]:
    """Return the columns of CYCLE over a table; QueryError where one is none, or another table's."""
    refs = tuple(_ref("cycle", column) for column in columns)
    _check_own("cycle", refs, table)
    return refs


def _check_own(what: str, refs: tuple[ColumnRef, ...], table: TableRef) -> None:
    for ref in refs:
        if ref.table is not table:
            raise QueryError(f"{what} of {table} takes its own columns, and {ref} is none")
