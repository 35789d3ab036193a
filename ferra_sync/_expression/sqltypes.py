"""SQL types: what PostgreSQL calls them, which Python values they take, and how these travel."""

from __future__ import annotations

import datetime as dt
import enum
import json
from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal
from functools import cached_property, lru_cache
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Any, Final, Generic, Never, Protocol, overload
from uuid import UUID

import attrs

from ferra_sync._expression import intervals, numbers
from ferra_sync._expression.described import described
from ferra_sync._expression.full_text import TsQuery, TsVector
from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.sentinels import JSON_NULL, Sentinel
from ferra_sync._expression.typevars import N_co, T, T_co, V, W, W_co
from ferra_sync._expression.values import Value
from ferra_sync.errors import SchemaError

MAX_BIGINT: Final = 2**63 - 1


class FieldType(enum.Enum):
    """The kind of a column's type, for tools that make forms, schemas or documentation from a model."""

    SMALLINT = "smallint"
    INTEGER = "integer"
    BIGINT = "bigint"
    REAL = "real"
    DOUBLE_PRECISION = "double precision"
    NUMERIC = "numeric"
    TEXT = "text"
    VARCHAR = "varchar"
    CHAR = "char"
    CITEXT = "citext"
    BOOLEAN = "boolean"
    UUID = "uuid"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    TIMESTAMPTZ = "timestamptz"
    INTERVAL = "interval"
    BYTEA = "bytea"
    JSON = "json"
    JSONB = "jsonb"
    HSTORE = "hstore"
    INET = "inet"
    CIDR = "cidr"
    MACADDR = "macaddr"
    TSVECTOR = "tsvector"
    TSQUERY = "tsquery"
    RANGE = "range"
    MULTIRANGE = "multirange"
    ARRAY = "array"
    ENUM = "enum"
    CUSTOM = "custom"


class Beside(Generic[W]):
    """What may stand beside an expression: invariant, so that no checker widens it."""


class Undeclared:
    """What no column holds: only `Any` is one, the type of json."""


