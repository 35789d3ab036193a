"""Frames: which rows around the present one a function over a window sees."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final, Generic, Never, TypeAlias, TypeVar

from ferra_sync._expression import shapes
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.operators import parameter
from ferra_sync._expression.shapes import BoundKind, Exclusion, Form, Mode
from ferra_sync._expression.sqltypes import (
    BIGINT,
    CALENDAR_INTERVAL,
    DOUBLE_PRECISION,
    INTERVAL,
    MAX_BIGINT,
    NUMERIC,
    FieldType,
    SqlType,
)
from ferra_sync._expression.typevars import V_co
from ferra_sync._expression.values import Value
from ferra_sync.errors import QueryError

Offset: TypeAlias = int | float | Decimal | dt.timedelta | Interval
OffsetT = TypeVar("OffsetT", bound=Offset)

_ORDER: Final[tuple[BoundKind, ...]] = (
    "unbounded preceding",
    "preceding",
    "current row",
    "following",
    "unbounded following",
)
_MODES: Final = ("rows", "range", "groups")
_EXCLUSIONS: Final = (None, "current row", "group", "ties", "no others")
_OFFSETS: Final[dict[FieldType, SqlType[Any]]] = {
    FieldType.SMALLINT: BIGINT,
    FieldType.INTEGER: BIGINT,
    FieldType.BIGINT: BIGINT,
    FieldType.NUMERIC: NUMERIC,
    FieldType.REAL: DOUBLE_PRECISION,
    FieldType.DOUBLE_PRECISION: DOUBLE_PRECISION,
    FieldType.DATE: INTERVAL,
    FieldType.TIME: INTERVAL,
    FieldType.TIMESTAMP: INTERVAL,
    FieldType.TIMESTAMPTZ: INTERVAL,
    FieldType.INTERVAL: INTERVAL,
}
"""By what a window is sorted → how far `range` reaches."""


class Bound(Value, Generic[V_co]):
    """Where a frame begins or ends; V_co: what its distance is counted in."""

    __slots__ = ("kind", "offset")

    kind: BoundKind
    offset: V_co | None

    def __init__(self, kind: BoundKind, offset: V_co | None = None) -> None:
        self.kind = kind
        self.offset = offset


unbounded_preceding: Final[Bound[Never]] = Bound("unbounded preceding")
current_row: Final[Bound[Never]] = Bound("current row")
unbounded_following: Final[Bound[Never]] = Bound("unbounded following")


def preceding(offset: OffsetT) -> Bound[OffsetT]:
    """So many rows or groups before the present row, or so far before its value."""
    return Bound("preceding", _distance(offset))


def following(offset: OffsetT) -> Bound[OffsetT]:
    """So many rows or groups after the present row, or so far after its value."""
    return Bound("following", _distance(offset))


def _distance(offset: OffsetT) -> OffsetT:
    if isinstance(offset, bool) or not isinstance(offset, Offset):
        raise QueryError(f"a frame reaches a number or an interval far, not a {type(offset).__name__}")
    if _is_negative(offset):
        raise QueryError("a frame reaches 0 or more far: preceding is before, following after")
    return offset


def _is_negative(offset: Offset) -> bool:
    match offset:
        case dt.timedelta():
            return offset < dt.timedelta()
        case Interval():
            return (
                dt.timedelta(days=offset.months * 30 + offset.days, microseconds=offset.microseconds) < dt.timedelta()
            )
        case Decimal() if offset.is_nan():
            return True
        case _:
            return not offset >= 0


class Frame(Value):
    """The rows that a function over a window sees, from a start to an end around the present row."""

    __slots__ = ("end", "exclude", "mode", "start")

    mode: Mode
    start: Bound[Any]
    end: Bound[Any]
    exclude: Exclusion | None

    def __init__(self, mode: Mode, start: Bound[Any], end: Bound[Any], exclude: Exclusion | None) -> None:
        if mode not in _MODES:
            raise QueryError("a frame is of rows, a range or groups")
        if not isinstance(start, Bound) or not isinstance(end, Bound):
            raise QueryError(f"{mode} takes bounds such as preceding(1), current_row and unbounded_following")
        if exclude not in _EXCLUSIONS:
            raise QueryError("exclude is 'current row', 'group', 'ties' or 'no others'")
        first, last = _ORDER.index(start.kind), _ORDER.index(end.kind)
        if first > last or start.kind == _ORDER[-1] or end.kind == _ORDER[0]:
            raise QueryError(f"a frame cannot reach from {start.kind} to {end.kind}")
        self.mode = mode
        self.start = start
        self.end = end
        self.exclude = exclude

    @property
    def offsets(self) -> tuple[Offset, ...]:
        """How far it reaches, to either side where it says so."""
        return tuple(bound.offset for bound in (self.start, self.end) if bound.offset is not None)

    def lowered(self, order_types: list[SqlType[Any]]) -> tuple[Form, tuple[Any, ...]]:
        """Return the shape in a window that is sorted by keys of these types, and the values.

        Raises:
            QueryError: it needs another order.
        """
        if self.mode == "groups" and not order_types:
            raise QueryError("groups are rows of equal order_by: say order_by=…")
        counted = [self._counted(offset, order_types) for offset in self.offsets]
        types = [sql_type for sql_type, _ in counted]
        shape = shapes.frame(self.mode, self.start.kind, self.end.kind, self.exclude, *types)
        return shape, tuple(value for _, value in counted)

    def _counted(self, offset: Offset, order_types: list[SqlType[Any]]) -> tuple[SqlType[Any], Any]:
        if self.mode != "range":
            if not is_whole_number(offset, 0, MAX_BIGINT):
                raise QueryError(f"{self.mode} are counted in whole numbers, not in {type(offset).__name__}")
            return BIGINT, offset
        if len(order_types) != 1:
            raise QueryError("a range reaches so far from one value: it takes exactly one order_by")
        (sorted_by,) = order_types
        sql_type = _OFFSETS.get(sorted_by.kind)
        if sql_type is None:
            raise QueryError(f"a range reaches so far from numbers, days, moments and intervals, not from {sorted_by}")
        if isinstance(offset, Interval) and sql_type is INTERVAL:
            sql_type = CALENDAR_INTERVAL
        return sql_type, parameter(offset, sql_type, "the frame's distance").params[0]


def rows(start: Bound[int], end: Bound[int] = current_row, *, exclude: Exclusion | None = None) -> Frame:
    """From so many rows before or after the present one to so many."""
    return Frame("rows", start, end, exclude)


def groups(start: Bound[int], end: Bound[int] = current_row, *, exclude: Exclusion | None = None) -> Frame:
    """From so many groups of rows, equal in `order_by`, before or after that of the present row to so many."""
    return Frame("groups", start, end, exclude)


def range_(start: Bound[Offset], end: Bound[Offset] = current_row, *, exclude: Exclusion | None = None) -> Frame:
    """From so far before or after the present row's value of `order_by` to so far: a number, or for time an interval.

    Raises:
        QueryError: where the window is sorted by anything but one number, day, moment or interval.
    """
    return Frame("range", start, end, exclude)
