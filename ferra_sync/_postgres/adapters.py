"""How Python values become parameters: as text of unknown type, so that the cast in the statement decides.

psycopg tells the server the type of each value, `smallint` for 1 and `bigint` for 2**40, nothing for None, and prepares
each combination as a statement of its own. Every parameter of ours has a cast (`$1::integer`); without a type a
statement is prepared once, whatever its values are.
"""

from __future__ import annotations

import datetime as dt
import json
import struct
from decimal import Decimal
from functools import cache
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.adapt import AdaptersMap, Dumper, Loader
from psycopg.pq import Format
from psycopg.types.array import ListDumper
from psycopg.types.bool import BoolDumper
from psycopg.types.datetime import TimedeltaDumper, TimestampBinaryLoader
from psycopg.types.multirange import (
    DateMultirange,
    Int4Multirange,
    Int8Multirange,
    MultirangeDumper,
    NumericMultirange,
    TimestampMultirange,
    TimestamptzMultirange,
)
from psycopg.types.net import InterfaceDumper, NetworkDumper
from psycopg.types.numeric import DecimalDumper, FloatDumper
from psycopg.types.range import (
    DateRange,
    Int4Range,
    Int8Range,
    NumericRange,
    RangeDumper,
    TimestampRange,
    TimestamptzRange,
)
from psycopg.types.uuid import UUIDDumper

from ferra_sync._expression.intervals import Parts, parsed
from ferra_sync._expression.sentinels import JSON_NULL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from psycopg.abc import AdaptContext, Buffer, DumperKey
    from psycopg.adapt import PyFormat

    Spelling: TypeAlias = Callable[[Any], str]

_UNKNOWN: Final = 0
_LISTS: Final = frozenset({list, tuple})


class _Int(Dumper):
    def dump(self, obj: int) -> bytes:
        return _digits(obj).encode()


class _Float(FloatDumper):
    oid = _UNKNOWN


class _Decimal(DecimalDumper):
    oid = _UNKNOWN


class _Bool(BoolDumper):
    oid = _UNKNOWN


class _Uuid(UUIDDumper):
    oid = _UNKNOWN


class _Bytes(Dumper):
    """In binary: half the size of text, and no copy."""

    format = Format.BINARY

    def dump(self, obj: Buffer) -> Buffer:
        return obj


class _Moment(Dumper):
    """ISO 8601, which every DateStyle reads."""

    def dump(self, obj: dt.date) -> bytes:
        return obj.isoformat().encode()


class _Time(Dumper):
    def dump(self, obj: dt.time) -> bytes:
        return _time(obj).encode()


class _Timedelta(TimedeltaDumper):
    oid = _UNKNOWN


class _Interface(InterfaceDumper):
    oid = _UNKNOWN


class _Network(NetworkDumper):
    oid = _UNKNOWN


class _Array(ListDumper):
    """A list or a tuple as `{1,2}`; psycopg's own chooses an array's type by its elements and spells one at a time."""

    def __init__(self, cls: type, context: AdaptContext | None = None) -> None:
        super().__init__(cls, context)
        encoding = self.connection.info.encoding if self.connection else "utf-8"
        self._encoding = "utf-8" if encoding == "ascii" else encoding

    def get_key(self, obj: Sequence[Any], format: PyFormat) -> DumperKey:  # noqa: ARG002 - psycopg's names
        return self.cls

    def upgrade(self, obj: Sequence[Any], format: PyFormat) -> _Array:  # noqa: ARG002 - psycopg's names
        return self

    def dump(self, obj: Sequence[Any]) -> Buffer | None:
        text = _array(obj)
        if text is None:
            return super().dump(_lists(obj))
        if "\0" in text:
            raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        return text.encode(self._encoding)


def _array(values: Sequence[Any]) -> str | None:
    """Return an array, or one of arrays, as PostgreSQL spells it; None where psycopg spells an element."""
    kinds = set(map(type, values))
    if kinds and kinds <= _LISTS:
        inner = [_array(value) for value in values]
        return None if None in inner else f"{{{','.join(map(str, inner))}}}"
    spellings = {kind: _spelling(kind) for kind in kinds}
    return None if None in spellings.values() else _spelled(values, spellings)


def _lists(values: Sequence[Any]) -> list[Any]:
    return [_lists(value) if type(value) in _LISTS else value for value in values]


@cache
def _spelling(cls: type) -> Spelling | None:
    """Return how an array's element of this class is spelled, or None: then psycopg's dumper spells it."""
    return next((_SPELLINGS[base] for base in cls.__mro__ if base in _SPELLINGS), None)


def _spelled(values: Sequence[Any], spellings: dict[type, Any]) -> str:
    if spellings.keys() == {str} and (plain := _plainly_quoted(values)) is not None:
        return plain
    if spellings.keys() == {int} and (plain := _plain_numbers(values)) is not None:
        return plain
    if len(spellings) == 1:
        items: Iterable[str] = map(next(iter(spellings.values())), values)
    else:
        items = (spellings[type(value)](value) for value in values)
    return f"{{{','.join(items)}}}"


def _plainly_quoted(texts: Sequence[str]) -> str | None:
    """Return the array where no text has anything to escape, which one look at all of them tells; else None."""
    joined = '","'.join(texts)
    is_plain = "\\" not in joined and joined.count('"') == 2 * (len(texts) - 1)
    return f'{{"{joined}"}}' if is_plain else None


def _plain_numbers(values: Sequence[int]) -> str | None:
    """Return the array where Python spells each of the numbers, all in one; else None."""
    try:
        return f"{{{(',%d' * len(values))[1:] % tuple(values)}}}"
    except ValueError:
        return None


