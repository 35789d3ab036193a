"""Functions over windows: they number rows, and see those beside each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Never, TypeAlias, overload

from ferra_sync._expression import shapes
from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.coercion import common
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.nulls import never
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.operators import Node, operand
from ferra_sync._expression.parameter import parameter
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.selectable import Typed
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._expression.typevars import S2, G, N, S, T, V
from ferra_sync._expression.window import WindowFunction
from ferra_sync.errors import QueryError
from ferra_sync.functions._calls import expression

AnyWindowFunction: TypeAlias = WindowFunction[Any, Any, Any, Any]

_MAX_INTEGER: Final = 2**31 - 1


def _given_or_default(operands: Sequence[bool]) -> bool:
    """`lag(value, offset, default)`: the value of another row, or the default where there is none."""
    value, _offset, default = operands
    return value or default


_ROW_NUMBER: Final = FunctionRef("row_number", nulls=never)
_RANK: Final = FunctionRef("rank", nulls=never)
_DENSE_RANK: Final = FunctionRef("dense_rank", nulls=never)
_PERCENT_RANK: Final = FunctionRef("percent_rank", nulls=never)
_CUME_DIST: Final = FunctionRef("cume_dist", nulls=never)
_NTILE: Final = FunctionRef("ntile", nulls=never)
_LAG: Final = FunctionRef("lag")
_LEAD: Final = FunctionRef("lead")
_LAG_OR_DEFAULT: Final = FunctionRef("lag", nulls=_given_or_default)
_LEAD_OR_DEFAULT: Final = FunctionRef("lead", nulls=_given_or_default)
_FIRST_VALUE: Final = FunctionRef("first_value")
_LAST_VALUE: Final = FunctionRef("last_value")
_NTH_VALUE: Final = FunctionRef("nth_value")


def _called(function: FunctionRef, returns: SqlType[Any], *arguments: Node) -> AnyWindowFunction:
    params = tuple([value for argument in arguments for value in argument.params])
    return WindowFunction(shapes.call(function, *(argument.shape for argument in arguments)), params, returns)


# Numbers of rows


def row_number() -> WindowFunction[Never, int, Never, Never]:
    """The row's number in its window, from 1."""
    return _called(_ROW_NUMBER, sql.BIGINT)


def rank() -> WindowFunction[Never, int, Never, Never]:
    """The number of the first row that is equal in `order_by`, from 1: with gaps behind equal rows."""
    return _called(_RANK, sql.BIGINT)


def dense_rank() -> WindowFunction[Never, int, Never, Never]:
    """The number of the row's group of rows that are equal in `order_by`, from 1: without gaps."""
    return _called(_DENSE_RANK, sql.BIGINT)


def percent_rank() -> WindowFunction[Never, float, Never, Never]:
    """The share of the other rows that come before, from 0 to 1."""
    return _called(_PERCENT_RANK, sql.DOUBLE_PRECISION)


def cume_dist() -> WindowFunction[Never, float, Never, Never]:
    """The share of the rows that come before or are equal, above 0 and up to 1."""
    return _called(_CUME_DIST, sql.DOUBLE_PRECISION)


def ntile(buckets: int) -> WindowFunction[Never, int, Never, Never]:
    """The number, from 1, of one of so many buckets of as equal a size as can be."""
    return _called(_NTILE, sql.INTEGER, _whole("ntile", buckets, 1))


def _whole(name: str, number: object, least: int) -> AnyExpr:
    if not is_whole_number(number, least, _MAX_INTEGER):
        raise QueryError(f"{name} takes a whole number from {least} to {_MAX_INTEGER}")
    return parameter(number, sql.INTEGER, name)


# Values of other rows


@overload
def lag(value: Typed[S, V, T, Any, G], offset: int = 1) -> WindowFunction[S, T, None, G]: ...
@overload
def lag(  # pyright: ignore[reportOverlappingOverload] - V could be an Expr
    value: Typed[S, V, T, N, G], offset: int = 1, *, default: Expr[S2, V, N, G]
) -> WindowFunction[S | S2, T, N, G]: ...
@overload
def lag(value: Typed[S, V, T, N, G], offset: int = 1, *, default: V) -> WindowFunction[S, T, N, G]: ...
def lag(value: Typed[Any, Any, Any, Any, Any], offset: int = 1, *, default: object = None) -> AnyWindowFunction:
    """The value of the row so many rows before in the window; `default`, else None, where there is none."""
    return _beside(_LAG, _LAG_OR_DEFAULT, value, offset, default)


@overload
def lead(value: Typed[S, V, T, Any, G], offset: int = 1) -> WindowFunction[S, T, None, G]: ...
@overload
def lead(  # pyright: ignore[reportOverlappingOverload] - V could be an Expr
    value: Typed[S, V, T, N, G], offset: int = 1, *, default: Expr[S2, V, N, G]
) -> WindowFunction[S | S2, T, N, G]: ...
@overload
def lead(value: Typed[S, V, T, N, G], offset: int = 1, *, default: V) -> WindowFunction[S, T, N, G]: ...
def lead(value: Typed[Any, Any, Any, Any, Any], offset: int = 1, *, default: object = None) -> AnyWindowFunction:
    """The value of the row so many rows after in the window; `default`, else None, where there is none."""
    return _beside(_LEAD, _LEAD_OR_DEFAULT, value, offset, default)


def _beside(
    plain: FunctionRef, or_default: FunctionRef, value: object, offset: object, default: object
) -> AnyWindowFunction:
    expr = expression(plain.name, value)
    rows = _whole(plain.name, offset, 0)
    if default is None:
        return _called(plain, expr.type.parameter, expr, rows)
    other = operand(expr, default)
    return _called(or_default, common(expr.type, other.type), expr, rows, other)


def first_value(value: Typed[S, Any, T, Any, G]) -> WindowFunction[S, T, None, G]:
    """The value of the frame's first row; None where the frame is empty."""
    return _of_frame(_FIRST_VALUE, value)


def last_value(value: Typed[S, Any, T, Any, G]) -> WindowFunction[S, T, None, G]:
    """The value of the frame's last row; None where the frame is empty.

    With `order_by` and no frame that is the present row, or one that is equal in it: say
    `frame=rows(unbounded_preceding, unbounded_following)`.
    """
    return _of_frame(_LAST_VALUE, value)


def nth_value(value: Typed[S, Any, T, Any, G], n: int) -> WindowFunction[S, T, None, G]:
    """The value of the frame's row of this number, from 1; None where there is none."""
    return _of_frame(_NTH_VALUE, value, _whole("nth_value", n, 1))


def _of_frame(function: FunctionRef, value: object, *arguments: AnyExpr) -> AnyWindowFunction:
    expr = expression(function.name, value)
    return _called(function, expr.type.parameter, expr, *arguments)
