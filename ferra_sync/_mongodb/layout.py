"""A table's documents: where each column stands in them, how it is kept, and what it is where nothing is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import uuid4

import attrs

from ferra_sync._expression import shapes
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.references import ColumnRef, FunctionRef
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._expression.values import Value
from ferra_sync._model.misfit import MisfitError
from ferra_sync._mongodb.values import Codec, codec_of
from ferra_sync._schema.declaration import ColumnDef
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import Db, DbErrorKind, SchemaError

Document = dict[str, Any]

ID: Final = "_id"
_NO_KEYS: Final = frozenset(
    {FieldType.ARRAY, FieldType.BYTEA, FieldType.DOUBLE_PRECISION, FieldType.ENUM, FieldType.JSON, FieldType.JSONB}
)


class Making(NamedTuple):
    """What makes the values that PostgreSQL would make: the time of the transaction, or of the call, and a counter."""

    moment: dt.datetime
    counted: Callable[[ColumnRef], int]


Make = Callable[[Making], Any]


@attrs.frozen(eq=False)
class Place(Value):
    """Where a column stands, how its values are kept, and what makes its default and its stamp; None: nothing does."""

    ref: ColumnRef
    path: str
    codec: Codec
    default: Make | None
    stamp: Make | None

    def encoded(self, value: object) -> Any:  # noqa: ANN401 - BSON's own types
        """Return what a document holds for `value`; Db, of the kind INVALID_DATA, where it cannot."""
        if value is None:
            return None
        try:
            return self.codec.encode(value)
        except MisfitError as error:
            problem = Db(
                f"a value of {self.ref} {error}",
                kind=DbErrorKind.INVALID_DATA,
                table=self.ref.table.name,
                column=self.ref.name,
            )
        raise problem


@attrs.frozen(eq=False)
class Layout(Value):
    """The documents of a table.

    Attributes:
        table: the table.
        collection: the collection's name.
        places: of each column, in the order of declaration.
        key: the columns of the primary key; one alone is `_id`, several stand in it, in this order.
    """

    table: TableMeta
    collection: str
    places: Mapping[ColumnRef, Place]
    key: tuple[Place, ...]

    def id_of(self, values: tuple[Any, ...]) -> Any:  # noqa: ANN401 - BSON's own types
        """Return the `_id` of a key, whose values are encoded."""
        if len(self.key) == 1:
            return values[0]
        return {place.ref.name: value for place, value in zip(self.key, values, strict=True)}

    def document(self, encoded: Mapping[ColumnRef, Any]) -> Document:
        """Return the document of a row, whose values are encoded."""
        key = tuple(encoded[place.ref] for place in self.key)
        own = {ref.name: value for ref, value in encoded.items() if all(ref is not place.ref for place in self.key)}
        return {ID: self.id_of(key), **own}

    def value(self, document: Mapping[str, Any], ref: ColumnRef) -> Any:  # noqa: ANN401 - of the column's own type
        """Return a column's value in a document, as a row is made from it; one that is missing is None."""
        place = self.places[ref]
        found: Any = document
        for step in place.path.split("."):
            found = found.get(step)
        return None if found is None else place.codec.decode(found)


@lru_cache(maxsize=1024)
def layout_of(table: TableMeta) -> Layout:
    """Return the documents of a table.

    Raises:
        SchemaError: a column is of a type that is not kept, its name is MongoDB's own, or its default is SQL that is
            not made here; the table has no primary key, is an alias, or is made by a query.
    """
    if table.ref.is_derived or table.ref.alias is not None:
        raise SchemaError(f"{table.ref.owner.__name__} is no table of its own, so no collection is of it")
    key = tuple(column.ref for column in table.primary_key)
    if not key:
        raise SchemaError(f"table {table.name} has no primary key, which is _id in MongoDB")
    pairs = [(table.attributes[name].ref, declaration) for name, declaration in table.declarations.items()]
    places = {ref: _place(ref, declaration, key) for ref, declaration in pairs}
    schema = table.ref.schema
    name = table.name if schema is None else f"{schema}.{table.name}"
    if "$" in name or name.startswith("system."):
        raise SchemaError(f"{name} cannot be a collection's name in MongoDB")
    return Layout(table, name, places, tuple(places[ref] for ref in key))


def _place(ref: ColumnRef, declaration: ColumnDef[Any, Any], key: tuple[ColumnRef, ...]) -> Place:
    is_key = any(ref is each for each in key)
    if "." in ref.name or ref.name.startswith("$") or (ref.name == ID and not is_key):
        raise SchemaError(f"{ref}: MongoDB keeps this name for itself")
    if is_key and ref.type.kind in _NO_KEYS:
        raise SchemaError(f"{ref}: {ref.type} is no primary key in MongoDB")
    if declaration.generated == "stored":
        raise SchemaError(f"{ref} is generated from other columns, which MongoDB does not do")
    try:
        codec = codec_of(ref.type)
    except SchemaError as error:
        raise SchemaError(f"{ref}: {error}") from None
    path = ref.name if not is_key else ID if len(key) == 1 else f"{ID}.{ref.name}"
    return Place(ref, path, codec, _default(ref, declaration), _stamp(ref, declaration))


def _default(ref: ColumnRef, declaration: ColumnDef[Any, Any]) -> Make | None:
    if declaration.generated is not None:
        return lambda making: making.counted(ref)
    if "default" in declaration.options:
        return _made(ref, "default", declaration.options["default"])
    return (lambda _making: None) if declaration.is_nullable else None


def _stamp(ref: ColumnRef, declaration: ColumnDef[Any, Any]) -> Make | None:
    if declaration.is_version or "on_update" not in declaration.options or "references" in declaration.options:
        return None
    return _made(ref, "on_update", declaration.options["on_update"])


def _made(ref: ColumnRef, option: str, value: object) -> Make:
    if not isinstance(value, Expr):
        return lambda _making: value
    match value.shape, value.params:
        case SqlType(), (literal,):
            return lambda _making: literal
        case (shapes.CALL, FunctionRef(name="gen_random_uuid", schema=None)), _ if ref.type.kind is FieldType.UUID:
            return lambda _making: uuid4()
        case (shapes.CALL, FunctionRef(name=name, schema=None)), _ if name in _CLOCKS and ref.type.kind in _MOMENTS:
            is_local = ref.type.kind is FieldType.TIMESTAMP
            return _clock(is_running=name in _RUNNING, is_local=is_local)
        case _:
            raise SchemaError(
                f"{option} of {ref} is SQL that MongoDB does not run: "
                "a value, now() and gen_random_uuid() are made for it"
            )


_RUNNING: Final = frozenset({"clock_timestamp", "statement_timestamp"})
_CLOCKS: Final = _RUNNING | {"now", "current_timestamp", "localtimestamp"}
_MOMENTS: Final = frozenset({FieldType.TIMESTAMP, FieldType.TIMESTAMPTZ})


def _clock(*, is_running: bool, is_local: bool) -> Make:
    def make(making: Making) -> dt.datetime:
        moment = dt.datetime.now(dt.UTC) if is_running else making.moment
        return moment.replace(tzinfo=None) if is_local else moment

    return make
