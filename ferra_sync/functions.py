"""SQL functions.

Any other is declared with its types: `similarity = function("similarity", t.text(), t.text(), returns=t.real())`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, Never, TypeVar, overload
from uuid import UUID

from ferra_sync._expression import identifiers, shapes
from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.coercion import TEXTS, common, is_passable
from ferra_sync._expression.declaring import DeclareAggregate, DeclareFunction
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.markers import Aggregate, Opt, Plain
from ferra_sync._expression.nulls import Promised, Rule, always, coalescing, never, strict
from ferra_sync._expression.operators import Node, comparison, operand, unordered
from ferra_sync._expression.parameter import parameter
from ferra_sync._expression.selectable import Typed
from ferra_sync._expression.shapes import FunctionRef
from ferra_sync._expression.sqltypes import FieldType, HasExactType, HasSqlType, SqlType, is_nullable, type_of
from ferra_sync._expression.typevars import G2, N2, S2, G, N, S, T, V
from ferra_sync._expression.values import Value
from ferra_sync.errors import QueryError, SchemaError

__all__ = [
    "aggregate",
    "avg",
    "coalesce",
    "count",
    "function",
    "gen_random_uuid",
    "length",
    "literal",
    "lower",
    "max",
    "min",
    "now",
    "nullif",
    "sum",
    "upper",
]

Mean = TypeVar("Mean", float, dt.timedelta, Interval)
Summed = TypeVar("Summed", int, Decimal, float, dt.timedelta, Interval)


def _expression(name: str, value: object) -> AnyExpr:
    """Return what a function takes; QueryError where it is no expression."""
    if not isinstance(value, Expr):
        raise QueryError(f"{name} takes a column or an expression, not {type(value).__name__}: say literal(…)")
    return value


def _call(name: FunctionRef, returns: SqlType[Any], *arguments: Node) -> AnyExpr:
    params = tuple(value for argument in arguments for value in argument.params)
    return Expr(shapes.call(name, *(argument.shape for argument in arguments)), params, returns)


_COUNT: Final = FunctionRef("count", aggregate=True, nulls=never)
_SUM: Final = FunctionRef("sum", aggregate=True)
_AVG: Final = FunctionRef("avg", aggregate=True)
_MIN: Final = FunctionRef("min", aggregate=True)
_MAX: Final = FunctionRef("max", aggregate=True)
_COALESCE: Final = FunctionRef("coalesce", nulls=coalescing)
_NULLIF: Final = FunctionRef("nullif", nulls=always)
_LOWER: Final = FunctionRef("lower", nulls=strict)
_UPPER: Final = FunctionRef("upper", nulls=strict)
_LENGTH: Final = FunctionRef("length", nulls=strict)
_NOW: Final = FunctionRef("now", nulls=never)
_GEN_RANDOM_UUID: Final = FunctionRef("gen_random_uuid", nulls=never)

_INHERITED: Final[dict[FieldType, SqlType[Any]]] = {FieldType.VARCHAR: sql.TEXT, FieldType.CIDR: sql.INET}
"""Types without `=`, min and max of their own: those of these serve them."""

_FLOATS: Final = frozenset({FieldType.REAL, FieldType.DOUBLE_PRECISION})

_WITHOUT_LEAST: Final = frozenset(
    {
        FieldType.BOOLEAN,
        FieldType.BYTEA,  # Since PostgreSQL 18 alone.
        FieldType.JSON,
        FieldType.JSONB,
        FieldType.MACADDR,
        FieldType.RANGE,
        FieldType.UUID,
    }
)


# Aggregates: over the nullable side of a join they need no more than over any other table, hence `Opt`.


@overload
def count() -> Expr[Never, int, Never, Aggregate]: ...
@overload
def count(value: Expr[S, Any, Any, Plain], *, distinct: bool = False) -> Expr[Opt[S], int, Never, Aggregate]: ...
def count(value: AnyExpr | None = None, *, distinct: bool = False) -> AnyExpr:
    """`count(*)`, or the number of rows, or of distinct values, for which `value` is not NULL."""
    if value is None:
        return Expr(shapes.count_rows(_COUNT), (), sql.BIGINT)
    return _aggregated(_COUNT, sql.BIGINT, _expression("count", value), distinct=distinct)


def _aggregated(name: FunctionRef, returns: SqlType[Any], value: AnyExpr, *, distinct: bool) -> AnyExpr:
    if not distinct:
        return _call(name, returns, value)
    if not value.type.has_order:
        raise unordered(value, f"{name}(DISTINCT …)")
    return Expr(shapes.call(name, value.shape, distinct=True), value.params, returns)


def sum(  # noqa: A001 - SQL's name
    value: Expr[S, Summed, Any, Plain], *, distinct: bool = False
) -> Expr[Opt[S], Summed, None, Aggregate]:
    """The sum of the values, or of the distinct values, that are not NULL; None where there are none."""
    return _aggregated(_SUM, _sum_type(value), value, distinct=distinct)


def _sum_type(value: AnyExpr) -> SqlType[Any]:
    kind = _expression("sum", value).type.kind
    if kind in {FieldType.SMALLINT, FieldType.INTEGER}:
        return sql.BIGINT
    if kind is FieldType.BIGINT:
        return sql.WHOLE
    if value.type.rank is None and kind is not FieldType.INTERVAL:
        raise QueryError(f"sum takes numbers or intervals, not {value.type}")
    return value.type.parameter


@overload
def avg(
    value: Expr[S, int | Decimal, Any, Plain], *, distinct: bool = False
) -> Expr[Opt[S], Decimal, None, Aggregate]: ...
@overload
def avg(value: Expr[S, Mean, Any, Plain], *, distinct: bool = False) -> Expr[Opt[S], Mean, None, Aggregate]: ...
def avg(value: AnyExpr, *, distinct: bool = False) -> AnyExpr:
    """The mean of the values, or of the distinct values, that are not NULL; None where there are none.

    Whole numbers have a Decimal mean.
    """
    return _aggregated(_AVG, _avg_type(value), value, distinct=distinct)


def _avg_type(value: AnyExpr) -> SqlType[Any]:
    kind = _expression("avg", value).type.kind
    if kind in _FLOATS:
        return sql.DOUBLE_PRECISION
    if kind is FieldType.INTERVAL:
        return value.type
    if value.type.rank is None:
        raise QueryError(f"avg takes numbers or intervals, not {value.type}")
    return sql.NUMERIC


def min(value: Expr[S, V, Any, Plain]) -> Expr[Opt[S], V, None, Aggregate]:  # noqa: A001 - SQL's name
    """The least of the values that are not NULL; None where there are none."""
    return _call(_MIN, _least_type("min", value), value)


def max(value: Expr[S, V, Any, Plain]) -> Expr[Opt[S], V, None, Aggregate]:  # noqa: A001 - SQL's name
    """The greatest of the values that are not NULL; None where there are none."""
    return _call(_MAX, _least_type("max", value), value)


def _least_type(name: str, value: AnyExpr) -> SqlType[Any]:
    sql_type = _expression(name, value).type
    if sql_type.kind in _WITHOUT_LEAST or not sql_type.has_order:
        raise QueryError(
            f"PostgreSQL has no {name} of {sql_type}: order_by(…).limit(1) finds it where there is an order"
        )
    return _INHERITED.get(sql_type.kind, sql_type.parameter)


# Functions of one row


@overload
def coalesce(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - V could be an Expr
    value: Typed[S, V, T, Any, G], otherwise: Expr[S2, V, N2, G2]
) -> Expr[S | S2, T, N2, G | G2]: ...
@overload
def coalesce(value: Typed[S, V, T, Any, G], otherwise: V) -> Expr[S, T, Never, G]: ...
@overload
def coalesce(value: Typed[S, Decimal, T, Any, G], otherwise: Expr[S2, int, N2, G2]) -> Expr[S | S2, T, N2, G | G2]: ...
@overload
def coalesce(value: Typed[S, Decimal, T, Any, G], otherwise: int) -> Expr[S, T, Never, G]: ...
def coalesce(value: Typed[Any, Any, Any, Any, Any], otherwise: object) -> AnyExpr:
    """`value`, or `otherwise` where it is NULL; of two types of number, the wider."""
    expr = _expression("coalesce", value)
    other = operand(expr, otherwise)
    return _call(_COALESCE, common(expr.type, other.type), expr, other)


@overload
def nullif(  # pyright: ignore[reportOverlappingOverload] - V could be an Expr
    value: Typed[S, V, T, Any, G], other: Expr[S2, V, Any, G2]
) -> Expr[S | S2, T, None, G | G2]: ...
@overload
def nullif(value: Typed[S, V, T, Any, G], other: V) -> Expr[S, T, None, G]: ...
def nullif(value: Typed[Any, Any, Any, Any, Any], other: object) -> AnyExpr:
    """`value`, or None where it equals `other`."""
    expr = _expression("nullif", value)
    comparison(Expr, "=", expr, other)  # What `=` refuses, this refuses.
    against = operand(expr, other)
    return _call(_NULLIF, _nullif_type(expr.type, against.type), expr, against)


def _nullif_type(value: SqlType[Any], other: SqlType[Any]) -> SqlType[Any]:
    """Return the type of the left side of PostgreSQL's `=` between these two."""
    if value.rank is not None and value.kind not in _FLOATS:
        if other.kind in _FLOATS:
            return sql.DOUBLE_PRECISION
        if other.kind is FieldType.NUMERIC and value.is_whole:
            return sql.WHOLE
    if FieldType.CITEXT in {value.kind, other.kind}:
        return common(value, other)
    return _INHERITED.get(value.kind, value.parameter)


