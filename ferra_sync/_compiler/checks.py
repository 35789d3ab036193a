"""What PostgreSQL would refuse in a statement, said by name before it is sent."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final

from ferra_sync._compiler.shapes import SelectShape
from ferra_sync._expression import shapes
from ferra_sync._expression.shapes import ColumnRef, FunctionRef, TableRef, children, columns_of, has_aggregate, rebuilt
from ferra_sync._model.select_list import select_list
from ferra_sync._schema.table import table_meta
from ferra_sync.errors import QueryError

_OUTER: Final = frozenset({"left", "right", "full"})


def check_plain(expressions: Iterable[Hashable], clause: str) -> None:
    """Raise QueryError where one of `expressions` aggregates."""
    if has_aggregate(*expressions):
        raise QueryError(f"an aggregate cannot stand in {clause}")


def check_select(shape: SelectShape) -> None:
    """Raise QueryError where the server would refuse the statement: aggregates, groups and orders out of place."""
    check_plain(shape.where, "WHERE")
    check_plain((join.on for join in shape.joins), "ON")
    _check_joins(shape)
    results = [result for result, _ in select_list(shape.items).columns]
    check_plain(_written_out(shape.group_by, shape), "GROUP BY")
    grouped = (*results, *shape.having, *shape.order_by)
    if shape.group_by or has_aggregate(*_written_out(grouped, shape)):
        _check_grouped(grouped, shape)
    _check_distinct(shape, results)
    _check_distinct_on(shape, results)
    _check_lock(shape, results)


def _check_joins(shape: SelectShape) -> None:
    """An ON names the tables before it and its own, not those that come later."""
    known = {shape.table, *shape.outer}
    for join in shape.joins:
        known.add(join.table)
        for column in columns_of(join.on):
            if column.table not in known:
                raise QueryError(f"{column}: table {column.table} is not joined before {join.table}")


def _written_out(expressions: Iterable[Hashable], shape: SelectShape) -> Iterator[Hashable]:
    """Return expressions with what they share written out."""

    def whole(each: Hashable) -> Hashable:
        match each:
            case (shapes.SHARED, int() as number):
                return shape.shared[number]
            case _:
                return rebuilt(each, whole)

    return map(whole, expressions)


def _check_grouped(expressions: Iterable[Hashable], shape: SelectShape) -> None:
    for each in expressions:
        loose = _loose(each, shape)
        if isinstance(loose, TableRef):
            raise QueryError(
                f"maybe(…) of {loose} beside group_by needs a field that is never NULL, or the primary key in group_by"
            )
        if loose is not None:
            problem = (
                "is neither in group_by nor inside an aggregate" if shape.group_by else "stands beside an aggregate"
            )
            raise QueryError(f"{loose} {problem}")


def _loose(each: Hashable, shape: SelectShape) -> ColumnRef | TableRef | None:
    """Return a column, or a table as a row, that may have several values in one group, or None."""
    if each in shape.group_by:
        return None
    match each:
        case ColumnRef():
            return None if _is_determined(each.table, shape) else each
        case TableRef():
            return None if _is_determined(each, shape) else each
        case (shapes.SHARED, int() as number):
            return _loose(shape.shared[number], shape)
        case (shapes.SUBQUERY, _):
            parts: shapes.Form = tuple(columns_of(each))
        case _:
            parts = children(each)
    if any(isinstance(part, FunctionRef) and part.aggregate for part in parts):
        return None
    loose = (_loose(part, shape) for part in parts)
    return next((part for part in loose if part is not None), None)


def _is_determined(table: TableRef, shape: SelectShape) -> bool:
    """Whether a group has one row of `table`: its primary key is grouped, or it is the row of the query around."""
    if table in shape.outer:
        return True
    key = {column.ref for column in table_meta(table.owner).primary_key}
    return bool(key) and key <= set(shape.group_by)


def _check_distinct(shape: SelectShape, results: Iterable[Hashable]) -> None:
    """DISTINCT sorts by what it selects; DISTINCT ON by its own expressions first, in any order."""
    if shape.distinct is None:
        return
    orders = [operand for order in shape.order_by for operand in children(order)]
    if not shape.distinct:
        if not set(orders) <= set(results):
            raise QueryError("order_by of a distinct query takes only what is selected")
    elif not set(orders[: len(set(shape.distinct))]) <= set(shape.distinct):
        raise QueryError("order_by must begin with the expressions of distinct(…)")


def _check_distinct_on(shape: SelectShape, results: Sequence[Hashable]) -> None:
    """DISTINCT ON beside groups or aggregates takes what the select list could take."""
    if not shape.distinct:
        return
    everything = (*results, *shape.order_by, *shape.distinct)
    if shape.group_by or has_aggregate(*_written_out(everything, shape)):
        _check_grouped(everything, shape)


def _check_lock(shape: SelectShape, results: Sequence[Hashable]) -> None:
    """A row can be locked that is one of a table's own, and that is there."""
    if shape.lock is None:
        return
    if shape.distinct is not None or shape.group_by or has_aggregate(*results, *shape.order_by):
        raise QueryError(
            f"{shape.lock} cannot lock rows made of several by distinct, group_by or aggregates: lock plain rows first"
        )
    if any(join.how in _OUTER for join in shape.joins):
        raise QueryError(f"{shape.lock} cannot lock the nullable side of an outer join: lock without that join")
