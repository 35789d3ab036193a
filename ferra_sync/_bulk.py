"""Many rows at once: arrays through unnest, whose rows come back in order, and COPY."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import chain, compress, islice
from typing import Any, Final, TypeAlias, TypeVar

from ferra_sync._compile_write import copy_command, qualified_name
from ferra_sync._compiler import compiled
from ferra_sync._executor import Executor
from ferra_sync._expressions import AnyExpr, Expr, parameter
from ferra_sync._mapping import Conversion, dump_of, dumped
from ferra_sync._models import FerraModel, FieldMeta, Insertable, ModelMeta
from ferra_sync._rows import CheckedRows, Given, checked_rows, given
from ferra_sync._schema import TableMeta
from ferra_sync._shapes import BulkInsertShape, ColumnRef, FunctionRef, InsertShape, StatementShape
from ferra_sync._sqltypes import REGCLASS, TEXT
from ferra_sync.errors import QueryError

M = TypeVar("M", bound=FerraModel[Any])

CHUNK: Final = 10_000
"""How many rows go into one statement."""

_COPY_CHUNK: Final = 1_000
"""How many rows are checked at a time on their way into COPY."""

_NEXTVAL: Final = FunctionRef("nextval")
_SEQUENCE: Final = FunctionRef("pg_get_serial_sequence")

Columns: TypeAlias = tuple[tuple[Any, ...], ...]
"""The values of some rows, a tuple for each field."""

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
    shape, params = _insert(meta, fields, columns)
    rows = executor._rows(compiled(shape), params)
    if len(rows) != len(positions):
        raise QueryError(f"{meta.table.name}: a trigger or a rule kept rows from being inserted")
    return rows


def _check_given(meta: ModelMeta, fields: tuple[FieldMeta, ...]) -> None:
    if not fields:
        raise QueryError(f"{meta.model.__name__}: rows that leave every column to the server go in one by one")


def _insert(meta: ModelMeta, fields: tuple[FieldMeta, ...], columns: Columns) -> tuple[StatementShape, tuple[Any, ...]]:
    refs = tuple(field.ref for field in fields)
    places = tuple(ref.type.parameter.array for ref in refs)
    items = ((meta.row.shape, meta.row.type),)
    key = tuple(column.ref for column in meta.table.primary_key)
    if not key:
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
