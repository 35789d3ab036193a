"""SELECT: from the shape to the statement."""

from __future__ import annotations

from typing import Any, Final

from pypika import JoinType

from ferra_sync._compiler.checks import check_select
from ferra_sync._compiler.compiled import Compiled, finished, new_builder, result_term
from ferra_sync._compiler.expressions import Lowering
from ferra_sync._compiler.nullable_side import nullable_side
from ferra_sync._compiler.shapes import SelectShape
from ferra_sync._compiler.terms import Raw
from ferra_sync._model.select_list import SelectList, select_list

_JOINS: Final = {
    "inner": JoinType.inner,
    "left": JoinType.left_outer,
    "right": JoinType.right_outer,
    "full": JoinType.full_outer,
    "cross": JoinType.cross,
}


def compile_select(shape: SelectShape) -> Compiled:
    """Return the statement of a SELECT; QueryError where it cannot mean anything."""
    lowering, selected = Lowering(()), selected_by(shape)
    # ORDER BY of a DISTINCT must repeat its expressions, and a cast would make them others.
    binary = shape.distinct is None or all(sql_type.binary for _, sql_type in selected.columns)
    return finished(select_builder(shape, lowering, binary=binary), lowering, selected, binary=binary)


def selected_by(shape: SelectShape) -> SelectList:
    """Return what a SELECT selects."""
    return select_list(shape.items, nullable_side(shape.table, shape.joins))


def select_builder(shape: SelectShape, statement: Lowering, *, binary: bool) -> Any:  # noqa: ANN401 - PyPika's builder
    """Return PyPika's builder of a SELECT that is a statement, or stands in one.

    Raises:
        QueryError: it cannot mean anything.
    """
    check_select(shape)
    lowering = Lowering((shape.table, *(join.table for join in shape.joins)), around=statement)
    lowering.share(shape.shared)
    builder = new_builder().from_(lowering.table(shape.table))
    if shape.distinct is not None:
        builder = builder.distinct_on(*lowering.terms(shape.distinct)) if shape.distinct else builder.distinct()
    columns = selected_by(shape).columns
    builder = builder.select(*(result_term(item, lowering.term(item[0]), binary=binary) for item in columns))
    for join in shape.joins:
        joiner = builder.join(lowering.table(join.table), _JOINS[join.how])
        builder = joiner.cross() if join.on is None else joiner.on(lowering.term(join.on))
    if shape.where:
        builder = builder.where(lowering.conjunction(shape.where))
    builder = builder.groupby(*lowering.terms(shape.group_by))
    if shape.having:
        builder = builder.having(lowering.conjunction(shape.having))
    builder = builder.orderby(*lowering.terms(shape.order_by))
    if shape.limit is not None:
        builder = builder.limit(lowering.term(shape.limit))
    if shape.offset is not None:
        builder = builder.offset(lowering.term(shape.offset))
    if shape.lock is not None:
        builder._for_update = Raw(str(shape.lock))
    return builder
