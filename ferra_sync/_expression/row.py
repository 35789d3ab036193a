"""Rows of several values that are compared as one, the first items first."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import Any, ClassVar, Final, Generic, Never, NoReturn, TypeAlias, TypeVar, overload

from ferra_sync._expression import shapes
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.operators import Node, check_listed, comparison, distinction, listing
from ferra_sync._expression.rows import Rows
from ferra_sync._expression.shapes import children
from ferra_sync._expression.sqltypes import BOOLEAN
from ferra_sync._expression.typevars import G2, N2, S2, G_co, N_co, S_co, T, T_co
from ferra_sync._expression.values import Value
from ferra_sync.errors import QueryError

MAX_ITEMS: Final = 16

M_co = TypeVar("M_co", covariant=True)

_Side: TypeAlias = "tuple[Hashable, Sequence[Any]]"
"""A shape, and the values in it."""


class Row(Value, Generic[S_co, T_co, M_co, N_co, G_co]):
    """Several expressions or values, compared as one.

    T: a tuple of what may stand beside them. M: the same, each or None.
    """

    __slots__ = ("items",)
    __hash__: ClassVar[None]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleMethodOverride] - == builds SQL

    items: tuple[Any, ...]

    def __init__(self, items: tuple[Any, ...]) -> None:
        if not 1 < len(items) <= MAX_ITEMS:
            raise QueryError(f"a row has 2 to {MAX_ITEMS} items, not {len(items)}")
        self.items = items

    def __bool__(self) -> NoReturn:
        raise TypeError("a row has no truth value in Python; compare it with another")

    def __repr__(self) -> str:
        return f"<Row of {len(self.items)}>"

    def __eq__(  # type: ignore[override]  # == builds SQL
        self: Row[Any, T, Any, Any, Any], other: Row[S2, T, object, N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]:
        return _compared("=", self, other)

    def __ne__(  # type: ignore[override]  # != builds SQL
        self: Row[Any, T, Any, Any, Any], other: Row[S2, T, object, N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]:
        return _compared("<>", self, other)

    def __lt__(
        self: Row[Any, T, Any, Any, Any], other: Row[S2, T, object, N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]:
        return _compared("<", self, other)

    def __le__(
        self: Row[Any, T, Any, Any, Any], other: Row[S2, T, object, N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]:
        return _compared("<=", self, other)

    def __gt__(
        self: Row[Any, T, Any, Any, Any], other: Row[S2, T, object, N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]:
        return _compared(">", self, other)

    def __ge__(
        self: Row[Any, T, Any, Any, Any], other: Row[S2, T, object, N2, G2]
    ) -> Expr[S_co | S2, bool, N_co | N2, G_co | G2]:
        return _compared(">=", self, other)

    def is_distinct_from(
        self: Row[Any, Any, T, Any, Any], other: Row[S2, object, T, object, G2]
    ) -> Expr[S_co | S2, bool, Never, G_co | G2]:
        """`IS DISTINCT FROM`: `<>` that takes NULL for a value like any other."""
        return _compared("is distinct from", self, other)

    def is_not_distinct_from(
        self: Row[Any, Any, T, Any, Any], other: Row[S2, object, T, object, G2]
    ) -> Expr[S_co | S2, bool, Never, G_co | G2]:
        """`IS NOT DISTINCT FROM`: `=` that takes NULL for a value like any other."""
        return _compared("is not distinct from", self, other)

    @overload
    def is_in(self: Row[Any, Any, T, Any, Any], rows: Rows[T, S2, G2]) -> Expr[S_co | S2, bool, None, G_co | G2]: ...
    @overload
    def is_in(self: Row[Any, T, Any, Any, Any], rows: Collection[T]) -> Expr[S_co, bool, N_co, G_co]: ...
    def is_in(self, rows: object) -> AnyExpr:
        """`IN (SELECT … FROM unnest(…))` of tuples, one shape for every number of them; of a query `IN (SELECT …)`.

        Raises:
            QueryError: there are neither tuples nor a query of as many columns, an item of this row is a value, or one
                of theirs is NULL or of another type.
        """
        items = tuple([_expression(each) for each in self.items])
        if isinstance(rows, Rows):
            return _in_query(items, rows)
        if isinstance(rows, (str, bytes)) or not isinstance(rows, Collection):
            raise QueryError(f"is_in of a row takes tuples or a query, not {described(rows)}")
        for item in items:
            check_listed("is_in of a row", item)
        return in_rows(items, _columns(len(items), rows))


AnyRow: TypeAlias = "Row[Any, Any, Any, Any, Any]"


def in_rows(items: Sequence[AnyExpr], columns: Sequence[list[Any]], *, nulls: bool = False) -> AnyExpr:
    """Return `(a, b) IN (SELECT * FROM unnest($1, $2))`: one shape for every number of rows.

    Args:
        items: what is looked for.
        columns: its values, a list for each item.
        nulls: whether None, which is found nowhere, may be among them.
    """
    pairs = zip(items, columns, strict=True)
    types, lists = zip(*(listing(item, listed, nulls=nulls) for item, listed in pairs), strict=True)
    looked_for = shapes.row(*(item.shape for item in items))
    params = tuple([value for item in items for value in item.params])
    return Expr(shapes.operation("in rows", looked_for, shapes.row(*types)), (*params, *lists), BOOLEAN)


def _columns(width: int, rows: Iterable[object]) -> list[list[Any]]:
    columns: list[list[Any]] = [[] for _ in range(width)]
    for each in rows:
        if not isinstance(each, tuple) or len(each) != width:
            given = f"one of {len(each)}" if isinstance(each, tuple) else described(each)
            raise QueryError(f"is_in of a row of {width} takes tuples of as many values, not {given}")
        for column, value in zip(columns, each, strict=True):
            column.append(value)
    return columns


def _in_query(items: Sequence[AnyExpr], rows: Rows[Any, Any, Any]) -> AnyExpr:
    shape, params, types = rows.as_columns()
    if len(types) != len(items):
        raise QueryError(f"is_in of a row of {len(items)} takes a query of as many columns; this one has {len(types)}")
    for item, sql_type in zip(items, types, strict=True):
        comparison(Node, "=", item, Node(shape, (), sql_type))  # What `=` refuses, IN refuses.
    values = tuple([value for item in items for value in item.params])
    looked_for = shapes.row(*(item.shape for item in items))
    return Expr(shapes.operation("in", looked_for, shape), values + params, BOOLEAN)


def _expression(item: object) -> AnyExpr:
    if not isinstance(item, Expr):
        raise QueryError(f"is_in of a row takes a row of columns and expressions; this one has {described(item)}")
    return item


def _compared(op: str, left: AnyRow, right: object) -> AnyExpr:
    if not isinstance(right, Row):
        raise QueryError(f"a row {op} takes another, row(…), not {described(right)}")
    if len(left.items) != len(right.items):
        raise QueryError(f"a row of {len(left.items)} {op} takes another of as many, not of {len(right.items)}")
    sides = zip(*map(_pair, [op] * len(left.items), left.items, right.items), strict=True)
    (shape, values), (other, others) = map(_joined, sides)
    return Expr(shapes.binary(op, shape, other), (*values, *others), BOOLEAN)


def _pair(op: str, left: object, right: object) -> tuple[_Side, _Side]:
    """Return the item of each row; what the operator refuses of two expressions, it refuses of two items."""
    check = distinction if op.startswith("is") else comparison
    expr, other = (left, right) if isinstance(left, Expr) else (right, left)
    if not isinstance(expr, Expr):
        raise QueryError(f"a row {op} another needs a column or an expression in each place of one of them")
    made = check(Node, op, expr, other)
    first, second = children(made.shape)
    own = len(expr.params)
    sides = (first, made.params[:own]), (second, made.params[own:])
    return sides if expr is left else (sides[1], sides[0])


def _joined(sides: Sequence[_Side]) -> _Side:
    return shapes.row(*(shape for shape, _ in sides)), [value for _, values in sides for value in values]
