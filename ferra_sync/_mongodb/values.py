"""What a document holds for a value of a type: exactly that value, compared and sorted as PostgreSQL does."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from bson.decimal128 import Decimal128
from bson.int64 import Int64

from ferra_sync._expression.sqltypes import MAX_BIGINT, FieldType, SqlType
from ferra_sync._model.misfit import MisfitError
from ferra_sync._postgres.conversions import UNWRITABLE, dump_of
from ferra_sync.errors import SchemaError

Convert = Callable[[Any], Any]

MAX_DIGITS: Final = 34
"""How many digits a Decimal128 has."""

_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - a timestamp has no zone
_EPOCH_UTC: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_NUMERIC: Final = re.compile(r"numeric\((\d+)(?:,(\d+))?\)")
_VARCHAR: Final = re.compile(r"varchar\((\d+)\)")
_ROOMY: Final = Context(prec=1100, Emax=999999, Emin=-999999)


class Codec(NamedTuple):
    """How a document holds the values of a type.

    Attributes:
        bson: what `$jsonSchema` calls it.
        encode: value → what the document holds; MisfitError where it cannot hold it.
        decode: what the document holds → the value, an enum's or a document's before its class is made of it.
        has_equality, has_order: whether MongoDB compares and sorts two of them as PostgreSQL does.
    """

    bson: str
    encode: Convert
    decode: Convert
    has_equality: bool = True
    has_order: bool = True


def codec_of(sql_type: SqlType[Any]) -> Codec:
    """Return how a document holds values of `sql_type`; SchemaError where it cannot."""
    found = _codec(sql_type)
    if found is None:
        cure = _CURES.get(sql_type.kind, "")
        raise SchemaError(f"{sql_type.ddl} is not kept in MongoDB{cure and f': {cure}'}")
    return found


_CURES: Final = {
    FieldType.REAL: "declare t.double_precision()",
    FieldType.NUMERIC: f"declare t.numeric(precision, scale) of at most {MAX_DIGITS} digits",
    FieldType.CHAR: "declare t.varchar(length)",
    FieldType.CITEXT: "declare t.text()",
    FieldType.INTERVAL: "declare t.interval()",
}


@lru_cache(maxsize=1024)
def _codec(sql_type: SqlType[Any]) -> Codec | None:
    if sql_type.base is not None:
        return None
    make = _MAKERS.get(sql_type.kind)
    return _PLAIN.get(sql_type.kind) if make is None else make(sql_type)


def _whole(sql_type: SqlType[Any]) -> Codec:
    least, most = sql_type.sure or (-MAX_BIGINT - 1, MAX_BIGINT)

    def encode(value: int) -> Int64:
        if not least <= value <= most:
            raise MisfitError(f"is out of range for {sql_type}")
        return Int64(value)

    return Codec("long", encode, int)


def _dumping(sql_type: SqlType[Any]) -> Convert:
    dump = dump_of(sql_type)

    def encode(value: object) -> str:
        try:
            return str(value if dump is None else dump(value))
        except UNWRITABLE:
            problem = MisfitError(f"cannot be written as {sql_type}")
        raise problem  # Outside, for the other error may show the value.

    return encode


def _document(sql_type: SqlType[Any]) -> Codec:
    return Codec("string", _dumping(sql_type), json.loads, has_equality=False, has_order=False)


def _text(sql_type: SqlType[Any]) -> Codec:
    limit = _VARCHAR.fullmatch(sql_type.ddl)
    if limit is None:
        return Codec("string", str, str)
    length = int(limit[1])

    def encode(value: str) -> str:
        if value[length:].strip(" "):
            raise MisfitError(f"is too long for varchar({length})")
        return value[:length]

    return Codec("string", encode, str)


def _numeric(sql_type: SqlType[Any]) -> Codec | None:
    if sql_type.ddl == "numeric":
        return Codec("decimal", exact_decimal, Decimal128.to_decimal) if sql_type.parameter is sql_type else None
    declared = _NUMERIC.fullmatch(sql_type.ddl)
    if declared is None or int(declared[1]) > MAX_DIGITS:
        return None
    precision, scale = int(declared[1]), int(declared[2] or 0)
    step = Decimal(1).scaleb(-scale)

    def encode(value: Decimal | int) -> Decimal128:
        rounded = _rounded(Decimal(value), step)
        if rounded is None or len(rounded.as_tuple().digits) > precision:
            raise MisfitError(f"does not fit {sql_type}")
        return Decimal128(rounded or abs(rounded))

    return Codec("decimal", encode, Decimal128.to_decimal)


def _rounded(value: Decimal, step: Decimal) -> Decimal | None:
    """Return the multiple of `step` that PostgreSQL would store; None where it is no number or too large."""
    try:
        return value.quantize(step, ROUND_HALF_UP, _ROOMY) if value.is_finite() else None
    except InvalidOperation:
        return None


def exact_decimal(value: Decimal | int) -> Decimal128:
    """Return a number as it is; MisfitError where a Decimal128 has not so many digits."""
    number = Decimal(value)
    if number.is_finite() and len(number.as_tuple().digits) <= MAX_DIGITS and -6000 < number.adjusted() < 6000:  # noqa: PLR2004 - a Decimal128 has exponents up to 6144
        return Decimal128(number)
    raise MisfitError(f"has more than {MAX_DIGITS} digits, or is no number")


def _double(value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.nan
    if math.isnan(number):
        raise MisfitError("is NaN, which MongoDB sorts elsewhere, or out of range")
    return number


def _microseconds(value: dt.timedelta) -> Int64:
    number = value // _MICROSECOND
    if not -MAX_BIGINT - 1 <= number <= MAX_BIGINT:
        raise MisfitError("is out of range for interval")
    return Int64(number)


def _of_day(value: dt.time) -> Int64:
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    return Int64(seconds * 1_000_000 + value.microsecond)


def _span(number: int) -> dt.timedelta:
    return dt.timedelta(microseconds=number)


def _interval(sql_type: SqlType[Any]) -> Codec | None:
    is_plain = sql_type.classes == (dt.timedelta,)
    return Codec("long", _microseconds, lambda number: (number, 0, 0)) if is_plain else None


def _array(sql_type: SqlType[Any]) -> Codec | None:
    element = sql_type.element
    inner = None if element is None or element.kind is FieldType.ARRAY else _codec(element)
    if inner is None:
        return None
    encode, decode = inner.encode, inner.decode
    return Codec(
        "array",
        lambda values: [None if value is None else encode(value) for value in values],
        lambda values: [None if value is None else decode(value) for value in values],
        has_equality=False,
        has_order=False,
    )


_PLAIN: Final = {
    FieldType.BOOLEAN: Codec("bool", bool, bool),
    FieldType.UUID: Codec("binData", lambda value: UUID(int=value.int), lambda value: value),
    FieldType.BYTEA: Codec("binData", bytes, bytes, has_order=False),
    FieldType.DOUBLE_PRECISION: Codec("double", _double, float),
    FieldType.DATE: Codec("date", lambda day: dt.datetime(day.year, day.month, day.day), dt.datetime.date),  # noqa: DTZ001 - midnight
    FieldType.TIME: Codec("long", _of_day, lambda number: (_EPOCH + _span(number)).time()),
    FieldType.TIMESTAMP: Codec("long", lambda at: _microseconds(at - _EPOCH), lambda number: _EPOCH + _span(number)),
    FieldType.TIMESTAMPTZ: Codec(
        "long", lambda at: _microseconds(at - _EPOCH_UTC), lambda number: _EPOCH_UTC + _span(number)
    ),
}

_MAKERS: Final[dict[FieldType, Callable[[SqlType[Any]], Codec | None]]] = {
    FieldType.ARRAY: _array,
    FieldType.VARCHAR: _text,
    FieldType.TEXT: _text,
    FieldType.NUMERIC: _numeric,
    FieldType.ENUM: lambda sql_type: Codec("string", _dumping(sql_type), str, has_order=False),
    FieldType.JSON: _document,
    FieldType.JSONB: _document,
    FieldType.INTERVAL: _interval,
    **dict.fromkeys((FieldType.SMALLINT, FieldType.INTEGER, FieldType.BIGINT), _whole),
}
