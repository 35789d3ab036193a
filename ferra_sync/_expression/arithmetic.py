"""What `+ - * / %` make of numbers, texts, arrays, ranges, days, moments and intervals, as PostgreSQL has them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final, TypeAlias, TypeVar

from ferra_sync._expression.coercion import FLOATS, TEXTS, common, mismatch
from ferra_sync._expression.container_operators import contained
from ferra_sync._expression.document_operators import changed
from ferra_sync._expression.documents import KEYED
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.operators import Make, Node, NodeT, beside, joined
from ferra_sync._expression.range_types import RANGES
from ferra_sync._expression.ranges import AnyMultirange, AnyRange
from ferra_sync._expression.shapes import binary, operation
from ferra_sync._expression.sqltypes import (
    CALENDAR_INTERVAL,
    DATE,
    DOUBLE_PRECISION,
    INTEGER,
    INTERVAL,
    NUMERIC,
    REAL,
    SMALLINT,
    TEXT,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    TSVECTOR,
    FieldType,
    SqlType,
)
from ferra_sync.errors import QueryError

Real: TypeAlias = int | float | Decimal
Exact: TypeAlias = int | Decimal
FracT = TypeVar("FracT", bound=Decimal | float)
Moment: TypeAlias = dt.datetime | dt.time
Span: TypeAlias = dt.timedelta | Interval
SpanT = TypeVar("SpanT", bound=Span)
Sets: TypeAlias = AnyRange[Any] | AnyMultirange[Any]
Joined: TypeAlias = str | list[Any] | dt.timedelta | Interval | Sets
"""What `+` puts together with its like, beside numbers."""

_NUMBERS: Final = (
    FieldType.SMALLINT,
    FieldType.INTEGER,
    FieldType.BIGINT,
    FieldType.NUMERIC,
    FieldType.REAL,
    FieldType.DOUBLE_PRECISION,
)
_TEMPORAL: Final = frozenset(
    {FieldType.DATE, FieldType.TIME, FieldType.TIMESTAMP, FieldType.TIMESTAMPTZ, FieldType.INTERVAL}
)

_JOINED: Final = RANGES | {FieldType.ARRAY, FieldType.TSVECTOR}
_SETS: Final = frozenset({"+", "-", "*"})
"""Of ranges: their union, their difference and their intersection."""

Signature = tuple[str, FieldType, FieldType]


def _calendar() -> dict[Signature, SqlType[Any]]:
    """Return the operators of days, times, moments and intervals: the sign and the kinds → what comes of it."""
    found: dict[Signature, SqlType[Any]] = {}

    def both_ways(op: str, left: SqlType[Any], right: SqlType[Any], result: SqlType[Any]) -> None:
        found[op, left.kind, right.kind] = found[op, right.kind, left.kind] = result

    for moment, result in ((DATE, TIMESTAMP), (TIME, TIME), (TIMESTAMP, TIMESTAMP), (TIMESTAMPTZ, TIMESTAMPTZ)):
        both_ways("+", moment, INTERVAL, result)
        found["-", moment.kind, FieldType.INTERVAL] = result
        found["-", moment.kind, moment.kind] = INTERVAL
    for whole in (SMALLINT, INTEGER):
        both_ways("+", DATE, whole, DATE)
        found["-", FieldType.DATE, whole.kind] = DATE
    found["-", FieldType.DATE, FieldType.DATE] = INTEGER
    both_ways("-", DATE, TIMESTAMP, INTERVAL)
    both_ways("+", DATE, TIME, TIMESTAMP)
    for sign in "+-":
        found[sign, FieldType.INTERVAL, FieldType.INTERVAL] = INTERVAL
    for number in _NUMBERS:
        found["*", FieldType.INTERVAL, number] = found["*", number, FieldType.INTERVAL] = INTERVAL
        found["/", FieldType.INTERVAL, number] = INTERVAL
    return found


_CALENDAR: Final = _calendar()


def arithmetic(make: Make[NodeT], op: str, left: Node, value: object) -> NodeT:
    """Return `left op value`; `+` joins texts and arrays too.

    Raises:
        QueryError: PostgreSQL has no such operator for the two, or the session's time zone would decide what it gives.
    """
    if value is None:
        raise QueryError(f"{left.label} {op} None is always NULL")
    if op == "+" and left.type.kind in TEXTS:
        # As text: as a char(n) a value would lose the blanks at its end.
        return joined(make, "||", left, value if isinstance(value, Node) else beside(left, value, TEXT), TEXT)
    if op == "+" and left.type.kind is FieldType.ARRAY:
        return joined(make, "array ||", left, value, left.type.parameter)
    if left.type.kind in KEYED:
        return changed(make, op, left, value)
    if op == "+" and left.type.kind is FieldType.TSVECTOR:
        return joined(make, "||", left, value, TSVECTOR)
    if op in _SETS and left.type.kind in RANGES:
        return joined(make, op, left, value, left.type.parameter)
    _require_amount(op, left)
    right = value if isinstance(value, Node) else beside(left, value, _parameter_type(op, left.type, value))
    return make(binary(op, left.shape, right.shape), left.params + right.params, _result(op, left, right))


def reflected(make: Make[NodeT], op: str, value: object, right: Node) -> NodeT:
    """Return `value op right`, where `value` is none of ours.

    Raises:
        QueryError: as `arithmetic` does.
    """
    if value is None:
        raise QueryError(f"None {op} {right.label} is always NULL")
    if op == "+" and right.type.kind in TEXTS:
        return joined(make, "||", beside(right, value, TEXT), right, TEXT)
    if op == "+" and right.type.kind in KEYED:
        return changed(make, op, contained(right, value), right)
    if right.type.kind not in _JOINED:
        _require_amount(op, right)
    return arithmetic(make, op, beside(right, value, _parameter_type(op, right.type, value)), right)


def negated(make: Make[NodeT], value: Node) -> NodeT:
    """Return `- value` of a number or an interval."""
    if value.type.rank is None and value.type.kind is not FieldType.INTERVAL:
        raise QueryError(f"- takes numbers; {value.label} is {value.type}")
    return make(operation("neg", value.shape), value.params, value.type.parameter)


def _require_amount(op: str, node: Node) -> None:
    if node.type.rank is None and node.type.kind not in _TEMPORAL:
        raise QueryError(f"{op} takes numbers; {node.label} is {node.type}")


def _parameter_type(op: str, like: SqlType[Any], value: object) -> SqlType[Any]:
    """Return the type that a value has beside `like`."""
    if isinstance(value, (dt.date, dt.time, dt.timedelta, Interval)):
        return _calendar_type(value)
    if like.kind is FieldType.DATE:
        return INTEGER
    if like.kind in _TEMPORAL:
        # Beside a moment no number has a meaning: then the complaint is of an interval.
        is_factor = like.kind is FieldType.INTERVAL and op in {"*", "/"}
        return _factor(value) if is_factor else INTERVAL
    if like.is_whole and isinstance(value, (Decimal, float)):
        return _factor(value)
    return like


def _factor(value: object) -> SqlType[Any]:
    return NUMERIC if isinstance(value, Decimal) else DOUBLE_PRECISION


def _calendar_type(value: dt.date | dt.time | dt.timedelta | Interval) -> SqlType[Any]:
    match value:
        case dt.datetime():
            return TIMESTAMP if value.utcoffset() is None else TIMESTAMPTZ
        case dt.date():
            return DATE
        case dt.time():
            return TIME
        case dt.timedelta():
            return INTERVAL
        case _:
            return CALENDAR_INTERVAL


def _result(op: str, left: Node, right: Node) -> SqlType[Any]:
    if left.type.rank is not None and right.type.rank is not None:
        return _number(op, left, right)
    result = _CALENDAR.get((op, left.type.kind, right.type.kind))
    if result is None:
        if left.type.depends_on_zone_with(right.type):
            raise mismatch(left.label, left.type, right.label, right.type)
        takes = ", ".join(_partners(op, left.type.kind)) or "numbers"
        raise QueryError(f"{left.label} is {left.type}; {op} takes {takes}, not {right.type}")
    has_months = CALENDAR_INTERVAL in {left.type, right.type}
    return CALENDAR_INTERVAL if result is INTERVAL and has_months else result


def _partners(op: str, kind: FieldType) -> list[str]:
    found = [right for sign, left, right in _CALENDAR if (sign, left) == (op, kind)]
    words = ["numbers" if right in _NUMBERS and op in "*/" else right.value for right in found]
    return list(dict.fromkeys(words))


def _number(op: str, left: Node, right: Node) -> SqlType[Any]:
    kinds = {left.type.kind, right.type.kind}
    if kinds & FLOATS:
        if op == "%":
            raise QueryError(f"{left.label} is {left.type}, {right.label} is {right.type}; % takes no floats")
        return REAL if kinds == {FieldType.REAL} else DOUBLE_PRECISION
    wider = common(left.type, right.type)
    return NUMERIC if op == "/" and wider.kind is FieldType.NUMERIC else wider
