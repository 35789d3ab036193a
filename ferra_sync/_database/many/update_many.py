"""Many rows updated by key, each to values of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import psycopg

from ferra_sync._compiler.shapes import BulkUpdateShape
from ferra_sync._database.executor import Executor
from ferra_sync._database.many.chunks import Batch, Chunk, batches, chunks
from ferra_sync._database.many.conflicts import refused_row
from ferra_sync._database.many.finding import first_missing
from ferra_sync._database.many.row_keys import SeenKeys, keys_of
from ferra_sync._database.progress import Progress, tell
from ferra_sync._expression.references import ColumnRef
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import ModelMeta
from ferra_sync._model.rows import arrays_of
from ferra_sync._postgres import wire
from ferra_sync._postgres.statement import Statement, statement_of
from ferra_sync._query.stamps import overwriting
from ferra_sync.errors import Conflict, NotFound, ValidationError


def update_many(
    executor: Executor,
    meta: ModelMeta,
    rows: Iterable[Any],
    written: Sequence[FieldMeta],
    progress: Progress | None = None,
) -> int:
    """Set the `written` fields of the rows with these keys, any number of them, all or none; return how many.

    The iterable is read as it is written. What a row leaves to the server stays unchanged.

    Raises:
        ValidationError: a value is of the wrong type, a validator of the model rejects it, the key is left to the
            server, or two rows have one key; it says in which row.
        NotFound: there is no row with a key; it says of which row.
        FerraDbError: the database said no, and nothing was written; a Conflict says by which row.
    """
    read = chunks(rows)
    first = next(read, None)
    if first is None:
        tell(progress, 0)
        return 0
    seen = SeenKeys(meta, meta.key_fields)
    updated = 0
    with executor._atomic() as tx:
        connection = tx._acquire()
        for chunk in chain((first,), read):
            for batch in batches(meta, chunk, "update"):
                _check_key(meta, chunk, batch)
                seen.add(chunk, batch, keys_of(connection, meta.key_fields, batch.of(meta.key_fields)))
                updated += _update(connection, meta, chunk, batch, tuple(written))
            tell(progress, chunk.end)
    return updated


def _check_key(meta: ModelMeta, chunk: Chunk, batch: Batch) -> None:
    for field in meta.key_fields:
        if field not in batch.fields:
            wrong = {field.name: f"{field.ref} is the key by which the row is found, and is left to the server"}
            raise ValidationError(meta.model.__name__, wrong, chunk.first + batch.positions[0])


def _update(
    connection: psycopg.Connection[Any], meta: ModelMeta, chunk: Chunk, batch: Batch, written: tuple[FieldMeta, ...]
) -> int:
    """Update rows that give the same fields; return how many the server says were updated."""
    statement, places, values = _statement(meta, batch.fields, written)
    columns = tuple(batch.columns[place] for place in places)
    if statement is None:
        updated = 0
    else:
        try:
            updated = wire.send(connection, statement, (*columns, *values), wire.AFFECTED)
        except Conflict as conflict:
            row = refused_row(conflict, meta.table, batch.fields, batch.columns)
            raise conflict.of_row(None if row is None else chunk.first + batch.positions[row]) from conflict.__cause__
    width = len(batch.positions)
    if updated < width:
        keys = columns[: len(meta.key_fields)]
        missing = first_missing(connection, tuple(field.ref for field in meta.key_fields), keys)
        if missing is not None:
            key = tuple(column[missing] for column in keys)
            shown = meta.table.shown_key(key if len(key) > 1 else keys[0][missing])
            raise NotFound(meta.table.name, shown, chunk.first + batch.positions[missing])
    return width if statement is None else updated


@lru_cache(maxsize=4096)
def _statement(
    meta: ModelMeta, fields: tuple[FieldMeta, ...], written: tuple[FieldMeta, ...]
) -> tuple[Statement | None, tuple[int, ...], tuple[Any, ...]]:
    """Return the UPDATE of rows that give these fields, where in a row its values are, and those beside them.

    It is None where there is nothing to set.
    """
    changed = [field for field in fields if field in written]
    sent = [*meta.key_fields, *changed]
    places = tuple(fields.index(field) for field in sent)
    assignments, values = overwriting(meta.table, [field.ref for field in changed])
    if not assignments:
        return None, places, ()
    columns: tuple[ColumnRef, ...] = tuple(field.ref for field in sent)
    shape = BulkUpdateShape(
        table=meta.table.ref,
        columns=columns,
        arrays=arrays_of(columns),
        key=tuple(field.ref for field in meta.key_fields),
        assignments=assignments,
    )
    return statement_of(shape), places, values
