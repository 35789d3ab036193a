"""Functions of days, moments and intervals.

A date is taken as the moment at which it begins, without a time zone. What a moment with one is on a clock or a
calendar, the session's time zone says, unless another is named. Of `infinity`, which Python has not, the server says
NULL where it is asked for a month, a day or a text.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final, Literal, Never, TypeAlias, get_args, overload

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.arithmetic import Real, Span, SpanT
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.nulls import never, strict
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.parameter import parameter
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.typevars import G, Ga, N, Na, S, Sa, Sb, Sc
from ferra_sync.errors import QueryError
from ferra_sync.functions._calls import Text, Whole, argument, call, expression, signature, text

_NOW: Final = signature("now", returns=sql.TIMESTAMPTZ, nulls=never)
_CURRENT_TIMESTAMP: Final = signature("current_timestamp", returns=sql.TIMESTAMPTZ, nulls=never)
_LOCALTIMESTAMP: Final = signature("localtimestamp", returns=sql.TIMESTAMP, nulls=never)
_CURRENT_DATE: Final = signature("current_date", returns=sql.DATE, nulls=never)
_MAKE_DATE: Final = signature("make_date", sql.INTEGER, sql.INTEGER, sql.INTEGER, returns=sql.DATE)
_TO_DATE: Final = signature("to_date", sql.TEXT, sql.TEXT, returns=sql.DATE)
_DATE_TRUNC: Final = FunctionRef("date_trunc", nulls=strict)
_EXTRACT: Final = FunctionRef("extract", nulls=strict, returns=sql.NUMERIC)
_AGE: Final = FunctionRef("age", nulls=strict, returns=sql.CALENDAR_INTERVAL)
_TO_CHAR: Final = FunctionRef("to_char", nulls=strict, returns=sql.TEXT)
_TIMEZONE: Final = FunctionRef("timezone", nulls=strict)

Unit: TypeAlias = Literal[
    "microseconds", "milliseconds", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade",
    "century", "millennium",
]  # fmt: skip
Field: TypeAlias = Literal[
    "century", "day", "decade", "dow", "doy", "epoch", "hour", "isodow", "isoyear", "julian", "microseconds",
    "millennium", "milliseconds", "minute", "month", "quarter", "second", "timezone", "timezone_hour",
    "timezone_minute", "week", "year",
]  # fmt: skip

_UNITS: Final = frozenset(get_args(Unit))
_CLOCK: Final = frozenset({"epoch", "hour", "microseconds", "milliseconds", "minute", "second"})
_YEARS: Final = frozenset({"century", "day", "decade", "epoch", "millennium", "month", "quarter", "year"})
_CALENDAR: Final = _YEARS | {"dow", "doy", "isodow", "isoyear", "julian", "week"}
_FIELDS: Final[dict[FieldType, frozenset[str]]] = {
    FieldType.DATE: _CALENDAR,
    FieldType.TIME: _CLOCK,
    FieldType.TIMESTAMP: _CALENDAR | _CLOCK,
    FieldType.TIMESTAMPTZ: _CALENDAR | _CLOCK | {"timezone", "timezone_hour", "timezone_minute"},
    FieldType.INTERVAL: _YEARS | _CLOCK,
}
_MOMENTS: Final[dict[FieldType, SqlType[Any]]] = {
    FieldType.DATE: sql.TIMESTAMP,
    FieldType.TIMESTAMP: sql.TIMESTAMP,
    FieldType.TIMESTAMPTZ: sql.TIMESTAMPTZ,
}
_ZONED: Final = {FieldType.TIMESTAMP: sql.TIMESTAMPTZ, FieldType.TIMESTAMPTZ: sql.TIMESTAMP}


# What time it is


def now() -> Expr[Never, dt.datetime, Never, Never]:
    """The moment at which the transaction began."""
    return _NOW()


def current_timestamp() -> Expr[Never, dt.datetime, Never, Never]:
    """The moment at which the transaction began: `now`, as the standard calls it."""
    return _CURRENT_TIMESTAMP()


def localtimestamp() -> Expr[Never, dt.datetime, Never, Never]:
    """The same, as a clock in the session's time zone shows it: a timestamp without a zone."""
    return _LOCALTIMESTAMP()


def current_date() -> Expr[Never, dt.date, Never, Never]:
    """The day on which the transaction began, in the session's time zone."""
    return _CURRENT_DATE()


# Parts


@overload
def date_trunc(field: Unit, value: Expr[S, dt.date, N, G], zone: str | None = None) -> Expr[S, dt.datetime, N, G]: ...
@overload
def date_trunc(field: Unit, value: Expr[S, SpanT, N, G]) -> Expr[S, SpanT, N, G]: ...
def date_trunc(field: str, value: AnyExpr, zone: str | None = None) -> AnyExpr:
    """The moment at which the unit of time began in which it is; of an interval, its whole units.

    Args:
        field: the unit.
        value: a date, a moment or an interval.
        zone: the time zone in which units begin, for a moment with one; None: the session's.
    """
    sql_type = expression("date_trunc", value).type
    is_span = sql_type.kind is FieldType.INTERVAL
    taken, units = (sql_type, _UNITS - {"week"}) if is_span else (_moment("date_trunc", value), _UNITS)
    arguments = [_name(_DATE_TRUNC, field, units, sql_type), argument(_DATE_TRUNC, taken, value)]
    if zone is not None:
        if taken.kind is not FieldType.TIMESTAMPTZ:
            raise QueryError(f"date_trunc takes a zone for timestamptz, not for {sql_type}")
        arguments.append(argument(_DATE_TRUNC, sql.TEXT, zone))
    return call(_DATE_TRUNC, taken, *arguments)