def lower(value: Expr[S, str, N, G]) -> Expr[S, str, N, G]:
    """The text in small letters."""
    return _call(_LOWER, sql.TEXT, _text("lower", value))


def upper(value: Expr[S, str, N, G]) -> Expr[S, str, N, G]:
    """The text in capitals."""
    return _call(_UPPER, sql.TEXT, _text("upper", value))


def length(value: Expr[S, str, N, G]) -> Expr[S, int, N, G]:
    """The number of characters."""
    return _call(_LENGTH, sql.INTEGER, _text("length", value))


def _text(name: str, value: AnyExpr) -> AnyExpr:
    if _expression(name, value).type.kind not in TEXTS:
        raise QueryError(f"{name} takes text, not {value.type}")
    return value


def now() -> Expr[Never, dt.datetime, Never, Never]:
    """The moment at which the transaction began."""
    return _call(_NOW, sql.TIMESTAMPTZ)


def gen_random_uuid() -> Expr[Never, UUID, Never, Never]:
    """A random UUID of version 4."""
    return _call(_GEN_RANDOM_UUID, sql.UUID_)


_LITERALS: Final[dict[type, SqlType[Any]]] = {
    bool: sql.BOOLEAN,
    int: sql.BIGINT,
    float: sql.DOUBLE_PRECISION,
    Decimal: sql.NUMERIC,
    str: sql.TEXT,
    bytes: sql.BYTEA,
    UUID: sql.UUID_,
    dt.date: sql.DATE,
    dt.time: sql.TIME,
    dt.timedelta: sql.INTERVAL,
    Interval: sql.CALENDAR_INTERVAL,
}


