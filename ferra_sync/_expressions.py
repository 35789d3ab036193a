"""Expressions: what can be selected, compared, ordered by and assigned; a column is one of them.

`Expr[S, T, G]` is covariant in all three. S is the union of the tables it needs. T is its Python type. G says whether
it is a plain value of one row or an aggregate over many; a constant is `Never` and fits both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Hashable
from decimal import Decimal
from typing import Any, ClassVar, Final, Generic, Literal, Protocol, TypeAlias, TypeVar, overload

from ferra_sync._kinds import Opt
from ferra_sync._shapes import ColumnRef
from ferra_sync._sqltypes import BOOLEAN, DOUBLE_PRECISION, INTERVAL, REAL, TEXT, FieldType, HasSqlType, SqlType
from ferra_sync.errors import QueryError

S_co = TypeVar("S_co", covariant=True)
T_co = TypeVar("T_co", covariant=True)
G_co = TypeVar("G_co", covariant=True)
S = TypeVar("S")
S2 = TypeVar("S2")
S3 = TypeVar("S3")
V = TypeVar("V")
G = TypeVar("G")
G2 = TypeVar("G2")
G3 = TypeVar("G3")
N = TypeVar("N", int, float, Decimal, int | None, float | None, Decimal | None)
Addable = TypeVar(
    "Addable", int, float, Decimal, str, dt.timedelta, int | None, float | None, Decimal | None, str | None
)

Nulls: TypeAlias = Literal["first", "last"]


class Expr(Generic[S_co, T_co, G_co]):
    """An SQL expression: a frozen value that does no I/O.

    Attributes:
        shape: the expression without its values, hashable.
        params: the values, in the order in which the shape names their places.
        type: its SQL type.
    """

    __slots__ = ("params", "shape", "type")
    __hash__: ClassVar[None]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleMethodOverride] - == builds SQL

    shape: Hashable
    params: tuple[Any, ...]
    type: SqlType[Any]

    def __init__(self, shape: Hashable, params: tuple[Any, ...], type: SqlType[Any]) -> None:
        self.shape = shape
        self.params = params
        self.type = type

    def __bool__(self) -> bool:
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
        return _comparison("=", self, other)

    @overload  # type: ignore[override]  # != builds SQL
    def __ne__(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def __ne__(self: Expr[S, V, G], other: V) -> Expr[S, bool, G]: ...
    def __ne__(self, other: object) -> Any:
        return _comparison("<>", self, other)

    @overload
    def __lt__(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def __lt__(self: Expr[S, V, G], other: V) -> Expr[S, bool, G]: ...
    def __lt__(self, other: object) -> AnyExpr:
        return _comparison("<", self, other)

    @overload
    def __le__(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def __le__(self: Expr[S, V, G], other: V) -> Expr[S, bool, G]: ...
    def __le__(self, other: object) -> AnyExpr:
        return _comparison("<=", self, other)

    @overload
    def __gt__(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def __gt__(self: Expr[S, V, G], other: V) -> Expr[S, bool, G]: ...
    def __gt__(self, other: object) -> AnyExpr:
        return _comparison(">", self, other)

    @overload
    def __ge__(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def __ge__(self: Expr[S, V, G], other: V) -> Expr[S, bool, G]: ...
    def __ge__(self, other: object) -> AnyExpr:
        return _comparison(">=", self, other)

    @overload
    def is_distinct_from(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def is_distinct_from(self: Expr[S, V, G], other: V | None) -> Expr[S, bool, G]: ...
    def is_distinct_from(self, other: object) -> AnyExpr:
        """`IS DISTINCT FROM`: `<>` that takes NULL for a value like any other."""
        return _joined("is distinct from", self, other, BOOLEAN)

    @overload
    def is_not_distinct_from(self: Expr[S, V, G], other: Expr[S2, V | None, G2]) -> Expr[S | S2, bool, G | G2]: ...
    @overload
    def is_not_distinct_from(self: Expr[S, V, G], other: V | None) -> Expr[S, bool, G]: ...
    def is_not_distinct_from(self, other: object) -> AnyExpr:
        """`IS NOT DISTINCT FROM`: `=` that takes NULL for a value like any other."""
        return _joined("is not distinct from", self, other, BOOLEAN)

    def is_in(self: Expr[S, V, G], values: Collection[V]) -> Expr[S, bool, G]:
        """`= ANY($1)`: one shape for every number of values, none included.

        Raises:
            QueryError: the values are no collection, or one of them is NULL or of another type.
        """
        return _membership("= any", self, values)

    def is_not_in(self: Expr[S, V, G], values: Collection[V]) -> Expr[S, bool, G]:
        """`<> ALL($1)`: true for every row where there are no values."""
        return _membership("<> all", self, values)

    @overload
    def between(
        self: Expr[S, V, G], low: Expr[S2, V | None, G2], high: Expr[S3, V | None, G3]
    ) -> Expr[S | S2 | S3, bool, G | G2 | G3]: ...
    @overload
    def between(self: Expr[S, V, G], low: V, high: V) -> Expr[S, bool, G]: ...
    def between(self, low: object, high: object) -> AnyExpr:
        """`BETWEEN low AND high`, both included."""
        if low is None or high is None:
            raise QueryError(f"{_name(self)} between None is never true")
        first, last = operand(self, low), operand(self, high)
        return Expr(("between", self.shape, first.shape, last.shape), self.params + first.params + last.params, BOOLEAN)

    def is_null(self) -> Expr[S_co, bool, G_co]:
        """`IS NULL`."""
        return Expr(("is null", self.shape), self.params, BOOLEAN)

    def is_not_null(self) -> Expr[S_co, bool, G_co]:
        """`IS NOT NULL`."""
        return Expr(("is not null", self.shape), self.params, BOOLEAN)

    # Logic

    def __and__(self: Expr[S, bool | None, G], other: Expr[S2, bool | None, G2]) -> Expr[S | S2, bool, G | G2]:
        return _connective("and", self, other)

    def __or__(self: Expr[S, bool | None, G], other: Expr[S2, bool | None, G2]) -> Expr[S | S2, bool, G | G2]:
        return _connective("or", self, other)

    def __invert__(self: Expr[S, bool | None, G]) -> Expr[S, bool, G]:
        _require(self, FieldType.BOOLEAN, "~")
        return Expr(("not", self.shape), self.params, BOOLEAN)

    # Arithmetic

    @overload
    def __add__(self: Expr[S, dt.datetime, G], other: dt.timedelta) -> Expr[S, dt.datetime, G]: ...
    @overload
    def __add__(
        self: Expr[S, dt.datetime, G], other: Expr[S2, dt.timedelta, G2]
    ) -> Expr[S | S2, dt.datetime, G | G2]: ...
    @overload
    def __add__(self: Expr[S, Addable, G], other: Expr[S2, Addable, G2]) -> Expr[S | S2, Addable, G | G2]: ...
    @overload
    def __add__(self: Expr[S, Addable, G], other: Addable) -> Expr[S, Addable, G]: ...
    def __add__(self, other: object) -> AnyExpr:
        return _sum("+", self, other)

    @overload
    def __sub__(self: Expr[S, dt.datetime, G], other: dt.timedelta) -> Expr[S, dt.datetime, G]: ...
    @overload
    def __sub__(
        self: Expr[S, dt.datetime, G], other: Expr[S2, dt.timedelta, G2]
    ) -> Expr[S | S2, dt.datetime, G | G2]: ...
    @overload
    def __sub__(
        self: Expr[S, dt.datetime, G], other: Expr[S2, dt.datetime, G2]
    ) -> Expr[S | S2, dt.timedelta, G | G2]: ...
    @overload
    def __sub__(self: Expr[S, N, G], other: Expr[S2, N, G2]) -> Expr[S | S2, N, G | G2]: ...
    @overload
    def __sub__(self: Expr[S, N, G], other: N) -> Expr[S, N, G]: ...
    def __sub__(self, other: object) -> AnyExpr:
        return _sum("-", self, other)

    @overload
    def __mul__(self: Expr[S, N, G], other: Expr[S2, N, G2]) -> Expr[S | S2, N, G | G2]: ...
    @overload
    def __mul__(self: Expr[S, N, G], other: N) -> Expr[S, N, G]: ...
    def __mul__(self, other: object) -> AnyExpr:
        return _arithmetic("*", self, other)

    @overload
    def __truediv__(self: Expr[S, N, G], other: Expr[S2, N, G2]) -> Expr[S | S2, N, G | G2]: ...
    @overload
    def __truediv__(self: Expr[S, N, G], other: N) -> Expr[S, N, G]: ...
    def __truediv__(self, other: object) -> AnyExpr:
        """`/` as PostgreSQL means it: whole numbers divide to a whole number."""
        return _arithmetic("/", self, other)

    @overload
    def __mod__(self: Expr[S, N, G], other: Expr[S2, N, G2]) -> Expr[S | S2, N, G | G2]: ...
    @overload
    def __mod__(self: Expr[S, N, G], other: N) -> Expr[S, N, G]: ...
    def __mod__(self, other: object) -> AnyExpr:
        return _arithmetic("%", self, other)

    def __radd__(self: Expr[S, Addable, G], other: Addable) -> Expr[S, Addable, G]:
        return _sum("+", operand(self, other), self)

    def __rsub__(self: Expr[S, N, G], other: N) -> Expr[S, N, G]:
        return _arithmetic("-", operand(self, other), self)

    def __rmul__(self: Expr[S, N, G], other: N) -> Expr[S, N, G]:
        return _arithmetic("*", operand(self, other), self)

    def __rtruediv__(self: Expr[S, N, G], other: N) -> Expr[S, N, G]:
        return _arithmetic("/", operand(self, other), self)

    def __neg__(self: Expr[S, N, G]) -> Expr[S, N, G]:
        _require_number(self, "-")
        return Expr(("neg", self.shape), self.params, self.type)

    # Text

    def like(self: Expr[S, str | None, G], pattern: str) -> Expr[S, bool, G]:
        r"""`LIKE` with a raw pattern: `%` and `_` are wild, `\` escapes them."""
        return _pattern("like", self, pattern)

    def ilike(self: Expr[S, str | None, G], pattern: str) -> Expr[S, bool, G]:
        """`ILIKE` with a raw pattern: `like` without regard to case."""
        return _pattern("ilike", self, pattern)

    def contains(self: Expr[S, str | None, G], part: str) -> Expr[S, bool, G]:
        """Whether `part` occurs, letter for letter: nothing in it is wild."""
        return _pattern("like", self, part, "%", "%")

    def icontains(self: Expr[S, str | None, G], part: str) -> Expr[S, bool, G]:
        """`contains` without regard to case."""
        return _pattern("ilike", self, part, "%", "%")

    def startswith(self: Expr[S, str | None, G], part: str) -> Expr[S, bool, G]:
        """Whether the text begins with `part`, letter for letter."""
        return _pattern("like", self, part, "", "%")

    def istartswith(self: Expr[S, str | None, G], part: str) -> Expr[S, bool, G]:
        """`startswith` without regard to case."""
        return _pattern("ilike", self, part, "", "%")

    def endswith(self: Expr[S, str | None, G], part: str) -> Expr[S, bool, G]:
        """Whether the text ends with `part`, letter for letter."""
        return _pattern("like", self, part, "%", "")

    def iendswith(self: Expr[S, str | None, G], part: str) -> Expr[S, bool, G]:
        """`endswith` without regard to case."""
        return _pattern("ilike", self, part, "%", "")

    # Type, nullability and order

    def cast(self, to: HasSqlType[V]) -> Expr[S_co, V, G_co]:
        """`CAST(… AS to)`; `t.nullable(…)` where the value may be NULL."""
        return Expr(("cast", self.shape, to.sql_type), self.params, to.sql_type)

    def nullable(self) -> Expr[Opt[S_co], T_co | None, G_co]:
        """This expression as the nullable side of an outer join has it: its value or None."""
        return Expr(self.shape, self.params, self.type)

    def asc(self, *, nulls: Nulls | None = None) -> Order[S_co, G_co]:
        """Ascending; PostgreSQL puts NULLs last where `nulls` does not say otherwise."""
        return Order(self, "asc", nulls)

    def desc(self, *, nulls: Nulls | None = None) -> Order[S_co, G_co]:
        """Descending; PostgreSQL puts NULLs first where `nulls` does not say otherwise."""
        return Order(self, "desc", nulls)


class Order(Generic[S_co, G_co]):
    """An expression with a direction."""

    __slots__ = ("params", "shape")

    def __init__(self, expr: Expr[S_co, Any, G_co], direction: Literal["asc", "desc"], nulls: Nulls | None) -> None:
        if nulls not in {None, "first", "last"}:
            raise QueryError("nulls is 'first' or 'last'")
        self.shape: tuple[str, Hashable, Nulls | None] = (direction, expr.shape, nulls)
        self.params = expr.params


class Selectable(Protocol[S_co, T_co, G_co]):
    """What can be selected: a column, an expression, or a model class."""

    def __ferra_select__(self) -> Expr[S_co, T_co, G_co]: ...


AnyExpr: TypeAlias = Expr[Any, Any, Any]

# Construction: every node checks its operands once, here, and composes their shapes and their values.


def parameter(value: object, sql_type: SqlType[Any], name: object) -> AnyExpr:
    """Return `value` as a parameter of `sql_type`; None is NULL.

    Raises:
        QueryError: the value is of another type; `name` says for what it was meant.
    """
    place = sql_type.parameter
    if value is not None and value.__class__ is not place.exact:
        complaint = place.complaint(value)
        if complaint is not None:
            raise QueryError(f"{name} {complaint}")
    return Expr(place, (value,), place)


def operand(like: AnyExpr, value: object) -> AnyExpr:
    """Return `value` as an expression: itself where it is one, else a parameter of the type of `like`."""
    if not isinstance(value, Expr):
        return parameter(value, like.type, _name(like))
    if value.type is not like.type and not like.type.is_comparable_to(value.type):
        raise QueryError(f"{_name(like)} is {like.type}; {_name(value)} is {value.type}")
    return value


def _name(expr: AnyExpr) -> str:
    return repr(expr.shape) if isinstance(expr.shape, ColumnRef) else "the expression"


def _joined(op: str, left: AnyExpr, value: object, result: SqlType[Any]) -> AnyExpr:
    right = operand(left, value)
    return Expr((op, left.shape, right.shape), left.params + right.params, result)


def _comparison(op: str, left: AnyExpr, value: object) -> AnyExpr:
    place = left.type.parameter
    if value.__class__ is place.exact:
        return Expr((op, left.shape, place), (*left.params, value), BOOLEAN)
    if value is None:
        raise QueryError(f"{_name(left)} {op} None is never true; use .is_null() or .is_not_null()")
    return _joined(op, left, value, BOOLEAN)


def _membership(op: str, left: AnyExpr, values: object) -> AnyExpr:
    if isinstance(values, (str, bytes)) or not isinstance(values, Collection):
        raise QueryError(f"{_name(left)}: a collection of values is needed, not {type(values).__name__}")
    if left.type.kind is FieldType.ARRAY:
        raise QueryError(f"{_name(left)} is an array; {op} compares single values")
    listed: list[Any] = list(values)
    place = left.type.parameter.array
    complaint = place.complaint(listed)
    if complaint is not None:
        raise QueryError(f"{_name(left)}: the list {complaint}")
    if any(value is None for value in listed):
        raise QueryError(f"{_name(left)}: None is never in a list; use .is_null()")
    return Expr((op, left.shape, place), (*left.params, listed), BOOLEAN)


def _connective(op: str, left: AnyExpr, right: object) -> AnyExpr:
    if not isinstance(right, Expr):
        raise QueryError(
            f"{op} takes two predicates, not {type(right).__name__}; mind the brackets: (a == 1) & (b == 2)"
        )
    _require(left, FieldType.BOOLEAN, op)
    _require(right, FieldType.BOOLEAN, op)
    flat = left.shape if isinstance(left.shape, tuple) and left.shape[0] == op else (op, left.shape)
    return Expr((*flat, right.shape), left.params + right.params, BOOLEAN)


def _require(expr: AnyExpr, kind: FieldType, op: str) -> None:
    if expr.type.kind is not kind:
        raise QueryError(f"{op} takes {kind.value}; {_name(expr)} is {expr.type}")


def _require_number(expr: AnyExpr, op: str) -> None:
    if expr.type.rank is None:
        raise QueryError(f"{op} takes numbers; {_name(expr)} is {expr.type}")


def _arithmetic(op: str, left: AnyExpr, value: object) -> AnyExpr:
    _require_number(left, op)
    right = operand(left, value)
    return Expr((op, left.shape, right.shape), left.params + right.params, _wider(left.type, right.type))


def _wider(left: SqlType[Any], right: SqlType[Any]) -> SqlType[Any]:
    """Return the type of a result; real with any other number is double precision."""
    wider = max(left, right, key=lambda each: each.rank or 0).parameter
    return DOUBLE_PRECISION if wider is REAL and left.parameter is not right.parameter else wider


_MOMENTS: Final = frozenset({FieldType.TIMESTAMP, FieldType.TIMESTAMPTZ})
_CONCATENATED: Final = frozenset({FieldType.TEXT, FieldType.VARCHAR, FieldType.CHAR})


def _sum(op: str, left: AnyExpr, value: object) -> AnyExpr:
    kind = left.type.kind
    if kind in _CONCATENATED and op == "+":
        return _joined("||", left, value, TEXT)
    if kind is FieldType.ARRAY and op == "+":
        return _joined("||", left, value, left.type)
    if kind in _MOMENTS:
        return _moved(op, left, value)
    if kind is FieldType.INTERVAL:
        return _joined(op, left, value, INTERVAL)
    return _arithmetic(op, left, value)


def _moved(op: str, left: AnyExpr, value: object) -> AnyExpr:
    """Return a moment and an interval added, or the interval between two moments."""
    if not isinstance(value, Expr):
        value = parameter(value, INTERVAL, f"{_name(left)} {op}")
    if value.type.kind is not FieldType.INTERVAL and not (op == "-" and value.type.kind is left.type.kind):
        raise QueryError(f"{_name(left)} is {left.type}; {op} takes an interval, not {value.type}")
    result = left.type if value.type.kind is FieldType.INTERVAL else INTERVAL
    return Expr((op, left.shape, value.shape), left.params + value.params, result)


def _pattern(op: str, text: AnyExpr, pattern: object, before: str | None = None, after: str = "") -> AnyExpr:
    if text.type.kind not in _CONCATENATED:
        raise QueryError(f"{op} takes text; {_name(text)} is {text.type}")
    if not isinstance(pattern, str):
        raise QueryError(f"{op} takes a string, not {type(pattern).__name__}")
    if before is not None:
        pattern = before + escaped(pattern) + after
    return Expr((op, text.shape, TEXT), (*text.params, pattern), BOOLEAN)


def escaped(part: str) -> str:
    r"""Return `part` with LIKE's three special characters escaped by `\`, PostgreSQL's default."""
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
