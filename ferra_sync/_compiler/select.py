"""SELECT: from the shape to the statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pypika import JoinType
from pypika.terms import Term

from ferra_sync._compiler.checks import check_select
from ferra_sync._compiler.compiled import Compiled, finished, new_builder, result_term
from ferra_sync._compiler.expressions import Lowering
from ferra_sync._compiler.grouping import in_some_sets
from ferra_sync._compiler.nullable_side import nullable_side
from ferra_sync._compiler.shapes import JoinShape, SelectShape
from ferra_sync._compiler.terms import Raw, Subquery
from ferra_sync._model.select_list import SelectList, select_list

_JOINS: Final = {
    "inner": JoinType.inner,
    "left": JoinType.left_outer,
    "right": JoinType.right_outer,
    "full": JoinType.full_outer,
    "cross": JoinType.cross,
}

_ROW: Final = Raw("1")
"""What EXISTS selects: it asks for rows alone."""


class QueryLowering(Lowering):
    """Lowers the expressions of one statement, and the queries inside them."""

    def subquery(self, statement: object) -> Term:
        if not isinstance(statement, SelectShape):
            return super().subquery(statement)
        check_select(statement)
        inside = QueryLowering(statement.tables, statement.outer, around=self)
        columns = select_list(statement.items).columns
        return Subquery(_select(statement, inside, lambda: [inside.term(shape) for shape, _ in columns] or [_ROW]))


def compile_select(shape: SelectShape) -> Compiled:
    """Return the statement of a SELECT; QueryError where it cannot mean anything."""
    lowering, selected = Lowering(()), selected_by(shape)
    # ORDER BY of a DISTINCT must repeat its expressions, and a cast would make them others.
    binary = shape.distinct is None or all(sql_type.binary for _, sql_type in selected.columns)
    return finished(select_builder(shape, lowering, binary=binary), lowering, selected, binary=binary)


def selected_by(shape: SelectShape) -> SelectList:
    """Return what a SELECT selects."""
    return select_list(shape.items, nullable_side(shape.table, shape.joins) | in_some_sets(shape.group_by))


def select_builder(shape: SelectShape, statement: Lowering, *, binary: bool) -> Any:  # noqa: ANN401 - PyPika's builder
    """Return PyPika's builder of a SELECT that is a statement, or stands in one.

    Raises:
        QueryError: it cannot mean anything.
    """
    check_select(shape)
    lowering = QueryLowering(shape.tables, shape.outer, around=statement)
    columns = selected_by(shape).columns
    return _select(
        shape, lowering, lambda: [result_term(item, lowering.term(item[0]), binary=binary) for item in columns]
    )


def _select(shape: SelectShape, lowering: Lowering, results: Callable[[], list[Term]]) -> Any:  # noqa: ANN401 - PyPika's
    """Return the builder of a SELECT; `results` lowers its select list, when it is its turn."""
    lowering.share(shape.shared)
    builder = new_builder()
    if shape.table is not None:
        builder = builder.from_(lowering.table(shape.table))
    if shape.distinct is not None:
        builder = builder.distinct_on(*lowering.terms(shape.distinct)) if shape.distinct else builder.distinct()
    builder = builder.select(*results())
    builder = _joined(builder, lowering, shape.joins)
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
    if shape.locks:
        builder._for_update = Raw(" ".join(map(str, shape.locks)))
    return builder


def _joined(builder: Any, lowering: Lowering, joins: tuple[JoinShape, ...]) -> Any:  # noqa: ANN401 - PyPika's builder
    for join in joins:
        joiner = builder.join(lowering.table(join.table), _JOINS[join.how])
        builder = joiner.cross() if join.on is None else joiner.on(lowering.term(join.on))
    return builder
