"""INSERT, UPDATE and DELETE: from the shape to PyPika's builder, over a lowering that knows the table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pypika.terms import Term

from ferra_sync._compiler.checks import check_plain
from ferra_sync._compiler.compiled import new_builder, result_term
from ferra_sync._compiler.expressions import Lowering
from ferra_sync._compiler.shapes import ConflictShape, DeleteShape, InsertShape, UpdateShape
from ferra_sync._compiler.terms import Raw, Template, Unnest
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import Item, Items
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._model.select_list import select_list
from ferra_sync.errors import QueryError


def insert_builder(shape: InsertShape, lowering: Lowering, *, binary: bool) -> Any:  # noqa: ANN401 - PyPika's builder
    """Return the builder of an INSERT."""
    builder = (
        new_builder(overriding=shape.overriding).into(lowering.table(shape.table)).columns(*column_names(shape.columns))
    )
    if shape.arrays:
        rows = Unnest(lowering.terms(shape.arrays))
        builder = builder.from_(rows).select(*unnested_columns(rows, shape.columns)).orderby(rows.ordinal)
    else:
        builder = builder.insert(*(tuple(lowering.terms(row)) for row in shape.rows))
    if shape.conflict is not None:
        builder = _on_conflict(builder, lowering, shape.conflict)
    return _returning(builder, lowering, shape.returning, binary=binary)


def unnested_columns(rows: Unnest, columns: tuple[ColumnRef, ...]) -> list[Term]:
    """Return the columns of `rows`; an array that travelled as text becomes an array again."""
    return [
        Template("{}::{}", rows.column(number), Raw(column.type.cast))
        if column.type.kind is FieldType.ARRAY
        else rows.column(number)
        for number, column in enumerate(columns)
    ]


def returned_column(item: Item) -> ColumnRef:
    """Return the column that an item of a model is.

    Raises:
        QueryError: it is no column.
    """
    shape, _ = item
    if not isinstance(shape, ColumnRef):
        raise QueryError("a bulk insert returns models")
    return shape


def column_names(columns: Iterable[ColumnRef]) -> list[str]:
    """Return the bare names, as PyPika quotes them."""
    return [column.name for column in columns]


def _on_conflict(builder: Any, lowering: Lowering, conflict: ConflictShape) -> Any:  # noqa: ANN401 - PyPika's builder
    builder = builder.on_conflict(*column_names(conflict.target))
    if not conflict.excluded and not conflict.assignments:
        return builder.do_nothing()
    for column in conflict.excluded:
        builder = builder.do_update(column.name)
    for column, value in conflict.assignments:
        builder = builder.do_update(column.name, lowering.term(value))
    return builder.where(lowering.conjunction(conflict.where)) if conflict.where else builder


def update_builder(shape: UpdateShape, lowering: Lowering, *, binary: bool) -> Any:  # noqa: ANN401 - PyPika's builder
    """Return the builder of an UPDATE."""
    builder = new_builder().update(lowering.table(shape.table))
    for column, value in shape.assignments:
        check_plain((value,), "SET")
        builder = builder.set(column.name, lowering.term(value))
    return _returning(_add_where(builder, lowering, shape.where), lowering, shape.returning, binary=binary)


def delete_builder(shape: DeleteShape, lowering: Lowering, *, binary: bool) -> Any:  # noqa: ANN401 - PyPika's builder
    """Return the builder of a DELETE."""
    builder = new_builder().from_(lowering.table(shape.table)).delete()
    return _returning(_add_where(builder, lowering, shape.where), lowering, shape.returning, binary=binary)


def _add_where(builder: Any, lowering: Lowering, where: tuple[Any, ...]) -> Any:  # noqa: ANN401 - PyPika's builder
    check_plain(where, "WHERE")
    return builder.where(lowering.conjunction(where)) if where else builder


def _returning(builder: Any, lowering: Lowering, items: Items, *, binary: bool) -> Any:  # noqa: ANN401 - PyPika's builder
    columns = select_list(items).columns
    check_plain((shape for shape, _ in columns), "RETURNING")
    if not items:
        return builder
    return builder.returning(*(result_term(item, lowering.term(item[0]), binary=binary) for item in columns))
