"""Functions over many rows.

Over the nullable side of a join they need no more than over any other table, hence `Opt`. Of aggregates they are no
expression before they say `.over(…)`, hence `Windowed`.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network
from typing import Any, Final, Never, TypeAlias, TypeVar, overload

from ferra_sync._expression import shapes
from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.aggregate import Aggregated
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.markers import Aggregate, Opt, Plain
from ferra_sync._expression.nulls import never
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.selectable import Typed
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import S, V
from ferra_sync._expression.window import Windowed
from ferra_sync.errors import QueryError
from ferra_sync.functions._aggregated import aggregated
from ferra_sync.functions._calls import FLOATS, INHERITED, expression

AnyWindowed: TypeAlias = "Windowed[Any, Any, Any, Any]"

Mean = TypeVar("Mean", float, dt.timedelta, Interval)
Summed = TypeVar("Summed", int, Decimal, float, dt.timedelta, Interval)

_COUNT: Final = FunctionRef("count", aggregate=True, nulls=never)
_SUM: Final = FunctionRef("sum", aggregate=True)
_AVG: Final = FunctionRef("avg", aggregate=True)
_MIN: Final = FunctionRef("min", aggregate=True)
_MAX: Final = FunctionRef("max", aggregate=True)
_BOOL_AND: Final = FunctionRef("bool_and", aggregate=True)
_BOOL_OR: Final = FunctionRef("bool_or", aggregate=True)
_BIT_AND: Final = FunctionRef("bit_and", aggregate=True)
_BIT_OR: Final = FunctionRef("bit_or", aggregate=True)
_EVERY: Final = FunctionRef("every", aggregate=True)

_WITHOUT_LEAST: Final = frozenset(
    {
        FieldType.BOOLEAN,
        FieldType.BYTEA,  # Since PostgreSQL 18 alone.
        FieldType.HSTORE,
        FieldType.CUSTOM,
        FieldType.JSON,
        FieldType.JSONB,
        FieldType.MACADDR,
        FieldType.MULTIRANGE,
        FieldType.RANGE,
        FieldType.TSQUERY,
        FieldType.TSVECTOR,
        FieldType.UUID,
    }
)


@overload
def count() -> Aggregated[Never, int, Never]: ...
@overload
def count(value: Expr[S, Any, Any, Plain], *, distinct: bool = False) -> Aggregated[Opt[S], int, Never]: ...
@overload
def count(value: Expr[S, Any, Any, Aggregate]) -> Windowed[S, int, Never, Aggregate]: ...
def count(value: AnyExpr | None = None, *, distinct: bool = False) -> AnyWindowed:
    """`count(*)`, or the number of rows, or of distinct values, for which `value` is not NULL."""
    if value is None:
        return Aggregated(shapes.count_rows(_COUNT), (), sql.BIGINT)
    return aggregated(_COUNT, sql.BIGINT, expression("count", value), distinct=distinct)


@overload
def sum(  # noqa: A001 - SQL's name
    value: Expr[S, Summed, Any, Plain], *, distinct: bool = False
) -> Aggregated[Opt[S], Summed, None]: ...
@overload
def sum(value: Expr[S, Summed, Any, Aggregate]) -> Windowed[S, Summed, None, Aggregate]: ...  # noqa: A001 - SQL's name
def sum(value: AnyExpr, *, distinct: bool = False) -> AnyWindowed:  # noqa: A001 - SQL's name
    """The sum of the values, or of the distinct values, that are not NULL; None where there are none."""
    return aggregated(_SUM, _sum_type(value), value, distinct=distinct)


def _sum_type(value: AnyExpr) -> SqlType[Any]:
    kind = expression("sum", value).type.kind
    if kind in {FieldType.SMALLINT, FieldType.INTEGER}:
        return sql.BIGINT
    if kind is FieldType.BIGINT:
        return sql.WHOLE
    if value.type.rank is None and kind is not FieldType.INTERVAL:
        raise QueryError(f"sum takes numbers or intervals, not {value.type}")
    return value.type.parameter


@overload
def avg(value: Expr[S, int | Decimal, Any, Plain], *, distinct: bool = False) -> Aggregated[Opt[S], Decimal, None]: ...
@overload
def avg(value: Expr[S, Mean, Any, Plain], *, distinct: bool = False) -> Aggregated[Opt[S], Mean, None]: ...
@overload
def avg(value: Expr[S, int | Decimal, Any, Aggregate]) -> Windowed[S, Decimal, None, Aggregate]: ...
@overload
def avg(value: Expr[S, Mean, Any, Aggregate]) -> Windowed[S, Mean, None, Aggregate]: ...
def avg(value: AnyExpr, *, distinct: bool = False) -> AnyWindowed:
    """The mean of the values, or of the distinct values, that are not NULL; None where there are none.

    Whole numbers have a Decimal mean.
    """
    return aggregated(_AVG, _avg_type(value), value, distinct=distinct)


def _avg_type(value: AnyExpr) -> SqlType[Any]:
    kind = expression("avg", value).type.kind
    if kind in FLOATS:
        return sql.DOUBLE_PRECISION
    if kind is FieldType.INTERVAL:
        return value.type
    if value.type.rank is None:
        raise QueryError(f"avg takes numbers or intervals, not {value.type}")
    return sql.NUMERIC


@overload
def min(  # noqa: A001 - SQL's name
    value: Typed[S, IPv4Network | IPv6Network, Any, Any, Plain],
) -> Aggregated[Opt[S], IPv4Interface | IPv6Interface, None]: ...
@overload
def min(value: Expr[S, V, Any, Plain]) -> Aggregated[Opt[S], V, None]: ...  # noqa: A001 - SQL's name
@overload
def min(value: Expr[S, V, Any, Aggregate]) -> Windowed[S, V, None, Aggregate]: ...  # noqa: A001 - SQL's name
def min(value: Any) -> AnyWindowed:  # noqa: A001 - SQL's name
    """The least of the values that are not NULL; None where there are none."""
    return aggregated(_MIN, _least_type("min", value), value)


@overload
def max(  # noqa: A001 - SQL's name
    value: Typed[S, IPv4Network | IPv6Network, Any, Any, Plain],
) -> Aggregated[Opt[S], IPv4Interface | IPv6Interface, None]: ...
@overload
def max(value: Expr[S, V, Any, Plain]) -> Aggregated[Opt[S], V, None]: ...  # noqa: A001 - SQL's name
@overload
def max(value: Expr[S, V, Any, Aggregate]) -> Windowed[S, V, None, Aggregate]: ...  # noqa: A001 - SQL's name
def max(value: Any) -> AnyWindowed:  # noqa: A001 - SQL's name
    """The greatest of the values that are not NULL; None where there are none."""
    return aggregated(_MAX, _least_type("max", value), value)


def _least_type(name: str, value: AnyExpr) -> SqlType[Any]:
    sql_type = expression(name, value).type
    if sql_type.kind in _WITHOUT_LEAST or not sql_type.has_order:
        raise QueryError(
            f"PostgreSQL has no {name} of {sql_type}: order_by(…).limit(1) finds it where there is an order"
        )
    return INHERITED.get(sql_type.kind, sql_type.parameter)


# Of booleans


def bool_and(value: Expr[S, bool, Any, Plain]) -> Aggregated[Opt[S], bool, None]:
    """Whether all values that are not NULL are true; None where there are none."""
    return aggregated(_BOOL_AND, sql.BOOLEAN, _boolean("bool_and", value))


def bool_or(value: Expr[S, bool, Any, Plain]) -> Aggregated[Opt[S], bool, None]:
    """Whether one of the values is true; None where all are NULL, or there are none."""
    return aggregated(_BOOL_OR, sql.BOOLEAN, _boolean("bool_or", value))


def every(value: Expr[S, bool, Any, Plain]) -> Aggregated[Opt[S], bool, None]:
    """`bool_and`, by the name that the SQL standard has for it."""
    return aggregated(_EVERY, sql.BOOLEAN, _boolean("every", value))


def _boolean(name: str, value: AnyExpr) -> AnyExpr:
    if expression(name, value).type.kind is not FieldType.BOOLEAN:
        raise QueryError(f"{name} takes booleans, not {value.type}")
    return value


def bit_and(value: Expr[S, int, Any, Plain], *, distinct: bool = False) -> Aggregated[Opt[S], int, None]:
    """The bits that all whole numbers have; None where there are none."""
    return aggregated(_BIT_AND, _bits(_BIT_AND, value), value, distinct=distinct)


def bit_or(value: Expr[S, int, Any, Plain], *, distinct: bool = False) -> Aggregated[Opt[S], int, None]:
    """The bits that one of the whole numbers has; None where there are none."""
    return aggregated(_BIT_OR, _bits(_BIT_OR, value), value, distinct=distinct)


def _bits(function: FunctionRef, value: AnyExpr) -> SqlType[Any]:
    sql_type = expression(function.name, value).type
    if sql_type.kind not in {FieldType.SMALLINT, FieldType.INTEGER, FieldType.BIGINT}:
        raise QueryError(f"{function} takes smallint, integer and bigint, not {sql_type}")
    return sql_type.parameter
