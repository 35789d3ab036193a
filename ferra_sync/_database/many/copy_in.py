"""Many rows by COPY: checked in chunks on their way, all or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, islice
from typing import Any, Final

from ferra_sync._compiler.copy import copy_command
from ferra_sync._database.progress import Progress
from ferra_sync._database.runner import Runner
from ferra_sync._model.model import FerraModel, Insertable, ModelMeta
from ferra_sync._model.row_checks import rows_check
from ferra_sync._model.rows import Given, check_insertable, checked_values, given
from ferra_sync._postgres import wire
from ferra_sync._postgres.copy_text import RowText
from ferra_sync.errors import QueryError

_CHUNK: Final = 1_000
"""How many rows are checked at a time on their way."""

_OCCUPANT: Final = "a COPY that reads its rows"


def copy_in(
    executor: Runner,
    meta: ModelMeta,
    rows: Iterable[FerraModel[Any] | Insertable[Any]],
    progress: Progress | None = None,
) -> int:
    """COPY `rows`, any number of them, all or none; return how many. The iterable is read as it is sent.

    In a transaction the iterable and `progress` cannot use this transaction, whose connection is busy, and a failure
    undoes the COPY alone. On a database they may use another connection, where the pool has one.

    The first row says which columns are left to the server; the others must leave the same.

    Raises:
        QueryError: the model lacks a column that must be given, the rows leave different columns to the server, or the
            iterable uses the same transaction.
        ValidationError: a value is of the wrong type, or a validator of the model rejects it; it says in which row.
        FerraDbError: the database said no, and nothing was inserted; it says by which row, where that can be told.
    """
    chunks = _chunks(executor, rows)
    first = next(chunks, None)
    if first is None:
        return 0
    check_insertable(meta, first[:1])
    pattern = given(checked_values(meta, first[0], "insert", 0))
    if not any(pattern):
        raise QueryError(f"{meta.model.__name__}: rows that leave every column to the server cannot be copied")
    command = copy_command(meta.table.ref, compress(meta.refs, pattern))
    with executor._atomic() as tx:
        sent = _sent(executor, meta, pattern, chain((first,), chunks), progress)
        copied = wire.copy(tx._acquire(), command, sent, meta.table.name)
        _tell(executor, progress, copied)
        return copied


def _chunks(executor: Runner, rows: Iterable[Any]) -> Iterator[list[Any]]:
    remaining = iter(rows)
    while True:
        with executor._occupied(_OCCUPANT):
            chunk = list(islice(remaining, _CHUNK))
        if not chunk:
            return
        yield chunk


def _sent(
    executor: Runner, meta: ModelMeta, pattern: Given, chunks: Iterable[list[Any]], progress: Progress | None
) -> Iterator[wire.CopyChunk]:
    """Yield each chunk as it is sent: as text where no value is of a subclass, else for psycopg to spell."""
    text, done = RowText(meta, pattern), 0
    for chunk in chunks:
        if done:
            _tell(executor, progress, done)
        spelled = text.of(chunk)
        yield map(text.converted, _values(meta, pattern, chunk, done)) if spelled is None else spelled
        done += len(chunk)


def _values(meta: ModelMeta, pattern: Given, chunk: Sequence[object], first: int) -> list[tuple[Any, ...]]:
    """Return the values that each row gives; the number of the first is `first`."""
    check, remaining = rows_check(meta, pattern), iter(chunk)
    values = check(remaining)
    while (number := len(values)) < len(chunk):
        values.append(_looked_at(meta, pattern, chunk[number], first + number))
        values += check(remaining)
    return values


def _tell(executor: Runner, progress: Progress | None, done: int) -> None:
    if progress is not None:
        with executor._occupied(_OCCUPANT):
            progress(done)


def _looked_at(meta: ModelMeta, pattern: Given, row: object, number: int) -> tuple[Any, ...]:
    """Return the values that a row gives; it is of no other class, and leaves the same columns to the server."""
    check_insertable(meta, (row,))
    values = checked_values(meta, row, "insert", number)
    if given(values) != pattern:
        raise QueryError("the rows leave different columns to the server: use insert_many")
    return tuple(compress(values, pattern))
