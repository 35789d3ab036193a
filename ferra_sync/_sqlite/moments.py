"""Parts of moments, kept as microseconds since 1970, as PostgreSQL's extract and date_trunc have them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from ferra_sync._sqlite.storage import spelled_number

_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - of timestamps without a zone
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_SECOND: Final = 1_000_000

FIELDS: Final[dict[str, Callable[[dt.datetime], int]]] = {
    "year": lambda at: at.year,
    "decade": lambda at: at.year // 10,
    "century": lambda at: -(-at.year // 100),
    "millennium": lambda at: -(-at.year // 1000),
    "quarter": lambda at: (at.month + 2) // 3,
    "month": lambda at: at.month,
    "day": lambda at: at.day,
    "doy": lambda at: at.timetuple().tm_yday,
    "dow": lambda at: at.isoweekday() % 7,
    "isodow": lambda at: at.isoweekday(),
    "isoyear": lambda at: at.isocalendar().year,
    "week": lambda at: at.isocalendar().week,
    "hour": lambda at: at.hour,
    "minute": lambda at: at.minute,
    "microseconds": lambda at: at.second * _SECOND + at.microsecond,
}
"""The whole numbers that a moment has; beside them there are `second`, `milliseconds` and `epoch`."""

_FRACTIONS: Final = {"second": 6, "milliseconds": 3}
"""How many digits of the microseconds stand behind the point."""

EXTRACTED: Final = frozenset(FIELDS) | frozenset(_FRACTIONS) | {"epoch"}


def _day(at: dt.datetime) -> dt.datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _year(at: dt.datetime, year: int) -> dt.datetime:
    return _day(at).replace(year=year, month=1, day=1)


_UNITS: Final[dict[str, Callable[[dt.datetime], dt.datetime]]] = {
    "microseconds": lambda at: at,
    "milliseconds": lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000),
    "second": lambda at: at.replace(microsecond=0),
    "minute": lambda at: at.replace(second=0, microsecond=0),
    "hour": lambda at: at.replace(minute=0, second=0, microsecond=0),
    "day": _day,
    "week": lambda at: _day(at) - dt.timedelta(days=at.weekday()),
    "month": lambda at: _day(at).replace(day=1),
    "quarter": lambda at: _day(at).replace(month=(at.month - 1) // 3 * 3 + 1, day=1),
    "year": lambda at: _year(at, at.year),
    "decade": lambda at: _year(at, at.year // 10 * 10),
    "century": lambda at: _year(at, (at.year - 1) // 100 * 100 + 1),
    "millennium": lambda at: _year(at, (at.year - 1) // 1000 * 1000 + 1),
}


def extracted(field: str, kept: int) -> str:
    """Return a field of a moment, as a numeric."""
    if field == "epoch":
        return spelled_number(Decimal(kept).scaleb(-6))
    at = _EPOCH + kept * _MICROSECOND
    if field in _FRACTIONS:
        return spelled_number(Decimal(FIELDS["microseconds"](at)).scaleb(-_FRACTIONS[field]))
    return str(FIELDS[field](at))


def begun(unit: str, kept: int) -> int:
    """Return when the unit of time began in which a moment is."""
    return (_UNITS[unit](_EPOCH + kept * _MICROSECOND) - _EPOCH) // _MICROSECOND
