"""What PostgreSQL would refuse in a statement, said by name before it is sent."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence

from ferra_sync._compiler.grouping import grouped_by, in_every_set, in_some_sets
from ferra_sync._compiler.nullable_side import nullable_side
from ferra_sync._compiler.shapes import CompoundShape, DerivedShape, JoinShape, LockShape, SelectShape
from ferra_sync._expression import shapes
from ferra_sync._expression.grouping import GROUPING
from ferra_sync._expression.operators import Node, unordered
from ferra_sync._expression.references import ColumnRef, FunctionRef, TableRef
from ferra_sync._expression.shapes import (
    children,
    columns_of,
    has_aggregate,
    has_window,
    rebuilt,
    windowed,
)
from ferra_sync._model.select_list import select_list
from ferra_sync._schema.table import table_meta
from ferra_sync.errors import QueryError


def check_plain(expressions: Iterable[Hashable], clause: str) -> None:
    """Raise QueryError where one of `expressions` is of more than one row."""
    expressions = tuple(expressions)
    if has_aggregate(*expressions):
        raise QueryError(f"an aggregate cannot stand in {clause}")
    _check_no_window(expressions, clause)


def _check_no_window(expressions: Iterable[Hashable], clause: str) -> None:
    if has_window(*expressions):
        raise QueryError(f"a function over a window cannot stand in {clause}: select it, or sort by it")


def check_select(shape: SelectShape) -> None:
    """Raise QueryError where the server would refuse the statement: aggregates, groups and orders out of place."""
    check_plain(written_out(shape.where, shape), "WHERE")
    check_joins(shape.table, shape.joins, shape.derived, shape.outer)
    results = [result for result, _ in select_list(shape.items).columns]
    _check_models(shape)
    check_plain(written_out(shape.group_by, shape), "GROUP BY")
    _check_no_window(written_out(shape.having, shape), "HAVING")
    grouped = (*results, *shape.having, *shape.order_by)
    if shape.group_by or shape.having or has_aggregate(*written_out(grouped, shape)):
        _check_grouped(grouped, shape)
    _check_distinct(shape, results)
    _check_distinct_on(shape, results)
    _check_lock(shape, results)


def check_joins(
    table: TableRef | None,
    joins: Iterable[JoinShape],
    derived: Iterable[DerivedShape],
    outer: Collection[TableRef] = (),
) -> None:
    """Raise QueryError where an ON, or what is LATERAL, names a table that does not stand before it."""
    check_plain((join.on for join in joins), "ON")
    needs = {each.table: each.needs for each in derived}
    known = {table, *outer}
    if table is not None:
        _check_lateral(table, needs, set(outer))
    for join in joins:
        _check_lateral(join.table, needs, known)
        if needs.get(join.table) and join.how in {"right", "full"}:
            raise QueryError(f"{join.table} is made from tables before it: join it by inner_join or left_join")
        known.add(join.table)
        for column in columns_of(join.on):
            if column.table not in known:
                raise QueryError(f"{column}: table {column.table} is not joined before {join.table}")


def _check_lateral(
    table: TableRef, needs: Mapping[TableRef, Collection[TableRef]], known: Collection[TableRef | None]
) -> None:
    for needed in needs.get(table, ()):
        if needed not in known:
            raise QueryError(f"{table} is made from {needed}, which does not stand before it")


def written_out(expressions: Iterable[Hashable], shape: SelectShape) -> Iterator[Hashable]:
    """Return expressions with what they share written out."""

    def whole(each: Hashable) -> Hashable:
        match each:
            case (shapes.SHARED, int() as number):
                return whole(shape.shared[number])
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
                "is neither in group_by nor inside an aggregate"
                if shape.group_by or shape.having
                else "stands beside an aggregate"
            )
            raise QueryError(f"{loose} {problem}")


def _check_models(shape: SelectShape) -> None:
    """A model has no field for the NULL of a grouping set that lacks its column."""
    lacked = in_some_sets(shape.group_by)
    for item in shape.items if lacked else ():
        match item:
            case ((shapes.MODEL | shapes.MAYBE, *_), _):
                column = next((column for column, _ in select_list((item,)).columns if column in lacked), None)
                if column is not None:
                    raise QueryError(f"a model has no {column} where a grouping set lacks it: select columns")


def _loose(each: Hashable, shape: SelectShape) -> ColumnRef | TableRef | None:
    """Return a column, or a table as a row, that may have several values in one group, or None."""
    if each in grouped_by(shape.group_by):
        return None
    match each:
        case ColumnRef():
            return None if _is_determined(each.table, shape) else each
        case TableRef():
            return None if _is_determined(each, shape) else each
        case (shapes.SHARED, int() as number):
            return _loose(shape.shared[number], shape)
        case (shapes.CALL, FunctionRef() as function, *keys) if function is GROUPING:
            if not grouped_by(shape.group_by).issuperset(keys):
                raise QueryError("grouping takes what group_by has, expressions with values and all")
            return None
    loose = (_loose(part, shape) for part in _parts(each))
    return next((part for part in loose if part is not None), None)


def _parts(each: Hashable) -> shapes.Form:
    """Return the parts of an expression that have one value in a group if it has: of an aggregate none must."""
    match each:
        case (shapes.ORDERED | shapes.WITHIN_GROUP | shapes.FILTER, *_):
            return ()
        case (shapes.OVER, call, rows):
            return windowed(call, rows)
        case (shapes.SUBQUERY, _):
            return tuple(columns_of(each))
    parts = children(each)
    return () if any(isinstance(part, FunctionRef) and part.aggregate for part in parts) else parts


def _is_determined(table: TableRef, shape: SelectShape) -> bool:
    """Whether a group has one row of `table`: its primary key is grouped, or it is the row of the query around."""
    if table in shape.outer:
        return True
    key = {column.ref for column in table_meta(table.owner).primary_key}
    return bool(key) and key <= in_every_set(shape.group_by)


def _check_distinct(shape: SelectShape, results: Iterable[Hashable]) -> None:
    """DISTINCT sorts by what it selects; DISTINCT ON by its own expressions first, in any order."""
    if shape.distinct is None:
        return
    orders = [operand for order in shape.order_by for operand in children(order)]
    if not shape.distinct:
        for result, sql_type in select_list(shape.items).columns:
            if not sql_type.has_order:
                raise unordered(Node(result, (), sql_type), "distinct")
        if not set(orders) <= set(results):
            raise QueryError("order_by of a distinct query takes only what is selected")
    elif not set(orders[: len(set(shape.distinct))]) <= set(shape.distinct):
        raise QueryError("order_by must begin with the expressions of distinct(…)")


def _check_distinct_on(shape: SelectShape, results: Sequence[Hashable]) -> None:
    """DISTINCT ON beside groups or aggregates takes what the select list could take."""
    if not shape.distinct:
        return
    everything = (*results, *shape.order_by, *shape.distinct)
    if shape.group_by or shape.having or has_aggregate(*written_out(everything, shape)):
        _check_grouped(everything, shape)


def _check_lock(shape: SelectShape, results: Sequence[Hashable]) -> None:
    """A row can be locked that is one of a table's own, and that is there."""
    read = (*results, *shape.order_by)
    missing = nullable_side(shape.table, shape.joins)
    for lock in shape.locks:
        if shape.distinct is not None or shape.group_by or shape.having or has_aggregate(*read):
            raise QueryError(
                f"{lock} cannot lock rows made of several by distinct, group_by or aggregates: lock plain rows first"
            )
        if has_window(*read):
            raise QueryError(f"{lock} cannot lock rows beside a function over a window, which reads others too")
        if missing.intersection(lock.of or shape.tables):
            there = [table for table in shape.tables if table not in missing]
            cure = f"say of={there[0].owner.__name__}" if there else "lock without that join"
            raise QueryError(f"{lock} cannot lock the nullable side of an outer join: {cure}")
        _check_lock_of_tables(lock, shape)


def _check_lock_of_tables(lock: LockShape, shape: SelectShape) -> None:
    """A lock is of tables: of a query in FROM it would be of all that this reads, and of one in WITH of nothing."""
    locked = lock.of or shape.tables
    queries = {each.table for each in shape.derived if isinstance(each.rows, (SelectShape, CompoundShape))}
    made = next((table for table in locked if table in queries), None)
    if made is not None:
        owner = made.owner.__name__
        raise QueryError(f"{lock} would lock what {made} is made of: say {owner}.of(….for_update()), or of=…")
    derived = [table for table in locked if table.is_derived]
    if derived and (lock.of or len(derived) == len(locked)):
        raise QueryError(f"{lock} locks rows of tables, and {derived[0]} is none: lock those of its query")
