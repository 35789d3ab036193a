"""SELECT and its count: from the shape to the statement."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Final

import attrs
from pypika import JoinType

from ferra_sync._compiler.expressions import Lowering
from ferra_sync._compiler.shapes import CountShape, GroupShape, SelectShape
from ferra_sync._expression.shapes import ColumnRef, FunctionRef, TableRef, has_aggregate, leaves
from ferra_sync._postgres.readers import Readers
from ferra_sync._postgres.row_maker import RowMaker, selection
from ferra_sync._postgres.statement import Statement, finished, new_builder, result_term
from ferra_sync.errors import QueryError

_JOINS: Final = {
    "inner": JoinType.inner,
    "left": JoinType.left_outer,
    "right": JoinType.right_outer,
    "full": JoinType.full_outer,
    "cross": JoinType.cross,
}

_first: Final = itemgetter(0)


def compile_select(shape: SelectShape) -> Statement:
    """Return the statement of a SELECT; QueryError where it cannot mean anything."""
    _check(shape)
    lowering = Lowering((shape.table, *(join.table for join in shape.joins)))
    lowering.share(shape.shared)
    chosen = selection(shape.items)
    builder = new_builder().from_(lowering.table(shape.table))
    if shape.distinct is not None:
        builder = builder.distinct_on(*lowering.terms(shape.distinct)) if shape.distinct else builder.distinct()
    # ORDER BY of a DISTINCT must repeat its expressions, and a cast would make them others.
    binary = shape.distinct is None or all(sql_type.binary for _, sql_type in chosen.columns)
    builder = builder.select(*(result_term(item, lowering.term(item[0]), binary=binary) for item in chosen.columns))
    for join in shape.joins:
        joiner = builder.join(lowering.table(join.table), _JOINS[join.how])
        builder = joiner.cross() if join.on is None else joiner.on(lowering.term(join.on))
    if shape.where:
        builder = builder.where(lowering.conjunction(shape.where))
    if shape.group is not None:
        builder = _grouped(builder, lowering, shape.group)
    builder = builder.orderby(*lowering.terms(shape.order))
    if shape.limit is not None:
        builder = builder.limit(lowering.term(shape.limit))
    if shape.offset is not None:
        builder = builder.offset(lowering.term(shape.offset))
    return finished(builder, lowering, chosen, binary=binary)


def compile_count(shape: CountShape) -> Statement:
    """Return the statement of a count, or of the planner's estimate."""
    counted = compile_select(shape.select)
    make_row: RowMaker = _planned_rows if shape.estimate else _first
    sql = (
        b"EXPLAIN (FORMAT JSON) " + counted.sql
        if shape.estimate
        else b"SELECT count(*) FROM (%b) AS counted" % counted.sql
    )
    return attrs.evolve(counted, sql=sql, binary=True, readers=Readers(make_row), columns=1)


def _planned_rows(row: Sequence[Any]) -> int:
    return int(row[0][0]["Plan"]["Plan Rows"])


def _grouped(builder: Any, lowering: Lowering, group: GroupShape) -> Any:  # noqa: ANN401 - PyPika's builder
    builder = builder.groupby(*lowering.terms(group.keys))
    return builder.having(lowering.conjunction(group.having)) if group.having else builder


def check_plain(shapes: Iterable[Hashable], clause: str) -> None:
    """Raise QueryError where one of `shapes` aggregates."""
    if any(has_aggregate(shape) for shape in shapes):
        raise QueryError(f"an aggregate cannot stand in {clause}")


def _check(shape: SelectShape) -> None:
    check_plain(shape.where, "WHERE")
    check_plain((join.on for join in shape.joins), "ON")
    _check_joins(shape)
    results = [result for result, _ in selection(shape.items).columns]
    if shape.group is not None:
        check_plain(_expanded(shape.group.keys, shape), "GROUP BY")
        _check_grouped((*results, *shape.group.having, *shape.order), shape, shape.group)
    elif any(has_aggregate(each) for each in _expanded((*results, *shape.order), shape)):
        _check_grouped((*results, *shape.order), shape, GroupShape((), (), ()))
    _check_distinct(shape, results)
    _check_distinct_on(shape, results)


def _check_joins(shape: SelectShape) -> None:
    """An ON names the tables before it and its own, not those that come later."""
    known = {shape.table}
    for join in shape.joins:
        known.add(join.table)
        for leaf in leaves(join.on):
            if isinstance(leaf, ColumnRef) and leaf.table not in known:
                raise QueryError(f"{leaf}: table {leaf.table} is not joined before {join.table}")


def _expanded(shapes: Iterable[Hashable], shape: SelectShape) -> Iterator[Hashable]:
    """Yield shapes with what they share written out."""
    for each in shapes:
        match each:
            case ("shared", int() as number):
                yield shape.shared[number]
            case tuple():
                yield tuple(_expanded(each, shape))
            case _:
                yield each


def _check_grouped(shapes: Iterable[Hashable], shape: SelectShape, group: GroupShape) -> None:
    for each in shapes:
        loose = _loose(each, shape, group)
        if isinstance(loose, TableRef):
            raise QueryError(
                f"maybe(…) of {loose} beside group_by needs a field that is never NULL, or the primary key in group_by"
            )
        if loose is not None:
            problem = "is neither in group_by nor inside an aggregate" if group.keys else "stands beside an aggregate"
            raise QueryError(f"{loose} {problem}")


def _loose(each: Hashable, shape: SelectShape, group: GroupShape) -> ColumnRef | TableRef | None:
    """Return a column, or a table as a row, that may have several values in one group, or None."""
    if each in group.keys:
        return None
    match each:
        case ColumnRef():
            return None if _is_determined(each.table, group) else each
        case ("is row", TableRef() as table):
            return None if _is_determined(table, group) else table
        case ("shared", int() as number):
            return _loose(shape.shared[number], shape, group)
        case tuple() if not any(isinstance(part, FunctionRef) and part.aggregate for part in each):
            loose = (_loose(part, shape, group) for part in each)
            return next((part for part in loose if part is not None), None)
        case _:
            return None


def _is_determined(table: TableRef, group: GroupShape) -> bool:
    """Whether a group has one row of `table`: its primary key is grouped."""
    return any(owner is table and key and set(key) <= set(group.keys) for owner, key in group.primary_keys)


def _check_distinct(shape: SelectShape, results: Iterable[Hashable]) -> None:
    """DISTINCT sorts by what it selects; DISTINCT ON by its own expressions first, in any order."""
    if shape.distinct is None:
        return
    orders = [order[1] for order in shape.order if isinstance(order, tuple)]
    if not shape.distinct:
        if not set(orders) <= set(results):
            raise QueryError("order_by of a distinct query takes only what is selected")
    elif not set(orders[: len(set(shape.distinct))]) <= set(shape.distinct):
        raise QueryError("order_by must begin with the expressions of distinct(…)")


def _check_distinct_on(shape: SelectShape, results: Sequence[Hashable]) -> None:
    """DISTINCT ON beside groups or aggregates takes what the select list could take."""
    if not shape.distinct:
        return
    everything = (*results, *shape.order, *shape.distinct)
    if shape.group is not None:
        _check_grouped(shape.distinct, shape, shape.group)
    elif any(has_aggregate(each) for each in _expanded(everything, shape)):
        _check_grouped(everything, shape, GroupShape((), (), ()))
