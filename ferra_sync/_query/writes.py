"""What INSERT, UPDATE and DELETE share: RETURNING."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Generic, TypeVar, overload

from ferra_sync._compiler.shapes import SelectShape
from ferra_sync._expression.expression import Expr, Selectable
from ferra_sync._expression.markers import Plain
from ferra_sync._expression.shapes import Items, TableRef
from ferra_sync._expression.sqltypes import BOOLEAN
from ferra_sync._query.query import Parts, Query, RowQuery, item_of
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import QueryError

S = TypeVar("S")
R_co = TypeVar("R_co", covariant=True)
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")


class Write(Query, Generic[S]):
    """A statement that changes rows of one table."""

    __slots__ = ("_table",)

    _table: TableMeta

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

    @overload
    def returning(self, a: Selectable[S, A, Plain], /) -> Returning[A]: ...
    @overload
    def returning(self, a: Selectable[S, A, Plain], b: Selectable[S, B, Plain], /) -> Returning[tuple[A, B]]: ...
    @overload
    def returning(
        self, a: Selectable[S, A, Plain], b: Selectable[S, B, Plain], c: Selectable[S, C, Plain], /
    ) -> Returning[tuple[A, B, C]]: ...
    @overload
    def returning(
        self,
        a: Selectable[S, A, Plain],
        b: Selectable[S, B, Plain],
        c: Selectable[S, C, Plain],
        d: Selectable[S, D, Plain],
        /,
    ) -> Returning[tuple[A, B, C, D]]: ...
    @overload
    def returning(
        self,
        a: Selectable[S, A, Plain],
        b: Selectable[S, B, Plain],
        c: Selectable[S, C, Plain],
        d: Selectable[S, D, Plain],
        e: Selectable[S, E, Plain],
        /,
    ) -> Returning[tuple[A, B, C, D, E]]: ...
    @overload
    def returning(
        self,
        a: Selectable[S, A, Plain],
        b: Selectable[S, B, Plain],
        c: Selectable[S, C, Plain],
        d: Selectable[S, D, Plain],
        e: Selectable[S, E, Plain],
        f: Selectable[S, F, Plain],
        /,
    ) -> Returning[tuple[A, B, C, D, E, F]]: ...
    def returning(self, *items: Any) -> Returning[Any]:
        """Return the rows as they are after the write (a DELETE: as they were): one item, or a tuple of several."""
        if not items:
            raise QueryError("returning takes at least one item")
        return Returning(self, items)


class Returning(RowQuery[R_co]):
    """A write whose rows are `R_co`."""

    __slots__ = ("_items", "_values", "write")

    write: Write[Any]

    def __init__(self, write: Write[Any], items: tuple[object, ...]) -> None:
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

    @property
    def items(self) -> Items:
        """What is returned."""
        return self._items

    def parts(self) -> Parts:
        """Return the shape, and the values beside it."""
        return self.write.with_returning(self._items, self._values)


def writable(table: TableMeta) -> TableMeta:
    """Return a table that can be written; QueryError for an alias of it."""
    if table.ref.alias is not None:
        raise QueryError(f"{table.ref.alias} is an alias; write to the table {table.name} itself")
    return table


def read_instead(
    table: TableMeta, where: tuple[Expr[Any, Any, Any], ...], items: Items, values: tuple[Any, ...]
) -> Parts:
    """Return the SELECT that gives the rows a write would, where the write has nothing to change."""
    params = values + tuple(value for predicate in where for value in predicate.params)
    columns = items or tuple((column.ref, column.type) for column in table.attributes.values())
    shapes = tuple(predicate.shape for predicate in where)
    return SelectShape(items=columns, table=table.ref, where=shapes), params


NOTHING = Expr[Any, Any, Any](BOOLEAN, (False,), BOOLEAN)
"""The predicate that no row fulfils."""
