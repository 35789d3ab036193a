"""Aggregates that say how values are spread."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, overload

from ferra_sync._expression import shapes
from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.aggregate import Aggregated
from ferra_sync._expression.arithmetic import Real, SpanT
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import Opt, Plain
from ferra_sync._expression.parameter import parameter
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import S, V
from ferra_sync._expression.values import Value
from ferra_sync._expression.window import expressions
from ferra_sync.errors import QueryError
from ferra_sync.functions._aggregated import AnyAggregate, aggregated
from ferra_sync.functions._calls import FLOATS, expression

_STDDEV: Final = FunctionRef("stddev", aggregate=True)
_STDDEV_SAMP: Final = FunctionRef("stddev_samp", aggregate=True)
_STDDEV_POP: Final = FunctionRef("stddev_pop", aggregate=True)
_VARIANCE: Final = FunctionRef("variance", aggregate=True)
_VAR_SAMP: Final = FunctionRef("var_samp", aggregate=True)
_VAR_POP: Final = FunctionRef("var_pop", aggregate=True)
_PERCENTILE_CONT: Final = FunctionRef("percentile_cont", aggregate=True)
_PERCENTILE_DISC: Final = FunctionRef("percentile_disc", aggregate=True)
_MODE: Final = FunctionRef("mode", aggregate=True)


@overload
def stddev(
    value: Expr[S, int | Decimal, Any, Plain], *, distinct: bool = False
) -> Aggregated[Opt[S], Decimal, None]: ...
@overload
def stddev(value: Expr[S, float, Any, Plain], *, distinct: bool = False) -> Aggregated[Opt[S], float, None]: ...
def stddev(value: AnyExpr, *, distinct: bool = False) -> AnyAggregate:
    """The standard deviation of a sample, or of its distinct values; None where there are less than two."""
    return aggregated(_STDDEV, _spread_type(_STDDEV, value), value, distinct=distinct)


@overload
def stddev_samp(
    value: Expr[S, int | Decimal, Any, Plain], *, distinct: bool = False
) -> Aggregated[Opt[S], Decimal, None]: ...
@overload
def stddev_samp(value: Expr[S, float, Any, Plain], *, distinct: bool = False) -> Aggregated[Opt[S], float, None]: ...
def stddev_samp(value: AnyExpr, *, distinct: bool = False) -> AnyAggregate:
    """`stddev`, as the standard calls it; None where there are less than two."""
    return aggregated(_STDDEV_SAMP, _spread_type(_STDDEV_SAMP, value), value, distinct=distinct)


@overload
def stddev_pop(
    value: Expr[S, int | Decimal, Any, Plain], *, distinct: bool = False
) -> Aggregated[Opt[S], Decimal, None]: ...
@overload
def stddev_pop(value: Expr[S, float, Any, Plain], *, distinct: bool = False) -> Aggregated[Opt[S], float, None]: ...
def stddev_pop(value: AnyExpr, *, distinct: bool = False) -> AnyAggregate:
    """The standard deviation of all values, or of the distinct ones; None where there are none."""
    return aggregated(_STDDEV_POP, _spread_type(_STDDEV_POP, value), value, distinct=distinct)


@overload
def variance(
    value: Expr[S, int | Decimal, Any, Plain], *, distinct: bool = False
) -> Aggregated[Opt[S], Decimal, None]: ...
@overload
def variance(value: Expr[S, float, Any, Plain], *, distinct: bool = False) -> Aggregated[Opt[S], float, None]: ...
def variance(value: AnyExpr, *, distinct: bool = False) -> AnyAggregate:
    """The variance of a sample, or of its distinct values; None where there are less than two."""
    return aggregated(_VARIANCE, _spread_type(_VARIANCE, value), value, distinct=distinct)


@overload
def var_samp(
    value: Expr[S, int | Decimal, Any, Plain], *, distinct: bool = False
) -> Aggregated[Opt[S], Decimal, None]: ...
@overload
def var_samp(value: Expr[S, float, Any, Plain], *, distinct: bool = False) -> Aggregated[Opt[S], float, None]: ...
def var_samp(value: AnyExpr, *, distinct: bool = False) -> AnyAggregate:
    """`variance`, as the standard calls it; None where there are less than two."""
    return aggregated(_VAR_SAMP, _spread_type(_VAR_SAMP, value), value, distinct=distinct)


@overload
def var_pop(
    value: Expr[S, int | Decimal, Any, Plain], *, distinct: bool = False
) -> Aggregated[Opt[S], Decimal, None]: ...
@overload
def var_pop(value: Expr[S, float, Any, Plain], *, distinct: bool = False) -> Aggregated[Opt[S], float, None]: ...
def var_pop(value: AnyExpr, *, distinct: bool = False) -> AnyAggregate:
    """The variance of all values, or of the distinct ones; None where there are none."""
    return aggregated(_VAR_POP, _spread_type(_VAR_POP, value), value, distinct=distinct)


def _spread_type(name: FunctionRef, value: AnyExpr) -> SqlType[Any]:
    sql_type = expression(name.name, value).type
    if sql_type.rank is None:
        raise QueryError(f"{name} takes numbers, not {sql_type}")
    return sql.DOUBLE_PRECISION if sql_type.kind in FLOATS else sql.NUMERIC


# Of sorted values


class ContinuousPercentile(Value):
    """`percentile_cont` before it is told of which values: no expression before it says `.within_group(…)`."""

    __slots__ = ("_fraction",)

    def __init__(self, fraction: AnyExpr) -> None:
        self._fraction = fraction

    @overload
    def within_group(self, order_by: Expr[S, Real, Any, Plain]) -> Aggregated[Opt[S], float, None]: ...
    @overload
    def within_group(self, order_by: Expr[S, SpanT, Any, Plain]) -> Aggregated[Opt[S], SpanT, None]: ...
    def within_group(self, order_by: AnyExpr) -> AnyAggregate:
        """Of these values that are not NULL, sorted; None where there are none."""
        (value,) = expressions("within_group", order_by)
        if value.type.kind is FieldType.INTERVAL:
            return _within_group(_PERCENTILE_CONT, value.type, value, self._fraction)
        if value.type.rank is None:
            raise QueryError(f"percentile_cont takes numbers or intervals, not {value.type}: say percentile_disc(…)")
        return _within_group(_PERCENTILE_CONT, sql.DOUBLE_PRECISION, value, self._fraction)


class SortedValue(Value):
    """An aggregate that is one of the values, before it is told of which: no expression before `.within_group(…)`."""

    __slots__ = ("_arguments", "_function")

    def __init__(self, function: FunctionRef, *arguments: AnyExpr) -> None:
        self._function = function
        self._arguments = arguments

    def within_group(self, order_by: Expr[S, V, Any, Plain]) -> Aggregated[Opt[S], V, None]:
        """Of these values that are not NULL, sorted; None where there are none."""
        (value,) = expressions("within_group", order_by)
        return _within_group(self._function, value.type.parameter, value, *self._arguments)


def percentile_cont(fraction: float) -> ContinuousPercentile:
    """The value at so much of the way, from 0 to 1, through sorted values: `percentile_cont(0.5)` is the median.

    Between two values it is as far between them.
    """
    return ContinuousPercentile(_fraction("percentile_cont", fraction))


def percentile_disc(fraction: float) -> SortedValue:
    """The first of sorted values up to which there are at least so many of all, from 0 to 1."""
    return SortedValue(_PERCENTILE_DISC, _fraction("percentile_disc", fraction))


def mode() -> SortedValue:
    """The most frequent value, of several the first."""
    return SortedValue(_MODE)


def _fraction(name: str, fraction: float) -> AnyExpr:
    if isinstance(fraction, bool) or not isinstance(fraction, (int, float)) or not 0 <= fraction <= 1:
        raise QueryError(f"{name} takes a number from 0 to 1")
    return parameter(float(fraction), sql.DOUBLE_PRECISION, name)


def _within_group(function: FunctionRef, returns: SqlType[Any], value: AnyExpr, *arguments: AnyExpr) -> AnyAggregate:
    call = aggregated(function, returns, *arguments)
    return Aggregated(shapes.within_group(call.shape, value.asc().shape), call.params + value.params, returns)
