"""Many rows by COPY: checked in chunks on their way, all or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, count, islice
from typing import Any, Final

from ferra_sync._compiler.copy import copy_command
from ferra_sync._database.runner import Runner
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import FerraModel, Insertable, ModelMeta
from ferra_sync._model.rows import CheckedRows, Given, checked_rows, given
from ferra_sync._postgres import wire
from ferra_sync._postgres.conversions import Conversion, dump_of, dumped
from ferra_sync.errors import QueryError

_CHUNK: Final = 1_000
"""How many rows are checked at a time on their way."""


def copy_in(executor: Runner, meta: ModelMeta, rows: Iterable[FerraModel[Any] | Insertable[Any]]) -> int:
    """COPY `rows`, any number of them, all or none; return how many. The iterable is read as it is sent.

    In a transaction the iterable cannot use this transaction, whose connection is busy, and a failure undoes the COPY
    alone. On a database it may use another connection, where the pool has one.

    The first row says which columns are left to the server; the others must leave the same.

    Raises:
        QueryError: the model lacks a column that must be given, the rows leave different columns to the server, or the
            iterable uses the same transaction.
        ValidationError: a value is of the wrong type, or a validator of the model rejects it; it says in which row.
        FerraDbError: the database said no, and nothing was inserted; a Conflict says by which row.
    """
    chunks = _chunks(executor, meta, rows)
    first = next(chunks, None)
    if first is None:
        return 0
    pattern = given(first.values[0])
    fields = tuple(compress(meta.fields, pattern))
    if not fields:
        raise QueryError(f"{meta.model.__name__}: rows that leave every column to the server cannot be copied")
    command = copy_command(meta.table.ref, (field.ref for field in fields))
    with executor._atomic() as tx:
        values = chain.from_iterable(_copied(fields, pattern, chain((first,), chunks)))
        return wire.copy(tx._acquire(), command, values, meta.table.name)


def _chunks(executor: Runner, meta: ModelMeta, rows: Iterable[Any]) -> Iterator[CheckedRows]:
    remaining = iter(rows)
    for first in count(step=_CHUNK):
        with executor._occupied("a COPY that reads its rows"):
            chunk = list(islice(remaining, _CHUNK))
        if not chunk:
            return
        yield checked_rows(meta, chunk, first=first)


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
