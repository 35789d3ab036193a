"""What a column cannot hold, of values that are of its type: what else the server alone would say, and of one field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from ferra_sync._expression.ranges import AnyRange, is_multirange
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model.json import spelled

_SIZED: Final = re.compile(r"(?:varchar|char|numeric)\((\d+)(?:,(\d+))?\)")
_DOCUMENTS: Final = frozenset({FieldType.JSON, FieldType.JSONB})
_NO_TEXT: Final = "holds NUL or half a surrogate pair, which no text of the database does"


def excess(sql_type: SqlType[Any], value: Any) -> str | None:  # noqa: ANN401 - of the column's type
    """Return why a column of this type cannot hold a value, without showing it; None where it can."""
    if isinstance(value, str):
        return _of_text(sql_type, value)
    if isinstance(value, Decimal | int | float) and sql_type.rank is not None:
        return _of_number(sql_type, value)
    if sql_type.kind is FieldType.ARRAY and sql_type.element is not None and isinstance(value, list):
        element = sql_type.element
        return next((problem for each in value if (problem := excess(element, each)) is not None), None)
    if sql_type.element is not None and (isinstance(value, AnyRange) or is_multirange(value)):
        parts = value if is_multirange(value) else [value]
        return next((problem for part in parts if (problem := _of_range(sql_type.element, part)) is not None), None)
    if sql_type.kind in _DOCUMENTS:
        return None if _is_text(spelled(value)) else _NO_TEXT
    return None if _is_text(value) else _NO_TEXT


def length_of(sql_type: SqlType[Any]) -> int | None:
    """Return how many characters a text of this type has at most; None where it is no text or there is no limit."""
    found = None if sql_type.kind is FieldType.NUMERIC else _SIZED.fullmatch(sql_type.ddl)
    return None if found is None else int(found[1])


def _of_text(sql_type: SqlType[Any], text: str) -> str | None:
    if not _is_text(text):
        return _NO_TEXT
    most = length_of(sql_type)
    return None if most is None or len(text) <= most else f"is longer than {most} characters"


def _of_range(element: SqlType[Any], value: Any) -> str | None:  # noqa: ANN401 - psycopg's range
    bounds = [bound for bound in (value.lower, value.upper) if bound is not None]
    if None not in (value.lower, value.upper) and value.lower > value.upper:
        return "has its lower bound above the upper one"
    return next((problem for bound in bounds if (problem := excess(element, bound)) is not None), None)


def _is_text(value: object) -> bool:
    """Whether all texts in a value of JSON's types are Unicode without NUL."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, Mapping):
        return all(_is_text(name) and _is_text(each) for name, each in value.items())
    return all(map(_is_text, value)) if isinstance(value, list) else True


def _of_number(sql_type: SqlType[Any], value: Decimal | float) -> str | None:
    sized = _SIZED.fullmatch(sql_type.ddl)
    if sized is not None and isinstance(value, Decimal | int):
        return _of_digits(int(sized[1]), int(sized[2] or 0), Decimal(value))
    is_special = isinstance(value, Decimal) and not value.is_finite()
    return None if sql_type.holds is None or is_special or sql_type.holds(value) else "is out of range"


def _of_digits(precision: int, scale: int, value: Decimal) -> str | None:
    """Return why a number is none of so many digits; the server would round what has too many after the point."""
    if value.is_nan():
        return None
    exponent = value.normalize().as_tuple().exponent if value.is_finite() and value else 0
    if not value.is_finite() or (value and value.adjusted() >= precision - scale):
        return f"is out of range: it has {precision - scale} digits before the point"
    is_rounded = isinstance(exponent, int) and -exponent > scale
    return f"has more than {scale} digits after the point" if is_rounded else None
