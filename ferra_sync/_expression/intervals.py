"""Intervals as PostgreSQL has them: months and days have no fixed length, so they are counted beside the time."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, TypeAlias

import attrs

from ferra_sync._expression.unreadable import UnreadableError

Parts: TypeAlias = tuple[int, int, int]
"""Microseconds, days, months: the order in which the server sends them."""

_SECOND: Final = 1_000_000
_NUMBER: Final = r"([-+]?\d+)"
_POSTGRES: Final = re.compile(
    rf"(?:{_NUMBER} years? ?)?(?:{_NUMBER} mons? ?)?(?:{_NUMBER} days? ?)?(?:([-+]?)(\d+):(\d+):(\d+)(?:\.(\d+))?)?"
)
_ISO: Final = re.compile(
    rf"P(?=.)(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:([-+]?)(\d+)(?:\.(\d+))?S)?)?"
)


@attrs.frozen(order=False)
class Interval:
    """A span of time with months: `Interval(months=1)` is as long as the month that it is added to.

    Equal only to the same months, days and microseconds; the server holds a month equal to 30 days.
    """

    months: int = 0
    days: int = 0
    microseconds: int = 0

    def __str__(self) -> str:
        """Return ISO 8601's duration, `P1M2DT3.500000S`; each part has a sign of its own."""
        seconds, fraction = divmod(abs(self.microseconds), _SECOND)
        sign = "-" if self.microseconds < 0 else ""
        return f"P{self.months:d}M{self.days:d}DT{sign}{seconds}.{fraction:06d}S"

    @classmethod
    def of(cls, value: dt.timedelta) -> Interval:
        """Return a timedelta as an interval without months."""
        return cls(0, value.days, value.seconds * _SECOND + value.microseconds)

    @classmethod
    def parse(cls, text: str) -> Interval:
        """Return the interval that `str` spelled so; ValueError for any other text."""
        microseconds, days, months = parsed(text)
        return cls(months, days, microseconds)


def parsed(text: str) -> Parts:
    """Return the parts of an interval in the server's style `postgres` or `iso_8601`; ValueError for another."""
    if text and (found := _POSTGRES.fullmatch(text)):
        years, months, days, sign, hours, minutes, seconds, fraction = found.groups()
        time = (int(hours or 0) * 3600 + int(minutes or 0) * 60) * (-1 if sign == "-" else 1)
    elif found := _ISO.fullmatch(text):
        years, months, days, hours, minutes, sign, seconds, fraction = found.groups()
        time = int(hours or 0) * 3600 + int(minutes or 0) * 60
    else:
        raise ValueError("an interval is read in the styles postgres and iso_8601")
    part = (int(seconds or 0) * _SECOND + int((fraction or "").ljust(6, "0"))) * (-1 if sign == "-" else 1)
    return time * _SECOND + part, int(days or 0), int(years or 0) * 12 + int(months or 0)


def timedelta_of(parts: Parts) -> dt.timedelta:
    """Return the parts as a timedelta.

    Raises:
        UnreadableError: there are months, whose length no timedelta can hold, or too many days.
    """
    microseconds, days, months = parts
    if months:
        raise UnreadableError("an interval of months fits no timedelta: declare the column t.calendar_interval()")
    try:
        return dt.timedelta(days, 0, microseconds)
    except OverflowError:
        problem = UnreadableError("an interval this long fits no timedelta: declare the column t.calendar_interval()")
    raise problem


def interval_of(parts: Parts) -> Interval:
    """Return the parts as an interval."""
    microseconds, days, months = parts
    return Interval(months, days, microseconds)


def spelled(value: Interval | dt.timedelta) -> str:
    """Return what the server reads as this interval."""
    return str(value if isinstance(value, Interval) else Interval.of(value))
