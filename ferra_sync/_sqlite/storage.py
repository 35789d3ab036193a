"""How SQLite keeps the values of a type: as what, and so that they compare, sort and add up as PostgreSQL's do."""

from __future__ import annotations

import datetime as dt
import json
import math
import struct
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, Final
from uuid import UUID

import attrs

from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model import documents
from ferra_sync.errors import Db, DbErrorKind, QueryError

Convert = Callable[[Any], Any]

_LEAST, _GREATEST = -(2**63), 2**63 - 1
_HALVES: Final = 2**51
"""Below it a float holds halves."""

_MOST_DIGITS: Final = 18
_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - of timestamps without a zone
_MOMENT: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FIRST_DAY: Final = dt.date(1970, 1, 1).toordinal()
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_FLOAT: Final = struct.Struct("f")
_WHOLE: Final = {
    FieldType.SMALLINT: (-(2**15), 2**15 - 1),
    FieldType.INTEGER: (-(2**31), 2**31 - 1),
    FieldType.BIGINT: (_LEAST, _GREATEST),
}


@attrs.frozen(eq=False)
class Storage:
    """How one type is kept.

    Attributes:
        family: which others it is compared with as it is: those of the same one, and of the same `scale`.
        column: the type of its column, one of those of STRICT tables.
        store: the value of a column → what is kept; `Db` where the column cannot hold it.
        given: the value of a parameter in a comparison → what it is compared as.
        load: what is kept → the value as psycopg has it; None: as it is.
        scale: how many digits behind the point a number's integer has.
        bits: of smallint, integer and bigint 16, 32 and 64; 0: it is none of these.
        digits: how many a numeric has at most, those behind the point among them.
        most: how many characters a text has at most; 0: as many as it likes.
        ordered: whether `<` and ORDER BY are PostgreSQL's.
        equal: whether `=` is.
        check: what a CHECK says of the column, `{}` in the column's place; empty: nothing.
    """

    family: str
    column: str
    store: Convert
    given: Convert
    load: Convert | None = None
    scale: int = 0
    bits: int = 0
    digits: int = 18
    most: int = 0
    ordered: bool = True
    equal: bool = True
    check: str = ""

    def is_comparable_to(self, other: Storage) -> bool:
        """Whether the two are kept alike."""
        return (self.family, self.scale) == (other.family, other.scale)


@lru_cache(maxsize=4096)
def storage_of(sql_type: SqlType[Any]) -> Storage:
    """Return how values of a type are kept.

    Raises:
        QueryError: SQLite keeps none of them as PostgreSQL does.
    """
    kind = sql_type.kind
    if sql_type.base is None:
        if kind in _WHOLE:
            return _whole(kind)
        if kind is FieldType.NUMERIC:
            return _numeric(sql_type)
        if kind in {FieldType.TEXT, FieldType.VARCHAR} and sql_type.ddl.startswith(("text", "varchar")):
            return _text(sql_type)
        if kind is FieldType.ENUM and sql_type.dump is not None:
            return Storage("enum", "TEXT", sql_type.dump, sql_type.dump, ordered=False)
        if kind in {FieldType.JSON, FieldType.JSONB}:
            return _json(sql_type)
        if kind in _PLAIN:
            return _PLAIN[kind]
    raise QueryError(f"{sql_type} is not kept in SQLite: {_CURES.get(kind, 'declare another type')}")


_CURES: Final = {
    FieldType.INTERVAL: "declare t.bigint() of microseconds",
    FieldType.ARRAY: "declare t.jsonb(), or a table of its own",
    FieldType.CHAR: "declare t.varchar()",
    FieldType.CITEXT: "declare t.text()",
    FieldType.HSTORE: "declare t.jsonb()",
}


def _unfit(sql_type: object, problem: str) -> Db:
    return Db(f"a value {problem} {sql_type}", kind=DbErrorKind.INVALID_DATA)


def _whole(kind: FieldType) -> Storage:
    least, greatest = _WHOLE[kind]

    def store(value: Any) -> int:  # noqa: ANN401 - a number
        if not least <= value <= greatest:
            raise _unfit(kind.value, "is out of the range of")
        return int(value)

    check = "" if kind is FieldType.BIGINT else f"{{}} BETWEEN {least} AND {greatest}"
    return Storage("number", "INTEGER", store, partial(_scaled, scale=0), bits=greatest.bit_length() + 1, check=check)


