"""Functions of ranges and multiranges, and what makes them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any, Final, Literal, Never, TypeAlias, TypeVar, get_args, overload

from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.aggregate import Aggregated
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.markers import Opt, Plain
from ferra_sync._expression.nulls import always, never, strict
from ferra_sync._expression.operators import operand
from ferra_sync._expression.parameter import parameter
from ferra_sync._expression.range_operators import is_ranges
from ferra_sync._expression.range_types import multirange_type, range_type
from ferra_sync._expression.ranges import Ranges
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.selectable import Typed
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import G, Ga, N, S, Sa, Sb, T, V
from ferra_sync.errors import QueryError
from ferra_sync.functions._aggregated import AnyAggregate, aggregated
from ferra_sync.functions._calls import argument, call, expression

Bound: TypeAlias = V | Expr[S, V, Any, G] | None
"""A bound, or None where there is no end."""

Either: TypeAlias = Range[T] | Multirange[T]
RangeT = TypeVar("RangeT", bound=Range[Any])
RangesT = TypeVar("RangesT", bound=Either[Any])

Bounds: TypeAlias = Literal["[)", "[]", "(]", "()"]
"""Which of the bounds belong to a range: `[` and `]` do, `(` and `)` do not."""

_BOUNDS: Final = get_args(Bounds)

_LOWER: Final = FunctionRef("lower", nulls=always)
_UPPER: Final = FunctionRef("upper", nulls=always)
_ISEMPTY: Final = FunctionRef("isempty", nulls=strict, returns=sql.BOOLEAN)
_LOWER_INC: Final = FunctionRef("lower_inc", nulls=strict, returns=sql.BOOLEAN)
_UPPER_INC: Final = FunctionRef("upper_inc", nulls=strict, returns=sql.BOOLEAN)
_LOWER_INF: Final = FunctionRef("lower_inf", nulls=strict, returns=sql.BOOLEAN)
_UPPER_INF: Final = FunctionRef("upper_inf", nulls=strict, returns=sql.BOOLEAN)
_RANGE_MERGE: Final = FunctionRef("range_merge", nulls=strict)
_MULTIRANGE: Final = FunctionRef("multirange", nulls=strict)
_RANGE_AGG: Final = FunctionRef("range_agg", aggregate=True)
_RANGE_INTERSECT_AGG: Final = FunctionRef("range_intersect_agg", aggregate=True)


# What they are


def lower_bound(value: AnyExpr) -> AnyExpr:
    """Return `lower` of ranges."""
    return call(_LOWER, _bound(value), value)


def upper_bound(value: AnyExpr) -> AnyExpr:
    """Return `upper` of ranges."""
    return call(_UPPER, _bound(value), value)


def isempty(value: Expr[S, Ranges[Any], N, G]) -> Expr[S, bool, N, G]:
    """Whether nothing is in the range or the multirange."""
    return _told(_ISEMPTY, value)


def lower_inc(value: Expr[S, Ranges[Any], N, G]) -> Expr[S, bool, N, G]:
    """Whether the lower bound belongs to it."""
    return _told(_LOWER_INC, value)


def upper_inc(value: Expr[S, Ranges[Any], N, G]) -> Expr[S, bool, N, G]:
    """Whether the upper bound belongs to it."""
    return _told(_UPPER_INC, value)


def lower_inf(value: Expr[S, Ranges[Any], N, G]) -> Expr[S, bool, N, G]:
    """Whether it has no lower bound; an empty one has no end that is open."""
    return _told(_LOWER_INF, value)


def upper_inf(value: Expr[S, Ranges[Any], N, G]) -> Expr[S, bool, N, G]:
    """Whether it has no upper bound; an empty one has no end that is open."""
    return _told(_UPPER_INF, value)


def _told(function: FunctionRef, value: AnyExpr) -> AnyExpr:
    return call(function, sql.BOOLEAN, _ranges(function, value))


# Ranges from others


@overload
def range_merge(value: Expr[S, Multirange[int], N, G]) -> Expr[S, Range[int], N, G]: ...
@overload
def range_merge(value: Expr[S, Multirange[Decimal], N, G]) -> Expr[S, Range[Decimal], N, G]: ...
@overload
def range_merge(value: Expr[S, Multirange[dt.date], N, G]) -> Expr[S, Range[dt.date], N, G]: ...
@overload
def range_merge(value: Expr[S, Multirange[dt.datetime], N, G]) -> Expr[S, Range[dt.datetime], N, G]: ...
@overload
def range_merge(
    value: Typed[S, RangeT, Any, N, G], other: RangeT | Typed[Sa, RangeT, Any, N, G]
) -> Expr[S | Sa, RangeT, N, G]: ...
def range_merge(value: Any, other: object = None) -> AnyExpr:
    """The least range that has both ranges in it, and what is between them; or a multirange's ranges, all of them."""
    ranges = _ranges(_RANGE_MERGE, value)
    if ranges.type.kind is FieldType.MULTIRANGE:
        if other is not None:
            raise QueryError("range_merge takes one multirange, or two ranges")
        return call(_RANGE_MERGE, _range_of(ranges), ranges)
    if other is None:
        raise QueryError("range_merge takes two ranges, or one multirange")
    return call(_RANGE_MERGE, ranges.type.parameter, ranges, operand(ranges, other))


