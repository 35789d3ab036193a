"""Functions that make moments and intervals of numbers, and those that put them in order."""

from __future__ import annotations

import datetime as dt
from typing import Final, Never, TypeAlias, overload

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.arithmetic import Real, Span
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.nulls import never, strict
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._expression.typevars import G, Ga, N, Na, S, Sa
from ferra_sync.errors import QueryError
from ferra_sync.functions._calls import Text, Whole, argument, call, expression, number, signature, text

Fraction: TypeAlias = float | Expr[S, float, N, G]

_CLOCK_TIMESTAMP: Final = signature("clock_timestamp", returns=sql.TIMESTAMPTZ, nulls=never)
_STATEMENT_TIMESTAMP: Final = signature("statement_timestamp", returns=sql.TIMESTAMPTZ, nulls=never)
_TO_TIMESTAMP: Final = signature("to_timestamp", sql.DOUBLE_PRECISION, returns=sql.TIMESTAMPTZ)
_TO_TIMESTAMP_OF_TEXT: Final = signature("to_timestamp", sql.TEXT, sql.TEXT, returns=sql.TIMESTAMPTZ)
_MAKE_TIME: Final = signature("make_time", sql.INTEGER, sql.INTEGER, sql.DOUBLE_PRECISION, returns=sql.TIME)
_MOMENT: Final = (*(sql.INTEGER,) * 5, sql.DOUBLE_PRECISION)
_MAKE_TIMESTAMP: Final = signature("make_timestamp", *_MOMENT, returns=sql.TIMESTAMP)
_MAKE_TIMESTAMPTZ: Final = signature("make_timestamptz", *_MOMENT, sql.TEXT, returns=sql.TIMESTAMPTZ)
_DATE_BIN: Final = FunctionRef("date_bin", nulls=strict)
_ISFINITE: Final = FunctionRef("isfinite", nulls=strict, returns=sql.BOOLEAN)
_JUSTIFY_DAYS: Final = FunctionRef("justify_days", nulls=strict, returns=sql.CALENDAR_INTERVAL)
_JUSTIFY_HOURS: Final = FunctionRef("justify_hours", nulls=strict, returns=sql.CALENDAR_INTERVAL)
_JUSTIFY_INTERVAL: Final = FunctionRef("justify_interval", nulls=strict, returns=sql.CALENDAR_INTERVAL)

_MOMENTS: Final = {FieldType.TIMESTAMP: sql.TIMESTAMP, FieldType.TIMESTAMPTZ: sql.TIMESTAMPTZ}


def clock_timestamp() -> Expr[Never, dt.datetime, Never, Never]:
    """The moment at which it is called: another one in each row."""
    return _CLOCK_TIMESTAMP()


def statement_timestamp() -> Expr[Never, dt.datetime, Never, Never]:
    """The moment at which the statement came to the server."""
    return _STATEMENT_TIMESTAMP()


@overload
def to_timestamp(seconds: Expr[S, Real, N, G], /) -> Expr[S, dt.datetime, N, G]: ...
@overload
def to_timestamp(value: Expr[S, str, N, G], pattern: Text[Sa, N, G], /) -> Expr[S | Sa, dt.datetime, N, G]: ...
def to_timestamp(value: AnyExpr, pattern: object = None, /) -> AnyExpr:
    """The moment so many seconds after the beginning of 1970 in UTC; or the one that a text says in a pattern.

    The pattern is PostgreSQL's, such as `YYYY-MM-DD HH24:MI TZH`; where it names no time zone it is the session's.
    """
    if pattern is None:
        return _TO_TIMESTAMP(number("to_timestamp", value))
    return _TO_TIMESTAMP_OF_TEXT(text("to_timestamp", value), pattern)


def make_time(
    hour: Whole[Sa, Na, Ga], minute: Whole[Sa, Na, Ga] = 0, second: Fraction[Sa, Na, Ga] = 0
) -> Expr[Sa, dt.time, Na, Ga]:
    """The time of an hour, a minute and a second."""
    return _MAKE_TIME(hour, minute, second)


def make_timestamp(  # noqa: PLR0913, PLR0917 - one for each unit
    year: Whole[Sa, Na, Ga],
    month: Whole[Sa, Na, Ga],
    day: Whole[Sa, Na, Ga],
    hour: Whole[Sa, Na, Ga] = 0,
    minute: Whole[Sa, Na, Ga] = 0,
    second: Fraction[Sa, Na, Ga] = 0,
) -> Expr[Sa, dt.datetime, Na, Ga]:
    """The moment of a date and a time, without a time zone."""
    return _MAKE_TIMESTAMP(year, month, day, hour, minute, second)


def make_timestamptz(  # noqa: PLR0913, PLR0917 - one for each unit
    year: Whole[Sa, Na, Ga],
    month: Whole[Sa, Na, Ga],
    day: Whole[Sa, Na, Ga],
    hour: Whole[Sa, Na, Ga] = 0,
    minute: Whole[Sa, Na, Ga] = 0,
    second: Fraction[Sa, Na, Ga] = 0,
    *,
    zone: Text[Sa, Na, Ga],
) -> Expr[Sa, dt.datetime, Na, Ga]:
    """The moment of a date and a time as a clock in `zone` shows them, such as `Europe/Vienna`."""
    return _MAKE_TIMESTAMPTZ(year, month, day, hour, minute, second, zone)


def date_bin(
    stride: dt.timedelta, value: Expr[S, dt.datetime, N, G], origin: dt.datetime | Expr[Sa, dt.datetime, N, G]
) -> Expr[S | Sa, dt.datetime, N, G]:
    """The moment at which the stretch of time began in which it is: each as long as `stride`, one begins at `origin`.

    From PostgreSQL 14 on.
    """
    taken = _MOMENTS.get(expression("date_bin", value).type.kind)
    if taken is None:
        raise QueryError(f"date_bin takes moments, not {value.type}")
    span = argument(_DATE_BIN, sql.INTERVAL, stride)
    return call(_DATE_BIN, taken, span, value, argument(_DATE_BIN, taken, origin))


def isfinite(value: Expr[S, dt.date, N, G]) -> Expr[S, bool, N, G]:
    """Whether a date or a moment is another than `infinity` and `-infinity`, which Python has not."""
    if expression("isfinite", value).type.kind not in {FieldType.DATE, *_MOMENTS}:
        raise QueryError(f"isfinite takes dates and moments, not {value.type}")
    return call(_ISFINITE, sql.BOOLEAN, value)


def justify_days(value: Expr[S, Span, N, G]) -> Expr[S, Interval, N, G]:
    """The interval with thirty of its days as a month."""
    return _justified(_JUSTIFY_DAYS, value)


def justify_hours(value: Expr[S, Span, N, G]) -> Expr[S, Interval, N, G]:
    """The interval with 24 of its hours as a day."""
    return _justified(_JUSTIFY_HOURS, value)


def justify_interval(value: Expr[S, Span, N, G]) -> Expr[S, Interval, N, G]:
    """Both, and all of its parts with one sign."""
    return _justified(_JUSTIFY_INTERVAL, value)


def _justified(function: FunctionRef, value: AnyExpr) -> AnyExpr:
    if expression(function.name, value).type.kind is not FieldType.INTERVAL:
        raise QueryError(f"{function} takes intervals, not {value.type}")
    return call(function, sql.CALENDAR_INTERVAL, value)
