"""What PostgreSQL asks of a recursive query: its step reads the rows that were made last once, and as they are."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, Final

from ferra_sync._compiler.nullable_side import nullable_side
from ferra_sync._compiler.shapes import CompoundShape, CteShape, RowsShape, SelectShape
from ferra_sync._expression.operators import cure_of_order
from ferra_sync._expression.range_types import RANGES
from ferra_sync._expression.references import TableRef
from ferra_sync._expression.shapes import SUBQUERY, children, has_aggregate
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._model.select_list import select_list
from ferra_sync._schema.table import table_meta
from ferra_sync.errors import QueryError

_UNHASHED: Final = frozenset({FieldType.TSVECTOR, FieldType.TSQUERY})
_DIFFERENCES: Final = frozenset({"EXCEPT", "EXCEPT ALL", "INTERSECT ALL"})


def check_recursive(cte: CteShape) -> None:
    """Raise QueryError where the server would refuse a recursive query."""
    table = cte.table
    if not isinstance(cte.rows, CompoundShape):
        raise QueryError(f"{table}: a recursive query is a start and a step")
    start, step = cte.rows.parts
    _check_compared(cte, cte.rows)
    if isinstance(start, SelectShape) and start.locks:
        raise QueryError(f"{start.locks[0]} cannot lock what {table} starts with: {cte.rows.operator} makes its rows")
    if list(_readings(start, table)):
        raise QueryError(f"the start of {table} reads {table} itself: only its step does")
    readings = list(_readings(step, table))
    if len(readings) != 1:
        raise QueryError(f"the step of {table} reads {table} once, not {len(readings)} times")
    if readings[0]:
        raise QueryError(f"the step of {table} reads it {readings[0]}, where it cannot")
    if (cte.search or cte.cycle) and not (isinstance(start, SelectShape) and _reads_itself(step, table)):
        raise QueryError(
            f"search and cycle of {table} take a SELECT to start from, and one as a step that reads {table} in its FROM"
        )


def _check_compared(cte: CteShape, rows: CompoundShape) -> None:
    """UNION, SEARCH and CYCLE compare rows, and a recursive UNION looks for them by a hash."""
    every = [column.ref for column in table_meta(cte.table.owner).attributes.values()]
    is_union = rows.operator == "UNION"
    sought = () if cte.search is None else cte.search.by
    for ref in (*(every if is_union else ()), *sought, *cte.cycle):
        if not ref.type.has_order:
            raise QueryError(f"{ref} is {ref.type}, which a recursive query cannot compare: {cure_of_order(ref.type)}")
    unhashed = next((ref for ref in every if is_union and _has_no_hash(ref.type)), None)
    if unhashed is not None:
        raise QueryError(f'{unhashed} is {unhashed.type}, which no recursive UNION takes: say union="all" and cycle=…')


def _has_no_hash(sql_type: SqlType[Any]) -> bool:
    """Whether PostgreSQL has no hash of it, or of a domain over it."""
    return sql_type.kind in _UNHASHED or (sql_type.base is not None and sql_type.kind in RANGES)


def _reads_itself(shape: RowsShape, table: TableRef) -> bool:
    return isinstance(shape, SelectShape) and any(_is_read(each, shape, table) for each in shape.tables)


def _is_read(ref: TableRef, shape: SelectShape, table: TableRef) -> bool:
    """Whether FROM reads the rows of WITH: neither another table nor rows that are made there."""
    return ref.declared_by is table.owner and all(each.table is not ref for each in shape.derived)


def _readings(shape: Any, table: TableRef) -> Iterator[str]:  # noqa: ANN401 - a statement's shape
    """Yield for each reading of `table` in a statement where it cannot stand, or nothing where it can."""
    for cte in shape.ctes:
        yield from _readings(cte.rows, table) if isinstance(cte.rows, (SelectShape, CompoundShape)) else ()
        if cte.table is table:
            return  # From here on the name means another query.
    if isinstance(shape, CompoundShape):
        where = f"inside {shape.operator}" if shape.operator in _DIFFERENCES else ""
        for part in shape.parts:
            yield from (each or where for each in _readings(part, table))
        return
    yield from _of_select(shape, table)


def _of_select(shape: SelectShape, table: TableRef) -> Iterator[str]:
    missing = nullable_side(shape.table, shape.joins)
    results = [each for each, _ in select_list(shape.items).columns]
    aggregates = has_aggregate(*results, *shape.having, *shape.order_by, *shape.shared)
    beside = "beside an aggregate" if aggregates else "beside a lock" if shape.locks else ""
    for ref in shape.tables:
        if _is_read(ref, shape, table):
            yield "on the nullable side of an outer join" if ref in missing else beside
    for derived in shape.derived:
        if isinstance(derived.rows, (SelectShape, CompoundShape)):
            outer = "on the nullable side of an outer join" if derived.table in missing else ""
            yield from (each or outer for each in _readings(derived.rows, table))
    own = shape._replace(ctes=(), derived=())
    for statement in _inside(own.expressions()):
        yield from ("in a query inside an expression" for _ in _readings(statement, table))


def _inside(expressions: tuple[Hashable, ...]) -> Iterator[Any]:
    """Yield the statements inside expressions."""
    for each in expressions:
        match each:
            case (str() as form, statement) if form == SUBQUERY:
                yield statement
            case _:
                yield from _inside(children(each))
