"""Many rows at once: arrays through unnest, whose rows come back in order, and COPY."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import chain, compress, islice
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from ferra_sync._compile_write import copy_command, qualified_name
from ferra_sync._compiler import compiled
from ferra_sync._executor import Executor
from ferra_sync._expressions import AnyExpr, Expr, parameter
from ferra_sync._mapping import Conversion, dump_of, dumped
from ferra_sync._models import FerraModel, FieldMeta, Insertable, ModelMeta
from ferra_sync._rows import CheckedRows, Given, checked_rows, given
from ferra_sync._schema import TableMeta
from ferra_sync._shapes import BulkInsertShape, ColumnRef, FunctionRef, InsertShape, StatementShape
from ferra_sync._sqltypes import REGCLASS, TEXT, FieldType
from ferra_sync.errors import QueryError
from ferra_sync.functions import gen_random_uuid

M = TypeVar("M", bound=FerraModel[Any])

CHUNK: Final = 10_000
"""How many rows go into one statement."""

_COPY_CHUNK: Final = 1_000
"""How many rows are checked at a time on their way into COPY."""

_NEXTVAL: Final = FunctionRef("nextval")
_SEQUENCE: Final = FunctionRef("pg_get_serial_sequence")

_RANDOM_UUID: Final = gen_random_uuid().shape
_VERSION_4: Final = 4 << 76 | 0b10 << 62
_FREE_BITS: Final = ~(0b1111 << 76 | 0b11 << 62)
"""The bits of a UUID that RFC 9562 leaves to chance in version 4."""

_EXACT: Final = frozenset(
    {FieldType.SMALLINT, FieldType.INTEGER, FieldType.BIGINT, FieldType.TEXT, FieldType.UUID, FieldType.DATE}
)
"""Types whose values come back as they went; numeric(8,2) is rounded on the way, varchar(3) loses blanks."""

Columns: TypeAlias = tuple[Any, ...]
"""The values of some rows, for each field a tuple of these, or an array as PostgreSQL spells it."""

Batch: TypeAlias = tuple[Sequence[int], tuple[FieldMeta, ...], Columns]
"""The places of some rows, the fields that they give, and the values of these."""


def insert_many(executor: Executor, meta: ModelMeta, rows: Iterable[M]) -> list[M]:
    """Insert `rows`, any number of them, all or none; return them as the server has them, in the order given.

    Raises:
        QueryError: the model lacks a column that must be given.
        ValidationError: a value is of the wrong type, or a validator of the model rejects it.
        FerraDbError: the database said no, and nothing was inserted.
    """
    models = list(rows)
    if not models:
        return []
    batches = list(_batches(meta, checked_rows(meta, models)))
    with executor._atomic() as tx:
        if len(batches) == 1:
            return _inserted(tx, meta, batches[0])
        made: dict[int, M] = {}
        for batch in batches:
            made.update(zip(batch[0], _inserted(tx, meta, batch), strict=True))
    return [made[position] for position in range(len(models))]


def _batches(meta: ModelMeta, checked: CheckedRows) -> Iterator[Batch]:
    """Yield the rows in batches that one statement can insert: all of a batch leave the same columns to the server."""
    if checked.is_uniform:
        pattern = checked.given
        columns = tuple(compress(checked.columns, pattern))
        yield from _chunked(range(len(checked.values)), tuple(compress(meta.fields, pattern)), columns)
        return
    places: dict[Given, list[int]] = {}
    for position, row in enumerate(checked.values):
        places.setdefault(given(row), []).append(position)
    for pattern, positions in places.items():
        rows = zip(*(checked.values[position] for position in positions), strict=True)
        yield from _chunked(positions, tuple(compress(meta.fields, pattern)), tuple(compress(rows, pattern)))


def _chunked(positions: Sequence[int], fields: tuple[FieldMeta, ...], columns: Columns) -> Iterator[Batch]:
    for start in range(0, len(positions), CHUNK):
        chunk = slice(start, start + CHUNK)
        yield positions[chunk], fields, tuple(column[chunk] for column in columns)


def _inserted(executor: Executor, meta: ModelMeta, batch: Batch) -> list[Any]:
    positions, fields, columns = batch
    _check_given(meta, fields)
    order = _order(meta, fields, columns)
    if order is None and (key := _random_key(meta, fields)) is not None:
        numbers = _random_numbers(len(positions))
        fields, columns = (*fields, key), (*columns, _array_of(numbers))
        order = _Order(numbers, attrgetter(f"{key.name}.int"))
    shape, params = _insert(meta, fields, columns, in_order=order is None)
    rows = executor._rows(compiled(shape), params)
    if len(rows) != len(positions):
        raise QueryError(f"{meta.table.name}: a trigger or a rule kept rows from being inserted")
    return rows if order is None else order.of(rows)


class _Order(NamedTuple):
    """The keys of the rows as they were given: RETURNING keeps to them as a rule, but promises nothing."""

    keys: list[Any]
    key_of: Callable[[Any], Any]

    def of(self, rows: list[Any]) -> list[Any]:
        """Return the rows in this order; those whose key a trigger has changed come last."""
        if list(map(self.key_of, rows)) == self.keys:
            return rows
        places = {key: place for place, key in enumerate(self.keys)}
        return sorted(rows, key=lambda row: places.get(self.key_of(row), len(places)))


def _order(meta: ModelMeta, fields: tuple[FieldMeta, ...], columns: Columns) -> _Order | None:
    """Return the order where each row brings all of its key, and the server keeps that as it is; else None."""
    sent = dict(zip(fields, columns, strict=True))
    key = [field for field in meta.fields if field.primary_key]
    is_known = len(key) == len(meta.table.primary_key) and all(field in sent for field in key)
    if not key or not is_known or any(field.type not in _EXACT for field in key):
        return None
    given = [sent[field] for field in key]
    keys = list(given[0]) if len(given) == 1 else list(zip(*given, strict=True))
    return _Order(keys, attrgetter(*(field.name for field in key)))


def _random_key(meta: ModelMeta, fields: tuple[FieldMeta, ...]) -> FieldMeta | None:
    """Return the field of a key that `gen_random_uuid()` would fill in."""
    if len(meta.table.primary_key) != 1:
        return None
    ref = meta.table.primary_key[0].ref
    field = meta.by_column.get(ref.name)
    is_random = field not in fields and _default_of(meta.table, ref).shape == _RANDOM_UUID
    return field if is_random else None


def _random_numbers(count: int) -> list[int]:
    """Return random UUIDs of version 4, such as the server's, as numbers: Python's own class takes longer to make."""
    random, number = os.urandom(16 * count), int.from_bytes
    return [number(random[at : at + 16]) & _FREE_BITS | _VERSION_4 for at in range(0, len(random), 16)]


def _array_of(uuids: list[int]) -> str:
    return f"{{{','.join([f'{uuid:032x}' for uuid in uuids])}}}"


def _check_given(meta: ModelMeta, fields: tuple[FieldMeta, ...]) -> None:
    if not fields:
        raise QueryError(f"{meta.model.__name__}: rows that leave every column to the server go in one by one")


def _insert(
    meta: ModelMeta, fields: tuple[FieldMeta, ...], columns: Columns, *, in_order: bool
) -> tuple[StatementShape, tuple[Any, ...]]:
    """Return the INSERT and its parameters; `in_order`: the server is to put the rows in order, by their key."""
    refs = tuple(field.ref for field in fields)
    places = tuple(ref.type.parameter.array for ref in refs)
    items = ((meta.row.shape, meta.row.type),)
    key = tuple(column.ref for column in meta.table.primary_key)
    if not key or not in_order:
        return InsertShape(meta.table.ref, refs, (), places, None, items), columns
    generated = [(ref, _default_of(meta.table, ref)) for ref in key if ref not in refs]
    shapes = tuple((ref, expr.shape) for ref, expr in generated)
    values = tuple(value for _, expr in generated for value in expr.params)
    overriding = any(meta.table.declaration_of(ref).generated == "identity always" for ref, _ in generated)
    return BulkInsertShape(meta.table.ref, refs, places, shapes, key, items, overriding), (*columns, *values)


def _default_of(table: TableMeta, ref: ColumnRef) -> AnyExpr:
    """Return what the server fills a key column in with, so that the key is known before the row is written."""
    declaration = table.declaration_of(ref)
    if declaration.generated is not None:
        sequence: Hashable = ("once", ("cast", ("call", _SEQUENCE, TEXT, TEXT), REGCLASS))
        return Expr(("call", _NEXTVAL, sequence), (qualified_name(table.ref), ref.name), ref.type)
    default = declaration.options.get("default")
    return default if isinstance(default, Expr) else parameter(default, ref.type, ref)


def copy_in(executor: Executor, meta: ModelMeta, rows: Iterable[FerraModel[Any] | Insertable[Any]]) -> int:
    """COPY `rows`, any number of them, all or none; return how many. The iterable is read as it is sent.

    The first row says which columns are left to the server; the others must leave the same.

    Raises:
        QueryError: the model lacks a column that must be given, or the rows leave different columns to the server.
        ValidationError: a value is of the wrong type, or a validator of the model rejects it.
        FerraDbError: the database said no, and nothing was inserted.
    """
    chunks = _chunks(meta, rows)
    first = next(chunks, None)
    if first is None:
        return 0
    pattern = given(first.values[0])
    fields = tuple(compress(meta.fields, pattern))
    _check_given(meta, fields)
    command = copy_command(meta.table.ref, (field.ref for field in fields))
    return executor._copy(command, chain.from_iterable(_copied(fields, pattern, chain((first,), chunks))))


def _chunks(meta: ModelMeta, rows: Iterable[Any]) -> Iterator[CheckedRows]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, _COPY_CHUNK)):
        yield checked_rows(meta, chunk)


def _copied(
    fields: tuple[FieldMeta, ...], pattern: Given, chunks: Iterable[CheckedRows]
) -> Iterator[Iterable[Sequence[Any]]]:
    """Yield the values that are given, as psycopg takes them, a chunk of rows at a time."""
    dumps = [dump_of(field.ref.type) for field in fields]
    conversions = [(index, dump) for index, dump in enumerate(dumps) if dump is not None]
    for chunk in chunks:
        if not chunk.is_uniform or chunk.given != pattern:
            raise QueryError("the rows leave different columns to the server: use insert_many")
        rows: Iterable[Sequence[Any]] = chunk.values
        if not all(pattern):
            rows = zip(*compress(zip(*chunk.values, strict=True), pattern), strict=True)
        yield (_converted(row, conversions, fields) for row in rows) if conversions else rows


def _converted(
    row: Sequence[Any], conversions: list[tuple[int, Conversion]], fields: tuple[FieldMeta, ...]
) -> Sequence[Any]:
    converted = list(row)
    for index, dump in conversions:
        if converted[index] is not None:
            converted[index] = dumped(dump, converted[index], fields[index].ref.type)
    return converted