@attrs.frozen(eq=False, repr=False, kw_only=True)
class SqlType(Value, Generic[T]):
    """One PostgreSQL type; compared by identity.

    Attributes:
        kind: what kind of type it is.
        ddl: as a column's declaration spells it, `varchar(50)`.
        cast: as a parameter's cast spells it, `varchar`: a length or a precision there would cut values silently.
        classes: the Python classes that it is read as.
        also: further Python classes that it takes.
        binary: psycopg reads it in the binary format; a result that is not is cast to text.
        problem: says what is wrong with a value of the right class, or returns None.
        dump: Python value → what psycopg is given; None: as it is.
        load: what psycopg returns → Python value; None: as it is.
        structured: the attrs class that a json or jsonb column holds.
        element: the type of an array's elements, or of the bounds of a range or a multirange.
        optional: whether an array's elements may be NULL, where it is declared so.
        rank: the place in smallint < integer < bigint < numeric < real < double precision; None: not a number.
        sure: the least and the greatest number that it holds for certain; None: whatever is of its classes.
        holds: whether it holds a number, where that is not sure.
        wider: the type as which a number that it does not hold is compared.
        ordered: whether PostgreSQL has `=` and `<` for it, or for its elements where it has any.
        base: the type that it is a domain over; None: it is no domain.
        check: what DDL has a domain check, the shape and the values of it.
        schema: where DDL makes an enum or a domain; None: in the first of the search path.
        parameter: the type that a parameter has: this one without its length or precision, a domain without its check.
    """

    kind: FieldType
    ddl: str
    cast: str
    classes: tuple[type, ...]
    also: tuple[type, ...] = ()
    binary: bool = True
    problem: Callable[[Any], str | None] | None = None
    dump: Callable[[Any], Any] | None = None
    load: Callable[[Any], Any] | None = None
    structured: type | None = None
    element: SqlType[Any] | None = None
    optional: bool = False
    rank: int | None = None
    sure: tuple[Any, Any] | None = None
    holds: Callable[[Any], bool] | None = None
    wider: SqlType[Any] | None = None
    ordered: bool = True
    base: SqlType[T] | None = None
    check: tuple[Hashable, tuple[Any, ...]] | None = None
    schema: str | None = None
    parameter: SqlType[T] = attrs.field(default=attrs.Factory(lambda self: self, takes_self=True))

    def __repr__(self) -> str:
        return self.ddl

    @property
    def sql_type(self) -> SqlType[T]:
        """This type: a type and a column's declaration serve alike where a type is asked for."""
        return self

    @overload
    def __ferra_accepts__(self: SqlType[Undeclared]) -> Any: ...  # noqa: ANN401 - whatever json can be
    @overload
    def __ferra_accepts__(self: SqlType[Decimal]) -> Decimal | int: ...
    @overload
    def __ferra_accepts__(self: SqlType[Interval]) -> Interval | dt.timedelta: ...
    @overload
    def __ferra_accepts__(
        self: SqlType[dict[str, str | None]],
    ) -> dict[str, str | None] | dict[str, str] | dict[str, None]: ...
    @overload
    def __ferra_accepts__(self) -> T: ...
    def __ferra_accepts__(self) -> Any:
        raise TypeError("only the type checker asks what a type accepts")

    @overload
    def __ferra_compares__(self: SqlType[Undeclared]) -> Beside[Any]: ...
    @overload
    def __ferra_compares__(self: SqlType[dt.datetime]) -> Beside[dt.date]: ...
    @overload
    def __ferra_compares__(self: SqlType[dt.timedelta]) -> Beside[dt.timedelta | Interval]: ...
    @overload
    def __ferra_compares__(self: Accepting[V]) -> Beside[V]: ...
    def __ferra_compares__(self) -> Any:
        raise TypeError("only the type checker asks what a type is compared with")

    def __ferra_value__(self) -> T:
        raise TypeError("only the type checker asks what a type holds")

    def __ferra_null__(self) -> Never:
        raise TypeError("only the type checker asks whether a type is nullable")

    @cached_property
    def array(self) -> SqlType[Any]:
        """The type of an array of these; arrays of arrays are not rectangular, so they travel as text each."""
        return _array_of(self)

    @cached_property
    def array_with_nulls(self) -> SqlType[Any]:
        """`array`, whose elements may be NULL."""
        return _array_of(self, optional=True)

    @property
    def python_name(self) -> str:
        """The Python side of this type, for messages."""
        return " | ".join(cls.__name__ for cls in self.classes)

    @cached_property
    def exact(self) -> type | None:
        """The class whose direct instances need no further look; None where every value needs one."""
        needs_look = (self.problem is not None and self.structured is None) or object in self.classes
        return None if needs_look else self.classes[0]

    @cached_property
    def quick(self) -> type | None:
        """`exact`, where such a value can be compared as it is, if it is among the `sure`; else None."""
        needs_look = self.is_mutable or self.kind is FieldType.NUMERIC or not self.has_order
        return None if needs_look and self.kind is not FieldType.BYTEA else self.exact

    @cached_property
    def has_order(self) -> bool:
        """Whether PostgreSQL has `=` and `<` for it: json has neither, nor have arrays of it."""
        return self.ordered and (self.element is None or self.element.has_order)

    @cached_property
    def is_whole(self) -> bool:
        """Whether it is a number without a fraction."""
        return self.rank is not None and self.classes == (int,)

    @cached_property
    def is_mutable(self) -> bool:
        """Whether its values can be changed after they were given."""
        return self.kind in _MUTABLE or (self.kind is FieldType.CUSTOM and self.classes[0].__hash__ is None)

    @cached_property
    def _taken(self) -> tuple[type, ...]:
        return self.classes + self.also

    @property
    def _takes_bool(self) -> bool:
        return bool in self.classes or object in self.classes

    def complaint(self, value: object) -> str | None:
        """Return why `value` cannot be of this type, without showing the value; None where it can be."""
        if not isinstance(value, self._taken) or (isinstance(value, bool) and not self._takes_bool):
            return f"is {self.ddl} ({self.python_name}), not {type(value).__name__}"
        return self.problem(value) if self.problem is not None else None

    def is_comparable_to(self, other: SqlType[Any]) -> bool:
        """Whether PostgreSQL has `=` between the two without an explicit cast and whatever the session's time zone."""
        if self.cast == other.cast:
            return True
        family = _FAMILIES.get(self.kind)
        return family is not None and family == _FAMILIES.get(other.kind)

    def depends_on_zone_with(self, other: SqlType[Any]) -> bool:
        """Whether the two can be compared, but it is the session's time zone that says how."""
        kinds = {self.kind, other.kind}
        return FieldType.TIMESTAMPTZ in kinds and bool(kinds & _LOCAL)


class Accepting(Protocol[W_co]):
    """A type, or a column's declaration, whose values may be given as a W."""

    def __ferra_accepts__(self) -> W_co: ...


class Comparing(Protocol[W]):
    """A type, or a column's declaration, whose values are compared with a W."""

    def __ferra_compares__(self) -> Beside[W]: ...


class HasSqlType(Protocol[T_co, N_co]):
    """A type, or a column's declaration such as `t.text()`, whose values are `T | N`."""

    def __ferra_value__(self) -> T_co: ...
    def __ferra_null__(self) -> N_co: ...


class HasExactType(HasSqlType[T_co, N_co], Protocol[V, T_co, N_co]):
    """A type, or a column's declaration, of exactly V, which no checker widens; as a result it is `T | N`."""

    @property
    def sql_type(self) -> SqlType[V]: ...


