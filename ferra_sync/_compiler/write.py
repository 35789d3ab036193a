"""INSERT, UPDATE, DELETE and TRUNCATE: from the shape to PyPika's builder, over a lowering that knows the table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pypika.queries import Selectable
from pypika.terms import Term

from ferra_sync._compiler.checks import check_plain
from ferra_sync._compiler.compiled import Compiled, finished, new_builder, result_term
from ferra_sync._compiler.conflict import conflict_term
from ferra_sync._compiler.expressions import Lowering, qualified_name
from ferra_sync._compiler.old_new import old_new_in
from ferra_sync._compiler.shapes import DeleteShape, InsertShape, TruncateShape, UpdateShape
from ferra_sync._compiler.terms import Raw, Template, Unnest
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import Item, Items
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._model.select_list import select_list
from ferra_sync.errors import QueryError


def insert_builder(
    shape: InsertShape,
    lowering: Lowering,
    *,
    rows: Any = None,  # noqa: ANN401 - PyPika's builder, or a term
    binary: bool,
) -> Any:  # noqa: ANN401 - PyPika's builder
    """Return the builder of an INSERT, of `rows` if its shape has a query."""
    builder = new_builder(overriding=shape.overriding).into(lowering.table(shape.table))
    if shape.columns:
        builder = builder.columns(*column_names(shape.columns))
    if rows is not None:
        builder = builder.inserting(rows)
    elif shape.arrays:
        arrays = Unnest(lowering.terms(shape.arrays))
        builder = builder.from_(arrays).select(*unnested_columns(arrays, shape.columns)).orderby(arrays.ordinal)
    elif shape.columns:
        builder = builder.insert(*(tuple(lowering.terms(row)) for row in shape.rows))
    else:
        builder = builder.inserting(Raw("DEFAULT VALUES"))
    if shape.conflict is not None:
        builder.conflict = conflict_term(shape.conflict, lowering)
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


def update_builder(shape: UpdateShape, lowering: Lowering, source: Selectable | None = None, *, binary: bool) -> Any:  # noqa: ANN401 - PyPika's builder
    """Return the builder of an UPDATE, FROM `source`."""
    builder = new_builder().update(lowering.table(shape.table))
    for column, value in shape.assignments:
        check_plain((value,), "SET")
        builder = builder.set(column.name, lowering.term(value))
    if source is not None:
        builder = builder.from_(source)
    return _returning(_add_where(builder, lowering, shape.where), lowering, shape.returning, binary=binary)


def delete_builder(shape: DeleteShape, lowering: Lowering, source: Selectable | None = None, *, binary: bool) -> Any:  # noqa: ANN401 - PyPika's builder
    """Return the builder of a DELETE, USING `source`."""
    builder = new_builder().from_(lowering.table(shape.table)).delete()
    if source is not None:
        builder = builder.using(source)
    return _returning(_add_where(builder, lowering, shape.where), lowering, shape.returning, binary=binary)


def compile_truncate(shape: TruncateShape) -> Compiled:
    """Return the statement of a TRUNCATE."""
    words = [f"TRUNCATE {', '.join(map(qualified_name, shape.tables))}"]
    if shape.restart_identity:
        words.append("RESTART IDENTITY")
    if shape.cascade:
        words.append("CASCADE")
    return finished(Raw(" ".join(words)), Lowering(()), select_list(()))


def _add_where(builder: Any, lowering: Lowering, where: tuple[Any, ...]) -> Any:  # noqa: ANN401 - PyPika's builder
    check_plain(where, "WHERE")
    return builder.where(lowering.conjunction(where)) if where else builder


def _returning(builder: Any, lowering: Lowering, items: Items, *, binary: bool) -> Any:  # noqa: ANN401 - PyPika's builder
    columns = select_list(items).columns
    check_plain((shape for shape, _ in columns), "RETURNING")
    if not items:
        return builder
    lowering.admit(old_new_in(items))
    return builder.returning(*(result_term(item, lowering.term(item[0]), binary=binary) for item in columns))