def extract(field: Field, value: Expr[S, dt.date | dt.time | Span, N, G]) -> Expr[S, Decimal, N, G]:
    """A field of a date, a time, a moment or an interval, as a numeric: from PostgreSQL 14 on."""
    sql_type = expression("extract", value).type
    known = _FIELDS.get(sql_type.kind)
    if known is None:
        raise QueryError(f"extract takes dates, times, moments and intervals, not {sql_type}")
    return call(_EXTRACT, sql.NUMERIC, _name(_EXTRACT, field, known, sql_type), value)


def _name(function: FunctionRef, name: object, known: frozenset[str], of: SqlType[Any]) -> AnyExpr:
    if not isinstance(name, str) or name not in known:
        raise QueryError(f"{function} of {of} takes one of {', '.join(sorted(known))}")
    return parameter(name, sql.TEXT, function)


def _moment(name: str, value: AnyExpr) -> SqlType[Any]:
    taken = _MOMENTS.get(expression(name, value).type.kind)
    if taken is None:
        raise QueryError(f"{name} takes dates and moments, not {value.type}")
    return taken


# From one to another


def age(
    value: Expr[S, dt.date, N, G], other: dt.date | Expr[Sa, dt.date, N, G] | None = None
) -> Expr[S | Sa, Interval, N, G]:
    """`value` minus `other`, or today minus `value`, in years, months and days as calendars count them."""
    taken = _moment("age", value)
    if type(other) is dt.date:
        other = dt.datetime.combine(other, dt.time())
    given = (value,) if other is None else (value, other)
    return call(_AGE, sql.CALENDAR_INTERVAL, *[argument(_AGE, taken, each) for each in given])


def at_time_zone(value: Expr[S, dt.datetime, N, G], zone: Text[Sa, N, G]) -> Expr[S | Sa, dt.datetime, N, G]:
    """What a clock in `zone` shows at a moment with a time zone; or the moment at which it shows one without."""
    returns = _ZONED.get(expression("at_time_zone", value).type.kind)
    if returns is None:
        raise QueryError(f"at_time_zone takes moments, not {value.type}")
    return call(_TIMEZONE, returns, argument(_TIMEZONE, sql.TEXT, zone), value)


def make_date(
    year: Whole[Sa, Na, Ga], month: Whole[Sb, Na, Ga], day: Whole[Sc, Na, Ga] = 1
) -> Expr[Sa | Sb | Sc, dt.date, Na, Ga]:
    """The date of a year, a month and a day."""
    return _MAKE_DATE(year, month, day)


def interval(  # noqa: PLR0913 - one for each unit
    *,
    years: int = 0,
    months: int = 0,
    weeks: int = 0,
    days: int = 0,
    hours: int = 0,
    minutes: int = 0,
    seconds: int = 0,
    microseconds: int = 0,
) -> Expr[Never, Interval, Never, Never]:
    """An interval, which has months and days beside its time; as a value it is `types.Interval`.

    Raises:
        QueryError: one of the numbers is not whole.
    """
    given = (years, months, weeks, days, hours, minutes, seconds, microseconds)
    if not all(map(is_whole_number, given)):
        raise QueryError("interval takes whole numbers: for parts of a second, microseconds")
    time = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + microseconds
    return parameter(Interval(years * 12 + months, weeks * 7 + days, time), sql.CALENDAR_INTERVAL, "the interval")


# To text, and from it


def to_char(value: Expr[S, dt.date | Span | Real, N, G], pattern: str) -> Expr[S, str, N, G]:
    """A date, a moment, an interval or a number as PostgreSQL's pattern says, such as `YYYY-MM-DD`."""
    sql_type = expression("to_char", value).type
    taken = _MOMENTS.get(sql_type.kind, sql.INTEGER if sql_type.kind is FieldType.SMALLINT else sql_type.parameter)
    if sql_type.kind not in _MOMENTS and sql_type.rank is None and sql_type.kind is not FieldType.INTERVAL:
        raise QueryError(f"to_char takes dates, moments, intervals and numbers, not {sql_type}")
    if pattern == "":
        raise QueryError("to_char with an empty pattern is NULL")
    return call(_TO_CHAR, sql.TEXT, argument(_TO_CHAR, taken, value), argument(_TO_CHAR, sql.TEXT, pattern))


def to_date(value: Expr[S, str, N, G], pattern: Text[Sa, N, G]) -> Expr[S | Sa, dt.date, N, G]:
    """The date that a text says in PostgreSQL's pattern, such as `DD.MM.YYYY`."""
    return _TO_DATE(text("to_date", value), pattern)
