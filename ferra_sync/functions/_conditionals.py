"""Functions that choose between values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network
from typing import Any, Final, Never, Protocol, overload

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.arithmetic import FracT
from ferra_sync._expression.coercion import common
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.nulls import always, coalescing
from ferra_sync._expression.operators import comparison, operand, unordered
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.selectable import Choosable, Typed
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import G2, N2, S2, G, Na, S, Sa, T, W
from ferra_sync.functions._calls import FLOATS, INHERITED, call, expression

_COALESCE: Final = FunctionRef("coalesce", nulls=coalescing)
_GREATEST: Final = FunctionRef("greatest", nulls=coalescing)
_LEAST: Final = FunctionRef("least", nulls=coalescing)
_NULLIF: Final = FunctionRef("nullif", nulls=always)


@overload
def coalesce(  # pyright: ignore[reportOverlappingOverload] - a datetime is a date
    value: Typed[S, date, Any, Any, G], otherwise: Expr[S2, datetime, N2, G2]
) -> Expr[S | S2, datetime, N2, G | G2]: ...
@overload
def coalesce(  # pyright: ignore[reportOverlappingOverload] - a datetime is a date
    value: Typed[S, date, Any, Any, G], otherwise: datetime
) -> Expr[S, datetime, Never, G]: ...
@overload
def coalesce(
    value: Typed[S, timedelta, Any, Any, G], otherwise: Expr[S2, Interval, N2, G2]
) -> Expr[S | S2, Interval, N2, G | G2]: ...
@overload
def coalesce(value: Typed[S, timedelta, Any, Any, G], otherwise: Interval) -> Expr[S, Interval, Never, G]: ...
@overload
def coalesce(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - W could be an Expr
    value: Choosable[S, W, T, Any, G], otherwise: Expr[S2, W, N2, G2]
) -> Expr[S | S2, T, N2, G | G2]: ...
@overload
def coalesce(value: Choosable[S, W, T, Any, G], otherwise: W) -> Expr[S, T, Never, G]: ...
@overload
def coalesce(
    value: Typed[S, int, Any, Any, G], otherwise: Expr[S2, FracT, N2, G2]
) -> Expr[S | S2, FracT, N2, G | G2]: ...
@overload
def coalesce(
    value: Typed[S, Decimal, Any, Any, G], otherwise: Expr[S2, float, N2, G2]
) -> Expr[S | S2, float, N2, G | G2]: ...
@overload
def coalesce(
    value: Typed[S, float, Any, Any, G], otherwise: Expr[S2, Decimal, N2, G2]
) -> Expr[S | S2, float, N2, G | G2]: ...
def coalesce(value: Choosable[Any, Any, Any, Any, Any], otherwise: object) -> AnyExpr:
    """`value`, or `otherwise` where it is NULL; of two types of number, the wider."""
    expr = expression("coalesce", value)
    other = operand(expr, otherwise)
    return call(_COALESCE, common(expr.type, other.type), expr, other)


@overload
def nullif(  # pyright: ignore[reportOverlappingOverload] - W could be an Expr
    value: Choosable[S, W, T, Any, G], other: Expr[S2, W, Any, G2]
) -> Expr[S | S2, T, None, G | G2]: ...
@overload
def nullif(
    value: Typed[S, IPv4Network | IPv6Network, Any, Any, G], other: IPv4Network | IPv6Network
) -> Expr[S, IPv4Interface | IPv6Interface, None, G]: ...
@overload
def nullif(value: Choosable[S, W, T, Any, G], other: W) -> Expr[S, T, None, G]: ...
@overload
def nullif(value: Typed[S, int, T, Any, G], other: Expr[S2, Decimal, Any, G2]) -> Expr[S | S2, T, None, G | G2]: ...
@overload
def nullif(
    value: Typed[S, int, Any, Any, G] | Typed[S, Decimal, Any, Any, G], other: Expr[S2, float, Any, G2]
) -> Expr[S | S2, float, None, G | G2]: ...
@overload
def nullif(
    value: Typed[S, float, Any, Any, G], other: Expr[S2, Decimal, Any, G2]
) -> Expr[S | S2, float, None, G | G2]: ...
def nullif(value: Choosable[Any, Any, Any, Any, Any], other: object) -> AnyExpr:
    """`value`, or None where it equals `other`."""
    expr = expression("nullif", value)
    comparison(Expr, "=", expr, other)  # What `=` refuses, this refuses.
    against = operand(expr, other)
    return call(_NULLIF, _nullif_type(expr.type, against.type), expr, against)


def _nullif_type(value: SqlType[Any], other: SqlType[Any]) -> SqlType[Any]:
    """Return the type of the left side of PostgreSQL's `=` between these two."""
    if value.rank is not None and value.kind not in FLOATS:
        if other.kind in FLOATS:
            return sql.DOUBLE_PRECISION
        if other.kind is FieldType.NUMERIC and value.is_whole:
            return sql.WHOLE
    if FieldType.CITEXT in {value.kind, other.kind}:
        return common(value, other)
    return INHERITED.get(value.kind, value.parameter)


