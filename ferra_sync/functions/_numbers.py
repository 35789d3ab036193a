"""Functions of numbers.

Where PostgreSQL has a function for numeric and for double precision alone, whole numbers and reals are taken as double
precision, as the server takes them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, TypeVar, overload

from ferra_sync._expression import shapes
from ferra_sync._expression.arithmetic import Real, arithmetic
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.nulls import strict
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.shapes import children
from ferra_sync._expression.sqltypes import DOUBLE_PRECISION, INTEGER, NUMERIC, FieldType, SqlType
from ferra_sync._expression.typevars import G, N, S, Sa
from ferra_sync.errors import QueryError
from ferra_sync.functions._calls import FLOATS, Whole, argument, call, number, signature

RealT = TypeVar("RealT", bound=Real)

_ABS: Final = FunctionRef("abs", nulls=strict)
_SIGN: Final = FunctionRef("sign", nulls=strict)
_CEIL: Final = FunctionRef("ceil", nulls=strict)
_FLOOR: Final = FunctionRef("floor", nulls=strict)
_ROUND: Final = FunctionRef("round", nulls=strict)
_TRUNC: Final = FunctionRef("trunc", nulls=strict)
_SQRT: Final = FunctionRef("sqrt", nulls=strict)
_EXP: Final = FunctionRef("exp", nulls=strict)
_LN: Final = FunctionRef("ln", nulls=strict)
_LOG: Final = FunctionRef("log", nulls=strict)
_POWER: Final = FunctionRef("power", nulls=strict)
_MOD: Final = FunctionRef("mod", nulls=strict)
_GCD: Final = FunctionRef("gcd", nulls=strict)
_LCM: Final = FunctionRef("lcm", nulls=strict)
_DIV: Final = signature("div", NUMERIC, NUMERIC, returns=NUMERIC)
_CBRT: Final = signature("cbrt", DOUBLE_PRECISION, returns=DOUBLE_PRECISION)
_WIDTH_BUCKET: Final = FunctionRef("width_bucket", nulls=strict, returns=INTEGER)


def _measured(function: FunctionRef, value: AnyExpr, *others: object) -> AnyExpr:
    """Return the call of a function of numerics, or of double precision, that returns the same."""
    taken = _measure(number(function.name, value).type)
    return call(function, taken, *[argument(function, taken, each) for each in (value, *others)])


def _measure(sql_type: SqlType[Any]) -> SqlType[Any]:
    is_exact = sql_type.kind is FieldType.NUMERIC and not sql_type.is_whole
    return NUMERIC if is_exact else DOUBLE_PRECISION


def _exact(function: FunctionRef, value: AnyExpr, other: object, of: SqlType[Any]) -> AnyExpr:
    """Return the call of a function that PostgreSQL has for numerics alone."""
    if number(function.name, value).type.kind in FLOATS:
        raise QueryError(f"{function} of two arguments takes numeric, not {value.type}: say .cast(t.numeric())")
    return call(function, NUMERIC, argument(function, NUMERIC, value), argument(function, of, other))


def abs(value: Expr[S, RealT, N, G]) -> Expr[S, RealT, N, G]:  # noqa: A001 - SQL's name
    """The number without its sign."""
    return call(_ABS, number("abs", value).type.parameter, value)


@overload
def sign(value: Expr[S, Decimal, N, G]) -> Expr[S, Decimal, N, G]: ...
@overload
def sign(value: Expr[S, float, N, G]) -> Expr[S, float, N, G]: ...
def sign(value: AnyExpr) -> AnyExpr:
    """-1, 0 or 1."""
    return _measured(_SIGN, value)


@overload
def ceil(value: Expr[S, Decimal, N, G]) -> Expr[S, Decimal, N, G]: ...
@overload
def ceil(value: Expr[S, float, N, G]) -> Expr[S, float, N, G]: ...
def ceil(value: AnyExpr) -> AnyExpr:
    """The least whole number that is not less."""
    return _measured(_CEIL, value)


@overload
def floor(value: Expr[S, Decimal, N, G]) -> Expr[S, Decimal, N, G]: ...
@overload
def floor(value: Expr[S, float, N, G]) -> Expr[S, float, N, G]: ...
def floor(value: AnyExpr) -> AnyExpr:
    """The greatest whole number that is not greater."""
    return _measured(_FLOOR, value)


@overload
def round(value: Expr[S, Decimal, N, G]) -> Expr[S, Decimal, N, G]: ...  # noqa: A001 - SQL's name
@overload
def round(value: Expr[S, float, N, G]) -> Expr[S, float, N, G]: ...  # noqa: A001 - SQL's name
@overload
def round(  # noqa: A001 - SQL's name
    value: Expr[S, Decimal | int, N, G], digits: Whole[Sa, N, G]
) -> Expr[S | Sa, Decimal, N, G]: ...
def round(value: AnyExpr, digits: object = None) -> AnyExpr:  # noqa: A001 - SQL's name
    """The nearest whole number, or the nearest with so many digits after the point; of a numeric alone the latter.

    Halves are rounded away from zero; of double precision to the even number.
    """
    return _measured(_ROUND, value) if digits is None else _exact(_ROUND, value, digits, INTEGER)


@overload
def trunc(value: Expr[S, Decimal, N, G]) -> Expr[S, Decimal, N, G]: ...
@overload
def trunc(value: Expr[S, float, N, G]) -> Expr[S, float, N, G]: ...
@overload
def trunc(value: Expr[S, Decimal | int, N, G], digits: Whole[Sa, N, G]) -> Expr[S | Sa, Decimal, N, G]: ...
def trunc(value: AnyExpr, digits: object = None) -> AnyExpr:
    """The number without its fraction, or with so many digits of it; of a numeric alone the latter."""
    return _measured(_TRUNC, value) if digits is None else _exact(_TRUNC, value, digits, INTEGER)


@overload
def sqrt(value: Expr[S, Decimal, N, G]) -> Expr[S, Decimal, N, G]: ...
@overload
def sqrt(value: Expr[S, float, N, G]) -> Expr[S, float, N, G]: ...
def sqrt(value: AnyExpr) -> AnyExpr:
    """The square root; of a negative number it is the server's error."""
    return _measured(_SQRT, value)


