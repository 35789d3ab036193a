"""Column types: each function declares a column of a `Table`.

Every one takes the same options, all by keyword:

- `primary_key=True`; on several columns it is one key of several columns.
- `default=`: what the server puts in where an INSERT leaves the column out: a value, or a function such as `fn.now()`.
- `on_update=`: what every UPDATE that the toolkit writes sets, unless it assigns the column itself. A `FerraModel`
  that carries the stored value along does not assign it; one that carries another does.
- `version=True`, with a `default=`: every UPDATE that the toolkit writes adds 1; one that carries a number of it, in a
  model or a changeset, writes its row only while it has that number.
- `references=`: the column that a foreign key points to; a lambda for the same or a later table. With it `on_delete=`
  and `on_update=` are the key's actions: `"cascade"`, `"restrict"`, `"set null"`, `"set default"`, `"no action"`.
- `generated_as=lambda: Orders.price * Orders.quantity`: the server computes the value from other columns of the row and
  stores it (`GENERATED ALWAYS AS (…) STORED`); it is read and never written.
- `unique=True`; `index=True`, or the kind of index where it is no B-tree: `index="gin"`.
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
from typing import Any, Never, TypeVar, Unpack, overload
from uuid import UUID

from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from ferra_sync._expression import named_types, sized_types
from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.arrays import MAX_DEPTH, array_of, depth_of
from ferra_sync._expression.described import described
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.full_text import TsQuery, TsVector
from ferra_sync._expression.hstore import HSTORE
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.markers import Plain
from ferra_sync._expression.published import publish
from ferra_sync._expression.range_types import multirange_type, range_type
from ferra_sync._expression.sqltypes import FieldType, HasExactType, HasSqlType, SqlType
from ferra_sync._expression.typevars import N, V
from ferra_sync._schema import domain_checks
from ferra_sync._schema.declaration import ColumnDef, ColumnOptions, IndexMethod, ReferenceAction
from ferra_sync.errors import SchemaError

__all__ = [
    "ColumnDef",
    "ColumnOptions",
    "IndexMethod",
    "Interval",
    "Multirange",
    "Range",
    "ReferenceAction",
    "TsQuery",
    "TsVector",
    "array",
    "bigint",
    "bigserial",
    "boolean",
    "bytea",
    "calendar_interval",
    "char",
    "cidr",
    "citext",
    "custom",
    "date",
    "datemultirange",
    "daterange",
    "domain",
    "double_precision",
    "enum",
    "hstore",
    "identity",
    "inet",
    "int4multirange",
    "int4range",
    "int8multirange",
    "int8range",
    "integer",
    "interval",
    "json",
    "jsonb",
    "macaddr",
    "nullable",
    "numeric",
    "nummultirange",
    "numrange",
    "real",
    "serial",
    "smallint",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "uuid",
    "varchar",
]

E = TypeVar("E", bound=Enum)


def nullable(of: ColumnDef[V, Any]) -> ColumnDef[V, None]:
    """`of`, which may also be NULL."""
    if not isinstance(of, ColumnDef):
        raise SchemaError(f"nullable takes a column's declaration, nullable(t.text()), not {described(of)}")
    if of.options.get("primary_key"):
        raise SchemaError("a primary key is never NULL")
    if of.generated not in {None, "stored"}:
        raise SchemaError(f"a {of.generated} column is never NULL")
    return ColumnDef(of.sql_type, of.options, is_nullable=True)


def smallint(**options: Unpack[ColumnOptions[int]]) -> ColumnDef[int, Never]:
    """`smallint`: whole numbers of two bytes."""
    return ColumnDef(sql.SMALLINT, options)


def integer(**options: Unpack[ColumnOptions[int]]) -> ColumnDef[int, Never]:
    """`integer`: whole numbers of four bytes."""
    return ColumnDef(sql.INTEGER, options)


def bigint(**options: Unpack[ColumnOptions[int]]) -> ColumnDef[int, Never]:
    """`bigint`: whole numbers of eight bytes."""
    return ColumnDef(sql.BIGINT, options)


def serial(**options: Unpack[ColumnOptions[int]]) -> ColumnDef[int, Never]:
    """`serial`: an integer that the server counts up."""
    return ColumnDef(sql.INTEGER, options, generated="serial")


def bigserial(**options: Unpack[ColumnOptions[int]]) -> ColumnDef[int, Never]:
    """`bigserial`: a bigint that the server counts up."""
    return ColumnDef(sql.BIGINT, options, generated="serial")


def identity(*, always: bool = False, **options: Unpack[ColumnOptions[int]]) -> ColumnDef[int, Never]:
    """`bigint GENERATED BY DEFAULT AS IDENTITY`; `always=True`: the server refuses a value from the client."""
    return ColumnDef(sql.BIGINT, options, generated="identity always" if always else "identity")


def real(**options: Unpack[ColumnOptions[float]]) -> ColumnDef[float, Never]:
    """`real`: floating point of four bytes; a Python float loses digits in it."""
    return ColumnDef(sql.REAL, options)


def double_precision(**options: Unpack[ColumnOptions[float]]) -> ColumnDef[float, Never]:
    """`double precision`: a Python float, exactly."""
    return ColumnDef(sql.DOUBLE_PRECISION, options)


def numeric(
    precision: int | None = None, scale: int | None = None, **options: Unpack[ColumnOptions[Decimal | int]]
) -> ColumnDef[Decimal, Never]:
    """`numeric(precision, scale)`: exact decimal numbers."""
    return ColumnDef(sized_types.numeric(precision, scale), options)


def text(**options: Unpack[ColumnOptions[str]]) -> ColumnDef[str, Never]:
    """`text`."""
    return ColumnDef(sql.TEXT, options)


def varchar(length: int, **options: Unpack[ColumnOptions[str]]) -> ColumnDef[str, Never]:
    """`varchar(length)`; the server refuses a longer text."""
    return ColumnDef(sized_types.varchar(length), options)


def char(length: int, **options: Unpack[ColumnOptions[str]]) -> ColumnDef[str, Never]:
    """`char(length)`: comes back padded with blanks, which count in LIKE and its kin and nowhere else."""
    return ColumnDef(sized_types.char(length), options)


def citext(**options: Unpack[ColumnOptions[str]]) -> ColumnDef[str, Never]:
    """`citext`, of the extension of that name: text that is compared without regard to case, in LIKE too."""
    return ColumnDef(sql.CITEXT, options)


def boolean(**options: Unpack[ColumnOptions[bool]]) -> ColumnDef[bool, Never]:
    """`boolean`."""
    return ColumnDef(sql.BOOLEAN, options)


def uuid(**options: Unpack[ColumnOptions[UUID]]) -> ColumnDef[UUID, Never]:
    """`uuid`."""
    return ColumnDef(sql.UUID_, options)


def date(**options: Unpack[ColumnOptions[dt.date]]) -> ColumnDef[dt.date, Never]:
    """`date`; a datetime is refused, not cut."""
    return ColumnDef(sql.DATE, options)


def time(**options: Unpack[ColumnOptions[dt.time]]) -> ColumnDef[dt.time, Never]:
    """`time`, without a time zone."""
    return ColumnDef(sql.TIME, options)


def timestamp(**options: Unpack[ColumnOptions[dt.datetime]]) -> ColumnDef[dt.datetime, Never]:
    """`timestamp`: a datetime without a time zone; one that has a zone is refused."""
    return ColumnDef(sql.TIMESTAMP, options)


def timestamptz(**options: Unpack[ColumnOptions[dt.datetime]]) -> ColumnDef[dt.datetime, Never]:
    """`timestamptz`: a moment; a datetime without a time zone is refused, for it names none."""
    return ColumnDef(sql.TIMESTAMPTZ, options)


def interval(**options: Unpack[ColumnOptions[dt.timedelta]]) -> ColumnDef[dt.timedelta, Never]:
    """`interval` without months: one that has months is an error when it is read, for a timedelta cannot hold them."""
    return ColumnDef(sql.INTERVAL, options)


def calendar_interval(**options: Unpack[ColumnOptions[Interval | dt.timedelta]]) -> ColumnDef[Interval, Never]:
    """`interval` with its months and days as they are, as an `Interval`; it takes a timedelta too."""
    return ColumnDef(sql.CALENDAR_INTERVAL, options)


def bytea(**options: Unpack[ColumnOptions[bytes]]) -> ColumnDef[bytes, Never]:
    """`bytea`."""
    return ColumnDef(sql.BYTEA, options)


@overload
def json(**options: Unpack[ColumnOptions[Any]]) -> ColumnDef[Any, Never]: ...
@overload
def json(of: type[V], /, **options: Unpack[ColumnOptions[V]]) -> ColumnDef[V, Never]: ...
def json(of: type[Any] | None = None, /, **options: Unpack[ColumnOptions[Any]]) -> ColumnDef[Any, Never]:
    """`json`, which PostgreSQL neither compares nor sorts; else as `jsonb`."""
    return ColumnDef(sql.JSON if of is None else sql.structured(sql.JSON, of), options)


@overload
def jsonb(**options: Unpack[ColumnOptions[Any]]) -> ColumnDef[Any, Never]: ...
@overload
def jsonb(of: type[V], /, **options: Unpack[ColumnOptions[V]]) -> ColumnDef[V, Never]: ...
def jsonb(of: type[Any] | None = None, /, **options: Unpack[ColumnOptions[Any]]) -> ColumnDef[Any, Never]:
    """`jsonb`: whatever `json.loads` gives, or instances of the attrs class `of`.

    The document `null` is `JSON_NULL`, None is SQL's NULL. A document that is not exactly what the annotations of `of`
    say, unknown keys among it, is an error when it is read, and such a value is refused before it is written.
    """
    return ColumnDef(sql.JSONB if of is None else sql.structured(sql.JSONB, of), options)


def hstore(**options: Unpack[ColumnOptions[dict[str, str | None]]]) -> ColumnDef[dict[str, str | None], Never]:
    """`hstore`, of the extension of that name: texts, or NULL, by their keys."""
    return ColumnDef(HSTORE, options)


def inet(
    **options: Unpack[ColumnOptions[IPv4Address | IPv6Address | IPv4Interface | IPv6Interface]],
) -> ColumnDef[IPv4Address | IPv6Address | IPv4Interface | IPv6Interface, Never]:
    """`inet`: an address, or with a prefix shorter than the whole an interface."""
    return ColumnDef(sql.INET, options)


def cidr(**options: Unpack[ColumnOptions[IPv4Network | IPv6Network]]) -> ColumnDef[IPv4Network | IPv6Network, Never]:
    """`cidr`: a network."""
    return ColumnDef(sql.CIDR, options)


def macaddr(**options: Unpack[ColumnOptions[str]]) -> ColumnDef[str, Never]:
    """`macaddr`, as text: `08:00:2b:01:02:03`."""
    return ColumnDef(sql.MACADDR, options)


def int4range(**options: Unpack[ColumnOptions[Range[int]]]) -> ColumnDef[Range[int], Never]:
    """`int4range`."""
    return ColumnDef(range_type(Range, FieldType.INTEGER), options)


def int8range(**options: Unpack[ColumnOptions[Range[int]]]) -> ColumnDef[Range[int], Never]:
    """`int8range`."""
    return ColumnDef(range_type(Range, FieldType.BIGINT), options)


def numrange(**options: Unpack[ColumnOptions[Range[Decimal]]]) -> ColumnDef[Range[Decimal], Never]:
    """`numrange`."""
    return ColumnDef(range_type(Range, FieldType.NUMERIC), options)


def daterange(**options: Unpack[ColumnOptions[Range[dt.date]]]) -> ColumnDef[Range[dt.date], Never]:
    """`daterange`."""
    return ColumnDef(range_type(Range, FieldType.DATE), options)


def tsrange(**options: Unpack[ColumnOptions[Range[dt.datetime]]]) -> ColumnDef[Range[dt.datetime], Never]:
    """`tsrange`: over timestamps without a time zone."""
    return ColumnDef(range_type(Range, FieldType.TIMESTAMP), options)


def tstzrange(**options: Unpack[ColumnOptions[Range[dt.datetime]]]) -> ColumnDef[Range[dt.datetime], Never]:
    """`tstzrange`: over moments."""
    return ColumnDef(range_type(Range, FieldType.TIMESTAMPTZ), options)


def int4multirange(**options: Unpack[ColumnOptions[Multirange[int]]]) -> ColumnDef[Multirange[int], Never]:
    """`int4multirange`, from PostgreSQL 14 on: ranges in their order; the server joins those that touch."""
    return ColumnDef(multirange_type(Multirange, FieldType.INTEGER), options)


def int8multirange(**options: Unpack[ColumnOptions[Multirange[int]]]) -> ColumnDef[Multirange[int], Never]:
    """`int8multirange`."""
    return ColumnDef(multirange_type(Multirange, FieldType.BIGINT), options)


def nummultirange(**options: Unpack[ColumnOptions[Multirange[Decimal]]]) -> ColumnDef[Multirange[Decimal], Never]:
    """`nummultirange`."""
    return ColumnDef(multirange_type(Multirange, FieldType.NUMERIC), options)


def datemultirange(**options: Unpack[ColumnOptions[Multirange[dt.date]]]) -> ColumnDef[Multirange[dt.date], Never]:
    """`datemultirange`."""
    return ColumnDef(multirange_type(Multirange, FieldType.DATE), options)


def tsmultirange(
    **options: Unpack[ColumnOptions[Multirange[dt.datetime]]],
) -> ColumnDef[Multirange[dt.datetime], Never]:
    """`tsmultirange`: over timestamps without a time zone."""
    return ColumnDef(multirange_type(Multirange, FieldType.TIMESTAMP), options)


def tstzmultirange(
    **options: Unpack[ColumnOptions[Multirange[dt.datetime]]],
) -> ColumnDef[Multirange[dt.datetime], Never]:
    """`tstzmultirange`: over moments."""
    return ColumnDef(multirange_type(Multirange, FieldType.TIMESTAMPTZ), options)


def tsvector(**options: Unpack[ColumnOptions[TsVector]]) -> ColumnDef[TsVector, Never]:
    """`tsvector`: a document's words, as `fn.to_tsvector` makes them; it is read as its text."""
    return ColumnDef(sql.TSVECTOR, options)