def type_of(given: object) -> SqlType[Any] | None:
    """Return the type that a type or a column's declaration stands for; None for anything else."""
    found = getattr(given, "sql_type", None)
    return found if isinstance(found, SqlType) else None


def is_nullable(given: object) -> bool:
    """Whether a type or a column's declaration says that there may be NULL."""
    return bool(getattr(given, "is_nullable", False))


_FAMILIES: Final = {
    FieldType.SMALLINT: "number",
    FieldType.INTEGER: "number",
    FieldType.BIGINT: "number",
    FieldType.NUMERIC: "number",
    FieldType.REAL: "number",
    FieldType.DOUBLE_PRECISION: "number",
    FieldType.TEXT: "text",
    FieldType.VARCHAR: "text",
    FieldType.CHAR: "text",
    FieldType.CITEXT: "text",
    FieldType.DATE: "moment",
    FieldType.TIMESTAMP: "moment",
    FieldType.INET: "network",
    FieldType.CIDR: "network",
}

_LOCAL: Final = frozenset({FieldType.DATE, FieldType.TIMESTAMP, FieldType.TIME})
_MUTABLE: Final = frozenset(
    {FieldType.JSON, FieldType.JSONB, FieldType.HSTORE, FieldType.ARRAY, FieldType.BYTEA, FieldType.MULTIRANGE}
)


def _array_of(element: SqlType[T], *, optional: bool = False) -> SqlType[list[T]]:
    if element.kind is FieldType.ARRAY:
        return SqlType(kind=FieldType.ARRAY, ddl="text[]", cast="text[]", classes=(list,), element=element)
    dump, load = element.dump, element.load
    return SqlType(
        kind=FieldType.ARRAY,
        ddl=f"{element.ddl}[]",
        # Between the elements of some arrays stands no comma: those of texts say what each is.
        cast=f"text[]::{element.cast}[]" if element.kind is FieldType.CUSTOM else f"{element.cast}[]",
        classes=(list,),
        also=(tuple,),
        # Arrays go by number, and those of citext and of domains have one of their own.
        binary=element.binary and element.kind is not FieldType.CITEXT and element.base is None,
        problem=_elements_problem(element),
        dump=None if dump is None else lambda values: [None if v is None else dump(v) for v in values],
        load=None if load is None else lambda values: [None if v is None else load(v) for v in values],
        element=element,
        optional=optional,
    )


def _elements_problem(element: SqlType[Any]) -> Callable[[Iterable[Any]], str | None]:
    exact = frozenset((*element.classes, *element.also)) - {object} if element.problem is None else frozenset[type]()

    def problem(values: Iterable[Any]) -> str | None:
        if set(map(type, values)) <= exact:
            return None
        found = (element.complaint(value) for value in values if value is not None)
        return next((f"holds an element that {complaint}" for complaint in found if complaint), None)

    return problem


def _without_zone(value: dt.datetime | dt.time) -> str | None:
    # A time whose zone has several offsets has a zone all the same, though Python calls it naive.
    is_naive = value.tzinfo is None or (isinstance(value, dt.datetime) and value.utcoffset() is None)
    return None if is_naive else f"takes a {type(value).__name__} without a time zone; this one has one"


def _with_zone(value: dt.datetime) -> str | None:
    zone = value.tzinfo
    if zone is dt.UTC or (zone is not None and zone.utcoffset(value) is not None):
        return None
    return "takes a datetime with a time zone; this one has none"


def _no_moment(value: dt.date) -> str | None:
    return "is date (date), not datetime" if isinstance(value, dt.datetime) else None


def _no_document(value: object) -> str | None:
    return f"takes a document, not {value!r}" if isinstance(value, Sentinel) else None


def _json_text(value: object) -> str:
    if value is JSON_NULL:
        return "null"
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _simple(kind: FieldType, *classes: type, **options: Any) -> SqlType[Any]:  # noqa: ANN401 - fields of SqlType
    return SqlType(kind=kind, ddl=kind.value, cast=kind.value, classes=classes, **options)


WHOLE: Final[SqlType[int]] = SqlType(
    kind=FieldType.NUMERIC, ddl="numeric", cast="numeric", classes=(int,), load=int, rank=4, **numbers.NUMERIC
)
"""What sum(bigint) is: a numeric without a fraction, of any size."""

