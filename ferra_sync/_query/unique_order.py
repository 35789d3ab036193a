"""The order of a query completed so that it tells all its rows apart: what pages and batches along keys walk by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any, Final, Literal, NamedTuple

import attrs

from ferra_sync._compiler.grouping import in_some_sets
from ferra_sync._compiler.nullable_side import nullable_side
from ferra_sync._expression import shapes
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.grouping import placed_key, telling
from ferra_sync._expression.nullability import may_be_null
from ferra_sync._expression.order import Order
from ferra_sync._expression.shapes import ASC, DESC, Nulls, children, columns_of, has_aggregate, has_window
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._query.checks import spelled
from ferra_sync._query.clauses import AnyOrder
from ferra_sync._query.select import Select
from ferra_sync._query.sharing import are_same
from ferra_sync._schema.constraints import Columns
from ferra_sync._schema.table import TableMeta, table_meta
from ferra_sync.errors import QueryError

Direction = Literal["asc", "desc"]

_TURNED: Final[dict[Nulls | None, Nulls | None]] = {None: None, "first": "last", "last": "first"}


@attrs.frozen(eq=False)
class Key:
    """An expression that rows are sorted by.

    Attributes:
        expr: what is sorted.
        direction: `"asc"` or `"desc"`.
        nulls: where NULLs stand; None: where PostgreSQL puts them.
        nullable: whether there may be any.
    """

    expr: AnyExpr
    direction: Direction
    nulls: Nulls | None
    nullable: bool

    @property
    def nulls_last(self) -> bool:
        """Whether NULLs come after all values."""
        return self.direction == ASC if self.nulls is None else self.nulls == "last"

    @property
    def order(self) -> AnyOrder:
        """The order that it says."""
        return Order(self.expr, self.direction, self.nulls)

    def reversed(self) -> Key:
        """Return the same the other way round."""
        direction: Direction = DESC if self.direction == ASC else ASC
        return attrs.evolve(self, direction=direction, nulls=_TURNED[self.nulls])


class UniqueOrder(NamedTuple):
    """What the rows of a query are sorted by.

    Attributes:
        keys: no two rows have the same values of these.
        inner: the orders behind them, which choose the row that DISTINCT ON keeps.
    """

    keys: tuple[Key, ...]
    inner: tuple[AnyOrder, ...] = ()


def unique_order(query: Select[Any, Any, Any]) -> UniqueOrder:
    """Return the order of `query`, completed by the primary keys of its tables, which need no row to be read twice.

    Of joins that cannot repeat a row of the first table, its key is enough, and a key that is declared `unique` and is
    never NULL serves as well where the query sorts by it. Groups are told apart by what they are grouped by, distinct
    rows by all that they have, those of `DISTINCT ON` by its expressions.

    Raises:
        QueryError: the rows have nothing that tells them apart, or are not to be read in parts.
    """
    _check(query)
    said = query._said
    keys = _Keys(query)
    orders = said.get("order_by", ())
    on = said.get("distinct")
    if on:
        return _of_distinct_on(keys, orders, on)
    for order in orders:
        keys.add(order)
        if on is None and "group_by" not in said and keys.lacking is None:
            return UniqueOrder(tuple(keys))
    if on is not None:
        keys.complete(query.results())
    elif "group_by" in said:
        keys.complete(telling(said["group_by"]))
    else:
        keys.complete_by_tables()
    return UniqueOrder(tuple(keys))


def _check(query: Select[Any, Any, Any]) -> None:
    """Raise QueryError where the rows of a query depend on which of them are read."""
    said = query._said
    if "limit" in said or "offset" in said:
        raise QueryError("pages and batches along keys limit the rows by themselves, and have no offset")
    if has_window(*(shape for shape, _ in query.items)):
        raise QueryError(
            "pages and batches read some rows at a time, and a function over a window would see no others: "
            "say from_(Derived.of(…)).distinct()"
        )
    if "group_by" not in said and ("having" in said or has_aggregate(*(shape for shape, _ in query.items))):
        raise QueryError("an aggregate without group_by makes one row, and there is nothing to walk along")


def _of_distinct_on(keys: _Keys, orders: tuple[AnyOrder, ...], on: tuple[AnyExpr, ...]) -> UniqueOrder:
    own = tuple(takewhile(lambda order: any(_is_of(order, each) for each in on), orders))
    for order in own:
        keys.add(order)
    keys.complete(on)
    return UniqueOrder(tuple(keys), orders[len(own) :])


def _is_of(order: AnyOrder, expr: AnyExpr) -> bool:
    return children(order.shape) == (expr.shape,) and are_same(order.params, expr.params)


class _Keys:
    """The keys that are gathered for one query."""

    def __init__(self, query: Select[Any, Any, Any]) -> None:
        said, source = query._said, query._source
        self._keys: list[Key] = []
        self._refs: set[object] = set()
        first = source.root.ref
        grouped = tuple(placed_key(each, lambda shape, _: shape) for each in said.get("group_by", ()))
        self._missing = nullable_side(first, source.joins) | in_some_sets(grouped)
        self._tables = source.tables[:1] if source.is_one_row_each else source.tables

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def add(self, order: AnyOrder) -> None:
        """Add what an order says, unless the rows are sorted by that already."""
        match order.shape:
            case ((shapes.ASC | shapes.DESC) as direction, operand, None | "first" | "last" as nulls):
                self._add(Expr(operand, order.params, order.type), direction, nulls)

    def complete(self, expressions: Iterable[AnyExpr]) -> None:
        """Add expressions, in the direction of the last order."""
        direction = self._keys[-1].direction if self._keys else ASC
        for each in expressions:
            self._add(each, direction, None)

    def complete_by_tables(self) -> None:
        """Add the primary key of each table that is not told apart yet."""
        while (table := self.lacking) is not None:
            key = table.primary_key or next(iter(_other_keys(table)), ())
            if not key:
                cure = "say .distinct()" if table.ref.is_derived else "declare primary_key"
                raise QueryError(f"the rows of {table.name} have no key that tells them apart: {cure}")
            self.complete(key)

    @property
    def lacking(self) -> TableMeta | None:
        """A table whose rows these keys do not tell apart, or None."""
        return next((table for table in self._tables if not self._tell_apart(table)), None)

    def _tell_apart(self, table: TableMeta) -> bool:
        unique = (table.primary_key, *_other_keys(table))
        return any(key and all(column.ref in self._refs for column in key) for key in unique)

    def _add(self, expr: AnyExpr, direction: Direction, nulls: Nulls | None) -> None:
        if any(key.expr.shape == expr.shape and are_same(key.expr.params, expr.params) for key in self._keys):
            return
        if expr.type.kind is FieldType.HSTORE or expr.type.cast == "record[]":
            raise QueryError(f"{expr.label} is {expr.type}, which can be sorted and has no <: sort by something else")
        nullable = may_be_null(expr.shape, iter(expr.params), missing=self._missing)
        self._keys.append(Key(expr, direction, nulls, nullable))
        self._refs.add(expr.shape)


def _other_keys(table: TableMeta) -> Iterator[Columns]:
    """Yield the columns of each unique constraint of which none may be NULL."""
    for unique in table.uniques:
        if not any(column.ref.nullable for column in unique.columns):
            yield unique.columns


def check_shown(keys: Iterable[Key]) -> None:
    """Raise QueryError where a position would show the value of a secret column."""
    for key in keys:
        for ref in columns_of(key.expr.shape):
            if table_meta(ref.table.owner).is_secret(ref):
                raise QueryError(f"{spelled(ref)} is secret, and a token would show it: sort by another column")
