"""Whether a text spells a value of a type: what comes from outside is looked at before it is sent.

Each check is strict: the text is the one spelling that a position of ours has, so that `now`, ` 1` or `1e5` are none.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import UUID

from ferra_sync._expression.sqltypes import FieldType, SqlType

Check: TypeAlias = Callable[[SqlType[Any], str], bool | None]
"""Whether a text spells a value of a type; None: the server must be asked."""

_ZONE: Final = r"[+-](?:0\d|1[0-5]):[0-5]\d(?::[0-5]\d)?"
_CLOCK: Final = r"\d\d:\d\d:\d\d(?:\.\d{1,6})?"
_FORMS: Final = {
    FieldType.DATE: re.compile(r"(\d{4,7})-\d\d-\d\d( BC)?", re.ASCII),
    FieldType.TIMESTAMP: re.compile(rf"(\d{{4,6}})-\d\d-\d\dT{_CLOCK}( BC)?", re.ASCII),
    FieldType.TIMESTAMPTZ: re.compile(rf"(\d{{4,6}})-\d\d-\d\dT{_CLOCK}{_ZONE}( BC)?", re.ASCII),
}
_ENDLESS: Final = frozenset({"infinity", "-infinity"})
_NOT_FINITE: Final = frozenset({"NaN", "Infinity", "-Infinity"})
_MIDNIGHT: Final = "24:00:00"
_DIGITS_OF_A_YEAR: Final = 4


def is_spelling(sql_type: SqlType[Any], text: str) -> bool | None:
    """Return whether `text` spells a value of `sql_type`; None: the server must be asked.

    A lone surrogate and the character 0 are in no text of PostgreSQL's.
    """
    if "\0" in text or not _is_unicode(text):
        return False
    check = _CHECKS.get(sql_type.kind)
    if check is None:
        return None
    try:
        return check(sql_type, text)
    except (ArithmeticError, KeyError, ValueError):
        return False


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _whole(sql_type: SqlType[Any], text: str) -> bool:
    number = int(text)
    return str(number) == text and (sql_type.holds is None or sql_type.holds(number))


def _numeric(sql_type: SqlType[Any], text: str) -> bool:
    number = Decimal(text)
    if not number.is_finite():
        return text in _NOT_FINITE
    return str(number) == text and (sql_type.holds is None or sql_type.holds(number))


def _float(sql_type: SqlType[Any], text: str) -> bool:
    number = float(text)
    return repr(number) == text and (sql_type.holds is None or sql_type.holds(number))


def _bytes(_type: SqlType[Any], text: str) -> bool:
    return text[:2] == "\\x" and bytes.fromhex(text[2:]).hex() == text[2:]


def _moment(sql_type: SqlType[Any], text: str) -> bool | None:
    if text in _ENDLESS:
        return True
    found = _FORMS[sql_type.kind].fullmatch(text)
    if found is None:
        return False
    if found[2] or len(found[1]) > _DIGITS_OF_A_YEAR:
        return None  # PostgreSQL has more years than Python.
    (dt.date if sql_type.kind is FieldType.DATE else dt.datetime).fromisoformat(text)
    return True


def _time(_type: SqlType[Any], text: str) -> bool:
    if text == _MIDNIGHT:
        return True
    return re.fullmatch(_CLOCK, text, re.ASCII) is not None and dt.time.fromisoformat(text) is not None


def _labels(cls: Any) -> list[Any]:  # noqa: ANN401 - a Python enum
    return [member.value for member in cls]


def _any_text(_type: SqlType[Any], _text: str) -> bool:
    return True


_CHECKS: Final[dict[FieldType, Check]] = {
    **dict.fromkeys((FieldType.SMALLINT, FieldType.INTEGER, FieldType.BIGINT), _whole),
    FieldType.NUMERIC: _numeric,
    **dict.fromkeys((FieldType.REAL, FieldType.DOUBLE_PRECISION), _float),
    **dict.fromkeys((FieldType.TEXT, FieldType.VARCHAR, FieldType.CHAR, FieldType.CITEXT), _any_text),
    FieldType.BOOLEAN: lambda _type, text: text in {"true", "false"},
    FieldType.UUID: lambda _type, text: UUID(text).hex == text,
    FieldType.BYTEA: _bytes,
    **dict.fromkeys((FieldType.DATE, FieldType.TIMESTAMP, FieldType.TIMESTAMPTZ), _moment),
    FieldType.TIME: _time,
    FieldType.ENUM: lambda sql_type, text: text in _labels(sql_type.classes[0]),
}
"""The server is asked about all others."""