def tsquery(**options: Unpack[ColumnOptions[TsQuery]]) -> ColumnDef[TsQuery, Never]:
    """`tsquery`: what a full text search asks for; it is read as its text."""
    return ColumnDef(sql.TSQUERY, options)


def array(of: HasSqlType[V, N], **options: Unpack[ColumnOptions[list[V | N]]]) -> ColumnDef[list[V | N], Never]:
    """An array: `array(text())` is `text[]`. `array(nullable(text()))` where elements may be NULL.

    `array(array(integer()))` is `integer[][]`, rectangular: its lists are equally long, and none of them is empty.
    """
    if not isinstance(of, (ColumnDef, SqlType)):
        raise SchemaError(f"array takes a type such as t.text(), not {described(of)}")
    nulls = isinstance(of, ColumnDef) and of.is_nullable
    depth = depth_of(of.sql_type)
    if nulls and depth:
        raise SchemaError("an array inside an array is never NULL: PostgreSQL's arrays are rectangular")
    if depth == MAX_DEPTH:
        raise SchemaError(f"PostgreSQL's arrays have {MAX_DEPTH} dimensions at most")
    return ColumnDef(array_of(of.sql_type, nulls=nulls), options)


def enum(
    of: type[E], type_name: str | None = None, *, schema: str | None = None, **options: Unpack[ColumnOptions[E]]
) -> ColumnDef[E, Never]:
    """A PostgreSQL enum type, named `type_name` or as the Python enum in snake_case; its labels are the values.

    The order of its values, in comparisons too, is that of their declaration in PostgreSQL.
    """
    return ColumnDef(named_types.enumeration(of, type_name, schema), options)


