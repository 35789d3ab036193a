"""From a statement's shape to its SQL: PyPika renders each shape once, and the text is kept."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from ferra_sync._compiler.bulk_insert import compile_bulk_insert
from ferra_sync._compiler.compiled import Compiled
from ferra_sync._compiler.count import compile_count
from ferra_sync._compiler.merge import compile_merge
from ferra_sync._compiler.select import compile_select
from ferra_sync._compiler.set_operations import compile_compound
from ferra_sync._compiler.shapes import (
    BulkInsertShape,
    CompoundShape,
    CountShape,
    DeleteShape,
    InsertShape,
    MergeShape,
    SelectShape,
    StatementShape,
    UpdateShape,
)
from ferra_sync._compiler.write import compile_delete, compile_insert, compile_update

CACHED_SHAPES: Final = 4096


@lru_cache(maxsize=CACHED_SHAPES, typed=True)
def compiled(shape: StatementShape) -> Compiled:  # noqa: C901, PLR0911 - one line for each kind of statement
    """Return what `shape` is in SQL.

    Raises:
        QueryError: the statement cannot mean anything.
    """
    match shape:
        case SelectShape():
            return compile_select(shape)
        case CompoundShape():
            return compile_compound(shape)
        case CountShape():
            return compile_count(shape)
        case InsertShape():
            return compile_insert(shape)
        case BulkInsertShape():
            return compile_bulk_insert(shape)
        case MergeShape():
            return compile_merge(shape)
        case UpdateShape():
            return compile_update(shape)
        case DeleteShape():
            return compile_delete(shape)
