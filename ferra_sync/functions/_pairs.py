"""Aggregates of pairs of numbers, in double precision: of those rows where neither `y` nor `x` is NULL."""

from __future__ import annotations

from typing import Any, Final, Never

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.aggregate import Aggregated
from ferra_sync._expression.arithmetic import Real
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import Opt, Plain
from ferra_sync._expression.nulls import never
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.typevars import S, Sa
from ferra_sync.functions._aggregated import AnyAggregate, aggregated
from ferra_sync.functions._calls import argument, number

_CORR: Final = FunctionRef("corr", aggregate=True)
_COVAR_POP: Final = FunctionRef("covar_pop", aggregate=True)
_COVAR_SAMP: Final = FunctionRef("covar_samp", aggregate=True)
_REGR_AVGX: Final = FunctionRef("regr_avgx", aggregate=True)
_REGR_AVGY: Final = FunctionRef("regr_avgy", aggregate=True)
_REGR_INTERCEPT: Final = FunctionRef("regr_intercept", aggregate=True)
_REGR_R2: Final = FunctionRef("regr_r2", aggregate=True)
_REGR_SLOPE: Final = FunctionRef("regr_slope", aggregate=True)
_REGR_SXX: Final = FunctionRef("regr_sxx", aggregate=True)
_REGR_SXY: Final = FunctionRef("regr_sxy", aggregate=True)
_REGR_SYY: Final = FunctionRef("regr_syy", aggregate=True)
_REGR_COUNT: Final = FunctionRef("regr_count", aggregate=True, nulls=never)


def corr(y: Expr[S, Real, Any, Plain], x: float | Expr[Sa, Real, Any, Plain]) -> Aggregated[Opt[S | Sa], float, None]:
    """How much `y` and `x` go together, from -1 to 1; None where they say none, as of one pair."""
    return _of_pairs(_CORR, y, x)


def covar_pop(
    y: Expr[S, Real, Any, Plain], x: float | Expr[Sa, Real, Any, Plain]
) -> Aggregated[Opt[S | Sa], float, None]:
    """The covariance of all pairs; None where there are none."""
    return _of_pairs(_COVAR_POP, y, x)


def covar_samp(
    y: Expr[S, Real, Any, Plain], x: float | Expr[Sa, Real, Any, Plain]
) -> Aggregated[Opt[S | Sa], float, None]:
    """The covariance of a sample of pairs; None where there are less than two."""
    return _of_pairs(_COVAR_SAMP, y, x)


def regr_avgx(
    y: Expr[S, Real, Any, Plain], x: float | Expr[Sa, Real, Any, Plain]
) -> Aggregated[Opt[S | Sa], float, None]:
    """The mean of `x`; None where there are none."""
    return _of_pairs(_REGR_AVGX, y, x)


def regr_avgy(
    y: Expr[S, Real, Any, Plain], x: float | Expr[Sa, Real, Any, Plain]
) -> Aggregated[Opt[S | Sa], float, None]:
    """The mean of `y`; None where there are none."""
    return _of_pairs(_REGR_AVGY, y, x)


def regr_intercept(
    y: Expr[S, Real, Any, Plain], x: float | Expr[Sa, Real, Any, Plain]
) -> Aggregated[Opt[S | Sa], float, None]:
    """Where the line through the pairs crosses the axis of `y`; None where they say none, as of one pair."""
    return _of_pairs(_REGR_INTERCEPT, y, x)


def regr_r2(
    y: Expr[S, Real, Any, Plain], x: float | Expr[Sa, Real, Any, Plain]
) -> Aggregated[Opt[S | Sa], float, None]:
    """The square of `corr`; None where they say none, as of one pair."""
    return _of_pairs(_REGR_R2, y, x)


def regr_slope(
    y: Expr[S, Real, Any, Plain], x: float | Expr[Sa, Real, Any, Plain]
) -> Aggregated[Opt[S | Sa], float, None]:
    """The slope of the line through the pairs; None where they say none, as of one pair."""
    return _of_pairs(_REGR_SLOPE, y, x)


def regr_sxx(
    y: Expr[S, Real, Any, Plain], x: float | Expr[Sa, Real, Any, Plain]
) -> Aggregated[Opt[S | Sa], float, None]:
    """The sum of the squares of `x` less its mean; None where there are none."""
    return _of_pairs(_REGR_SXX, y, x)


def regr_sxy(
    y: Expr[S, Real, Any, Plain], x: float | Expr[Sa, Real, Any, Plain]
) -> Aggregated[Opt[S | Sa], float, None]:
    """The sum of the products of both less their means; None where there are none."""
    return _of_pairs(_REGR_SXY, y, x)


def regr_syy(
    y: Expr[S, Real, Any, Plain], x: float | Expr[Sa, Real, Any, Plain]
) -> Aggregated[Opt[S | Sa], float, None]:
    """The sum of the squares of `y` less its mean; None where there are none."""
    return _of_pairs(_REGR_SYY, y, x)


def regr_count(
    y: Expr[S, Real, Any, Plain], x: float | Expr[Sa, Real, Any, Plain]
) -> Aggregated[Opt[S | Sa], int, Never]:
    """The number of pairs."""
    pairs = _of_pairs(_REGR_COUNT, y, x)
    return Aggregated(pairs.shape, pairs.params, sql.BIGINT)


def _of_pairs(function: FunctionRef, y: AnyExpr, x: object) -> AnyAggregate:
    pair = [argument(function, sql.DOUBLE_PRECISION, each) for each in (number(function.name, y), x)]
    return aggregated(function, sql.DOUBLE_PRECISION, *pair)
