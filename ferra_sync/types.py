"""Column types: each function declares a column of a `Table`.

Every one takes the same options, all by keyword:

- `primary_key=True`; on several columns it is one key of several columns.
- `default=`: what the server puts in where an INSERT leaves the column out: a value, or a function such as `fn.now()`.
- `on_update=`: what every UPDATE that the toolkit writes sets, unless it assigns the column itself. A `FerraModel`
  that carries the stored value along does not assign it; one that carries another does.
- `references=`: the column that a foreign key points to; a lambda for the same or a later table. With it `on_delete=`
  and `on_update=` are the key's actions: `"cascade"`, `"restrict"`, `"set null"`, `"set default"`, `"no action"`.
- `generated_as=lambda: Orders.price * Orders.quantity`: the server computes the value from other columns of the row and
  stores it (`GENERATED ALWAYS AS (…) STORED`); it is read and never written.
- `unique=True`, `index=True`.
- `secret=True`: models have the column and write it, but it is in no repr, `to_dict`, JSON or page.
- `name=`: the column's name in PostgreSQL where it is not the attribute's.

A column is NOT NULL unless it is declared with `nullable(…)`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Any, Final, Generic, Literal, Never, TypeAlias, TypedDict, TypeVar, Unpack, get_args, overload
from uuid import UUID

from psycopg.types.range import Range

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.column import Column, Generated
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.sqltypes import HasSqlType, SqlType
from ferra_sync._expression.values import Value
from ferra_sync.errors import SchemaError

__all__ = [
    "ColumnDef",
    "ColumnOptions",
    "Interval",
    "Range",
    "ReferenceAction",
    "array",
    "bigint",
    "bigserial",
    "boolean",
    "bytea",
    "calendar_interval",
    "char",
    "cidr",
    "date",
    "daterange",
    "double_precision",
    "enum",
    "identity",
    "inet",
    "int4range",
    "int8range",
    "integer",
    "interval",
    "json",
    "jsonb",
    "macaddr",
    "nullable",
    "numeric",
    "numrange",
    "real",
    "serial",
    "smallint",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "tsrange",
    "tstzrange",
    "uuid",
    "varchar",
]

V = TypeVar("V")
S = TypeVar("S")
E = TypeVar("E", bound=Enum)
T_co = TypeVar("T_co", covariant=True)

ReferenceAction: TypeAlias = Literal["no action", "restrict", "cascade", "set null", "set default"]

_ACTIONS: Final = frozenset(get_args(ReferenceAction))


class ColumnOptions(TypedDict, Generic[V], total=False):
    """The options of a column whose Python type is V."""

    primary_key: bool
    default: V | Expr[Never, V, Any]
    on_update: V | Expr[Never, V, Any] | ReferenceAction
    generated_as: Callable[[], Expr[Any, V, Any]]
    references: Column[Any, V] | Callable[[], Column[Any, V]]
    on_delete: ReferenceAction
    unique: bool
    index: bool
    secret: bool
    name: str


class ColumnDef(Value, Generic[T_co]):
    """A column's declaration; on its table it is a `Column` that knows the table.

    Attributes:
        sql_type: the column's type.
        is_nullable: whether it may be NULL.
        options: what was said of it.
        generated: by which means the server makes its values, or None.
    """

    __slots__ = ("generated", "is_nullable", "options", "sql_type")

    sql_type: SqlType[T_co]
    is_nullable: bool
    options: ColumnOptions[Any]
    generated: Generated | None

    def __init__(
        self,
        sql_type: SqlType[Any],
        options: ColumnOptions[Any],
        *,
        is_nullable: bool = False,
        generated: Generated | None = None,
    ) -> None:
        _check_options(options, generated)
        self.sql_type = sql_type
        self.is_nullable = is_nullable
        self.options = options
        self.generated = "stored" if "generated_as" in options else generated

    def __get__(self, instance: None, owner: type[S]) -> Column[S, T_co]:
        raise SchemaError(f"{owner.__name__} declares a column but is no Table")

    @property
    def has_default(self) -> bool:
        """Whether the server fills the column in where an INSERT leaves it out."""
        return self.generated is not None or "default" in self.options

    @property
    def is_secret(self) -> bool:
        """Whether no repr, JSON or page may show the column."""
        return bool(self.options.get("secret"))


def _check_options(options: ColumnOptions[Any], generated: Generated | None) -> None:
    unknown = options.keys() - ColumnOptions.__annotations__.keys()
    if unknown:
        raise SchemaError(f"a column has no option {', '.join(sorted(unknown))}")
    for option in ("primary_key", "unique", "index"):
        if not isinstance(options.get(option, False), bool):
            raise SchemaError(f"{option} is True or False, not {described(options.get(option))}")
    if "generated_as" in options:
        _check_generated(options, generated)
    if "references" not in options:
        if "on_delete" in options:
            raise SchemaError("on_delete is a foreign key's action: it needs references")
        return
    check_actions(options.get("on_delete"), options.get("on_update"))


def check_actions(on_delete: object, on_update: object) -> None:
    """Raise SchemaError where a foreign key has an action that PostgreSQL has not."""
    for option, action in (("on_delete", on_delete), ("on_update", on_update)):
        if action is not None and not (isinstance(action, str) and action in _ACTIONS):
            raise SchemaError(f"{option} of a foreign key is one of {', '.join(sorted(_ACTIONS))}")


def _check_generated(options: ColumnOptions[Any], generated: Generated | None) -> None:
    if not callable(options.get("generated_as")):
        raise SchemaError("generated_as takes a lambda that returns an expression over the same table")
    written = [option for option in ("default", "on_update") if option in options]
    if written or generated is not None:
        raise SchemaError(f"a column that is generated from others has no {written[0] if written else 'number'}")


def nullable(of: ColumnDef[V]) -> ColumnDef[V | None]:
    """`of`, which may also be NULL."""
    if not isinstance(of, ColumnDef):
        raise SchemaError(f"nullable takes a column's declaration, nullable(t.text()), not {described(of)}")
    if of.options.get("primary_key"):
        raise SchemaError("a primary key is never NULL")
    if of.generated not in {None, "stored"}:
        raise SchemaError(f"a {of.generated} column is never NULL")
    return ColumnDef(of.sql_type, of.options, is_nullable=True)


def smallint(**options: Unpack[ColumnOptions[int]]) -> ColumnDef[int]:
    """`smallint`: whole numbers of two bytes."""
    return ColumnDef(sql.SMALLINT, options)


def integer(**options: Unpack[ColumnOptions[int]]) -> ColumnDef[int]:
    """`integer`: whole numbers of four bytes."""
    return ColumnDef(sql.INTEGER, options)


def bigint(**options: Unpack[ColumnOptions[int]]) -> ColumnDef[int]:
    """`bigint`: whole numbers of eight bytes."""
    return ColumnDef(sql.BIGINT, options)


def serial(**options: Unpack[ColumnOptions[int]]) -> ColumnDef[int]:
    """`serial`: an integer that the server counts up."""
    return ColumnDef(sql.INTEGER, options, generated="serial")


def bigserial(**options: Unpack[ColumnOptions[int]]) -> ColumnDef[int]:
    """`bigserial`: a bigint that the server counts up."""
    return ColumnDef(sql.BIGINT, options, generated="serial")


def identity(*, always: bool = False, **options: Unpack[ColumnOptions[int]]) -> ColumnDef[int]:
    """`bigint GENERATED BY DEFAULT AS IDENTITY`; `always=True`: the server refuses a value from the client."""
    return ColumnDef(sql.BIGINT, options, generated="identity always" if always else "identity")


def real(**options: Unpack[ColumnOptions[float]]) -> ColumnDef[float]:
    """`real`: floating point of four bytes; a Python float loses digits in it."""
    return ColumnDef(sql.REAL, options)


def double_precision(**options: Unpack[ColumnOptions[float]]) -> ColumnDef[float]:
    """`double precision`: a Python float, exactly."""
    return ColumnDef(sql.DOUBLE_PRECISION, options)


def numeric(
    precision: int | None = None, scale: int | None = None, **options: Unpack[ColumnOptions[Decimal]]
) -> ColumnDef[Decimal]:
    """`numeric(precision, scale)`: exact decimal numbers."""
    return ColumnDef(sql.numeric(precision, scale), options)


def text(**options: Unpack[ColumnOptions[str]]) -> ColumnDef[str]:
    """`text`."""
    return ColumnDef(sql.TEXT, options)


def varchar(length: int, **options: Unpack[ColumnOptions[str]]) -> ColumnDef[str]:
    """`varchar(length)`; the server refuses a longer text."""
    return ColumnDef(sql.varchar(length), options)


def char(length: int, **options: Unpack[ColumnOptions[str]]) -> ColumnDef[str]:
    """`char(length)`: comes back padded with blanks, which count in LIKE and its kin and nowhere else."""
    return ColumnDef(sql.char(length), options)


def boolean(**options: Unpack[ColumnOptions[bool]]) -> ColumnDef[bool]:
    """`boolean`."""
    return ColumnDef(sql.BOOLEAN, options)


def uuid(**options: Unpack[ColumnOptions[UUID]]) -> ColumnDef[UUID]:
    """`uuid`."""
    return ColumnDef(sql.UUID_, options)


def date(**options: Unpack[ColumnOptions[dt.date]]) -> ColumnDef[dt.date]:
    """`date`; a datetime is refused, not cut."""
    return ColumnDef(sql.DATE, options)


def time(**options: Unpack[ColumnOptions[dt.time]]) -> ColumnDef[dt.time]:
    """`time`, without a time zone."""
    return ColumnDef(sql.TIME, options)


def timestamp(**options: Unpack[ColumnOptions[dt.datetime]]) -> ColumnDef[dt.datetime]:
    """`timestamp`: a datetime without a time zone; one that has a zone is refused."""
    return ColumnDef(sql.TIMESTAMP, options)


def timestamptz(**options: Unpack[ColumnOptions[dt.datetime]]) -> ColumnDef[dt.datetime]:
    """`timestamptz`: a moment; a datetime without a time zone is refused, for it names none."""
    return ColumnDef(sql.TIMESTAMPTZ, options)


def interval(**options: Unpack[ColumnOptions[dt.timedelta]]) -> ColumnDef[dt.timedelta]:
    """`interval` without months: one that has months is an error when it is read, for a timedelta cannot hold them."""
    return ColumnDef(sql.INTERVAL, options)


def calendar_interval(**options: Unpack[ColumnOptions[Interval]]) -> ColumnDef[Interval]:
    """`interval` with its months and days as they are, as an `Interval`; it takes a timedelta too."""
    return ColumnDef(sql.CALENDAR_INTERVAL, options)


def bytea(**options: Unpack[ColumnOptions[bytes]]) -> ColumnDef[bytes]:
    """`bytea`."""
    return ColumnDef(sql.BYTEA, options)


@overload
def json(**options: Unpack[ColumnOptions[Any]]) -> ColumnDef[Any]: ...
@overload
def json(of: type[V], /, **options: Unpack[ColumnOptions[V]]) -> ColumnDef[V]: ...
def json(of: type[Any] | None = None, /, **options: Unpack[ColumnOptions[Any]]) -> ColumnDef[Any]:
    """`json`, which PostgreSQL neither compares nor sorts; else as `jsonb`."""
    return ColumnDef(sql.JSON if of is None else sql.structured(sql.JSON, of), options)


@overload
def jsonb(**options: Unpack[ColumnOptions[Any]]) -> ColumnDef[Any]: ...
@overload
def jsonb(of: type[V], /, **options: Unpack[ColumnOptions[V]]) -> ColumnDef[V]: ...
def jsonb(of: type[Any] | None = None, /, **options: Unpack[ColumnOptions[Any]]) -> ColumnDef[Any]:
    """`jsonb`: whatever `json.loads` gives, or instances of the attrs class `of`.

    The document `null` is `JSON_NULL`, None is SQL's NULL. A document that is not exactly what the annotations of `of`
    say, unknown keys among it, is an error when it is read, and such a value is refused before it is written.
    """
    return ColumnDef(sql.JSONB if of is None else sql.structured(sql.JSONB, of), options)


def inet(
    **options: Unpack[ColumnOptions[IPv4Address | IPv6Address | IPv4Interface | IPv6Interface]],
) -> ColumnDef[IPv4Address | IPv6Address | IPv4Interface | IPv6Interface]:
    """`inet`: an address, or with a prefix shorter than the whole an interface."""
    return ColumnDef(sql.INET, options)


def cidr(**options: Unpack[ColumnOptions[IPv4Network | IPv6Network]]) -> ColumnDef[IPv4Network | IPv6Network]:
    """`cidr`: a network."""
    return ColumnDef(sql.CIDR, options)


def macaddr(**options: Unpack[ColumnOptions[str]]) -> ColumnDef[str]:
    """`macaddr`, as text: `08:00:2b:01:02:03`."""
    return ColumnDef(sql.MACADDR, options)


def int4range(**options: Unpack[ColumnOptions[Range[int]]]) -> ColumnDef[Range[int]]:
    """`int4range`."""
    return ColumnDef(_INT4RANGE, options)


def int8range(**options: Unpack[ColumnOptions[Range[int]]]) -> ColumnDef[Range[int]]:
    """`int8range`."""
    return ColumnDef(_INT8RANGE, options)


def numrange(**options: Unpack[ColumnOptions[Range[Decimal]]]) -> ColumnDef[Range[Decimal]]:
    """`numrange`."""
    return ColumnDef(_NUMRANGE, options)


def daterange(**options: Unpack[ColumnOptions[Range[dt.date]]]) -> ColumnDef[Range[dt.date]]:
    """`daterange`."""
    return ColumnDef(_DATERANGE, options)


def tsrange(**options: Unpack[ColumnOptions[Range[dt.datetime]]]) -> ColumnDef[Range[dt.datetime]]:
    """`tsrange`: over timestamps without a time zone."""
    return ColumnDef(_TSRANGE, options)


def tstzrange(**options: Unpack[ColumnOptions[Range[dt.datetime]]]) -> ColumnDef[Range[dt.datetime]]:
    """`tstzrange`: over moments."""
    return ColumnDef(_TSTZRANGE, options)


def array(of: HasSqlType[V], **options: Unpack[ColumnOptions[list[V]]]) -> ColumnDef[list[V]]:
    """An array: `array(text())` is `text[]`. `array(nullable(text()))` where elements may be NULL."""
    if not isinstance(of, (ColumnDef, SqlType)):
        raise SchemaError(f"array takes a type such as t.text(), not {described(of)}")
    if of.sql_type.kind is sql.FieldType.ARRAY:
        raise SchemaError("an array of arrays has no type of its own in PostgreSQL, and is not supported")
    return ColumnDef(of.sql_type.array, options)


def enum(of: type[E], type_name: str | None = None, **options: Unpack[ColumnOptions[E]]) -> ColumnDef[E]:
    """A PostgreSQL enum type, named `type_name` or as the Python enum in snake_case; its labels are the values."""
    return ColumnDef(sql.enumeration(of, type_name), options)


_INT4RANGE: Final = sql.range_of("int4range", sql.INTEGER)
_INT8RANGE: Final = sql.range_of("int8range", sql.BIGINT)
_NUMRANGE: Final = sql.range_of("numrange", sql.NUMERIC)
_DATERANGE: Final = sql.range_of("daterange", sql.DATE)
_TSRANGE: Final = sql.range_of("tsrange", sql.TIMESTAMP)
_TSTZRANGE: Final = sql.range_of("tstzrange", sql.TIMESTAMPTZ)