def _numeric(sql_type: SqlType[Any]) -> Storage:
    digits, scale = _precision(sql_type)

    def store(value: Any) -> int:  # noqa: ANN401 - a number
        try:
            over, under = map(int, Decimal(value).as_integer_ratio())
        except (ValueError, OverflowError):
            raise _unfit(sql_type, "is no number that SQLite keeps as") from None
        over *= _unit(scale)
        kept = (2 * abs(over) + under) // (2 * under)  # Half away from zero, as PostgreSQL rounds.
        if kept >= _unit(digits):
            raise _unfit(sql_type, "is out of the range of")
        return kept if over >= 0 else -kept

    bound = _unit(digits) - 1
    return Storage(
        "number",
        "INTEGER",
        store,
        partial(_scaled, scale=scale),
        partial(_unscaled, scale=scale),
        scale=scale,
        digits=digits,
        check=f"{{}} BETWEEN -{bound} AND {bound}",
    )


def summed(storage: Storage) -> Storage:
    """Return how a sum of numbers is kept: of smallint and integer it is bigint, else numeric of the same scale."""
    if storage.bits:
        return BIGINT if storage.bits < BIGINT.bits else _TOTAL
    return attrs.evolve(storage, digits=_MOST_DIGITS)


def computed_as(sql_type: SqlType[Any]) -> Storage:
    """Return how values of a type are kept that are computed or given, and stand in no column of a table.

    Raises:
        QueryError: SQLite has none such.
    """
    is_numeric = sql_type.base is None and sql_type.kind is FieldType.NUMERIC
    return DECIMAL if is_numeric and not _is_scaled(sql_type) else storage_of(sql_type)


def _unit(digits: int) -> int:
    return int(10**digits)


def _precision(sql_type: SqlType[Any]) -> tuple[int, int]:
    if not _is_scaled(sql_type):
        raise QueryError(
            f"{sql_type} is not kept in SQLite: declare t.numeric(18, 2), of {_MOST_DIGITS} digits at most"
        )
    digits, _, scale = _sizes(sql_type)
    return int(digits), int(scale or 0)


def _sizes(sql_type: SqlType[Any]) -> tuple[str, str, str]:
    return sql_type.ddl.removeprefix("numeric(").rstrip(")").partition(",")


def _is_scaled(sql_type: SqlType[Any]) -> bool:
    """Whether an integer of 64 bits has room for each value, in units of the last digit."""
    digits, _, scale = _sizes(sql_type)
    return digits.isdigit() and int(digits) <= _MOST_DIGITS and 0 <= int(scale or 0) <= int(digits)


def _scaled(value: Any, scale: int) -> int | float:  # noqa: ANN401 - a number
    """Return a number in units of the last digit; between two of these a half, beyond all of them infinity."""
    number = Decimal(value)
    if not number.is_finite():
        if number.is_nan():
            raise QueryError("SQLite compares nothing with NaN: say is_null()")
        return math.inf if number > 0 else -math.inf
    over, under = map(int, number.as_integer_ratio())
    kept, rest = divmod(over * _unit(scale), under)
    if not _LEAST <= kept <= _GREATEST:
        return math.inf if kept > 0 else -math.inf
    if not rest:
        return kept
    if abs(kept) >= _HALVES:
        raise QueryError(f"SQLite compares so great a number with {scale} digits behind the point: give it no more")
    return kept + 0.5


def _unscaled(kept: int, scale: int) -> Decimal:
    sign, digits = (1, -kept) if kept < 0 else (0, kept)
    return Decimal((sign, tuple(map(int, str(digits))), -scale))


def _decimal(value: Any) -> str:  # noqa: ANN401 - a number
    number = Decimal(value)
    if not number.is_finite():
        raise QueryError("SQLite computes with no NaN and no infinity")
    return spelled_number(number)


def spelled_number(number: Decimal) -> str:
    """Return a number as PostgreSQL spells it: without an exponent, and zero without a sign."""
    return format(number or abs(number), "f")


