"""From a statement's shape to its SQL: PyPika renders each shape once, and the text is kept."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from ferra_sync._compiler.bulk_insert import compile_bulk_insert
from ferra_sync._compiler.bulk_shapes import (
    BulkInsertShape,
    BulkShape,
    BulkUpdateShape,
    KeysShape,
    MergeShape,
    UpsertShape,
)
from ferra_sync._compiler.bulk_update import compile_bulk_update
from ferra_sync._compiler.compiled import Compiled
from ferra_sync._compiler.count import compile_count
from ferra_sync._compiler.keys import compile_keys
from ferra_sync._compiler.merge import compile_merge
from ferra_sync._compiler.queries import compile_rows, compile_write
from ferra_sync._compiler.shapes import (
    ClaimShape,
    CompoundShape,
    CountShape,
    DeleteShape,
    InsertShape,
    SelectShape,
    StatementShape,
    TruncateShape,
    UpdateShape,
)
from ferra_sync._compiler.upsert import compile_upsert
from ferra_sync._compiler.write import compile_truncate

CACHED_SHAPES: Final = 4096


@lru_cache(maxsize=CACHED_SHAPES, typed=True)
def compiled(shape: StatementShape) -> Compiled:
    """Return what `shape` is in SQL.

    Raises:
        QueryError: the statement cannot mean anything.
    """
    match shape:
        case SelectShape() | CompoundShape():
            return compile_rows(shape)
        case CountShape():
            return compile_count(shape)
        case InsertShape() | UpdateShape() | DeleteShape():
            return compile_write(shape)
        case ClaimShape():
            from ferra_sync._compiler.claim import compile_claim  # noqa: PLC0415 - of queues alone

            return compile_claim(shape)
        case TruncateShape():
            return compile_truncate(shape)
        case _:
            return _compiled_bulk(shape)


def _compiled_bulk(shape: BulkShape) -> Compiled:
    match shape:
        case BulkInsertShape():
            return compile_bulk_insert(shape)
        case MergeShape():
            return compile_merge(shape)
        case UpsertShape():
            return compile_upsert(shape)
        case BulkUpdateShape():
            return compile_bulk_update(shape)
        case KeysShape():
            return compile_keys(shape)
