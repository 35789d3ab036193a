r"""Values as people write them in CSV, and as PostgreSQL's COPY does.

| type | in a cell |
|---|---|
| whole numbers, numeric, real, double precision | digits with a point: `7`, `-1.5`, `1e3`; `NaN`, `Infinity` |
| boolean | `t true yes y on 1`, `f false no n off 0`, in any case |
| date, time, timestamp, timestamptz | ISO 8601; a timestamptz with its offset |
| interval | an ISO 8601 duration, or as PostgreSQL writes it: `1 day 02:00:00` |
| bytea | hexadecimal after `\\x`, or Base64 |
| json, jsonb | a document |
| array | a list in JSON, or of one dimension as PostgreSQL writes it: `{a,"b c",NULL}` |
| hstore | an object in JSON |
| range, multirange | as PostgreSQL writes it: `[1,5)` |
| enum, uuid, address, custom | its text |
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, TypeAlias

from ferra_sync._expression.intervals import parsed
from ferra_sync._expression.sentinels import JSON_NULL
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model.json import reading

Reader: TypeAlias = Callable[[SqlType[Any], str], Any]

TEXTS: Final = frozenset({FieldType.TEXT, FieldType.VARCHAR, FieldType.CHAR, FieldType.CITEXT})
"""Types whose cell is the value, blanks and all."""

_BOOLEANS: Final = {
    **dict.fromkeys(("t", "true", "y", "yes", "on", "1"), True),
    **dict.fromkeys(("f", "false", "n", "no", "off", "0"), False),
}
_WHOLE: Final = re.compile(r"[+-]?\d{1,4000}", re.ASCII)
_NUMBER: Final = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)", re.ASCII | re.IGNORECASE)
_ELEMENT: Final = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}\\]+?))\s*(,(?!\Z)|\Z)', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)


def read_cell(sql_type: SqlType[Any], cell: str) -> Any:  # noqa: ANN401 - of the type's own class
    """Return the value that a cell spells.

    Raises:
        Exception: it spells none, and the message may show it.
    """
    if sql_type.kind in TEXTS:
        return cell
    text = cell.strip()
    read = _READERS.get(sql_type.kind)
    return reading(sql_type, text) if read is None else read(sql_type, text)


def _whole(_type: SqlType[Any], text: str) -> int:
    if _WHOLE.fullmatch(text) is None:
        raise ValueError("no whole number")
    return int(text)


def _number(text: str) -> str:
    if _NUMBER.fullmatch(text) is None:
        raise ValueError("no number")
    return text


def _boolean(_type: SqlType[Any], text: str) -> bool:
    return _BOOLEANS[text.lower()]


def _interval(sql_type: SqlType[Any], text: str) -> Any:  # noqa: ANN401 - a timedelta or an Interval
    if text.lstrip("-").startswith("P"):
        return reading(sql_type, text)
    return sql_type.load(parsed(text)) if sql_type.load is not None else text


def _bytes(sql_type: SqlType[Any], text: str) -> bytes:
    if text.startswith("\\x"):
        return bytes.fromhex(text[2:])
    content: bytes = reading(sql_type, text)
    return content


def _document(sql_type: SqlType[Any], text: str) -> Any:  # noqa: ANN401 - whatever JSON can be
    document = json.loads(text)
    return JSON_NULL if document is None else reading(sql_type, document)


def _array(sql_type: SqlType[Any], text: str) -> list[Any]:
    element = sql_type.element
    if text.startswith("[") or element is None:
        values: list[Any] = reading(sql_type, json.loads(text))
        return values
    return [None if cell is None else read_cell(element, cell) for cell in _elements(text)]


def _elements(text: str) -> list[str | None]:
    """Return the elements of `{a,"b c",NULL}`."""
    if not (text.startswith("{") and text.endswith("}")):
        raise ValueError("no array")
    inner, elements, at = text[1:-1], list[str | None](), 0
    while at < len(inner):
        found = _ELEMENT.match(inner, at)
        if found is None:
            raise ValueError("no array of one dimension")
        quoted, bare, _ = found.groups()
        if quoted is None:
            elements.append(None if bare.upper() == "NULL" else bare)
        else:
            elements.append(_ESCAPE.sub(r"\1", quoted))
        at = found.end()
    return elements


def _range(sql_type: SqlType[Any], text: str) -> Any:  # noqa: ANN401 - psycopg's Range
    return reading(sql_type, text.replace('"', ""))


_READERS: Final[dict[FieldType, Reader]] = {
    **dict.fromkeys((FieldType.SMALLINT, FieldType.INTEGER, FieldType.BIGINT), _whole),
    FieldType.NUMERIC: lambda _type, text: Decimal(_number(text)),
    **dict.fromkeys((FieldType.REAL, FieldType.DOUBLE_PRECISION), lambda _type, text: float(_number(text))),
    FieldType.BOOLEAN: _boolean,
    FieldType.INTERVAL: _interval,
    FieldType.BYTEA: _bytes,
    FieldType.JSON: _document,
    FieldType.JSONB: _document,
    FieldType.ARRAY: _array,
    FieldType.HSTORE: lambda _type, text: json.loads(text),
    FieldType.RANGE: _range,
    FieldType.MULTIRANGE: _range,
}
