"""Angles and what is told of them, in double precision."""

from __future__ import annotations

from typing import Final, Never

from ferra_sync._expression.arithmetic import Real
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.nulls import never
from ferra_sync._expression.sqltypes import DOUBLE_PRECISION
from ferra_sync._expression.typevars import G, N, S, Sa
from ferra_sync.functions._calls import number, signature

_DEGREES: Final = signature("degrees", DOUBLE_PRECISION, returns=DOUBLE_PRECISION)
_RADIANS: Final = signature("radians", DOUBLE_PRECISION, returns=DOUBLE_PRECISION)
_SIN: Final = signature("sin", DOUBLE_PRECISION, returns=DOUBLE_PRECISION)
_COS: Final = signature("cos", DOUBLE_PRECISION, returns=DOUBLE_PRECISION)
_TAN: Final = signature("tan", DOUBLE_PRECISION, returns=DOUBLE_PRECISION)
_COT: Final = signature("cot", DOUBLE_PRECISION, returns=DOUBLE_PRECISION)
_ASIN: Final = signature("asin", DOUBLE_PRECISION, returns=DOUBLE_PRECISION)
_ACOS: Final = signature("acos", DOUBLE_PRECISION, returns=DOUBLE_PRECISION)
_ATAN: Final = signature("atan", DOUBLE_PRECISION, returns=DOUBLE_PRECISION)
_ATAN2: Final = signature("atan2", DOUBLE_PRECISION, DOUBLE_PRECISION, returns=DOUBLE_PRECISION)
_PI: Final = signature("pi", returns=DOUBLE_PRECISION, nulls=never)


def degrees(value: Expr[S, Real, N, G]) -> Expr[S, float, N, G]:
    """The angle in degrees, of one in radians."""
    return _DEGREES(number("degrees", value))


def radians(value: Expr[S, Real, N, G]) -> Expr[S, float, N, G]:
    """The angle in radians, of one in degrees."""
    return _RADIANS(number("radians", value))


def sin(value: Expr[S, Real, N, G]) -> Expr[S, float, N, G]:
    """The sine of an angle in radians."""
    return _SIN(number("sin", value))


def cos(value: Expr[S, Real, N, G]) -> Expr[S, float, N, G]:
    """The cosine of an angle in radians."""
    return _COS(number("cos", value))


def tan(value: Expr[S, Real, N, G]) -> Expr[S, float, N, G]:
    """The tangent of an angle in radians."""
    return _TAN(number("tan", value))


def cot(value: Expr[S, Real, N, G]) -> Expr[S, float, N, G]:
    """The cotangent of an angle in radians."""
    return _COT(number("cot", value))


def asin(value: Expr[S, Real, N, G]) -> Expr[S, float, N, G]:
    """The angle in radians that has this sine; of less than -1 and more than 1 it is the server's error."""
    return _ASIN(number("asin", value))


def acos(value: Expr[S, Real, N, G]) -> Expr[S, float, N, G]:
    """The angle in radians that has this cosine; of less than -1 and more than 1 it is the server's error."""
    return _ACOS(number("acos", value))


def atan(value: Expr[S, Real, N, G]) -> Expr[S, float, N, G]:
    """The angle in radians that has this tangent."""
    return _ATAN(number("atan", value))


def atan2(y: Expr[S, Real, N, G], x: float | Expr[Sa, Real, N, G]) -> Expr[S | Sa, float, N, G]:
    """The angle in radians, from minus pi to pi, at which the point `x`, `y` lies from the origin."""
    return _ATAN2(number("atan2", y), x)


def pi() -> Expr[Never, float, Never, Never]:
    """The ratio of a circle's circumference to its diameter."""
    return _PI()
