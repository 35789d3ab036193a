"""Whether two stretches of time overlap."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, TypeAlias, overload

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.arithmetic import Span
from ferra_sync._expression.coercion import compared
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.nulls import strict
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import G, N, S, Sa, Sb, Sc
from ferra_sync.errors import QueryError
from ferra_sync.functions._calls import argument, call, expression

Period: TypeAlias = tuple[object, object]

_OVERLAPS: Final = FunctionRef("overlaps", nulls=strict, returns=sql.BOOLEAN)
_TAKEN: Final[dict[FieldType, SqlType[Any]]] = {
    FieldType.DATE: sql.TIMESTAMP,
    FieldType.TIME: sql.TIME,
    FieldType.TIMESTAMP: sql.TIMESTAMP,
    FieldType.TIMESTAMPTZ: sql.TIMESTAMPTZ,
}


@overload
def overlaps(
    first: tuple[Expr[S, dt.date, N, G], dt.date | Span | Expr[Sa, dt.date | Span, N, G]],
    second: tuple[dt.date | Expr[Sb, dt.date, N, G], dt.date | Span | Expr[Sc, dt.date | Span, N, G]],
) -> Expr[S | Sa | Sb | Sc, bool, N, G]: ...
@overload
def overlaps(
    first: tuple[Expr[S, dt.time, N, G], dt.time | Span | Expr[Sa, dt.time | Span, N, G]],
    second: tuple[dt.time | Expr[Sb, dt.time, N, G], dt.time | Span | Expr[Sc, dt.time | Span, N, G]],
) -> Expr[S | Sa | Sb | Sc, bool, N, G]: ...
def overlaps(first: Period, second: Period) -> AnyExpr:
    """`(start, end) OVERLAPS (start, end)`: whether two stretches of time have a moment in common.

    Each begins at the lesser of its two and ends before the other; one of no length is the moment itself.

    Args:
        first: where it begins, an expression, and where it ends, or how long it is.
        second: the same, of values or expressions of the type of the first; a date is taken as its midnight.

    Raises:
        QueryError: one is no such pair, or of another type than the first.
    """
    if not all(isinstance(each, tuple) and len(each) == 2 for each in (first, second)):  # noqa: PLR2004 - a pair
        raise QueryError("overlaps takes two pairs: overlaps((start, end), (start, end))")
    start = expression("overlaps", first[0])
    taken = _TAKEN.get(start.type.kind)
    if taken is None:
        raise QueryError(f"overlaps takes dates, times and moments, not {start.type}")
    bounds = [_bound(taken, each, may_last=place % 2 == 1) for place, each in enumerate((*first, *second))]
    return call(_OVERLAPS, sql.BOOLEAN, *bounds)


def _bound(taken: SqlType[Any], given: object, *, may_last: bool) -> AnyExpr:
    """Return where a stretch begins or ends; `may_last`: or how long it is."""
    sql_type = given.type if isinstance(given, Expr) else None
    if may_last and (isinstance(given, Span) or (sql_type is not None and sql_type.kind is FieldType.INTERVAL)):
        return argument(_OVERLAPS, sql.CALENDAR_INTERVAL, given)
    return argument(_OVERLAPS, taken, compared(taken, given)[1])