@overload
def multirange(value: Expr[S, Range[int], N, G]) -> Expr[S, Multirange[int], N, G]: ...
@overload
def multirange(value: Expr[S, Range[Decimal], N, G]) -> Expr[S, Multirange[Decimal], N, G]: ...
@overload
def multirange(value: Expr[S, Range[dt.date], N, G]) -> Expr[S, Multirange[dt.date], N, G]: ...
@overload
def multirange(value: Expr[S, Range[dt.datetime], N, G]) -> Expr[S, Multirange[dt.datetime], N, G]: ...
def multirange(value: AnyExpr) -> AnyExpr:
    """The multirange of this one range; of none where it is empty."""
    if expression("multirange", value).type.kind is not FieldType.RANGE:
        raise QueryError(f"multirange takes a range, not {value.type}")
    return call(_MULTIRANGE, _multirange_of(value), value)


# Ranges from bounds


def int4range(
    lower: Bound[int, Sa, Ga], upper: Bound[int, Sb, Ga], bounds: Bounds = "[)"
) -> Expr[Sa | Sb, Range[int], Never, Ga]:
    """The range of `integer` with these bounds, values or expressions; None or NULL: it has no end there."""
    return _made(FieldType.INTEGER, lower, upper, bounds)


def int8range(
    lower: Bound[int, Sa, Ga], upper: Bound[int, Sb, Ga], bounds: Bounds = "[)"
) -> Expr[Sa | Sb, Range[int], Never, Ga]:
    """The range of `bigint` with these bounds; see `int4range`."""
    return _made(FieldType.BIGINT, lower, upper, bounds)


def numrange(
    lower: Bound[Decimal | int, Sa, Ga], upper: Bound[Decimal | int, Sb, Ga], bounds: Bounds = "[)"
) -> Expr[Sa | Sb, Range[Decimal], Never, Ga]:
    """The range of `numeric` with these bounds; see `int4range`."""
    return _made(FieldType.NUMERIC, lower, upper, bounds)


def daterange(
    lower: Bound[dt.date, Sa, Ga], upper: Bound[dt.date, Sb, Ga], bounds: Bounds = "[)"
) -> Expr[Sa | Sb, Range[dt.date], Never, Ga]:
    """The range of days with these bounds; see `int4range`."""
    return _made(FieldType.DATE, lower, upper, bounds)


def tsrange(
    lower: Bound[dt.datetime, Sa, Ga], upper: Bound[dt.datetime, Sb, Ga], bounds: Bounds = "[)"
) -> Expr[Sa | Sb, Range[dt.datetime], Never, Ga]:
    """The range of timestamps without a time zone with these bounds; see `int4range`."""
    return _made(FieldType.TIMESTAMP, lower, upper, bounds)


def tstzrange(
    lower: Bound[dt.datetime, Sa, Ga], upper: Bound[dt.datetime, Sb, Ga], bounds: Bounds = "[)"
) -> Expr[Sa | Sb, Range[dt.datetime], Never, Ga]:
    """The range of moments with these bounds; see `int4range`."""
    return _made(FieldType.TIMESTAMPTZ, lower, upper, bounds)


def _made(kind: FieldType, lower: object, upper: object, bounds: object) -> AnyExpr:
    function, returns = _constructor(kind)
    if bounds not in _BOUNDS:
        raise QueryError(f"the bounds of {function} are one of {', '.join(_BOUNDS)}")
    return call(
        function,
        returns,
        *[argument(function, returns.element or returns, bound) for bound in (lower, upper)],
        parameter(bounds, sql.TEXT, function),
    )


@cache
def _constructor(kind: FieldType) -> tuple[FunctionRef, SqlType[Any]]:
    """Return the function of a type of ranges, the same each time, and that type."""
    returns = range_type(Range, kind)
    return FunctionRef(returns.cast, nulls=never, returns=returns), returns


# Aggregates


@overload
def range_agg(value: Expr[S, Either[int], Any, Plain]) -> Aggregated[Opt[S], Multirange[int], None]: ...
@overload
def range_agg(value: Expr[S, Either[Decimal], Any, Plain]) -> Aggregated[Opt[S], Multirange[Decimal], None]: ...
@overload
def range_agg(value: Expr[S, Either[dt.date], Any, Plain]) -> Aggregated[Opt[S], Multirange[dt.date], None]: ...
@overload
def range_agg(value: Expr[S, Either[dt.datetime], Any, Plain]) -> Aggregated[Opt[S], Multirange[dt.datetime], None]: ...
def range_agg(value: AnyExpr) -> AnyAggregate:
    """The union of all that are not NULL; None where there are none. Of multiranges from PostgreSQL 15 on."""
    ranges = _ranges(_RANGE_AGG, value)
    return aggregated(_RANGE_AGG, _multirange_of(ranges), ranges)


def range_intersect_agg(value: Expr[S, RangesT, Any, Plain]) -> Aggregated[Opt[S], RangesT, None]:
    """What all have in common that are not NULL; None where there are none."""
    ranges = _ranges(_RANGE_INTERSECT_AGG, value)
    return aggregated(_RANGE_INTERSECT_AGG, ranges.type.parameter, ranges)


def _ranges(function: FunctionRef, value: AnyExpr) -> AnyExpr:
    if not is_ranges(expression(function.name, value)):
        raise QueryError(f"{function} takes ranges and multiranges, not {value.type}")
    return value


def _bound(value: AnyExpr) -> SqlType[Any]:
    return value.type.element or value.type


def _range_of(value: AnyExpr) -> SqlType[Any]:
    return range_type(Range, _bound(value).kind)


def _multirange_of(value: AnyExpr) -> SqlType[Any]:
    return multirange_type(Multirange, _bound(value).kind)
