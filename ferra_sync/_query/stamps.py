"""What on_update columns are set to beside values that are given."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from typing import Any, TypeAlias

from ferra_sync._expression import shapes
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import excluded
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._schema.table import TableMeta

Pair: TypeAlias = tuple[ColumnRef, Hashable]
"""A column and what it is set to."""


def stamps(table: TableMeta, given: Collection[ColumnRef]) -> tuple[tuple[Pair, ...], tuple[Any, ...]]:
    """Return what each on_update column is set to, and the values in it: the stamp.

    One that is among the `given`, the columns of `excluded`, is set to what is given where that is another value than
    the row has.
    """
    pairs: list[Pair] = []
    for stamp in table.on_update:
        ref, shape = stamp.shape
        if ref in given:
            shape = shapes.stamp(ref, excluded(ref), shape, is_json=ref.type.kind is FieldType.JSON)
        pairs.append((ref, shape))
    return tuple(pairs), tuple(value for stamp in table.on_update for value in stamp.params)


def overwriting(table: TableMeta, given: Iterable[ColumnRef]) -> tuple[tuple[Pair, ...], tuple[Any, ...]]:
    """Return what sets the `given` columns to what `excluded` has, stamps included, and the values in it."""
    refs = list(given)
    pairs, values = stamps(table, refs)
    stamped = {ref for ref, _ in pairs}
    return (*((ref, excluded(ref)) for ref in refs if ref not in stamped), *pairs), values