class _OfAll(Protocol):
    """What `greatest` and `least` are."""

    @overload
    def __call__(
        self, value: Typed[S, date, Any, Never, G], /, *others: Expr[Sa, datetime, Any, G]
    ) -> Expr[S | Sa, datetime, Never, G]: ...
    @overload
    def __call__(
        self, value: Typed[S, date, Any, Any, G], /, *others: Expr[Sa, datetime, Na, G]
    ) -> Expr[S | Sa, datetime, Na, G]: ...
    @overload
    def __call__(self, value: Typed[S, date, Any, Any, G], /, *others: datetime) -> Expr[S, datetime, Never, G]: ...
    @overload
    def __call__(
        self, value: Typed[S, timedelta, Any, Never, G], /, *others: Expr[Sa, Interval, Any, G]
    ) -> Expr[S | Sa, Interval, Never, G]: ...
    @overload
    def __call__(
        self, value: Typed[S, timedelta, Any, Any, G], /, *others: Expr[Sa, Interval, Na, G]
    ) -> Expr[S | Sa, Interval, Na, G]: ...
    @overload
    def __call__(
        self, value: Typed[S, timedelta, Any, Any, G], /, *others: Interval
    ) -> Expr[S, Interval, Never, G]: ...
    @overload
    def __call__(
        self, value: Choosable[S, W, T, Never, G], /, *others: Expr[Sa, W, Any, G]
    ) -> Expr[S | Sa, T, Never, G]: ...
    @overload
    def __call__(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - W could be an Expr
        self, value: Choosable[S, W, T, Any, G], /, *others: Expr[Sa, W, Na, G]
    ) -> Expr[S | Sa, T, Na, G]: ...
    @overload
    def __call__(self, value: Choosable[S, W, T, Any, G], /, *others: W) -> Expr[S, T, Never, G]: ...
    @overload
    def __call__(
        self, value: Typed[S, int, Any, Never, G], /, *others: Expr[S2, FracT | int, Any, G]
    ) -> Expr[S | S2, FracT, Never, G]: ...
    @overload
    def __call__(
        self, value: Typed[S, int, Any, Any, G], /, *others: Expr[S2, FracT | int, N2, G]
    ) -> Expr[S | S2, FracT, N2, G]: ...


def _overloaded(function: Callable[..., AnyExpr]) -> _OfAll:
    """Give both their overloads."""
    return function


@_overloaded
def greatest(value: AnyExpr, /, *others: object) -> AnyExpr:
    """The greatest of the values that are not NULL; None where all are."""
    return _of_all(_GREATEST, value, *others)


@_overloaded
def least(value: AnyExpr, /, *others: object) -> AnyExpr:
    """The least of the values that are not NULL; None where all are."""
    return _of_all(_LEAST, value, *others)


def _of_all(function: FunctionRef, value: object, *others: object) -> AnyExpr:
    expr = expression(function.name, value)
    if not expr.type.has_order:
        raise unordered(expr, function.name)
    nodes = [operand(expr, other) for other in others]
    return call(function, reduce(common, [node.type for node in nodes], expr.type.parameter), expr, *nodes)
