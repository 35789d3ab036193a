"""Functions over many rows.

Over the nullable side of a join they need no more than over any other table, hence `Opt`.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network
from typing import Any, Final, Never, TypeVar, overload

from ferra_sync._expression import shapes
from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.markers import Aggregate, Opt, Plain
from ferra_sync._expression.nulls import never
from ferra_sync._expression.operators import unordered
from ferra_sync._expression.selectable import Typed
from ferra_sync._expression.shapes import FunctionRef
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import S, V
from ferra_sync.errors import QueryError
from ferra_sync.functions._calls import FLOATS, INHERITED, call, expression

Mean = TypeVar("Mean", float, dt.timedelta, Interval)
Summed = TypeVar("Summed", int, Decimal, float, dt.timedelta, Interval)

_COUNT: Final = FunctionRef("count", aggregate=True, nulls=never)
_SUM: Final = FunctionRef("sum", aggregate=True)
_AVG: Final = FunctionRef("avg", aggregate=True)
_MIN: Final = FunctionRef("min", aggregate=True)
_MAX: Final = FunctionRef("max", aggregate=True)

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


@overload
def count() -> Expr[Never, int, Never, Aggregate]: ...
@overload
def count(value: Expr[S, Any, Any, Plain], *, distinct: bool = False) -> Expr[Opt[S], int, Never, Aggregate]: ...
def count(value: AnyExpr | None = None, *, distinct: bool = False) -> AnyExpr:
    """`count(*)`, or the number of rows, or of distinct values, for which `value` is not NULL."""
    if value is None:
        return Expr(shapes.count_rows(_COUNT), (), sql.BIGINT)
    return _aggregated(_COUNT, sql.BIGINT, expression("count", value), distinct=distinct)


def _aggregated(name: FunctionRef, returns: SqlType[Any], value: AnyExpr, *, distinct: bool) -> AnyExpr:
    if not distinct:
        return call(name, returns, value)
    if not value.type.has_order:
        raise unordered(value, f"{name}(DISTINCT …)")
    return Expr(shapes.call(name, value.shape, distinct=True), value.params, returns)


def sum(  # noqa: A001 - SQL's name
    value: Expr[S, Summed, Any, Plain], *, distinct: bool = False
) -> Expr[Opt[S], Summed, None, Aggregate]:
    """The sum of the values, or of the distinct values, that are not NULL; None where there are none."""
    return _aggregated(_SUM, _sum_type(value), value, distinct=distinct)


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
) -> Expr[Opt[S], IPv4Interface | IPv6Interface, None, Aggregate]: ...
@overload
def min(value: Expr[S, V, Any, Plain]) -> Expr[Opt[S], V, None, Aggregate]: ...  # noqa: A001 - SQL's name
def min(value: Any) -> AnyExpr:  # noqa: A001 - SQL's name
    """The least of the values that are not NULL; None where there are none."""
    return call(_MIN, _least_type("min", value), value)


@overload
def max(  # noqa: A001 - SQL's name
    value: Typed[S, IPv4Network | IPv6Network, Any, Any, Plain],
) -> Expr[Opt[S], IPv4Interface | IPv6Interface, None, Aggregate]: ...
@overload
def max(value: Expr[S, V, Any, Plain]) -> Expr[Opt[S], V, None, Aggregate]: ...  # noqa: A001 - SQL's name
def max(value: Any) -> AnyExpr:  # noqa: A001 - SQL's name
    """The greatest of the values that are not NULL; None where there are none."""
    return call(_MAX, _least_type("max", value), value)


def _least_type(name: str, value: AnyExpr) -> SqlType[Any]:
    sql_type = expression(name, value).type
    if sql_type.kind in _WITHOUT_LEAST or not sql_type.has_order:
        raise QueryError(
            f"PostgreSQL has no {name} of {sql_type}: order_by(…).limit(1) finds it where there is an order"
        )
    return INHERITED.get(sql_type.kind, sql_type.parameter)
