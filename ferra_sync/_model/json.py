"""JSON's spelling of values: what it has no type for is a text, and that text is read again.

| value | in JSON |
|---|---|
| Decimal, UUID, an address, a network | its own text: `"9.90"` |
| float | a number; `"NaN"`, `"Infinity"`, `"-Infinity"` |
| date, time, datetime | ISO 8601, a moment with its offset |
| `Interval` | an ISO 8601 duration, each part with a sign of its own: `"P1M2DT3.500000S"` |
| timedelta | an ISO 8601 duration of days and less, negative with a sign in front: `"-P1DT2H0M0.5S"` |
| bytes | Base64 |
| range | as PostgreSQL spells it: `"[1,5)"`, `"(,2024-05-06)"`, `"empty"` |
| multirange | as PostgreSQL spells it: `"{[1,5),[7,9)}"` |
| enum | its value |
| attrs class in a jsonb column | the document that is stored |
| `JSON_NULL` | null, and read again where the column is not nullable |
| of a custom type | what its `dump` writes; a text, number, list or dict is itself |
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from functools import singledispatch
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)
from types import NoneType
from typing import Any, Final, TypeAlias
from uuid import UUID

import attrs
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.sentinels import JSON_NULL
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model import documents

_Read: TypeAlias = Callable[[SqlType[Any], Any], Any]

_ITSELF: Final = frozenset({str, int, bool, NoneType})
_OF_JSON: Final = (str, int, float, list, dict)
_DURATION: Final = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:\.(?P<micros>\d{1,6}))?S)?)?",
    re.ASCII,
)
_RANGE: Final = re.compile(r"([\[(])([^,]*),([^,]*)([\])])")
_MULTIRANGE: Final = re.compile(rf"{{(?:{_RANGE.pattern}(?:,(?!}})|(?=}})))*}}")
_INTEGER: Final = re.compile(r"[+-]?\d+", re.ASCII)
_NOT_FINITE: Final = {text: float(text) for text in ("NaN", "Infinity", "-Infinity")}
_DOCUMENTS: Final = frozenset({FieldType.JSON, FieldType.JSONB})
_EMPTY: Final[Range[Any]] = Range(empty=True)
_LENGTH_OF_A_DATE: Final = 10


def spelled(value: Any) -> Any:  # noqa: ANN401 - whatever rows hold, as JSON's own types
    """Return `value`, and what is in it, as JSON's own types.

    Raises:
        TypeError: JSON has no spelling for a class of these.
    """
    if type(value) in _ITSELF:
        return value
    if value is JSON_NULL:
        return None
    return spelled(value.value) if isinstance(value, Enum) else spelling(value)


def spelling_of(sql_type: SqlType[Any]) -> Callable[[Any], Any]:
    """Return what spells values of this type: those of a custom type are of any class."""
    if sql_type.kind is FieldType.ARRAY and sql_type.element is not None:
        spell = spelling_of(sql_type.element)
        return spelled if spell is spelled else lambda values: None if values is None else list(map(spell, values))
    dump = sql_type.dump
    if sql_type.kind is not FieldType.CUSTOM or dump is None or issubclass(sql_type.classes[0], _OF_JSON):
        return spelled
    return lambda value: None if value is None else dump(value)


@singledispatch
def spelling(value: Any) -> Any:  # noqa: ANN401 - whatever rows hold, as JSON's own types
    """Return the spelling of a value by its class; models and pages are registered where they are defined."""
    if not attrs.has(type(value)):
        raise TypeError(f"JSON has no spelling for a {type(value).__name__}")
    return json.loads(documents.dump(type(value), value))


@spelling.register
def _(value: Mapping) -> dict[str, Any]:  # type: ignore[type-arg]  # singledispatch takes classes alone
    return {key if isinstance(key, str) else json.dumps(key): spelled(each) for key, each in value.items()}


@spelling.register(list)
@spelling.register(tuple)
def _(values: list[Any] | tuple[Any, ...]) -> list[Any]:
    return [spelled(value) for value in values]


@spelling.register
def _(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    return float(value) if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")


@spelling.register
def _(value: dt.timedelta) -> str:
    sign = "-" if value.days < 0 else ""
    value = abs(value)
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    micros = f".{value.microseconds:06d}" if value.microseconds else ""
    return f"{sign}P{value.days}DT{hours}H{minutes}M{seconds}{micros}S"


@spelling.register(bytes)
@spelling.register(bytearray)
@spelling.register(memoryview)
def _(value: bytes | bytearray | memoryview) -> str:
    return base64.b64encode(value).decode()


@spelling.register
def _(value: Range) -> str:  # type: ignore[type-arg]  # singledispatch takes classes alone
    if value.isempty:
        return "empty"
    lower, upper = ("" if bound is None else str(spelled(bound)) for bound in (value.lower, value.upper))
    return f"{value.bounds[0]}{lower},{upper}{value.bounds[1]}"


@spelling.register
def _(value: Multirange) -> str:  # type: ignore[type-arg]  # singledispatch takes classes alone
    return f"{{{','.join(map(spelling, value))}}}"


_SPELLINGS: Final[dict[type, Callable[[Any], Any]]] = {
    str: str.__str__,
    int: int,
    **dict.fromkeys((dt.date, dt.datetime, dt.time), lambda moment: moment.isoformat()),
    **dict.fromkeys((Decimal, UUID, Interval), str),
    **dict.fromkeys((IPv4Address, IPv6Address, IPv4Interface, IPv6Interface, IPv4Network, IPv6Network), str),
}
for _cls, _spell in _SPELLINGS.items():
    spelling.register(_cls, _spell)


def reading(sql_type: SqlType[Any], value: Any) -> Any:  # noqa: ANN401 - JSON's types, or the type's own
    """Return `value` as `sql_type` has it where JSON spells it otherwise; what is no spelling of it, as it came.

    Raises:
        Exception: it is spelled as the type is and is none, or no document at all; the message may show it.
    """
    element = sql_type.element
    if sql_type.kind is FieldType.ARRAY and element is not None and isinstance(value, (list, tuple)):
        return [reading(element, each) for each in value]
    if value is None or isinstance(value, sql_type.classes):
        if sql_type.kind in _DOCUMENTS and sql_type.dump is not None:
            sql_type.dump(value)
        return value
    if isinstance(value, Mapping) and sql_type.structured is not None:
        return documents.load(sql_type.structured, value)
    read = {str: _TEXTS, int: _WHOLE}.get(type(value), {}).get(sql_type.kind)
    return value if read is None else read(sql_type, value)


def _float(_type: SqlType[Any], value: int) -> float:
    number = float(value)
    if number != value:
        raise ValueError("no float is this number")
    return number


def _enumerated(sql_type: SqlType[Any], text: str) -> object:
    return sql_type.classes[0](text)


def _moment(_type: SqlType[Any], text: str) -> dt.datetime:
    if len(text) <= _LENGTH_OF_A_DATE:
        raise ValueError("a date without a time")
    return dt.datetime.fromisoformat(text)


def _duration(sql_type: SqlType[Any], text: str) -> dt.timedelta | Interval:
    if sql_type.classes == (Interval,):
        return Interval.parse(text)
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.group("days", "hours", "minutes", "seconds")):
        raise ValueError("no duration of days and less")
    days, hours, minutes, seconds = (int(part or 0) for part in found.group("days", "hours", "minutes", "seconds"))
    micros = int((found["micros"] or "").ljust(6, "0"))
    sign = -1 if found["sign"] else 1
    return dt.timedelta(sign * days, sign * seconds, sign * micros, minutes=sign * minutes, hours=sign * hours)


def _range(sql_type: SqlType[Any], text: str) -> Range[Any]:
    if text == "empty":
        return _EMPTY
    found = _RANGE.fullmatch(text)
    if found is None or sql_type.element is None:
        raise ValueError("no range")
    opening, lower, upper, closing = found.groups()
    return Range(_bound(sql_type.element, lower), _bound(sql_type.element, upper), opening + closing)


def _multirange(sql_type: SqlType[Any], text: str) -> Multirange[Any]:
    if _MULTIRANGE.fullmatch(text) is None:
        raise ValueError("no multirange")
    return Multirange(_range(sql_type, found[0]) for found in _RANGE.finditer(text))


def _bound(element: SqlType[Any], text: str) -> Any:  # noqa: ANN401 - of the element's type
    read: _Read = _TEXTS.get(element.kind, _integer)
    return read(element, text) if text else None


def _integer(_type: SqlType[Any], text: str) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise ValueError("no whole number")
    return int(text)


def _decimal(_type: SqlType[Any], text: str) -> Decimal:
    if "_" in text or text != text.strip():
        raise ValueError("no number")
    return Decimal(text)


def _address(_type: SqlType[Any], text: str) -> object:
    return ip_interface(text) if "/" in text else ip_address(text)


_TEXTS: Final[dict[FieldType, _Read]] = {
    FieldType.NUMERIC: _decimal,
    FieldType.REAL: lambda _type, text: _NOT_FINITE.get(text, text),
    FieldType.DOUBLE_PRECISION: lambda _type, text: _NOT_FINITE.get(text, text),
    FieldType.UUID: lambda _type, text: UUID(text),
    FieldType.DATE: lambda _type, text: dt.date.fromisoformat(text),
    FieldType.TIME: lambda _type, text: dt.time.fromisoformat(text),
    FieldType.TIMESTAMP: _moment,
    FieldType.TIMESTAMPTZ: _moment,
    FieldType.INTERVAL: _duration,
    FieldType.BYTEA: lambda _type, text: base64.b64decode(text, validate=True),
    FieldType.INET: _address,
    FieldType.CIDR: lambda _type, text: ip_network(text),
    FieldType.RANGE: _range,
    FieldType.MULTIRANGE: _multirange,
    FieldType.ENUM: _enumerated,
    FieldType.CUSTOM: lambda sql_type, text: text if sql_type.load is None else sql_type.load(text),
}
"""How the texts of these types are read; a whole number is a text only as the bound of a range."""

_WHOLE: Final[dict[FieldType, _Read]] = {
    FieldType.NUMERIC: lambda _type, value: Decimal(value),
    FieldType.REAL: _float,
    FieldType.DOUBLE_PRECISION: _float,
}
"""What else a whole number may be: JSON writes 1 for 1.0."""
