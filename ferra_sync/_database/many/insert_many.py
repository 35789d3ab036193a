"""Many rows at once: arrays through unnest, whose rows come back in the order given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import compress
from typing import Any, Final, NamedTuple

import psycopg

from ferra_sync._compiler.shapes import MergeShape
from ferra_sync._database.many.conflicts import refused_row
from ferra_sync._database.many.keyed import Unordered, insert_keyed
from ferra_sync._database.runner import Runner
from ferra_sync._database.ways import Way, way_into
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import M, ModelMeta
from ferra_sync._model.rows import CheckedRows, FieldValues, Given, arrays_of, checked_rows, given
from ferra_sync._postgres import wire
from ferra_sync._postgres.statement import statement_of
from ferra_sync._query.insert import insert_of_rows
from ferra_sync.errors import Conflict, Db

CHUNK: Final = 10_000
"""How many rows go into one statement."""


class _Batch(NamedTuple):
    """Rows that one statement can insert: their positions, the fields that they give, and the values of these."""

    positions: Sequence[int]
    fields: tuple[FieldMeta, ...]
    columns: FieldValues


def insert_many(executor: Runner, meta: ModelMeta, rows: Iterable[M], way: Way | None = None) -> list[M]:
    """Insert `rows`, any number of them, all or none; return them as the server has them, in the order given.

    `way` is how; without it the table decides, and where its keys do not say the order after all, it is undone and done
    in a way that needs none.

    Raises:
        QueryError: the model lacks a column that must be given.
        ValidationError: a value is of the wrong type, or a validator of the model rejects it; it says in which row.
        FerraDbError: the database said no, and nothing was inserted; a Conflict says by which row.
    """
    models = list(rows)
    if not models:
        return []
    batches = list(_batches(meta, checked_rows(meta, models)))
    for by_key in (True, False):
        with suppress(Unordered), executor._atomic() as tx:
            connection = tx._acquire()
            chosen = way or way_into(connection, meta.table, by_key=by_key)
            if len(batches) == 1:
                return _insert_by_key(connection, meta, batches[0], chosen)
            made: dict[int, M] = {}
            for batch in batches:
                made.update(zip(batch.positions, _insert_by_key(connection, meta, batch, chosen), strict=True))
            return [made[position] for position in range(len(models))]
    raise Unordered


def _batches(meta: ModelMeta, checked: CheckedRows) -> Iterator[_Batch]:
    """Yield the rows in batches that one statement can insert: all of a batch leave the same columns to the server."""
    if checked.is_uniform:
        pattern = checked.given
        columns = tuple(compress(checked.columns, pattern))
        yield from _chunked(range(len(checked.values)), tuple(compress(meta.fields, pattern)), columns)
        return
    by_pattern: dict[Given, list[int]] = {}
    for position, row in enumerate(checked.values):
        by_pattern.setdefault(given(row), []).append(position)
    for pattern, positions in by_pattern.items():
        rows = zip(*(checked.values[position] for position in positions), strict=True)
        yield from _chunked(positions, tuple(compress(meta.fields, pattern)), tuple(compress(rows, pattern)))


def _chunked(positions: Sequence[int], fields: tuple[FieldMeta, ...], columns: FieldValues) -> Iterator[_Batch]:
    for start in range(0, len(positions), CHUNK):
        chunk = slice(start, start + CHUNK)
        yield _Batch(positions[chunk], fields, tuple(column[chunk] for column in columns))


def _insert_by_key(connection: psycopg.Connection[Any], meta: ModelMeta, batch: _Batch, way: Way) -> list[Any]:
    """Insert one batch; return its rows in order."""
    try:
        if way is Way.SINGLY or not batch.fields:
            return _insert_singly(connection, meta, batch)
        if way is Way.MERGE:
            return _insert_by_merge(connection, meta, batch)
        return insert_keyed(connection, meta, batch.fields, batch.columns)
    except Conflict as conflict:
        row = conflict.row
        if row is None and way is Way.KEYS:
            row = refused_row(conflict, meta.table, batch.fields, batch.columns)
        raise conflict.of_row(None if row is None else batch.positions[row]) from conflict.__cause__


def _insert_by_merge(connection: psycopg.Connection[Any], meta: ModelMeta, batch: _Batch) -> list[Any]:
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
            raise _kept_out(meta, position)
    return [rows[ordinal] for ordinal in range(1, len(rows) + 1)]


def _insert_singly(connection: psycopg.Connection[Any], meta: ModelMeta, batch: _Batch) -> list[Any]:
    pattern = tuple(field in batch.fields for field in meta.fields)
    shape = insert_of_rows(meta, (pattern,), returning=meta.items)
    values = zip(*batch.columns, strict=True) if batch.fields else [()] * len(batch.positions)
    results = wire.send_each(connection, statement_of(shape), values)
    for position, rows in zip(batch.positions, results, strict=True):
        if not rows:
            raise _kept_out(meta, position)
    return [rows[0] for rows in results]


def _kept_out(meta: ModelMeta, position: int) -> Db:
    return Db(f"{meta.table.name}: a trigger or a rule kept rows[{position}] from being inserted, so that none was")