def _text(sql_type: SqlType[Any]) -> Storage:
    most = int(sql_type.ddl.removeprefix("varchar(").rstrip(")")) if "(" in sql_type.ddl else None

    def store(value: str) -> str:
        given = _given_text(value)
        if most is None or len(given) <= most:
            return given
        if given[most:].strip(" "):
            raise _unfit(sql_type, "is too long for")
        return given[:most]

    check = "" if most is None else f"length({{}}) <= {most}"
    return Storage("text", "TEXT", store, _given_text, most=most or 0, check=check)


def _given_text(value: str) -> str:
    if "\0" in value or not _is_utf8(value):
        raise _unfit("text", "holds what is no character of")
    return value


def _is_utf8(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json(sql_type: SqlType[Any]) -> Storage:
    cls = sql_type.structured
    dump: Convert | None = partial(documents.dump, cls) if cls is not None else sql_type.dump

    def store(value: object) -> str:
        try:
            return _given_text(dump(value) if dump is not None else json.dumps(value))
        except (AttributeError, KeyError, TypeError, ValueError):
            problem = QueryError(f"a {type(value).__name__} cannot be written as {sql_type}")
        raise problem  # Outside, for the other error may show the value.

    return Storage(
        "json",
        "TEXT",
        store,
        store,
        json.loads,
        ordered=False,
        equal=False,
        check="{0} IS NULL OR json_valid({0})",
    )


def _float(value: Any) -> float:  # noqa: ANN401 - a number
    number = float(value)
    if math.isnan(number):
        raise _unfit("double precision", "is NaN, which SQLite does not keep as")
    return number


def _real(value: Any) -> float:  # noqa: ANN401 - a number
    number = _float(value)
    try:
        (rounded,) = _FLOAT.unpack(_FLOAT.pack(number))
    except OverflowError:
        raise _unfit("real", "is out of the range of") from None
    return float(rounded)


def _micros(value: dt.date) -> int:
    moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
    return (moment.replace(tzinfo=None) - _EPOCH) // _MICROSECOND


def _moment(value: dt.datetime) -> int:
    return (value - _MOMENT) // _MICROSECOND


def _time(value: dt.time) -> int:
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


def _plain(family: str, column: str, dump: Convert, load: Convert | None = None, **options: Any) -> Storage:  # noqa: ANN401
    return Storage(family, column, dump, dump, load, **options)


_PLAIN: Final = {
    FieldType.BOOLEAN: _plain("boolean", "INTEGER", int, bool, check="{} IN (0, 1)"),
    FieldType.UUID: _plain("uuid", "TEXT", str, UUID, check="length({}) = 36"),
    FieldType.DATE: _plain(
        "date", "INTEGER", lambda day: day.toordinal() - _FIRST_DAY, lambda n: dt.date.fromordinal(n + _FIRST_DAY)
    ),
    FieldType.TIME: _plain("time", "INTEGER", _time, lambda n: (_EPOCH + n * _MICROSECOND).time()),
    FieldType.TIMESTAMP: _plain("timestamp", "INTEGER", _micros, lambda n: _EPOCH + n * _MICROSECOND),
    FieldType.TIMESTAMPTZ: _plain("timestamptz", "INTEGER", _moment, lambda n: _MOMENT + n * _MICROSECOND),
    FieldType.BYTEA: _plain("bytea", "BLOB", bytes),
    FieldType.DOUBLE_PRECISION: _plain("float", "REAL", _float, float),  # RETURNING has whole ones as integers.
    FieldType.REAL: _plain("float4", "REAL", _real, float),
}

BOOLEAN: Final = _PLAIN[FieldType.BOOLEAN]
BIGINT: Final = _whole(FieldType.BIGINT)
INTEGER: Final = _whole(FieldType.INTEGER)
_TOTAL: Final = attrs.evolve(BIGINT, bits=0)
"""How the sum of bigint is kept: as a numeric without a fraction."""
DECIMAL: Final = Storage("decimal", "TEXT", _decimal, _decimal, Decimal)
"""How numbers of no fixed scale are had while they are computed: as text, which a collation sorts."""
FLOAT: Final = _PLAIN[FieldType.DOUBLE_PRECISION]
TEXT: Final = Storage("text", "TEXT", _given_text, _given_text)
UUID_TEXT: Final = _PLAIN[FieldType.UUID]
MOMENT: Final = _PLAIN[FieldType.TIMESTAMPTZ]
LOCAL: Final = _PLAIN[FieldType.TIMESTAMP]
