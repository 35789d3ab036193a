"""The types of ranges and multiranges, each of the type of its bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.ranges import AnyRange
from ferra_sync._expression.sqltypes import FieldType, SqlType

RANGES: Final = frozenset({FieldType.RANGE, FieldType.MULTIRANGE})

_BOUNDS: Final[dict[FieldType, tuple[str, SqlType[Any]]]] = {
    FieldType.INTEGER: ("int4", sql.INTEGER),
    FieldType.BIGINT: ("int8", sql.BIGINT),
    FieldType.NUMERIC: ("num", sql.NUMERIC),
    FieldType.DATE: ("date", sql.DATE),
    FieldType.TIMESTAMP: ("ts", sql.TIMESTAMP),
    FieldType.TIMESTAMPTZ: ("tstz", sql.TIMESTAMPTZ),
}


def has_ranges(sql_type: SqlType[Any]) -> bool:
    """Whether PostgreSQL has ranges with bounds of this type."""
    return sql_type.kind in _BOUNDS


@cache
def range_type(cls: type, bounds: FieldType) -> SqlType[Any]:
    """Return the range with bounds of this kind, whose values are of `cls`."""
    prefix, bound = _BOUNDS[bounds]
    name = f"{prefix}range"
    problem = _bounds_problem(bound)
    return SqlType(kind=FieldType.RANGE, ddl=name, cast=name, classes=(cls,), element=bound, problem=problem)


@cache
def multirange_type(cls: type, bounds: FieldType) -> SqlType[Any]:
    """Return the multirange with bounds of this kind, whose values are of `cls`."""
    prefix, bound = _BOUNDS[bounds]
    name = f"{prefix}multirange"
    problem = _ranges_problem(bound)
    return SqlType(kind=FieldType.MULTIRANGE, ddl=name, cast=name, classes=(cls,), element=bound, problem=problem)


def _bounds_problem(element: SqlType[Any]) -> Callable[[AnyRange[Any]], str | None]:
    def problem(value: AnyRange[Any]) -> str | None:
        for bound in (value.lower, value.upper):
            complaint = None if bound is None else element.complaint(bound) or _beyond(element, bound)
            if complaint is not None:
                return f"holds a bound that {complaint}"
        return None

    return problem


def _ranges_problem(element: SqlType[Any]) -> Callable[[Iterable[Any]], str | None]:
    problem = _bounds_problem(element)

    def problem_of_ranges(values: Iterable[Any]) -> str | None:
        found = (problem(value) if isinstance(value, AnyRange) else "holds what is no range" for value in values)
        return next(filter(None, found), None)

    return problem_of_ranges


def _beyond(element: SqlType[Any], bound: object) -> str | None:
    return None if element.holds is None or element.holds(bound) else f"is out of the range of {element.ddl}"