@overload
def literal(value: V) -> Expr[Never, V, Never, Never]: ...
@overload
def literal(value: V, of: HasExactType[V, T, Never]) -> Expr[Never, T, Never, Never]: ...
@overload
def literal(value: V | None, of: HasExactType[V, T, None]) -> Expr[Never, T, None, Never]: ...
@overload
def literal(value: int, of: HasExactType[Decimal, T, Never]) -> Expr[Never, T, Never, Never]: ...
def literal(value: object, of: HasSqlType[Any, Any] | None = None) -> AnyExpr:
    """A value where an expression is asked for; it travels as a parameter, like every value.

    Raises:
        QueryError: its SQL type cannot be told from its class; name the type with `of`.
    """
    sql_type = _literal_type(value) if of is None else type_of(of)
    if sql_type is None:
        raise QueryError(f"literal takes a type such as t.text(), not {described(of)}")
    return parameter(value, sql_type, "the literal")


def _literal_type(value: object) -> SqlType[Any]:
    if isinstance(value, dt.datetime):
        return sql.TIMESTAMP if value.utcoffset() is None else sql.TIMESTAMPTZ
    if type(value) is int and abs(value) > sql.MAX_BIGINT:
        return sql.WHOLE
    known = _LITERALS.get(type(value))
    if known is None:
        raise QueryError(
            f"literal cannot tell the SQL type of a {type(value).__name__}: name it, literal(value, t.…())"
        )
    return known


