"""What the server's texts of a row become: a model with the toolkit's own readers, or a dict of JSON's types."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Collection, Hashable, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Final, Generic, Protocol, TypeVar

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Loader, Transformer
from psycopg.pq import Format

from ferra_sync._expression.sentinels import UNSET
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model.model import ModelMeta
from ferra_sync._model.select_list import Instance, SelectList, select_list
from ferra_sync._postgres.adapters import ADAPTERS
from ferra_sync._postgres.captured_tables import CapturedTable, TextRow
from ferra_sync._postgres.errors import from_psycopg
from ferra_sync._postgres.result_types import array_oid, promises
from ferra_sync._postgres.row_maker import RowMaker, row_maker
from ferra_sync.errors import ConfigError, SchemaError

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

_TYPES: Final = psycopg.adapters.types
_TEXT: Final = _TYPES["text"].oid
_REAL: Final = struct.Struct("!f")
_FLOATS: Final = frozenset({"NaN", "Infinity", "-Infinity"})


class RowReader(Protocol[R_co]):
    """What reads the rows of a table, as its columns are at the moment."""

    def key(self, values: TextRow) -> tuple[Any, ...]:
        """Return a row's primary key, in the key's order; of the other columns there need be no values."""
        ...

    def row(self, values: TextRow, unsent: Collection[int] = ()) -> R_co:
        """Return a row; the places in `unsent` hold no value, and are left out or `UNSET`."""
        ...

    @property
    def key_of(self) -> Callable[[Any], tuple[Any, ...]]:
        """What returns the primary key of a row that was read."""
        ...


class DictReader:
    """Reads rows as dicts of JSON's own types, by the names of the columns.

    Whole numbers, floats, booleans and JSON documents are themselves, everything else is PostgreSQL's text.
    """

    def __init__(self, columns: Sequence[tuple[str, int]], key: Sequence[str]) -> None:
        self._names = [name for name, _ in columns]
        self._reads = [_READS.get(oid, bytes.decode) for _, oid in columns]
        self._key = [(self._names.index(name), self._reads[self._names.index(name)]) for name in key]
        self.key_of: Callable[[Any], tuple[Any, ...]] = _key_getter(itemgetter, key)

    def key(self, values: TextRow) -> tuple[Any, ...]:
        """Return a row's primary key."""
        return tuple([None if (value := values[at]) is None else read(value) for at, read in self._key])

    def row(self, values: TextRow, unsent: Collection[int] = ()) -> dict[str, Any]:
        """Return a row; what is unsent is left out."""
        read = [None if value is None else read(value) for read, value in zip(self._reads, values, strict=True)]
        row = dict(zip(self._names, read, strict=True))
        for at in unsent:
            del row[self._names[at]]
        return row


