"""SELECT and its count: from the shape to the statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs
from pypika import JoinType
from pypika.terms import Term

from ferra_sync._compiler.checks import check_select
from ferra_sync._compiler.compiled import Compiled, finished, new_builder, result_term
from ferra_sync._compiler.expressions import Lowering
from ferra_sync._compiler.nullable_side import nullable_side
from ferra_sync._compiler.shapes import CountShape, JoinShape, SelectShape
from ferra_sync._compiler.terms import Raw, Subquery
from ferra_sync._expression.shapes import result
from ferra_sync._expression.sqltypes import BIGINT, JSON
from ferra_sync._model.select_list import select_list

_JOINS: Final = {
    "inner": JoinType.inner,
    "left": JoinType.left_outer,
    "right": JoinType.right_outer,
    "full": JoinType.full_outer,
    "cross": JoinType.cross,
}


class QueryLowering(Lowering):
    """Lowers the expressions of one statement, and the queries inside them."""

    def subquery(self, statement: object) -> Term:
        if not isinstance(statement, SelectShape):
            return super().subquery(statement)
        check_select(statement)
        inside = QueryLowering(statement.tables, statement.outer, self)
        columns = select_list(statement.items).columns
        return Subquery(_select(statement, inside, lambda: [inside.term(shape) for shape, _ in columns] or [_ROW]))


def compile_select(shape: SelectShape) -> Compiled:
    """Return the statement of a SELECT; QueryError where it cannot mean anything."""
    check_select(shape)
    lowering = QueryLowering(shape.tables, shape.outer)
    selected = select_list(shape.items, nullable_side(shape.table, shape.joins))
    # ORDER BY of a DISTINCT must repeat its expressions, and a cast would make them others.
    binary = shape.distinct is None or all(sql_type.binary for _, sql_type in selected.columns)

    def results() -> list[Term]:
        return [result_term(item, lowering.term(item[0]), binary=binary) for item in selected.columns]

    return finished(_select(shape, lowering, results), lowering, selected, binary=binary)


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
    if shape.lock is not None:
        builder._for_update = Raw(str(shape.lock))
    return builder


def _joined(builder: Any, lowering: Lowering, joins: tuple[JoinShape, ...]) -> Any:  # noqa: ANN401 - PyPika's builder
    for join in joins:
        joiner = builder.join(lowering.table(join.table), _JOINS[join.how])
        builder = joiner.cross() if join.on is None else joiner.on(lowering.term(join.on))
    return builder


def compile_count(shape: CountShape) -> Compiled:
    """Return the statement of a count, or of the planner's estimate."""
    counted = compile_select(shape.select)
    if shape.estimate:
        return Compiled(f"EXPLAIN (FORMAT JSON) {counted.sql}", counted.parameter_types, _PLAN)
    sql = f"SELECT count(*) FROM ({counted.sql}) AS counted"  # noqa: S608 - the compiler's own text
    return Compiled(sql, counted.parameter_types, _COUNT)


def _planned_rows(plans: Any) -> int:  # noqa: ANN401 - a document of the server's
    return int(plans[0]["Plan"]["Plan Rows"])


_ROW: Final = Raw("1")
"""What EXISTS selects: it asks for rows alone."""

_COUNT: Final = select_list(((result("count"), BIGINT),))
_PLAN: Final = select_list(((result("plan"), attrs.evolve(JSON, load=_planned_rows)),))
