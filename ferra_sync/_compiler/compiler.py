"""From a statement's shape to its SQL: PyPika renders each shape once, and the text is kept."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from ferra_sync._compiler.bulk_insert import compile_bulk_insert
from ferra_sync._compiler.compiled import Compiled
from ferra_sync._compiler.count import compile_count
from ferra_sync._compiler.merge import compile_merge
from ferra_sync._compiler.queries import compile_rows, compile_write
from ferra_sync._compiler.shapes import (
    BulkInsertShape,
    CompoundShape,
    CountShape,
    DeleteShape,
    InsertShape,
    MergeShape,
    SelectShape,
    StatementShape,
    TruncateShape,
    UpdateShape,
)
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
        case TruncateShape():
            return compile_truncate(shape)
        case BulkInsertShape():
            return compile_bulk_insert(shape)
        case MergeShape():
            return compile_merge(shape)