# Any other function


class _Declared(Value):
    """A function with its types; calling it builds the expression."""

    __slots__ = ("_arguments", "_ref", "_returns")

    def __init__(self, ref: FunctionRef, arguments: tuple[SqlType[Any], ...], returns: SqlType[Any]) -> None:
        self._ref = ref
        self._arguments = arguments
        self._returns = returns

    def __call__(self, *given: object) -> AnyExpr:
        if len(given) != len(self._arguments):
            raise QueryError(f"{self._ref} takes {len(self._arguments)} arguments, not {len(given)}")
        return _call(self._ref, self._returns, *map(self._argument, self._arguments, given))

    def _argument(self, expected: SqlType[Any], given: object) -> AnyExpr:
        if not isinstance(given, Expr):
            if expected.holds is not None and isinstance(given, (int, float)) and not expected.holds(given):
                raise QueryError(f"an argument of {self._ref} is {expected}, which has no number this big")
            return parameter(given, expected, f"an argument of {self._ref}")
        if not is_passable(expected, given.type):
            raise QueryError(f"an argument of {self._ref} is {expected}, not {given.type}")
        kinds = {expected.kind, given.type.kind}
        if len(kinds) == 1 or (expected.kind in TEXTS and FieldType.CITEXT not in kinds):
            return given
        # Else the server would choose the function of the given type, whose result is another.
        return Expr(shapes.cast(given.shape, expected.parameter), given.params, expected.parameter)


def _overloaded(declare: Callable[..., Any]) -> DeclareFunction:
    """Give `function` its overloads, which stand in a file of their own; so the next its own to `aggregate`."""
    return declare


def _overloaded_aggregate(declare: Callable[..., Any]) -> DeclareAggregate:
    return declare


@_overloaded
def function(
    name: str, /, *arguments: HasSqlType[Any, Any], returns: HasSqlType[Any, Any], schema: str | None = None
) -> Any:  # noqa: ANN401 - told by the arguments
    """Declare a function of PostgreSQL by its exact name and its types; `t.nullable(…)` where NULL may be.

    Raises:
        SchemaError: the name is no identifier.
    """
    return _declared(name, schema, arguments, returns, aggregate=False)


@_overloaded_aggregate
def aggregate(
    name: str, /, *arguments: HasSqlType[Any, Any], returns: HasSqlType[Any, Any], schema: str | None = None
) -> Any:  # noqa: ANN401 - told by the arguments
    """Declare an aggregate: `function`, over many rows.

    Raises:
        SchemaError: the name is no identifier.
    """
    return _declared(name, schema, arguments, returns, aggregate=True)


def _declared(
    name: str, schema: str | None, arguments: tuple[object, ...], returns: object, *, aggregate: bool
) -> _Declared:
    if schema is not None:
        identifiers.checked(schema, "a function's schema")
    identifiers.checked(name, "a function's name")
    types = tuple([_declared_type(name, argument) for argument in arguments])
    returned = _declared_type(name, returns)
    rule = _promised(arguments, returns, aggregate=aggregate)
    return _Declared(FunctionRef(name, schema, aggregate, rule, returned), types, returned)


def _declared_type(name: str, given: object) -> SqlType[Any]:
    sql_type = type_of(given)
    if sql_type is None:
        raise SchemaError(f"{name} is declared with types such as t.text(), not with {described(given)}")
    return sql_type


def _promised(arguments: tuple[object, ...], returns: object, *, aggregate: bool) -> Rule:
    """Return what a declaration says of NULL; an aggregate that never returns it does so over any rows."""
    if is_nullable(returns):
        return always
    return never if aggregate else Promised(tuple([is_nullable(argument) for argument in arguments]))
