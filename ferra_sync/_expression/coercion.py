"""Which types go together: in an assignment, as a function's argument, and what several become as one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.sqltypes import CALENDAR_INTERVAL, INET, JSONB, TEXT, TIMESTAMP, FieldType, SqlType
from ferra_sync.errors import QueryError

FLOATS: Final = frozenset({FieldType.REAL, FieldType.DOUBLE_PRECISION})
TEXTS: Final = frozenset({FieldType.TEXT, FieldType.VARCHAR, FieldType.CHAR, FieldType.CITEXT})
DAY_KINDS: Final = frozenset({FieldType.DATE, FieldType.TIMESTAMP})
_COMMON: Final[dict[frozenset[FieldType], SqlType[Any]]] = {
    DAY_KINDS: TIMESTAMP,
    frozenset({FieldType.INET, FieldType.CIDR}): INET,
    frozenset({FieldType.CITEXT, FieldType.TEXT}): TEXT,
    frozenset({FieldType.CITEXT, FieldType.VARCHAR}): TEXT,
}


def mismatch(left: str, left_type: SqlType[Any], right: str, right_type: SqlType[Any]) -> QueryError:
    """Return what to raise where two expressions of these names are of types that do not go together."""
    hint = ""
    if left_type.depends_on_zone_with(right_type):
        hint = ": which moment that is depends on the session's time zone; say it with .cast(…)"
    return QueryError(f"{left} is {left_type}; {right} is {right_type}{hint}")


def compared(to: SqlType[Any], value: object) -> tuple[SqlType[Any], object]:
    """Return a value, and the type that it has beside an expression of type `to`, by PostgreSQL's implicit casts.

    Of a date beside a moment without a time zone, or the other way about, the day is taken as its midnight; an interval
    with months beside one without is one with months too.
    """
    if to.kind is FieldType.TIMESTAMP and type(value) is dt.date:
        return to, dt.datetime.combine(value, dt.time())
    if to.kind is FieldType.DATE and isinstance(value, dt.datetime):
        return TIMESTAMP, value
    if to.kind is FieldType.INTERVAL and isinstance(value, Interval):
        return CALENDAR_INTERVAL, value
    return to, value


def all_compared(to: SqlType[Any], values: Sequence[object]) -> tuple[SqlType[Any], list[Any]]:
    """Return values, and the type that all of them have beside an expression of type `to`."""
    for value in values:
        to, _ = compared(to, value)
    return to, [compared(to, value)[1] for value in values]


def is_assignable(to: SqlType[Any], given: SqlType[Any]) -> bool:
    """Whether a column of type `to` keeps what an expression of type `given` says.

    An assignment casts more than a comparison does; where that would cut or round without a word, it is refused: a
    fraction for a whole number, a float for a numeric, a timestamp for a date, an address for a network. What is too
    big is the server's error. A numeric's own scale and a float's own precision round, for that is what they declare.
    """
    if not to.is_comparable_to(given):
        return False
    if to.rank is not None and given.rank is not None:
        is_inexact = given.kind in FLOATS and to.kind not in FLOATS
        return not is_inexact and (given.is_whole or not to.is_whole)
    if to.structured is not None:
        return to.structured is given.structured
    if to.element is not None and given.element is not None:
        return is_assignable(to.element, given.element)
    if to.kind is FieldType.INTERVAL:
        return to.classes == given.classes or to.also != ()
    return to.kind is given.kind or to.kind in TEXTS or to.kind in {FieldType.TIMESTAMP, FieldType.INET}


def is_passable(to: SqlType[Any], given: SqlType[Any]) -> bool:
    """Whether an argument of type `given` is one of type `to` by an implicit cast."""
    if to.rank is not None and given.rank is not None:
        return given.rank <= to.rank
    if to.kind in DAY_KINDS and given.kind in DAY_KINDS:
        return to.kind is given.kind or to.kind is FieldType.TIMESTAMP
    return to.is_comparable_to(given) and (to.kind is not FieldType.CIDR or given.kind is FieldType.CIDR)


def resolved(left: SqlType[Any], right: SqlType[Any]) -> SqlType[Any] | None:
    """Return what UNION makes of two types that are one to Python; None where they are not, or have none in common."""
    if left.classes != right.classes or not left.is_comparable_to(right) or not _hold_alike(left, right):
        return None
    if {left.kind, right.kind} == {FieldType.CITEXT, FieldType.CHAR}:
        return None  # Neither becomes the other by itself.
    return common(left, right)


def _hold_alike(left: SqlType[Any], right: SqlType[Any]) -> bool:
    """Whether documents are read as the same class, elements and bounds as the same type."""
    if left.element is not None and right.element is not None:
        return resolved(left.element, right.element) is not None
    return left.structured is right.structured


def common(left: SqlType[Any], right: SqlType[Any]) -> SqlType[Any]:
    """Return what COALESCE makes of two types that can be compared."""
    if left.parameter is right.parameter:
        return right.parameter
    if left.rank is not None and right.rank is not None:
        return max(left, right, key=lambda each: (each.rank or 0, not each.is_whole)).parameter
    kinds = frozenset({left.kind, right.kind})
    if kinds in _COMMON:
        return _COMMON[kinds]
    if left.structured is not right.structured:
        return JSONB if left.kind is FieldType.JSONB else left
    return right if left.kind is FieldType.INTERVAL and right.also else left.parameter
