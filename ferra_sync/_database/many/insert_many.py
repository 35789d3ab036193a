"""Many rows at once: arrays through unnest, whose rows come back in the order given."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from typing import Any

import psycopg

from ferra_sync._compiler.bulk_shapes import MergeShape
from ferra_sync._database.many.chunks import Batch, Chunk, batches, chunks
from ferra_sync._database.many.keyed import Unordered, insert_keyed
from ferra_sync._database.many.refusals import naming_row
from ferra_sync._database.progress import Progress, tell
from ferra_sync._database.runner import Runner
from ferra_sync._database.ways import Way, way_into
from ferra_sync._model.model import M, ModelMeta
from ferra_sync._model.rows import arrays_of
from ferra_sync._postgres import wire
from ferra_sync._postgres.statement import statement_of
from ferra_sync._query.insert import insert_of_rows
from ferra_sync.errors import Db


def insert_many(
    executor: Runner, meta: ModelMeta, rows: Iterable[M], way: Way | None = None, progress: Progress | None = None
) -> list[M]:
    """Insert `rows`, any number of them, all or none; return them as the server has them, in the order given.

    `way` is how; without it the table decides, and where its keys do not say the order after all, it is undone and done
    in a way that needs none.

    Raises:
        QueryError: the model lacks a column that must be given.
        ValidationError: a value is of the wrong type, or a validator of the model rejects it; it says in which row.
        FerraDbError: the database said no, and nothing was inserted; it says by which row, where that can be told.
    """
    read = chunks(rows)
    first = next(read, None)
    if first is None:
        tell(progress, 0)
        return []
    second = next(read, None)
    if second is None:
        return _insert_chunk(executor, meta, first, way, progress)
    with executor._atomic() as tx:
        made: list[M] = []
        for chunk in chain((first, second), read):
            made += _insert_chunk(tx, meta, chunk, way, progress)
        return made


def _insert_chunk(
    executor: Runner, meta: ModelMeta, chunk: Chunk, way: Way | None, progress: Progress | None
) -> list[Any]:
    given = batches(meta, chunk, "insert")
    for by_key in (True, False):
        with suppress(Unordered), executor._atomic() as tx:
            connection = tx._acquire()
            chosen = way or way_into(connection, meta.table, by_key=by_key)
            made = _in_order(given, [_insert_by_key(connection, meta, chunk, batch, chosen) for batch in given])
            tell(progress, chunk.end)
            return made
    raise Unordered


def _in_order(batches: list[Batch], made: list[list[Any]]) -> list[Any]:
    """Return what each batch has made in the order of the rows."""
    if len(batches) == 1:
        return made[0]
    placed = {
        at: row
        for batch, rows in zip(batches, made, strict=True)
        for at, row in zip(batch.positions, rows, strict=True)
    }
    return [placed[position] for position in range(len(placed))]


def _insert_by_key(
    connection: psycopg.Connection[Any], meta: ModelMeta, chunk: Chunk, batch: Batch, way: Way
) -> list[Any]:
    """Insert one batch; return its rows in order."""
    with naming_row(meta.table, chunk, batch, as_sent=way is Way.KEYS):
        if way is Way.SINGLY or not batch.fields:
            return _insert_singly(connection, meta, chunk, batch)
        if way is Way.MERGE:
            return _insert_by_merge(connection, meta, chunk, batch)
        return insert_keyed(connection, meta, batch.fields, batch.columns)


def _insert_by_merge(connection: psycopg.Connection[Any], meta: ModelMeta, chunk: Chunk, batch: Batch) -> list[Any]:
    refs = tuple(field.ref for field in batch.fields)
    shape = MergeShape(
        table=meta.table.ref,
        columns=refs,
        arrays=arrays_of(refs),
        returning=meta.items,
    )
    rows = {ordinal: row for row, ordinal in wire.send(connection, statement_of(shape), batch.columns, wire.ROWS)}
    for ordinal, position in enumerate(batch.positions, 1):
        if ordinal not in rows:
            raise _kept_out(meta, chunk.first + position)
    return [rows[ordinal] for ordinal in range(1, len(rows) + 1)]


def _insert_singly(connection: psycopg.Connection[Any], meta: ModelMeta, chunk: Chunk, batch: Batch) -> list[Any]:
    pattern = tuple(field in batch.fields for field in meta.fields)
    shape = insert_of_rows(meta, (pattern,), returning=meta.items)
    values = zip(*batch.columns, strict=True) if batch.fields else [()] * len(batch.positions)
    results = wire.send_each(connection, statement_of(shape), values)
    for position, rows in zip(batch.positions, results, strict=True):
        if not rows:
            raise _kept_out(meta, chunk.first + position)
    return [rows[0] for rows in results]


def _kept_out(meta: ModelMeta, position: int) -> Db:
    return Db(f"{meta.table.name}: a trigger or a rule kept rows[{position}] from being inserted, so that none was")
