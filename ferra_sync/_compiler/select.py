"""SELECT: from the shape to PyPika's builder, over a lowering that knows its tables and those around it."""

from __future__ import annotations

from typing import Any, Final

from pypika import JoinType
from pypika.terms import Term

from ferra_sync._compiler.compiled import new_builder, result_term
from ferra_sync._compiler.expressions import Lowering
from ferra_sync._compiler.shapes import JoinShape, SelectShape
from ferra_sync._compiler.terms import Raw
from ferra_sync._model.select_list import select_list

_JOINS: Final = {
    "inner": JoinType.inner,
    "left": JoinType.left_outer,
    "right": JoinType.right_outer,
    "full": JoinType.full_outer,
    "cross": JoinType.cross,
}

_ALWAYS: Final = Raw("true")
"""The ON of what names the tables before it, and so has its condition inside."""


_ROW: Final = Raw("1")
"""What EXISTS selects: it asks for rows alone."""


def select_builder(shape: SelectShape, lowering: Lowering, *, binary: bool) -> Any:  # noqa: ANN401 - PyPika's builder
    """Return the builder of a SELECT.

    Raises:
        QueryError: it cannot mean anything.
    """
    lowering.share(shape.shared)
    builder = new_builder()
    if shape.table is not None:
        builder = builder.from_(lowering.table(shape.table))
    if shape.distinct is not None:
        builder = builder.distinct_on(*lowering.terms(shape.distinct)) if shape.distinct else builder.distinct()
    results = [
        result_term(item, lowering.selected(item[0]), binary=binary) for item in select_list(shape.items).columns
    ]
    builder = builder.select(*(results or [_ROW]))
    builder = _joined(builder, lowering, shape.joins)
    if shape.where:
        builder = builder.where(lowering.conjunction(shape.where))
    builder = builder.groupby(*lowering.keys(shape.group_by))
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
        builder = joiner.cross() if join.how == "cross" else joiner.on(condition(join, lowering))
    return builder


def condition(join: JoinShape, lowering: Lowering) -> Term:
    """Return the ON of a join."""
    return _ALWAYS if join.on is None else lowering.term(join.on)
