"""The shapes of whole statements: what each of them says, without any value."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal, NamedTuple, TypeAlias

from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.shapes import ColumnRef, Items, TableRef, subqueries
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._model.select_list import select_list


class JoinShape(NamedTuple):
    """A table joined to those before it; `on` is None for a cross join."""

    how: Literal["inner", "left", "right", "full", "cross"]
    table: TableRef
    on: Hashable | None = None


Strength: TypeAlias = Literal["UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"]


class LockShape(NamedTuple):
    """FOR UPDATE and its weaker sisters; without `wait` the statement waits for rows that are locked.

    `of` are the tables whose rows are locked; all of the query where it is empty.
    """

    strength: Strength
    wait: Literal["NOWAIT", "SKIP LOCKED"] | None = None
    of: tuple[TableRef, ...] = ()

    def __str__(self) -> str:
        of = f"OF {', '.join(quoted(table.qualifier) for table in self.of)}" if self.of else None
        return " ".join(part for part in ("FOR", self.strength, of, self.wait) if part is not None)


class SelectShape(NamedTuple):
    """A SELECT. Its parameters come in the order of these fields.

    `shared` are the expressions with values that several clauses repeat. `distinct` is empty where whole rows are.
    `outer` are the tables of the query around it that it names. `table` is None where it reads none.
    """

    table: TableRef | None
    shared: tuple[Hashable, ...] = ()
    distinct: tuple[Hashable, ...] | None = None
    items: Items = ()
    joins: tuple[JoinShape, ...] = ()
    where: tuple[Hashable, ...] = ()
    group_by: tuple[Hashable, ...] = ()
    having: tuple[Hashable, ...] = ()
    order_by: tuple[Hashable, ...] = ()
    limit: SqlType[Any] | None = None
    offset: SqlType[Any] | None = None
    locks: tuple[LockShape, ...] = ()
    outer: tuple[TableRef, ...] = ()

    @property
    def tables(self) -> tuple[TableRef, ...]:
        """What it reads from, the first table first."""
        return () if self.table is None else (self.table, *(join.table for join in self.joins))

    def expressions(self) -> tuple[Hashable, ...]:
        """Return its expressions, in the order of its parameters."""
        return (
            *self.shared,
            *(self.distinct or ()),
            *(shape for shape, _ in select_list(self.items).columns),
            *(join.on for join in self.joins),
            *self.where,
            *self.group_by,
            *self.having,
            *self.order_by,
            *(each for each in (self.limit, self.offset) if each is not None),
        )


SetOperator: TypeAlias = Literal["UNION", "UNION ALL", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL"]


class CompoundShape(NamedTuple):
    """The rows of several queries as one. Its parameters come in the order of these fields.

    `order_by` names columns of the result by their place.
    """

    operator: SetOperator
    parts: tuple[SelectShape | CompoundShape, ...]
    order_by: tuple[Hashable, ...] = ()
    limit: SqlType[Any] | None = None
    offset: SqlType[Any] | None = None


RowsShape: TypeAlias = SelectShape | CompoundShape


class CountShape(NamedTuple):
    """The number of rows of a query, or with `estimate` what the planner believes it to be."""

    select: RowsShape
    estimate: bool = False


class InsertShape(NamedTuple):
    """An INSERT of rows in VALUES, a `SqlType` or `DEFAULT` for each column; or of arrays, one for each column."""

    table: TableRef
    columns: tuple[ColumnRef, ...]
    rows: tuple[tuple[Hashable, ...], ...] = ()
    arrays: tuple[SqlType[Any], ...] = ()
    conflict: ConflictShape | None = None
    returning: Items = ()
    overriding: bool = False
    """Whether a column that is always an identity is given a value all the same."""


class BulkInsertShape(NamedTuple):
    """An INSERT of arrays whose rows come back in the order of the arrays.

    `generated` are the key columns that the server fills in, each with the expression that does; `key` tells the rows
    apart.
    """

    table: TableRef
    columns: tuple[ColumnRef, ...]
    arrays: tuple[SqlType[Any], ...]
    generated: tuple[tuple[ColumnRef, Hashable], ...]
    key: tuple[ColumnRef, ...]
    returning: Items = ()
    overriding: bool = False


class MergeShape(NamedTuple):
    """An INSERT of arrays, spelled as MERGE, whose rows come back each with its place in the arrays."""

    table: TableRef
    columns: tuple[ColumnRef, ...]
    arrays: tuple[SqlType[Any], ...]
    returning: Items = ()


class ConflictShape(NamedTuple):
    """ON CONFLICT (target) DO UPDATE: columns set to what was to be inserted, and assignments; DO NOTHING without."""

    target: tuple[ColumnRef, ...]
    excluded: tuple[ColumnRef, ...] = ()
    assignments: tuple[tuple[ColumnRef, Hashable], ...] = ()


class UpdateShape(NamedTuple):
    """An UPDATE."""

    table: TableRef
    assignments: tuple[tuple[ColumnRef, Hashable], ...]
    where: tuple[Hashable, ...] = ()
    returning: Items = ()


class DeleteShape(NamedTuple):
    """A DELETE."""

    table: TableRef
    where: tuple[Hashable, ...] = ()
    returning: Items = ()


StatementShape: TypeAlias = (
    RowsShape | CountShape | InsertShape | BulkInsertShape | MergeShape | UpdateShape | DeleteShape
)


def locks_rows(shape: object) -> bool:
    """Whether a statement that reads locks rows, itself or in a query inside it."""
    match shape:
        case SelectShape():
            return bool(shape.locks) or any(map(locks_rows, subqueries(*shape.expressions())))
        case CompoundShape(parts=parts):
            return any(map(locks_rows, parts))
        case CountShape(select=rows):
            return locks_rows(rows)
        case _:
            return False