@overload
def exp(value: Expr[S, Decimal, N, G]) -> Expr[S, Decimal, N, G]: ...
@overload
def exp(value: Expr[S, float, N, G]) -> Expr[S, float, N, G]: ...
def exp(value: AnyExpr) -> AnyExpr:
    """The number e to this power."""
    return _measured(_EXP, value)


@overload
def ln(value: Expr[S, Decimal, N, G]) -> Expr[S, Decimal, N, G]: ...
@overload
def ln(value: Expr[S, float, N, G]) -> Expr[S, float, N, G]: ...
def ln(value: AnyExpr) -> AnyExpr:
    """The natural logarithm; of zero and less it is the server's error."""
    return _measured(_LN, value)


@overload
def log(value: Expr[S, Decimal, N, G]) -> Expr[S, Decimal, N, G]: ...
@overload
def log(value: Expr[S, float, N, G]) -> Expr[S, float, N, G]: ...
@overload
def log(
    value: Expr[S, Decimal | int, N, G], of: Decimal | Expr[Sa, Decimal | int, N, G]
) -> Expr[S | Sa, Decimal, N, G]: ...
def log(value: AnyExpr, of: object = None) -> AnyExpr:
    """The logarithm to the base 10; of two arguments that of the second to the base of the first, of numerics alone."""
    return _measured(_LOG, value) if of is None else _exact(_LOG, value, of, NUMERIC)


