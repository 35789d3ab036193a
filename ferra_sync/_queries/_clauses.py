"""The clauses that every SELECT has, whether its select list is known already or not."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Generic, Self, TypeVar

from ferra_sync._constraints import Columns
from ferra_sync._expressions import AnyExpr, Expr, Opt, Order, Plain
from ferra_sync._mapping import selection
from ferra_sync._models import FerraModel
from ferra_sync._queries._joins import How, Source
from ferra_sync._queries._keys import belongs_to, key_is
from ferra_sync._schema import Table
from ferra_sync._shapes import GroupShape, Items, SelectShape, TableRef
from ferra_sync._sqltypes import BIGINT
from ferra_sync.errors import QueryError

Sel = TypeVar("Sel")
App = TypeVar("App")
Q = TypeVar("Q", bound="Clauses[Any, Any]")

AnyOrder = Order[Any, Any]


class Clauses(Generic[Sel, App]):
    """The parts of a SELECT; every method returns a new one.

    Sel: what may be selected. App: what where, on and order_by may name.
    """

    __slots__ = (
        "_distinct",
        "_groups",
        "_having",
        "_item_params",
        "_items",
        "_key",
        "_limit",
        "_offset",
        "_order",
        "_source",
        "_where",
    )

    _source: Source
    _items: Items
    _item_params: tuple[tuple[Any, ...], ...]
    _where: tuple[AnyExpr, ...]
    _groups: tuple[AnyExpr, ...]
    _having: tuple[AnyExpr, ...]
    _order: tuple[AnyOrder, ...]
    _limit: int | None
    _offset: int | None
    _distinct: tuple[AnyExpr, ...] | None
    _key: object

    def __init__(self, source: Source) -> None:
        self._source = source
        self._items = ()
        self._item_params = ()
        self._where = self._groups = self._having = self._order = ()
        self._limit = self._offset = self._distinct = self._key = None

    def _as(self, cls: type[Q]) -> Q:
        """Return a copy that is a `cls`, another class of clauses."""
        copy: Any = object.__new__(cls)
        copy._source = self._source
        copy._items = self._items
        copy._item_params = self._item_params
        copy._where = self._where
        copy._groups = self._groups
        copy._having = self._having
        copy._order = self._order
        copy._limit = self._limit
        copy._offset = self._offset
        copy._distinct = self._distinct
        copy._key = self._key
        made: Q = copy
        return made

    def _joined(self, cls: type[Q], how: How, table: type[Table], on: AnyExpr | None) -> Q:
        copy = self._as(cls)
        copy._source = self._source.joined(how, table, on)
        return copy

    @property
    def target(self) -> TableRef:
        """The first table."""
        return self._source.root.ref

    @property
    def key(self) -> object:
        """The key that `find` was given, or None."""
        return self._key

    def where(self, *predicates: Expr[App | Opt[App], bool | None, Plain]) -> Self:
        """Keep the rows for which all predicates hold; a further `where` adds to them."""
        for predicate in predicates:
            if not isinstance(predicate, Expr) or predicate.type.classes != (bool,):
                raise QueryError(f"where takes predicates, not {predicate!r}")
        copy = self._as(type(self))
        copy._where = self._where + predicates
        return copy

    def find(self, key: object) -> Self:
        """Keep the row with this primary key; a tuple where the key has several columns.

        Raises:
            QueryError: the table has no primary key, or the key has the wrong type or number of values.
        """
        copy = self.where(*key_is(self._source.root, key))
        copy._key = key
        return copy

    def belonging_to(
        self, parents: FerraModel[Any] | Sequence[FerraModel[Any]], *, by: Expr[App, Any, Plain] | None = None
    ) -> Self:
        """Keep the rows that reference one of `parents`; `by` names the column where several foreign keys could.

        Raises:
            QueryError: no foreign key leads to the parents' table, or several do.
        """
        return self.where(belongs_to(self._source.root, parents, by))

    def order_by(self, *orders: Order[App | Opt[App], Any] | Expr[App | Opt[App], Any, Any]) -> Self:
        """Sort by these, ascending where an order does not say `.desc()`; a further `order_by` adds to them."""
        copy = self._as(type(self))
        copy._order = (*self._order, *(each if isinstance(each, Order) else _ascending(each) for each in orders))
        return copy

    def limit(self, rows: int) -> Self:
        """Return at most `rows` rows."""
        copy = self._as(type(self))
        copy._limit = _checked_count(rows, "limit")
        return copy

    def offset(self, rows: int) -> Self:
        """Leave out the first `rows` rows."""
        copy = self._as(type(self))
        copy._offset = _checked_count(rows, "offset")
        return copy

    def distinct(self, *on: Expr[App | Opt[App], Any, Plain]) -> Self:
        """Leave out rows that are equal; with expressions, `DISTINCT ON`: the first row for each of their values."""
        copy = self._as(type(self))
        copy._distinct = on
        return copy

    # What pages and batches ask for

    @property
    def primary_key(self) -> Columns:
        """The first table's primary key; QueryError where it has none."""
        key = self._source.root.primary_key
        if not key:
            raise QueryError(f"table {self.target.name} has no primary key")
        return key

    def in_stable_order(self) -> Self:
        """Return the query with an order that leaves no two rows equal.

        Raises:
            QueryError: it has a limit or an offset, or a table without a primary key and no order_by.
        """
        if self._limit is not None or self._offset is not None:
            raise QueryError("a page sets limit and offset itself")
        if self._groups:
            return self.order_by(*self._groups)
        if self._distinct is not None:
            return self.order_by(*(Expr(shape, (), sql_type) for shape, sql_type in selection(self._items).columns))
        keys = [table.primary_key for table in self._source.tables]
        if not all(keys) and not self._order:
            raise QueryError(f"the rows of {self.target.name} have no order: say order_by(…)")
        ordered = {order.shape[1] for order in self._order}
        return self.order_by(*(column for key in keys for column in key if column.ref not in ordered))

    def unordered(self) -> Self:
        """Return the query without ORDER BY, which no count needs."""
        copy = self._as(type(self))
        copy._order = ()
        return copy

    # What the parts become

    @property
    def shape(self) -> SelectShape:
        """The query without its values.

        Raises:
            QueryError: nothing is selected.
        """
        if not self._items:
            raise QueryError(f"nothing is selected from {self.target}: say .select(…)")
        return SelectShape(
            None if self._distinct is None else tuple(each.shape for each in self._distinct),
            self._items,
            self._source.root.ref,
            self._source.joins,
            tuple([each.shape for each in self._where]),
            self._group_shape() if self._groups or self._having else None,
            tuple([self._placed_order(each) for each in self._order]),
            None if self._limit is None else BIGINT,
            None if self._offset is None else BIGINT,
        )

    @property
    def params(self) -> tuple[Any, ...]:
        """The values, in the order of the shape's fields."""
        params: tuple[Any, ...] = ()
        for each in self._distinct or ():
            params += each.params
        for values in self._item_params:
            params += values
        params += self._source.params
        for each in self._where:
            params += each.params
        for each in (*self._groups, *self._having):
            params += each.params if self._position(each.shape, each.params) is None else ()
        for order in self._order:
            params += order.params if self._position(order.shape[1], order.params) is None else ()
        if self._limit is not None:
            params += (self._limit,)
        if self._offset is not None:
            params += (self._offset,)
        return params

    def _position(self, shape: Hashable, params: tuple[Any, ...]) -> int | None:
        """Return the place in the select list, from 1, of an equal expression with the same values.

        `GROUP BY f(x, $2)` is not `SELECT f(x, $1)` to PostgreSQL, whatever the values: such a key is named by place.
        """
        if not params:
            return None
        for index, ((item, _), values) in enumerate(zip(self._items, self._item_params, strict=True)):
            if item == shape and values == params:
                return len(selection(self._items[:index]).columns) + 1 if index else 1
        return None

    def _placed(self, expr: AnyExpr) -> Hashable:
        position = self._position(expr.shape, expr.params)
        return expr.shape if position is None else ("position", position)

    def _placed_order(self, order: AnyOrder) -> Hashable:
        direction, shape, nulls = order.shape
        position = self._position(shape, order.params)
        return order.shape if position is None else (direction, ("position", position), nulls)

    def _group_shape(self) -> GroupShape:
        return GroupShape(
            tuple(each.shape for each in self._groups),
            tuple(self._placed(each) for each in self._groups),
            tuple(each.shape for each in self._having),
            tuple((each.ref, tuple(column.ref for column in each.primary_key)) for each in self._source.tables),
        )


def _ascending(expr: object) -> AnyOrder:
    if not isinstance(expr, Expr):
        raise QueryError(f"order_by takes expressions and orders, not {expr!r}")
    return expr.asc()


def _checked_count(rows: object, what: str) -> int:
    if not isinstance(rows, int) or isinstance(rows, bool) or rows < 0:
        raise QueryError(f"{what} takes a whole number from 0")
    return rows
