"""The rows of a write before and after it, which its RETURNING may name: aliases `old` and `new` of its table."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache

from ferra_sync._compiler.nullable_side import nullable_side
from ferra_sync._compiler.shapes import DeleteShape, InsertShape, WriteShape
from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._expression.shapes import Items, leaves
from ferra_sync._model.select_list import select_list
from ferra_sync._schema.old_new import which_row

OLD_NEW_SINCE = 18
"""The first release of PostgreSQL that has them."""


@lru_cache(maxsize=1024)
def old_new_in(items: Items) -> tuple[TableRef, ...]:
    """Return the tables of a RETURNING that are the old or the new row."""
    found = (_table_of(leaf) for leaf in leaves(*(shape for shape, _ in select_list(items).columns)))
    return tuple(dict.fromkeys(table for table in found if table is not None and which_row(table) is not None))


def lacking(shape: WriteShape) -> frozenset[Hashable]:
    """Return the tables of which a row that a write returns may lack theirs.

    What is inserted may have no old row, and what is deleted has no new one.
    """
    missing: frozenset[Hashable] = frozenset()
    if not isinstance(shape, InsertShape) and shape.source is not None:
        missing = nullable_side(shape.source.table, shape.source.joins)
    lacks = {InsertShape: "old", DeleteShape: "new"}.get(type(shape))
    return missing.union(_of_row(old_new_in(shape.returning), lacks)) if lacks is not None else missing


def _of_row(tables: Iterable[TableRef], which: str) -> Iterable[TableRef]:
    return (table for table in tables if which_row(table) == which)


def _table_of(leaf: Hashable) -> TableRef | None:
    if isinstance(leaf, ColumnRef):
        return leaf.table
    return leaf if isinstance(leaf, TableRef) else None