def _digits(value: int) -> str:
    try:
        return "%d" % value  # noqa: UP031 - the number of an IntEnum's member, not its name
    except ValueError:  # Python spells 4300 digits at most; PostgreSQL's numeric has more.
        return str(Decimal(int(value)))


def _decimal(value: Decimal) -> str:
    return "NaN" if value.is_nan() else str(value)


def _time(value: dt.time) -> str:
    if value.tzinfo is not None and value.utcoffset() is None:
        raise psycopg.DataError("a time zone whose offset depends on the date has none for a time without a date")
    return value.isoformat()


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _uuid(value: UUID) -> str:
    return f"{value.int:032x}"


def _duration(value: dt.timedelta) -> str:
    """Return ISO 8601's duration, which every IntervalStyle reads alike; each part has the sign of its own."""
    seconds, micros = divmod(value.seconds * 1_000_000 + value.microseconds, 1_000_000)
    return f"P{value.days}DT{seconds}.{micros:06d}S"


def _hexadecimal(value: bytes | bytearray | memoryview) -> str:
    return f'"\\\\x{value.hex()}"'


_SPELLINGS: Final[dict[type, Spelling]] = {
    NoneType: lambda _null: "NULL",
    bool: lambda value: "t" if value else "f",
    int: _digits,
    float: float.__repr__,
    Decimal: _decimal,
    str: _quoted,
    bytes: _hexadecimal,
    bytearray: _hexadecimal,
    memoryview: _hexadecimal,
    UUID: _uuid,
    dt.date: dt.date.isoformat,
    dt.datetime: dt.datetime.isoformat,
    dt.time: _time,
    dt.timedelta: _duration,
    IPv4Address: str,
    IPv6Address: str,
}
"""How an array's element of these classes is spelled."""


_INTERVAL: Final = struct.Struct("!qii")
_JSONB_VERSION: Final = 1


class _IntervalParts(Loader):
    """An interval's parts, which the column's type makes a timedelta or an `Interval` of."""

    format = Format.BINARY

    def load(self, data: Buffer) -> Parts:
        micros, days, months = _INTERVAL.unpack(data)
        return micros, days, months


class _IntervalText(Loader):
    def load(self, data: Buffer) -> Parts:
        try:
            return parsed(bytes(data).decode())
        except ValueError as error:
            problem = psycopg.DataError(str(error))
        raise problem


class _Json(Loader):
    """A document; null, which psycopg reads as None like SQL's NULL, is `JSON_NULL`."""

    def load(self, data: Buffer) -> Any:  # noqa: ANN401 - JSON has no narrower type
        value = json.loads(bytes(data))
        return JSON_NULL if value is None else value


class _JsonBinary(_Json):
    format = Format.BINARY


class _Jsonb(Loader):
    """`_Json` after a version number."""

    format = Format.BINARY

    def load(self, data: Buffer) -> Any:  # noqa: ANN401 - JSON has no narrower type
        if data[0] != _JSONB_VERSION:
            raise psycopg.DataError("a jsonb value has a version that is not known")
        value = json.loads(bytes(data[1:]))
        return JSON_NULL if value is None else value


def _adapters() -> AdaptersMap:
    adapters = AdaptersMap(psycopg.adapters)
    dumpers: dict[type[Dumper], tuple[type, ...]] = {
        _Int: (int,),
        _Float: (float,),
        _Decimal: (Decimal,),
        _Bool: (bool,),
        _Uuid: (UUID,),
        _Bytes: (bytes, bytearray, memoryview),
        _Moment: (dt.date, dt.datetime),
        _Time: (dt.time,),
        _Timedelta: (dt.timedelta,),
        _Interface: (IPv4Address, IPv6Address, IPv4Interface, IPv6Interface),
        _Network: (IPv4Network, IPv6Network),
        _Array: (list, tuple),
        RangeDumper: (Int4Range, Int8Range, NumericRange, DateRange, TimestampRange, TimestamptzRange),
        MultirangeDumper: (
            *(Int4Multirange, Int8Multirange, NumericMultirange),
            *(DateMultirange, TimestampMultirange, TimestamptzMultirange),
        ),
    }
    for dumper, classes in dumpers.items():
        for cls in classes:
            adapters.register_dumper(cls, dumper)
    loaders: dict[type[Loader], tuple[str, ...]] = {
        _IntervalParts: ("interval",),
        _IntervalText: ("interval",),
        _Json: ("json", "jsonb"),
        _JsonBinary: ("json",),
        _Jsonb: ("jsonb",),
    }
    for loader, names in loaders.items():
        for name in names:
            adapters.register_loader(name, loader)
    return adapters


ADAPTERS: Final = _adapters()
"""For cursors whose every parameter has a cast; made once, shared, never changed."""


def _naive_adapters() -> AdaptersMap:
    adapters = AdaptersMap(ADAPTERS)
    adapters.register_loader("timestamptz", TimestampBinaryLoader)
    return adapters


NAIVE_ADAPTERS: Final = _naive_adapters()
"""The same, with a timestamptz read as the timestamp that it is in UTC."""


class _CopiedBytes(Dumper):
    r"""`\x00ff`; libpq's own escape depends on `standard_conforming_strings`, and COPY's text does not."""

    def dump(self, obj: Buffer) -> bytes:
        return b"\\x" + bytes(obj).hex().encode()


def _copy_adapters() -> AdaptersMap:
    adapters = AdaptersMap(psycopg.adapters)
    for binary in (bytes, bytearray, memoryview):
        adapters.register_dumper(binary, _CopiedBytes)
    for cls in (list, tuple):
        adapters.register_dumper(cls, _Array)
    return adapters


COPY_ADAPTERS: Final = _copy_adapters()
"""For COPY, whose text has no types: psycopg's own dumpers, written in C, and our arrays."""