def domain(
    name: str,
    of: HasExactType[V, V, Never],
    /,
    *,
    schema: str | None = None,
    check: Callable[[Expr[Never, V, Never, Plain]], Expr[Never, bool, Any, Plain]] | None = None,
    **options: Unpack[ColumnOptions[V]],
) -> ColumnDef[V, Never]:
    """A domain, whose values the server checks: `domain("email", text(), check=lambda value: value.contains("@"))`.

    Its values, operators and functions are those of the type that it is over. The `check` is CREATE DOMAIN's; without
    one the domain is taken as it is there.
    """
    return ColumnDef(domain_checks.declared(name, of, schema, check), options)


def custom(  # noqa: PLR0913 - all but the name by keyword
    name: str,
    /,
    *modifiers: str | int,
    python: type[V],
    dump: Callable[[V], str],
    load: Callable[[str], V],
    schema: str | None = None,
    ordered: bool = False,
    **options: Unpack[ColumnOptions[V]],
) -> ColumnDef[V, Never]:
    """Any other type, by its exact name in PostgreSQL: `custom("geometry", "Point", 4326, python=Point, …)`.

    Its values are instances of `python`; they travel as text, which `dump` writes, and which `load` reads as PostgreSQL
    spells it. It is selected, written, and given to what `fn.function` and `fn.operator` declare; compared and sorted
    where `ordered=True` says that PostgreSQL has `=` and `<` for it.
    """
    sql_type = named_types.custom(name, modifiers, python, dump=dump, load=load, schema=schema, ordered=ordered)
    return ColumnDef(sql_type, options)


publish(__name__, __all__)
