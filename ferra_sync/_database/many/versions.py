"""Rows of which each is written only while it has the version that it carries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from ferra_sync._database.many.chunks import Batch, Chunk
from ferra_sync._database.many.finding import first_missing
from ferra_sync._database.runner import stale
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.model import ModelMeta
from ferra_sync.errors import NotFound


def version_among(meta: ModelMeta, fields: Iterable[FieldMeta]) -> FieldMeta | None:
    """Return the field that is the table's version, if it is one of these."""
    version = meta.table.version
    return None if version is None else next((field for field in fields if field.ref is version), None)


def check_versions(
    connection: psycopg.Connection[Any], meta: ModelMeta, key: Sequence[FieldMeta], chunk: Chunk, batch: Batch
) -> None:
    """Raise, of the first of these rows that has another version than it carries, that it is stale, or not there."""
    version = version_among(meta, batch.fields)
    if version is None or not batch.positions:
        return
    sent = (*key, version)
    place = first_missing(connection, tuple(field.ref for field in sent), batch.of(sent))
    if place is None:
        return
    columns = batch.at([place]).of(key)
    values = tuple(column[0] for column in columns)
    is_primary = tuple(key) == meta.key_fields
    shown = None if not is_primary else values if len(values) > 1 else columns[0][0]
    row = chunk.first + batch.positions[place]
    if first_missing(connection, tuple(field.ref for field in key), columns) is not None:
        raise NotFound(meta.table.name, meta.table.shown_key(shown), row)
    raise stale(meta.table, shown, row)