BIGINT: Final[SqlType[int]] = _simple(FieldType.BIGINT, int, rank=3, wider=WHOLE, **numbers.whole(8))
INTEGER: Final[SqlType[int]] = _simple(FieldType.INTEGER, int, rank=2, wider=BIGINT, **numbers.whole(4))
SMALLINT: Final[SqlType[int]] = _simple(FieldType.SMALLINT, int, rank=1, wider=INTEGER, **numbers.whole(2))
NUMERIC: Final[SqlType[Decimal]] = _simple(FieldType.NUMERIC, Decimal, also=(int,), rank=4, **numbers.NUMERIC)
DOUBLE_PRECISION: Final[SqlType[float]] = _simple(
    FieldType.DOUBLE_PRECISION, float, also=(int,), rank=6, **numbers.DOUBLE_PRECISION
)
REAL: Final[SqlType[float]] = _simple(
    FieldType.REAL, float, also=(int,), rank=5, wider=DOUBLE_PRECISION, **numbers.REAL
)
TEXT: Final[SqlType[str]] = _simple(FieldType.TEXT, str)
VARCHAR: Final[SqlType[str]] = _simple(FieldType.VARCHAR, str)
BPCHAR: Final[SqlType[str]] = SqlType(kind=FieldType.CHAR, ddl="bpchar", cast="bpchar", classes=(str,))
CITEXT: Final[SqlType[str]] = _simple(FieldType.CITEXT, str)
BOOLEAN: Final[SqlType[bool]] = _simple(FieldType.BOOLEAN, bool)
UUID_: Final[SqlType[UUID]] = _simple(FieldType.UUID, UUID)
DATE: Final[SqlType[dt.date]] = _simple(FieldType.DATE, dt.date, problem=_no_moment)
TIME: Final[SqlType[dt.time]] = _simple(FieldType.TIME, dt.time, problem=_without_zone)
TIMESTAMP: Final[SqlType[dt.datetime]] = _simple(FieldType.TIMESTAMP, dt.datetime, problem=_without_zone)
TIMESTAMPTZ: Final[SqlType[dt.datetime]] = _simple(FieldType.TIMESTAMPTZ, dt.datetime, problem=_with_zone)
INTERVAL: Final[SqlType[dt.timedelta]] = _simple(FieldType.INTERVAL, dt.timedelta, load=intervals.timedelta_of)
CALENDAR_INTERVAL: Final[SqlType[Interval]] = _simple(
    FieldType.INTERVAL, Interval, also=(dt.timedelta,), dump=intervals.spelled, load=intervals.interval_of
)
BYTEA: Final[SqlType[bytes]] = _simple(FieldType.BYTEA, bytes, also=(bytearray, memoryview))
JSON: Final[SqlType[Any]] = _simple(FieldType.JSON, object, dump=_json_text, problem=_no_document, ordered=False)
JSONB: Final[SqlType[Any]] = _simple(FieldType.JSONB, object, dump=_json_text, problem=_no_document)
INET: Final[SqlType[IPv4Address | IPv6Address | IPv4Interface | IPv6Interface]] = _simple(
    FieldType.INET, IPv4Address, IPv6Address, IPv4Interface, IPv6Interface
)
CIDR: Final[SqlType[IPv4Network | IPv6Network]] = _simple(FieldType.CIDR, IPv4Network, IPv6Network)
REGCLASS: Final[SqlType[str]] = SqlType(kind=FieldType.TEXT, ddl="regclass", cast="regclass", classes=(str,))
REGCONFIG: Final[SqlType[str]] = SqlType(kind=FieldType.TEXT, ddl="regconfig", cast="regconfig", classes=(str,))
WEIGHT: Final[SqlType[str]] = SqlType(kind=FieldType.TEXT, ddl='"char"', cast='"char"', classes=(str,))
MACADDR: Final[SqlType[str]] = _simple(FieldType.MACADDR, str, binary=False)
TSVECTOR: Final[SqlType[TsVector]] = _simple(FieldType.TSVECTOR, str, binary=False)
TSQUERY: Final[SqlType[TsQuery]] = _simple(FieldType.TSQUERY, str, binary=False)


def structured(plain: SqlType[Any], cls: type[T]) -> SqlType[T]:
    """Return json or jsonb that holds instances of the attrs class `cls`."""
    if not isinstance(cls, type) or not attrs.has(cls):
        raise SchemaError(f"{plain.ddl} takes an attrs class, not {described(cls)}")
    return _structured(plain, cls)


@lru_cache(maxsize=1024)
def _structured(plain: SqlType[Any], cls: type[T]) -> SqlType[T]:
    return SqlType(
        kind=plain.kind,
        ddl=plain.ddl,
        cast=plain.cast,
        classes=(cls,),
        structured=cls,
        problem=_other_class(cls),
        ordered=plain.ordered,
    )


def _other_class(cls: type) -> Callable[[object], str | None]:
    """Return the check that a value is no subclass's: what such a class adds would not be read again."""
    return lambda value: None if type(value) is cls else f"is of {cls.__name__}, not of its subclass"
