"""Functions that choose between values."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from ipaddress import IPv4Interface, IPv4Network, IPv6Interface, IPv6Network
from typing import Any, Final, Never, overload

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.arithmetic import FracT
from ferra_sync._expression.coercion import common
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.nulls import always, coalescing
from ferra_sync._expression.operators import comparison, operand
from ferra_sync._expression.selectable import Typed
from ferra_sync._expression.shapes import FunctionRef
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import G2, N2, S2, G, S, T, V
from ferra_sync.functions._calls import FLOATS, INHERITED, call, expression

_COALESCE: Final = FunctionRef("coalesce", nulls=coalescing)
_NULLIF: Final = FunctionRef("nullif", nulls=always)


@overload
def coalesce(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload] - V could be an Expr
    value: Typed[S, V, T, Any, G], otherwise: Expr[S2, V, N2, G2]
) -> Expr[S | S2, T, N2, G | G2]: ...
@overload
def coalesce(value: Typed[S, V, T, Any, G], otherwise: V) -> Expr[S, T, Never, G]: ...
@overload
def coalesce(  # pyright: ignore[reportOverlappingOverload] - to checkers an int is a float
    value: Typed[S, Decimal, T, Any, G], otherwise: Expr[S2, int, N2, G2]
) -> Expr[S | S2, T, N2, G | G2]: ...
@overload
def coalesce(value: Typed[S, Decimal, T, Any, G], otherwise: int) -> Expr[S, T, Never, G]: ...
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
@overload
def coalesce(
    value: Typed[S, timedelta, Any, Any, G], otherwise: Expr[S2, Interval, N2, G2]
) -> Expr[S | S2, Interval, N2, G | G2]: ...
@overload
def coalesce(
    value: Typed[S, Interval, Any, Any, G], otherwise: Expr[S2, timedelta, N2, G2]
) -> Expr[S | S2, Interval, N2, G | G2]: ...
def coalesce(value: Typed[Any, Any, Any, Any, Any], otherwise: object) -> AnyExpr:
    """`value`, or `otherwise` where it is NULL; of two types of number, the wider."""
    expr = expression("coalesce", value)
    other = operand(expr, otherwise)
    return call(_COALESCE, common(expr.type, other.type), expr, other)


@overload
def nullif(  # pyright: ignore[reportOverlappingOverload] - V could be an Expr
    value: Typed[S, V, T, Any, G], other: Expr[S2, V, Any, G2]
) -> Expr[S | S2, T, None, G | G2]: ...
@overload
def nullif(
    value: Typed[S, IPv4Network | IPv6Network, Any, Any, G], other: IPv4Network | IPv6Network
) -> Expr[S, IPv4Interface | IPv6Interface, None, G]: ...
@overload
def nullif(value: Typed[S, V, T, Any, G], other: V) -> Expr[S, T, None, G]: ...
@overload
def nullif(  # pyright: ignore[reportOverlappingOverload] - to checkers an int is a float
    value: Typed[S, Decimal, T, Any, G], other: Expr[S2, int, Any, G2]
) -> Expr[S | S2, T, None, G | G2]: ...
@overload
def nullif(value: Typed[S, Decimal, T, Any, G], other: int) -> Expr[S, T, None, G]: ...
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
def nullif(value: Typed[Any, Any, Any, Any, Any], other: object) -> AnyExpr:
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
