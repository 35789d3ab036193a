"""Many rows updated by key, each to values of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from typing import Any

import psycopg

from ferra_sync._compiler.bulk_shapes import BulkUpdateShape
from ferra_sync._database.many.chunks import Batch, Chunk, batches, chunks
from ferra_sync._database.many.finding import first_missing
from ferra_sync._database.many.refusals import naming_row
from ferra_sync._database.many.row_keys import SeenKeys, key_left_out, keys_of
from ferra_sync._database.many.versions import check_versions, version_among
from ferra_sync._database.progress import Progress, tell
from ferra_sync._database.runner import Runner
from ferra_sync._database.ways import may_rewrite
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import ModelMeta
from ferra_sync._model.rows import arrays_of
from ferra_sync._postgres import wire
from ferra_sync._postgres.statement import Statement, statement_of
from ferra_sync._query.stamps import overwriting
from ferra_sync.errors import Db, NotFound


def update_many(
    executor: Runner,
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
        Db: a row has another version than it carries (STALE_ROW); it says which.
        FerraDbError: the database said no, and nothing was written; it says by which row, where that can be told.
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
                write = _update if version_among(meta, batch.fields) is None else _update_versions
                updated += write(tx, meta, chunk, batch, tuple(written))
            tell(progress, chunk.end)
    return updated


def _check_key(meta: ModelMeta, chunk: Chunk, batch: Batch) -> None:
    for field in meta.key_fields:
        if field not in batch.fields:
            raise key_left_out(meta, field, chunk.first + batch.positions[0])


def _update(tx: Runner, meta: ModelMeta, chunk: Chunk, batch: Batch, written: tuple[FieldMeta, ...]) -> int:
    """Update rows that give the same fields; return how many the server says were updated."""
    connection = tx._acquire()
    updated = _send(connection, meta, chunk, batch, written)
    if updated == len(batch.positions):
        return updated
    _check_there(connection, meta, chunk, batch)
    if may_rewrite(connection, meta.table.ref):
        return updated
    # Another session has inserted what was missing; or a policy hides it from UPDATE, which stays so.
    return _send(connection, meta, chunk, batch, written)


class _Unmatched(Exception):  # noqa: N818 - never leaves this module
    """Not every row had its version."""


def _update_versions(tx: Runner, meta: ModelMeta, chunk: Chunk, batch: Batch, written: tuple[FieldMeta, ...]) -> int:
    """Update rows that carry their versions, all or none; return how many."""
    width = len(batch.positions)
    with suppress(_Unmatched), tx._atomic() as part:
        if _send(part._acquire(), meta, chunk, batch, written) == width:
            return width
        raise _Unmatched
    # Undone, so that the versions are again those that did not match.
    check_versions(tx._acquire(), meta, meta.key_fields, chunk, batch)
    rows = f"one of rows[{chunk.first}:{chunk.end}]"
    raise Db(f"{meta.table.name}: a trigger or a rule kept {rows} from being updated, so that none was")


def _send(
    connection: psycopg.Connection[Any], meta: ModelMeta, chunk: Chunk, batch: Batch, written: tuple[FieldMeta, ...]
) -> int:
    statement, sent, values = _statement(meta, batch.fields, written)
    if statement is None:
        _check_there(connection, meta, chunk, batch)
        return len(batch.positions)
    with naming_row(meta.table, chunk, batch):
        return wire.send(connection, statement, (*batch.of(sent), *values), wire.AFFECTED)


def _check_there(connection: psycopg.Connection[Any], meta: ModelMeta, chunk: Chunk, batch: Batch) -> None:
    """Raise NotFound where there is no row with the key of one of these."""
    keys = batch.of(meta.key_fields)
    missing = first_missing(connection, tuple(field.ref for field in meta.key_fields), keys)
    if missing is not None:
        key = [column[missing] for column in keys]
        shown = meta.table.shown_key(tuple(key) if len(key) > 1 else key[0])
        raise NotFound(meta.table.name, shown, chunk.first + batch.positions[missing])


@lru_cache(maxsize=4096)
def _statement(
    meta: ModelMeta, fields: tuple[FieldMeta, ...], written: tuple[FieldMeta, ...]
) -> tuple[Statement | None, tuple[FieldMeta, ...], tuple[Any, ...]]:
    """Return the UPDATE of rows that give these fields, the fields that it is sent, and the values beside theirs.

    It is None where there is nothing to set.
    """
    changed = [field for field in fields if field in written]
    assignments, values = overwriting(meta.table, [field.ref for field in changed])
    if not assignments:
        return None, (), ()
    version = version_among(meta, fields)
    matched = meta.key_fields if version is None else (*meta.key_fields, version)
    sent = (*matched, *changed)
    columns = tuple(field.ref for field in sent)
    shape = BulkUpdateShape(
        table=meta.table.ref,
        columns=columns,
        arrays=arrays_of(columns),
        key=tuple(field.ref for field in matched),
        assignments=assignments,
    )
    return statement_of(shape), sent, values
