"""Expressions: what can be selected, compared, ordered by and assigned; a column is one of them.

`Expr[S, T, G]` is covariant in all three. S is the union of the tables it needs. T is its Python type. G says whether
it is a plain value of one row or an aggregate over many; a constant is `Never` and fits both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Hashable
from decimal import Decimal
from typing import Any, ClassVar, Generic, Literal, Never, Protocol, TypeAlias, TypeVar, overload

from ferra_sync._expression import arithmetic, operators, shapes
from ferra_sync._expression.described import described
from ferra_sync._expression.markers import Opt
from ferra_sync._expression.operators import Node
from ferra_sync._expression.shapes import Nulls, operation
from ferra_sync._expression.sqltypes import BOOLEAN, HasSqlType, SqlType, type_of
from ferra_sync._expression.values import Value
from ferra_sync.errors import QueryError

S_co = TypeVar("S_co", covariant=True)
T_co = TypeVar("T_co", covariant=True)
G_co = TypeVar("G_co", covariant=True)
S = TypeVar("S")
S2 = TypeVar("S2")
S3 = TypeVar("S3")
T = TypeVar("T")
V = TypeVar("V")
G = TypeVar("G")
G2 = TypeVar("G2")
G3 = TypeVar("G3")

Number: TypeAlias = "Expr[Any, int | float | Decimal | None, Any]"
Amount: TypeAlias = "Expr[Any, int | float | Decimal | dt.timedelta | None, Any]"
Addable: TypeAlias = "Expr[Any, int | float | Decimal | dt.timedelta | str | list[Any] | None, Any]"
Moment: TypeAlias = "Expr[Any, dt.datetime | None, Any]"
Constant: TypeAlias = "V | Expr[Never, V, Never]"


class Expr(Node, Generic[S_co, T_co, G_co]):
    """An SQL expression: a frozen value that does no I/O."""

    __slots__ = ()
    type: SqlType[T_co]
    __hash__: ClassVar[None]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleMethodOverride] - == builds SQL

    def __bool__(self) -> Never:
        raise TypeError("an SQL expression has no truth value in Python; combine with & | ~")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.shape!r}>"

    def __ferra_select__(self) -> Expr[S_co, T_co, G_co]:
        return self

    # Comparison

    @overload  # type: ignore[override]  # == builds SQL
    def __eq__(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def __eq__(self: Expr[S, V, G], other: V) -> Expr[S, bool, G]: ...
    def __eq__(self, other: object) -> Any:
        return operators.comparison(Expr, "=", self, other)

    @overload  # type: ignore[override]  # != builds SQL
    def __ne__(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def __ne__(self: Expr[S, V, G], other: V) -> Expr[S, bool, G]: ...
    def __ne__(self, other: object) -> Any:
        return operators.comparison(Expr, "<>", self, other)

    @overload
    def __lt__(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def __lt__(self: Expr[S, V, G], other: V) -> Expr[S, bool, G]: ...
    def __lt__(self, other: object) -> AnyExpr:
        return operators.comparison(Expr, "<", self, other)

    @overload
    def __le__(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def __le__(self: Expr[S, V, G], other: V) -> Expr[S, bool, G]: ...
    def __le__(self, other: object) -> AnyExpr:
        return operators.comparison(Expr, "<=", self, other)

    @overload
    def __gt__(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def __gt__(self: Expr[S, V, G], other: V) -> Expr[S, bool, G]: ...
    def __gt__(self, other: object) -> AnyExpr:
        return operators.comparison(Expr, ">", self, other)

    @overload
    def __ge__(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def __ge__(self: Expr[S, V, G], other: V) -> Expr[S, bool, G]: ...
    def __ge__(self, other: object) -> AnyExpr:
        return operators.comparison(Expr, ">=", self, other)

    @overload
    def is_distinct_from(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def is_distinct_from(self: Expr[S, V, G], other: V | None) -> Expr[S, bool, G]: ...
    def is_distinct_from(self, other: object) -> AnyExpr:
        """`IS DISTINCT FROM`: `<>` that takes NULL for a value like any other."""
        return operators.distinction(Expr, "is distinct from", self, other)

    @overload
    def is_not_distinct_from(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def is_not_distinct_from(self: Expr[S, V, G], other: V | None) -> Expr[S, bool, G]: ...
    def is_not_distinct_from(self, other: object) -> AnyExpr:
        """`IS NOT DISTINCT FROM`: `=` that takes NULL for a value like any other."""
        return operators.distinction(Expr, "is not distinct from", self, other)

    def is_in(self: Expr[S, V, G], values: Collection[V]) -> Expr[S, bool, G]:
        """`= ANY($1)`: one shape for every number of values, none included.

        Raises:
            QueryError: the values are no collection, or one of them is NULL or of another type.
        """
        return operators.membership(Expr, "= any", self, values)

    def is_not_in(self: Expr[S, V, G], values: Collection[V]) -> Expr[S, bool, G]:
        """`<> ALL($1)`: true for every row where there are no values."""
        return operators.membership(Expr, "<> all", self, values)

    @overload
    def between(
        self: Expr[S, V, G], low: Expr[S2, V | None, G2], high: Expr[S3, V | None, G3]
    ) -> Expr[S | S2 | S3, bool, G | G2 | G3]: ...
    @overload
    def between(self: Expr[S, V, G], low: V, high: V) -> Expr[S, bool, G]: ...
    def between(self, low: object, high: object) -> AnyExpr:
        """`BETWEEN low AND high`, both included."""
        return operators.between(Expr, self, low, high)

    def is_null(self) -> Expr[S_co, bool, G_co]:
        """`IS NULL`."""
        return Expr(operation("is null", self.shape), self.params, BOOLEAN)

    def is_not_null(self) -> Expr[S_co, bool, G_co]:
        """`IS NOT NULL`."""
        return Expr(operation("is not null", self.shape), self.params, BOOLEAN)

    # Logic

    def __and__(self: Expr[S, bool | None, G], other: Expr[S2, bool | None, G2]) -> Expr[S | S2, bool, G | G2]:
        return operators.connective(Expr, shapes.AND, self, other)

    def __or__(self: Expr[S, bool | None, G], other: Expr[S2, bool | None, G2]) -> Expr[S | S2, bool, G | G2]:
        return operators.connective(Expr, shapes.OR, self, other)

    def __invert__(self: Expr[S, bool | None, G]) -> Expr[S, bool, G]:
        operators.require_boolean(self, "~")
        return Expr(operation("not", self.shape), self.params, BOOLEAN)

    # Arithmetic: the type of self says for which types there is any, T_co that both sides are of one type.

    @overload
    def __add__(self: Moment, other: dt.timedelta) -> Expr[S_co, T_co, G_co]: ...
    @overload
    def __add__(self: Moment, other: Expr[S2, dt.timedelta, G2]) -> Expr[S_co | S2, T_co, G_co | G2]: ...
    @overload
    def __add__(self: Moment, other: Expr[S2, dt.timedelta | None, G2]) -> Expr[S_co | S2, T_co | None, G_co | G2]: ...
    @overload
    def __add__(self: Addable, other: Constant[T_co]) -> Expr[S_co, T_co, G_co]: ...
    @overload
    def __add__(self: Addable, other: Expr[S2, T_co, G2]) -> Expr[S_co | S2, T_co, G_co | G2]: ...
    @overload
    def __add__(self: Addable, other: Expr[S2, T_co | None, G2]) -> Expr[S_co | S2, T_co | None, G_co | G2]: ...
    def __add__(self, other: object) -> AnyExpr:
        return arithmetic.arithmetic(Expr, "+", self, other)

    @overload
    def __sub__(self: Moment, other: dt.timedelta) -> Expr[S_co, T_co, G_co]: ...
    @overload
    def __sub__(self: Moment, other: Expr[S2, dt.timedelta, G2]) -> Expr[S_co | S2, T_co, G_co | G2]: ...
    @overload
    def __sub__(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - in Expr[S, None] alone
        self: Moment, other: Expr[S2, dt.timedelta | None, G2]
    ) -> Expr[S_co | S2, T_co | None, G_co | G2]: ...
    @overload
    def __sub__(
        self: Expr[Any, dt.datetime, Any], other: Expr[S2, dt.datetime, G2]
    ) -> Expr[S_co | S2, dt.timedelta, G_co | G2]: ...
    @overload
    def __sub__(
        self: Moment, other: Expr[S2, dt.datetime | None, G2]
    ) -> Expr[S_co | S2, dt.timedelta | None, G_co | G2]: ...
    @overload
    def __sub__(self: Amount, other: Constant[T_co]) -> Expr[S_co, T_co, G_co]: ...
    @overload
    def __sub__(self: Amount, other: Expr[S2, T_co, G2]) -> Expr[S_co | S2, T_co, G_co | G2]: ...
    @overload
    def __sub__(self: Amount, other: Expr[S2, T_co | None, G2]) -> Expr[S_co | S2, T_co | None, G_co | G2]: ...
    def __sub__(self, other: object) -> AnyExpr:
        return arithmetic.arithmetic(Expr, "-", self, other)

    @overload
    def __mul__(self: Number, other: Constant[T_co]) -> Expr[S_co, T_co, G_co]: ...
    @overload
    def __mul__(self: Number, other: Expr[S2, T_co, G2]) -> Expr[S_co | S2, T_co, G_co | G2]: ...
    @overload
    def __mul__(self: Number, other: Expr[S2, T_co | None, G2]) -> Expr[S_co | S2, T_co | None, G_co | G2]: ...
    def __mul__(self, other: object) -> AnyExpr:
        return arithmetic.arithmetic(Expr, "*", self, other)

    @overload
    def __truediv__(self: Number, other: Constant[T_co]) -> Expr[S_co, T_co, G_co]: ...
    @overload
    def __truediv__(self: Number, other: Expr[S2, T_co, G2]) -> Expr[S_co | S2, T_co, G_co | G2]: ...
    @overload
    def __truediv__(self: Number, other: Expr[S2, T_co | None, G2]) -> Expr[S_co | S2, T_co | None, G_co | G2]: ...
    def __truediv__(self, other: object) -> AnyExpr:
        """`/` as PostgreSQL means it: whole numbers divide to a whole number."""
        return arithmetic.arithmetic(Expr, "/", self, other)

    @overload
    def __mod__(self: Number, other: Constant[T_co]) -> Expr[S_co, T_co, G_co]: ...
    @overload
    def __mod__(self: Number, other: Expr[S2, T_co, G2]) -> Expr[S_co | S2, T_co, G_co | G2]: ...
    @overload
    def __mod__(self: Number, other: Expr[S2, T_co | None, G2]) -> Expr[S_co | S2, T_co | None, G_co | G2]: ...
    def __mod__(self, other: object) -> AnyExpr:
        return arithmetic.arithmetic(Expr, "%", self, other)

    def __radd__(self: Addable, other: Constant[T_co]) -> Expr[S_co, T_co, G_co]:
        return arithmetic.reflected(Expr, "+", other, self)

    def __rsub__(self: Amount, other: Constant[T_co]) -> Expr[S_co, T_co, G_co]:
        return arithmetic.reflected(Expr, "-", other, self)

    def __rmul__(self: Number, other: Constant[T_co]) -> Expr[S_co, T_co, G_co]:
        return arithmetic.reflected(Expr, "*", other, self)

    def __rtruediv__(self: Number, other: Constant[T_co]) -> Expr[S_co, T_co, G_co]:
        return arithmetic.reflected(Expr, "/", other, self)

    def __rmod__(self: Number, other: Constant[T_co]) -> Expr[S_co, T_co, G_co]:
        return arithmetic.reflected(Expr, "%", other, self)

    def __neg__(self: Amount) -> Expr[S_co, T_co, G_co]:
        return arithmetic.negated(Expr, self)

    # Text

    def like(self: Expr[S, str | None, G], pattern: str) -> Expr[S, bool, G]:
        r"""`LIKE` with a raw pattern: `%` and `_` are wild, `\` escapes them."""
        return operators.matching(Expr, "like", self, pattern)

    def ilike(self: Expr[S, str | None, G], pattern: str) -> Expr[S, bool, G]:
        """`ILIKE` with a raw pattern: `like` without regard to case."""
        return operators.matching(Expr, "ilike", self, pattern)

    def contains(self: Expr[S, str | None, G], part: str) -> Expr[S, bool, G]:
        """Whether `part` occurs, letter for letter: nothing in it is wild."""
        return operators.matching(Expr, "like", self, f"%{operators.escaped(part)}%")

    def icontains(self: Expr[S, str | None, G], part: str) -> Expr[S, bool, G]:
        """`contains` without regard to case."""
        return operators.matching(Expr, "ilike", self, f"%{operators.escaped(part)}%")

    def startswith(self: Expr[S, str | None, G], part: str) -> Expr[S, bool, G]:
        """Whether the text begins with `part`, letter for letter."""
        return operators.matching(Expr, "like", self, f"{operators.escaped(part)}%")

    def istartswith(self: Expr[S, str | None, G], part: str) -> Expr[S, bool, G]:
        """`startswith` without regard to case."""
        return operators.matching(Expr, "ilike", self, f"{operators.escaped(part)}%")

    def endswith(self: Expr[S, str | None, G], part: str) -> Expr[S, bool, G]:
        """Whether the text ends with `part`, letter for letter."""
        return operators.matching(Expr, "like", self, f"%{operators.escaped(part)}")

    def iendswith(self: Expr[S, str | None, G], part: str) -> Expr[S, bool, G]:
        """`endswith` without regard to case."""
        return operators.matching(Expr, "ilike", self, f"%{operators.escaped(part)}")

    # Type, nullability and order

    def cast(self, to: HasSqlType[V]) -> Expr[S_co, V, G_co]:
        """`CAST(… AS to)`; `t.nullable(…)` where the value may be NULL."""
        sql_type = type_of(to)
        if sql_type is None:
            raise QueryError(f"cast takes a type such as t.text(), not {described(to)}")
        return Expr(shapes.cast(self.shape, sql_type), self.params, sql_type)

    def nullable(self) -> Expr[Opt[S_co], T_co | None, G_co]:
        """This expression as the nullable side of an outer join has it: its value or None."""
        return Expr(self.shape, self.params, self.type)

    def asc(self, *, nulls: Nulls | None = None) -> Order[S_co, G_co]:
        """Ascending; PostgreSQL puts NULLs last where `nulls` does not say otherwise."""
        return Order(self, shapes.ASC, nulls)

    def desc(self, *, nulls: Nulls | None = None) -> Order[S_co, G_co]:
        """Descending; PostgreSQL puts NULLs first where `nulls` does not say otherwise."""
        return Order(self, shapes.DESC, nulls)


class Order(Value, Generic[S_co, G_co]):
    """An expression with a direction."""

    __slots__ = ("params", "shape")

    params: tuple[Any, ...]

    def __init__(self, expr: Expr[S_co, Any, G_co], direction: Literal["asc", "desc"], nulls: Nulls | None) -> None:
        if not expr.type.has_order:
            raise operators.unordered(expr, "order")
        if nulls not in (None, "first", "last"):
            raise QueryError("nulls is 'first' or 'last'")
        self.shape: Hashable = shapes.order(direction, expr.shape, nulls)
        self.params = expr.params


class Typed(Protocol[S_co, T, G_co]):
    """An expression of exactly this Python type: invariant, so that no checker widens it to fit another value."""

    @property
    def type(self) -> SqlType[T]: ...

    def __ferra_select__(self) -> Expr[S_co, T, G_co]: ...


class Selectable(Protocol[S_co, T_co, G_co]):
    """What can be selected: a column, an expression, or a model class."""

    def __ferra_select__(self) -> Expr[S_co, T_co, G_co]: ...


AnyExpr: TypeAlias = Expr[Any, Any, Any]


def parameter(value: object, sql_type: SqlType[Any], of: object) -> AnyExpr:
    """Return `value` as a parameter of `sql_type`; None is NULL.

    Raises:
        QueryError: the value is of another type; `of` says for what it was meant.
    """
    node = operators.parameter(value, sql_type, of)
    return Expr(node.shape, node.params, node.type)
