"""Set operations: `a.union(b)`, whose rows are those of several queries, and can be sorted, cut and combined again."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterator
from typing import Any, Generic, Never, Self

import attrs

from ferra_sync._compiler.shapes import CompoundShape, CteShape, RowsShape, SetOperator
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import Opt
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.order import Order
from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._expression.shapes import ASC, Items, children, order, place, rebuilt
from ferra_sync._expression.sqltypes import BIGINT, MAX_BIGINT
from ferra_sync._expression.typevars import App, R, R_co
from ferra_sync._query.checks import advice, check_expressions, named
from ferra_sync._query.clauses import AnyOrder, ascending, no_count
from ferra_sync._query.from_item import Cte, with_more
from ferra_sync._query.query import RowQuery
from ferra_sync._query.sharing import are_same
from ferra_sync._query.subquery import Subquery
from ferra_sync.errors import QueryError


class Combinable(RowQuery[R_co], Subquery[R_co, Never, Never], Generic[App, R_co]):
    """A query whose rows can be combined with another's: a SELECT, or a set operation.

    Both have the same number of items, and these the same types; a model is the same in both. A column may be NULL
    where it may in one of them, after `intersect` where it may in both, after `except_` where it may in the first.

    App: what order_by may name.
    """

    __slots__ = ()

    def union(self: Combinable[App, R], other: Combinable[Any, R]) -> Compound[App, R]:
        """Return the rows of both, each once.

        Raises:
            QueryError: `other` is no SELECT and no set operation; or, when the query is compiled, the rows are not of
                the same types, cannot be compared, or are to be locked.
        """
        return _combined("UNION", self, other)

    def union_all(self: Combinable[App, R], other: Combinable[Any, R]) -> Compound[App, R]:
        """Return the rows of both, as often as they are there; else as `union`."""
        return _combined("UNION ALL", self, other)

    def intersect(self: Combinable[App, R], other: Combinable[Any, R]) -> Compound[App, R]:
        """Return the rows that both have, each once; else as `union`."""
        return _combined("INTERSECT", self, other)

    def intersect_all(self: Combinable[App, R], other: Combinable[Any, R]) -> Compound[App, R]:
        """Return the rows that both have, as often as both have them; else as `union`."""
        return _combined("INTERSECT ALL", self, other)

    def except_(self: Combinable[App, R], other: Combinable[Any, R]) -> Compound[App, R]:
        """Return the rows that `other` has not, each once; else as `union`."""
        return _combined("EXCEPT", self, other)

    def except_all(self: Combinable[App, R], other: Combinable[Any, R]) -> Compound[App, R]:
        """Return the rows, each as many times fewer as `other` has it; else as `union`."""
        return _combined("EXCEPT ALL", self, other)

    @abstractmethod
    def parts(self) -> tuple[RowsShape, tuple[Any, ...]]:
        """Return the shape, and the values beside it; QueryError where the query is not complete."""

    @abstractmethod
    def limit(self, rows: int) -> Self:
        """Return at most `rows` rows."""

    @abstractmethod
    def offset(self, rows: int) -> Self:
        """Leave out the first `rows` rows."""

    @abstractmethod
    def results(self) -> Iterator[AnyExpr]:
        """Yield the columns of a row, models by their fields, as the first SELECT has them."""

    @abstractmethod
    def in_stable_order(self) -> Self:
        """Return the query with an order that leaves no two rows equal; QueryError where there is none."""

    @abstractmethod
    def for_count(self) -> Self:
        """Return the query without what no count needs."""


@attrs.frozen(eq=False, repr=False)
class Compound(Combinable[App, R_co]):
    """The rows of several queries as one: `a.union(b)`, `a.except_(b)`, …; every method returns a new one."""

    _operator: SetOperator
    _parts: tuple[Combinable[Any, Any], ...]
    _order_by: tuple[Hashable, ...] = ()
    _limit: int | None = None
    _offset: int | None = None
    _ctes: tuple[CteShape, ...] = ()
    _cte_params: tuple[Any, ...] = ()

    def with_(self, *queries: Cte[Any]) -> Self:
        """Put queries into WITH, which each of the combined queries may read by their class.

        Raises:
            QueryError: one of that name is there already.
        """
        ctes, params = with_more(self._ctes, queries)
        return attrs.evolve(self, ctes=ctes, cte_params=self._cte_params + params)

    def order_by(self, *orders: Order[App | Opt[App], Any] | Expr[App | Opt[App], Any, Any, Any]) -> Self:
        """Sort by what the first query selects, alone or as a field of a model; a further `order_by` adds to them.

        Raises:
            QueryError: the first query does not select it.
        """
        columns = tuple(self.results())
        added = [_by_place(each if isinstance(each, Order) else ascending(each), columns) for each in orders]
        return attrs.evolve(self, order_by=(*self._order_by, *added))

    def limit(self, rows: int) -> Self:
        """Return at most `rows` rows."""
        if not is_whole_number(rows, 0, MAX_BIGINT):
            raise no_count("limit")
        return attrs.evolve(self, limit=rows)

    def offset(self, rows: int) -> Self:
        """Leave out the first `rows` rows."""
        if not is_whole_number(rows, 0, MAX_BIGINT):
            raise no_count("offset")
        return attrs.evolve(self, offset=rows)

    def first(self) -> Self:
        """Return the query for its first row alone: with LIMIT 1 where it has no limit."""
        return self.limit(1) if self._limit is None else self

    @property
    def target(self) -> TableRef | None:
        """The table of the first query; None where it has none."""
        return self._parts[0].target

    @property
    def items(self) -> Items:
        """What the first query selects."""
        return self._parts[0].items

    @property
    def selections(self) -> tuple[Items, ...]:
        """The items of each SELECT in it, the first one's first."""
        return tuple(items for part in self._parts for items in part.selections)

    def results(self) -> Iterator[AnyExpr]:
        """Yield the columns of a row, models by their fields, as the first SELECT has them."""
        return self._parts[0].results()

    def in_stable_order(self) -> Self:
        """Return the query sorted by all its columns, those that it is sorted by already first.

        Raises:
            QueryError: it has a limit or an offset, or a column of a type that has no order.
        """
        if self._limit is not None or self._offset is not None:
            raise QueryError("a page sets limit and offset itself")
        columns = tuple(self.results())
        check_expressions("order_by", columns)
        ordered = {operand for each in self._order_by for operand in children(each)}
        places = [each for each in map(place, range(1, len(columns) + 1)) if each not in ordered]
        return attrs.evolve(self, order_by=(*self._order_by, *(order(ASC, each, None) for each in places)))

    def for_count(self) -> Self:
        """Return the query without ORDER BY, which no count needs."""
        return attrs.evolve(self, order_by=())

    def parts(self) -> tuple[CompoundShape, tuple[Any, ...]]:
        """Return the shape, and the values of the queries one after the other.

        Raises:
            QueryError: one of the queries is not complete.
        """
        parts: list[RowsShape] = []
        params: list[Any] = [*self._cte_params]
        for part in self._parts:
            shape, values = part.parts()
            parts.append(shape)
            params += values
        shape = CompoundShape(
            operator=self._operator,
            ctes=self._ctes,
            parts=tuple(parts),
            order_by=self._order_by,
            limit=None if self._limit is None else BIGINT,
            offset=None if self._offset is None else BIGINT,
        )
        return shape, (*params, *(rows for rows in (self._limit, self._offset) if rows is not None))

    def combined(self, operator: SetOperator, other: Combinable[Any, Any]) -> Compound[App, Any]:
        """Return the combination with `other`, as flat as it came: `(a - b) - c` is `a - b - c`."""
        is_bare = not (self._order_by or self._ctes) and self._limit is None and self._offset is None
        own = self._parts if is_bare and self._operator == operator else (self,)
        return Compound(operator, (*own, other))


def _combined(operator: SetOperator, first: Combinable[App, R], other: object) -> Compound[App, R]:
    if not isinstance(other, Combinable):
        raise QueryError(f"{operator} takes a SELECT or a set operation, not {named(other)}{advice(other)}")
    if isinstance(first, Compound):
        return first.combined(operator, other)
    return Compound(operator, (first, other))


def _by_place(order: AnyOrder, columns: tuple[AnyExpr, ...]) -> Hashable:
    """Return an order by the place of its expression; its values are those of the expression that is selected."""
    (operand,) = children(order.shape)
    number = next((n for n, each in enumerate(columns, start=1) if _is_same(each, operand, order.params)), None)
    if number is not None:
        return rebuilt(order.shape, lambda _: place(number))
    label = repr(operand) if isinstance(operand, ColumnRef) else "the expression"
    raise QueryError(f"order_by of a set operation takes what its first query selects, and {label} is not among it")


def _is_same(column: AnyExpr, shape: Hashable, params: tuple[Any, ...]) -> bool:
    return column.shape == shape and are_same(column.params, params)
