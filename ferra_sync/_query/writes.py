"""What INSERT, UPDATE and DELETE share: WITH and RETURNING."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from functools import partial
from typing import Any, Final, Self

from ferra_sync._compiler.shapes import SelectShape
from ferra_sync._expression.expression import AnyExpr
from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._expression.shapes import Items, rebuilt
from ferra_sync._expression.typevars import R_co
from ferra_sync._query.from_item import Cte
from ferra_sync._query.query import Query, RowQuery, Versioned, item_of
from ferra_sync._query.shown import Parts
from ferra_sync._query.source import Source, column_named
from ferra_sync._schema.old_new import which_row
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import QueryError


class Write(Query):
    """A statement that changes rows of one table."""

    __slots__ = ("_source", "_table")

    _table: TableMeta
    _source: Source
    """What it reads beside its table: its FROM or USING, and its WITH."""

    def __init__(self, table: TableMeta) -> None:
        self._table = writable(table)
        self._source = NOWHERE

    @abstractmethod
    def _copy(self) -> Self: ...

    def with_(self, *queries: Cte[Any]) -> Self:
        """Put queries into WITH, beside those that FROM has brought: what the write says may read them.

        Raises:
            QueryError: one of that name is there already.
        """
        copy = self._copy()
        copy._source = self._source.with_queries(queries)
        return copy

    @property
    def target(self) -> TableRef:
        """The table that is written."""
        return self._table.ref

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write, so that nothing needs to be sent."""
        return False

    def parts(self) -> Parts:
        """Return the shape, and the values beside it."""
        return self.with_returning((), ())

    @abstractmethod
    def with_returning(self, items: Items, values: tuple[Any, ...]) -> Parts:
        """Return the shape and the values of this statement that returns `items`, whose own values are `values`."""


NOWHERE: Final = Source(())
"""What a write reads that reads its own table alone."""


class Returning(RowQuery[R_co]):
    """A write whose rows are `R_co`."""

    __slots__ = ("_items", "_values", "write")

    write: Write

    def __init__(self, write: Write, items: tuple[object, ...]) -> None:
        chosen = [item_of(item) for item in items]
        self.write = write
        self._items = tuple((item.shape, item.type) for item in chosen)
        self._values = tuple(value for item in chosen for value in item.params)

    @property
    def target(self) -> TableRef:
        """The table that is written."""
        return self.write.target

    @property
    def key(self) -> object:
        """The key that `find` was given, or None."""
        return self.write.key

    def versioned(self) -> Versioned | None:
        """Return of which version the row must be that is written."""
        return self.write.versioned()

    @property
    def items(self) -> Items:
        """What is returned."""
        return self._items

    def parts(self) -> Parts:
        """Return the shape, and the values beside it."""
        return self.write.with_returning(self._items, self._values)


def returned(write: Write, items: tuple[object, ...]) -> Returning[Any]:
    """Return the write whose rows are these items."""
    if not items:
        raise QueryError("returning takes at least one item")
    return Returning(write, items)


def writable(table: TableMeta) -> TableMeta:
    """Return a table that can be written; QueryError for an alias of it, and for what a query makes."""
    if table.ref.is_derived:
        raise QueryError(f"{table.ref.owner.__name__} is made by a query and cannot be written")
    if table.ref.alias is not None:
        raise QueryError(f"{table.ref.alias} is an alias; write to the table {table.name} itself")
    return table


def read_instead(
    table: TableMeta,
    where: tuple[AnyExpr, ...],
    items: Items,
    values: tuple[Any, ...],
    source: Source = NOWHERE,
) -> Parts:
    """Return the SELECT that gives the rows a write would, where the write has nothing to change.

    Raises:
        QueryError: it reads other tables too.
    """
    if source.tables and items:
        raise QueryError(f"nothing is set in {table.name}, so that there is no write to return rows of several tables")
    params = source.cte_params + values + tuple(value for predicate in where for value in predicate.params)
    columns: Items = tuple((_as_it_is(shape, table), sql_type) for shape, sql_type in items)
    columns = columns or tuple((column.ref, column.type) for column in table.attributes.values())
    shapes = tuple(predicate.shape for predicate in where)
    return SelectShape(items=columns, table=table.ref, where=shapes, ctes=source.ctes), params


def _as_it_is(shape: Hashable, table: TableMeta) -> Hashable:
    """Return an item of RETURNING where nothing is changed: the old and the new row are the one that is there."""
    match shape:
        case TableRef():
            return shape if which_row(shape) is None else table.ref
        case ColumnRef():
            return shape if which_row(shape.table) is None else column_named(table, shape.name)
        case _:
            return rebuilt(shape, partial(_as_it_is, table=table))