@overload
def power(
    value: Expr[S, Decimal, N, G], exponent: Decimal | int | Expr[Sa, Decimal | int, N, G]
) -> Expr[S | Sa, Decimal, N, G]: ...
@overload
def power(value: Expr[S, float, N, G], exponent: float | Expr[Sa, float, N, G]) -> Expr[S | Sa, float, N, G]: ...
def power(value: AnyExpr, exponent: object) -> AnyExpr:
    """The number to the power of `exponent`."""
    return _measured(_POWER, value, exponent)


@overload
def mod(
    value: Expr[S, Decimal, N, G], divisor: Decimal | int | Expr[Sa, Decimal | int, N, G]
) -> Expr[S | Sa, Decimal, N, G]: ...
@overload
def mod(value: Expr[S, int, N, G], divisor: Whole[Sa, N, G]) -> Expr[S | Sa, int, N, G]: ...
def mod(value: AnyExpr, divisor: object) -> AnyExpr:
    """What is left of a whole number or a numeric after the division: `%`, with the sign of `value`."""
    rest: AnyExpr = arithmetic(Expr, "%", number("mod", value), divisor)
    return Expr(shapes.call(_MOD, *children(rest.shape)), rest.params, rest.type)


@overload
def gcd(
    value: Expr[S, Decimal, N, G], other: Decimal | int | Expr[Sa, Decimal | int, N, G]
) -> Expr[S | Sa, Decimal, N, G]: ...
@overload
def gcd(value: Expr[S, int, N, G], other: Whole[Sa, N, G]) -> Expr[S | Sa, int, N, G]: ...
def gcd(value: AnyExpr, other: object) -> AnyExpr:
    """The greatest number that divides both without a rest; 0 of two zeros."""
    return _divisible(_GCD, value, other)


@overload
def lcm(
    value: Expr[S, Decimal, N, G], other: Decimal | int | Expr[Sa, Decimal | int, N, G]
) -> Expr[S | Sa, Decimal, N, G]: ...
@overload
def lcm(value: Expr[S, int, N, G], other: Whole[Sa, N, G]) -> Expr[S | Sa, int, N, G]: ...
def lcm(value: AnyExpr, other: object) -> AnyExpr:
    """The least number that both divide without a rest; 0 where one is zero."""
    return _divisible(_LCM, value, other)


def _divisible(function: FunctionRef, value: AnyExpr, other: object) -> AnyExpr:
    """Return the call of a function that PostgreSQL has for integer, bigint and numeric."""
    rest: AnyExpr = arithmetic(Expr, "%", number(function.name, value), other)
    of = INTEGER if rest.type.kind is FieldType.SMALLINT else rest.type
    params, (left, right) = rest.params, children(rest.shape)
    return Expr(shapes.call(function, shapes.cast(left, of), shapes.cast(right, of)), params, of)


def div(
    value: Expr[S, Decimal | int, N, G], divisor: Decimal | int | Expr[Sa, Decimal | int, N, G]
) -> Expr[S | Sa, Decimal, N, G]:
    """The whole part of the quotient, as a numeric."""
    return _DIV(number("div", value), divisor)


def cbrt(value: Expr[S, Real, N, G]) -> Expr[S, float, N, G]:
    """The cube root, in double precision."""
    return _CBRT(number("cbrt", value))


@overload
def width_bucket(
    value: Expr[S, Decimal, N, G], low: Decimal | int, high: Decimal | int, count: Whole[Sa, N, G]
) -> Expr[S | Sa, int, N, G]: ...
@overload
def width_bucket(
    value: Expr[S, float, N, G], low: float, high: float, count: Whole[Sa, N, G]
) -> Expr[S | Sa, int, N, G]: ...
def width_bucket(value: AnyExpr, low: object, high: object, count: object) -> AnyExpr:
    """In which of `count` equal parts from `low` to `high` the number is, from 1; 0 below them, `count` + 1 above."""
    taken = _measure(number("width_bucket", value).type)
    bounds = [argument(_WIDTH_BUCKET, taken, each) for each in (value, low, high)]
    return call(_WIDTH_BUCKET, INTEGER, *bounds, argument(_WIDTH_BUCKET, INTEGER, count))