def _key_getter(getter: Callable[..., Any], names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what takes these from a row, always as a tuple."""
    get: Callable[[Any], Any] = getter(*names)
    return get if len(names) > 1 else lambda row: (get(row),)


class ModelReader(Generic[R]):
    """Reads rows as a model's, with the loaders and the row maker that its queries have.

    Raises:
        SchemaError: the table lacks a column of the model, or has it with another type.
    """

    def __init__(
        self,
        model: type[R],
        table: CapturedTable,
        columns: Sequence[tuple[str, int]],
        connection: Any,  # noqa: ANN401 - psycopg's, or nothing
    ) -> None:
        meta = ModelMeta.of(model)
        self._selected = select_list(meta.items)
        (instance,) = self._selected.entries
        assert isinstance(instance, Instance)  # noqa: S101 - a model is one
        self._instance = instance
        self._make = row_maker(self._selected)
        places = {name: at for at, (name, _) in enumerate(columns)}
        _check(meta, table, dict(columns))
        self._places = [places[ref.name] for ref in meta.refs]
        self._load = _loading([ref.type for ref in meta.refs], connection)
        self._partial: dict[frozenset[int], RowMaker] = {}
        key = [meta.by_column[name].ref for name in table.key]
        self._key_places = [places[ref.name] for ref in key]
        self._load_key = _loading([ref.type for ref in key], connection)
        items: tuple[tuple[Hashable, SqlType[Any]], ...] = tuple((ref, ref.type) for ref in key)
        self._make_key = row_maker(select_list(items))
        self.key_of: Callable[[Any], tuple[Any, ...]] = _key_getter(
            attrgetter, [meta.by_column[name].name for name in table.key]
        )

    def key(self, values: TextRow) -> tuple[Any, ...]:
        """Return a row's primary key."""
        made = self._made(self._make_key, self._load_key([values[at] for at in self._key_places]))
        return made if len(self._key_places) > 1 else (made,)

    def row(self, values: TextRow, unsent: Collection[int] = ()) -> R:
        """Return a row; what is unsent is `UNSET`."""
        loaded = self._load([values[at] for at in self._places])
        missing = frozenset(at for at, place in enumerate(self._places) if place in unsent) if unsent else None
        if not missing:
            made: R = self._made(self._make, loaded)
            return made
        if missing not in self._partial:
            self._partial[missing] = row_maker(self._without(missing))
        model: R = self._made(self._partial[missing], loaded)
        for at in missing:
            object.__setattr__(model, self._instance.fields[at], UNSET)
        return model

    def _without(self, missing: frozenset[int]) -> SelectList:
        kept = [
            (field, entry)
            for at, (field, entry) in enumerate(zip(self._instance.fields, self._instance.entries, strict=True))
            if at not in missing
        ]
        fields, entries = tuple(field for field, _ in kept), tuple(entry for _, entry in kept)
        return SelectList(
            self._selected.items, self._selected.columns, (Instance(self._instance.model, fields, entries),)
        )

    @staticmethod
    def _made(make: RowMaker, loaded: Sequence[Any]) -> Any:  # noqa: ANN401 - a model, or a key
        try:
            return make(loaded)
        except psycopg.Error as error:
            raise from_psycopg(error) from error


def _check(meta: ModelMeta, table: CapturedTable, columns: dict[str, int]) -> None:
    model = meta.model.__name__
    if not set(table.key) <= meta.by_column.keys():
        lacking = ", ".join(name for name in table.key if name not in meta.by_column)
        raise ConfigError(f"{model} lacks {lacking}, which is in the primary key of {table.name}")
    for ref, promise in zip(meta.refs, promises(tuple((ref, ref.type) for ref in meta.refs), binary=True), strict=True):
        oid = columns.get(ref.name)
        if oid is None:
            raise SchemaError(f"the changes of {table.name} have no column {ref.name}, which {model} has")
        known = _TYPES.get(oid)
        if known is not None and ref.type.binary and promise.oids is not None and oid not in promise.oids:
            raise SchemaError(f"{ref!r} is declared {ref.type}; the database has {known.regtype}")


class _Real(Loader):
    """A `real` as its four bytes are, which its text is only near to."""

    def load(self, data: Buffer) -> float:
        number: float = _REAL.unpack(_REAL.pack(float(bytes(data))))[0]
        return number


def _text_adapters() -> AdaptersMap:
    adapters = AdaptersMap(ADAPTERS)
    adapters.register_loader("float4", _Real)
    return adapters


_ADAPTERS: Final = _text_adapters()


class _Context:
    """What psycopg's transformer is made for."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - psycopg's, or nothing
        self.adapters: AdaptersMap = _ADAPTERS
        self.connection: Any = connection


def _loading(types: Sequence[SqlType[Any]], connection: Any) -> Callable[[Sequence[Any]], Sequence[Any]]:  # noqa: ANN401 - psycopg's, or nothing
    """Return what makes psycopg's values of the server's texts."""
    transformer = Transformer(_Context(connection))
    transformer.set_loader_types([_oid(each) for each in types], Format.TEXT)
    load: Callable[[Sequence[Any]], Sequence[Any]] = transformer.load_sequence
    return load


def _oid(sql_type: SqlType[Any]) -> int:
    """Return the type as which a value's text is read; what a query casts to text is read as one."""
    if sql_type.kind is FieldType.ARRAY:
        return array_oid(sql_type)
    known = _TYPES.get(sql_type.cast) if sql_type.binary else None
    return known.oid if known is not None else _TEXT


def _boolean(text: bytes) -> bool:
    return text == b"t"


def _float(text: bytes) -> float | str:
    spelled = text.decode()
    return spelled if spelled in _FLOATS else float(spelled)


_READS: Final[dict[int, Callable[[bytes], Any]]] = {
    **{_TYPES[name].oid: int for name in ("int2", "int4", "int8", "oid")},
    **{_TYPES[name].oid: _float for name in ("float4", "float8")},
    **{_TYPES[name].oid: json.loads for name in ("json", "jsonb")},
    _TYPES["bool"].oid: _boolean,
}
"""What is no text in JSON."""
