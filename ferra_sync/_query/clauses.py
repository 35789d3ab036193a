"""The clauses that every SELECT has, whether its select list is known already or not."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial
from typing import Any, Generic, Self, TypeVar

from ferra_sync._compiler.shapes import GroupShape, SelectShape
from ferra_sync._expression.expression import AnyExpr, Expr, Order
from ferra_sync._expression.markers import Opt, Plain
from ferra_sync._expression.shapes import Items, TableRef, children, has_aggregate, rebuilt
from ferra_sync._expression.sqltypes import BIGINT, MAX_BIGINT
from ferra_sync._expression.values import Value
from ferra_sync._model.model import FerraModel
from ferra_sync._model.select_list import select_list
from ferra_sync._query.checks import check_expressions, check_predicates
from ferra_sync._query.keys import belongs_to, key_is
from ferra_sync._query.sharing import Sharing
from ferra_sync._query.source import How, Source
from ferra_sync._schema.constraints import Columns
from ferra_sync._schema.table import Joinable
from ferra_sync.errors import QueryError

Sel = TypeVar("Sel")
App = TypeVar("App")
Q = TypeVar("Q", bound="Clauses[Any, Any]")

AnyOrder = Order[Any, Any]


class Clauses(Value, Generic[Sel, App]):
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

    def _joined(self, cls: type[Q], how: How, table: Joinable[Any], on: AnyExpr | None) -> Q:
        check_predicates("on", () if on is None else (on,))
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
        check_predicates("where", predicates)
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
        copy._order = self._order + tuple([each if isinstance(each, Order) else _ascending(each) for each in orders])
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
        check_expressions("distinct", on)
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
            return self.order_by(*self._results())
        if any(has_aggregate(shape) for shape, _ in self._items):
            return self  # Without GROUP BY an aggregate makes one row.
        keys = [table.primary_key for table in self._source.tables]
        if not all(keys) and not self._order:
            raise QueryError(f"the rows of {self.target.name} have no order: say order_by(…)")
        ordered = {operand for order in self._order for operand in children(order.shape)}
        return self.order_by(*(column for key in keys for column in key if column.ref not in ordered))

    def _results(self) -> Iterator[AnyExpr]:
        for item, params in zip(self._items, self._item_params, strict=True):
            if params:
                yield Expr(item[0], params, item[1])
            else:
                yield from (Expr(shape, (), sql_type) for shape, sql_type in select_list((item,)).columns)

    def unordered(self) -> Self:
        """Return the query without ORDER BY, which no count needs."""
        copy = self._as(type(self))
        copy._order = ()
        return copy

    # What the parts become

    def parts(self) -> tuple[SelectShape, tuple[Any, ...]]:
        """Return the shape, and the values in the order of its fields.

        Raises:
            QueryError: nothing is selected.
        """
        if not self._items:
            raise QueryError(f"nothing is selected from {self.target}: say .select(…)")
        if self._groups or self._having or self._distinct is not None:
            if self._distinct == ():
                check_expressions("distinct", tuple(self._results()))
            return self._shared()
        params: tuple[Any, ...] = ()
        for values in self._item_params:
            params += values
        params += self._source.params
        for each in self._where:
            params += each.params
        for order in self._order:
            params += order.params
        shape = SelectShape(
            (),
            None,
            self._items,
            self._source.root.ref,
            self._source.joins,
            tuple([each.shape for each in self._where]),
            None,
            tuple([each.shape for each in self._order]),
            None if self._limit is None else BIGINT,
            None if self._offset is None else BIGINT,
        )
        return shape, params + self._bounds()

    def _bounds(self) -> tuple[int, ...]:
        return tuple([bound for bound in (self._limit, self._offset) if bound is not None])

    def _shared(self) -> tuple[SelectShape, tuple[Any, ...]]:
        """Return the shape and the values of a query whose clauses repeat one another's expressions."""
        sharing = Sharing((*self._groups, *(self._distinct or ()), *(self._results() if self._distinct == () else ())))
        params: list[Any] = [*sharing.params]

        def placed(shape: Hashable, values: tuple[Any, ...]) -> Hashable:
            rewritten, own = sharing.rewritten(shape, values)
            params.extend(own)
            return rewritten

        distinct = None if self._distinct is None else tuple(placed(each.shape, each.params) for each in self._distinct)
        items = zip(self._items, self._item_params, strict=True)
        placed_items = tuple((placed(shape, values), sql_type) for (shape, sql_type), values in items)
        params.extend(self._source.params)
        where = tuple(placed(each.shape, each.params) for each in self._where)
        group = self._group_shape(placed) if self._groups or self._having else None
        order = tuple(rebuilt(each.shape, partial(placed, values=each.params)) for each in self._order)
        shape = SelectShape(
            sharing.shapes,
            distinct,
            placed_items,
            self._source.root.ref,
            self._source.joins,
            where,
            group,
            order,
            None if self._limit is None else BIGINT,
            None if self._offset is None else BIGINT,
        )
        return shape, (*params, *self._bounds())

    def _group_shape(self, placed: Callable[[Hashable, tuple[Any, ...]], Hashable]) -> GroupShape:
        return GroupShape(
            tuple(placed(each.shape, each.params) for each in self._groups),
            tuple(placed(each.shape, each.params) for each in self._having),
            tuple((each.ref, tuple(column.ref for column in each.primary_key)) for each in self._source.tables),
        )


def _ascending(expr: Any) -> AnyOrder:  # noqa: ANN401 - checked here
    check_expressions("order_by", (expr,))
    order: AnyOrder = expr.asc()
    return order


def _checked_count(rows: object, what: str) -> int:
    if not isinstance(rows, int) or isinstance(rows, bool) or not 0 <= rows <= MAX_BIGINT:
        raise QueryError(f"{what} takes a whole number from 0 to {MAX_BIGINT}")
    return rows
