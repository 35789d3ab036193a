"""The shapes of whole statements: what each of them says, without any value."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, Literal, NamedTuple, TypeAlias

from ferra_sync._compiler.bulk_shapes import BulkShape
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._expression.shapes import Items, columns_of, subqueries, subquery
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._model.select_list import select_list


class JoinShape(NamedTuple):
    """A table joined to those before it; `on` is None for a cross join."""

    how: Literal["inner", "left", "right", "full", "cross"]
    table: TableRef
    on: Hashable | None = None


class ValuesShape(NamedTuple):
    """Rows given as arrays, one for each column: a shape for every number of rows."""

    arrays: tuple[SqlType[Any], ...]


class DerivedShape(NamedTuple):
    """Rows in FROM that a query makes, or arrays, or a function's call; the latter two name tables before them.

    With `ordinality` the rows of a call are numbered in one column more.
    """

    table: TableRef
    rows: Hashable
    lateral: bool = False
    ordinality: bool = False

    @property
    def is_dependent(self) -> bool:
        """Whether its rows may be made anew for each row of the tables before it."""
        return self.lateral or not isinstance(self.rows, (ValuesShape, SelectShape, CompoundShape))

    @property
    def needs(self) -> frozenset[TableRef]:
        """The tables before it that it names."""
        return frozenset(column.table for column in columns_of(*self.expressions()))

    def expressions(self) -> tuple[Hashable, ...]:
        """Return its expressions, in the order of its parameters."""
        match self.rows:
            case ValuesShape(arrays=arrays):
                return arrays
            case SelectShape() | CompoundShape():
                return (subquery(self.rows),)
            case call:
                return (call,)


class PartShape(NamedTuple):
    """What is read of a table: with `only` not the tables that inherit from it; with a method a sample of its rows."""

    table: TableRef
    only: bool = False
    method: Literal["bernoulli", "system"] | None = None
    percent: SqlType[Any] | None = None
    seed: SqlType[Any] | None = None

    def expressions(self) -> tuple[Hashable, ...]:
        """Return its expressions, in the order of its parameters."""
        return tuple(each for each in (self.percent, self.seed) if each is not None)


class CteShape(NamedTuple):
    """A query in WITH. Its columns are those of the class that `table` is of.

    `search` and `cycle`: see the clauses of those names; the one sorts the rows by a column, the other marks those that
    were met before.
    """

    table: TableRef
    rows: RowsShape | WriteShape
    is_recursive: bool = False
    materialized: bool | None = None
    search: SearchShape | None = None
    cycle: tuple[ColumnRef, ...] = ()


class SearchShape(NamedTuple):
    """SEARCH: in which order a recursive query meets its rows."""

    order: Literal["BREADTH", "DEPTH"]
    by: tuple[ColumnRef, ...]


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

    `ctes` are in its WITH, `derived` are its tables whose rows are made here, `parts` those not read whole. `shared`
    are the expressions with values that several clauses repeat. `distinct` is empty where whole rows are. `outer` are
    the tables of the query around it that it names. `table` is None where it reads none.
    """

    table: TableRef | None
    ctes: tuple[CteShape, ...] = ()
    derived: tuple[DerivedShape, ...] = ()
    parts: tuple[PartShape, ...] = ()
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
            *(subquery(each.rows) for each in self.ctes),
            *(part for each in self.derived for part in each.expressions()),
            *(value for each in self.parts for value in each.expressions()),
            *self.shared,
            *(self.distinct or ()),
            *_results(self.items),
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
    ctes: tuple[CteShape, ...] = ()
    parts: tuple[SelectShape | CompoundShape, ...] = ()
    order_by: tuple[Hashable, ...] = ()
    limit: SqlType[Any] | None = None
    offset: SqlType[Any] | None = None

    @property
    def tables(self) -> tuple[TableRef, ...]:
        """What it reads from itself: nothing, for its queries do."""
        return ()

    @property
    def outer(self) -> tuple[TableRef, ...]:
        """The tables of the query around it that its queries name."""
        return tuple(dict.fromkeys(table for part in self.parts for table in part.outer))

    def expressions(self) -> tuple[Hashable, ...]:
        """Return its expressions, in the order of its parameters."""
        rows = tuple(each for each in (self.limit, self.offset) if each is not None)
        return (*(subquery(each.rows) for each in self.ctes), *map(subquery, self.parts), *self.order_by, *rows)


RowsShape: TypeAlias = SelectShape | CompoundShape


class CountShape(NamedTuple):
    """The number of rows of a query, or with `estimate` what the planner believes it to be."""

    select: RowsShape
    estimate: bool = False


Overriding: TypeAlias = Literal["SYSTEM", "USER"]


class InsertShape(NamedTuple):
    """An INSERT: of rows in VALUES, of arrays, or of a query. Its parameters: ctes, query, rows, arrays, conflict.

    A row has a `SqlType` or `DEFAULT` for each column; without columns it is DEFAULT VALUES. `overriding`: whose value
    of an identity is dropped, the server's or the user's.
    """

    table: TableRef
    columns: tuple[ColumnRef, ...]
    rows: tuple[tuple[Hashable, ...], ...] = ()
    arrays: tuple[SqlType[Any], ...] = ()
    conflict: ConflictShape | None = None
    returning: Items = ()
    overriding: Overriding | None = None
    query: RowsShape | None = None
    ctes: tuple[CteShape, ...] = ()

    @property
    def outer(self) -> tuple[TableRef, ...]:
        """The tables of a query around it that it names: none."""
        return ()

    def expressions(self) -> tuple[Hashable, ...]:
        """Return its expressions, in the order of its parameters."""
        return (
            *(subquery(each.rows) for each in self.ctes),
            *(() if self.query is None else (subquery(self.query),)),
            *(value for row in self.rows for value in row),
            *self.arrays,
            *(() if self.conflict is None else self.conflict.expressions()),
            *_results(self.returning),
        )


class ConflictShape(NamedTuple):
    """ON CONFLICT (target) DO UPDATE: columns set to what was to be inserted, and assignments; DO NOTHING without.

    A row for which `where` does not hold is left as it is. The target is the keys of a unique index, whose own WHERE is
    `predicate`, or a `constraint`; neither has values.
    """

    target: tuple[Hashable, ...]
    excluded: tuple[ColumnRef, ...] = ()
    assignments: tuple[tuple[ColumnRef, Hashable], ...] = ()
    where: tuple[Hashable, ...] = ()
    predicate: Hashable = None
    constraint: str | None = None

    @property
    def skips(self) -> bool:
        """Whether it may leave a row as it is."""
        return bool(self.where) or not (self.excluded or self.assignments)

    def expressions(self) -> tuple[Hashable, ...]:
        """Return its expressions, in the order of its parameters."""
        return (*(value for _, value in self.assignments), *self.where)


class FromShape(NamedTuple):
    """What an UPDATE or a DELETE reads beside its own table: FROM, or USING. See `SelectShape`."""

    table: TableRef
    joins: tuple[JoinShape, ...] = ()
    derived: tuple[DerivedShape, ...] = ()
    parts: tuple[PartShape, ...] = ()

    @property
    def tables(self) -> tuple[TableRef, ...]:
        """What it reads from, the first table first."""
        return (self.table, *(join.table for join in self.joins))

    def expressions(self) -> tuple[Hashable, ...]:
        """Return its expressions, in the order of its parameters."""
        return (
            *(part for each in self.derived for part in each.expressions()),
            *(value for each in self.parts for value in each.expressions()),
            *(join.on for join in self.joins),
        )


class UpdateShape(NamedTuple):
    """An UPDATE. Its parameters: ctes, source, assignments, where."""

    table: TableRef
    assignments: tuple[tuple[ColumnRef, Hashable], ...]
    where: tuple[Hashable, ...] = ()
    returning: Items = ()
    source: FromShape | None = None
    ctes: tuple[CteShape, ...] = ()

    @property
    def outer(self) -> tuple[TableRef, ...]:
        """The tables of a query around it that it names: none."""
        return ()

    def expressions(self) -> tuple[Hashable, ...]:
        """Return its expressions, in the order of its parameters."""
        return (
            *_read(self.ctes, self.source),
            *(value for _, value in self.assignments),
            *self.where,
            *_results(self.returning),
        )


class DeleteShape(NamedTuple):
    """A DELETE. Its parameters: ctes, source, where."""

    table: TableRef
    where: tuple[Hashable, ...] = ()
    returning: Items = ()
    source: FromShape | None = None
    ctes: tuple[CteShape, ...] = ()

    @property
    def outer(self) -> tuple[TableRef, ...]:
        """The tables of a query around it that it names: none."""
        return ()

    def expressions(self) -> tuple[Hashable, ...]:
        """Return its expressions, in the order of its parameters."""
        return (*_read(self.ctes, self.source), *self.where, *_results(self.returning))


class TruncateShape(NamedTuple):
    """A TRUNCATE."""

    tables: tuple[TableRef, ...]
    cascade: bool = False
    restart_identity: bool = False


def _read(ctes: tuple[CteShape, ...], source: FromShape | None) -> Iterator[Hashable]:
    yield from (subquery(each.rows) for each in ctes)
    if source is not None:
        yield from source.expressions()


class ClaimShape(NamedTuple):
    """An UPDATE of the rows whose keys a SELECT picks, locked; each comes back with its place among these.

    Its parameters are those of `picked`, then those of `update`, which has no WHERE of its own.
    """

    picked: SelectShape
    update: UpdateShape
    key: tuple[ColumnRef, ...]

    @property
    def table(self) -> TableRef:
        """The table that is written."""
        return self.update.table


def _results(items: Items) -> Iterator[Hashable]:
    return (shape for shape, _ in select_list(items).columns)


WriteShape: TypeAlias = InsertShape | UpdateShape | DeleteShape
"""A write that may stand in WITH."""


def write_in_with(shape: RowsShape) -> WriteShape | None:
    """Return the first write in the WITH of a query, or None."""
    return next((cte.rows for cte in shape.ctes if isinstance(cte.rows, (InsertShape, UpdateShape, DeleteShape))), None)


StatementShape: TypeAlias = RowsShape | CountShape | WriteShape | TruncateShape | ClaimShape | BulkShape


def locks_rows(shape: object) -> bool:
    """Whether a statement that reads locks rows, itself or in a query inside it."""
    match shape:
        case SelectShape(locks=(_, *_)):
            return True
        case SelectShape() | CompoundShape():
            return any(map(locks_rows, subqueries(*shape.expressions())))
        case CountShape(select=rows):
            return locks_rows(rows)
        case _:
            return False


def main_table(shape: object) -> TableRef | None:
    """Return the table of the database that a statement writes, or the first that it reads; None: it reads none."""
    match shape:
        case TruncateShape():
            return shape.tables[0]
        case CountShape():
            return main_table(shape.select)
        case SelectShape() | CompoundShape():
            named = (table for table in shape.tables if not table.is_derived)
            return next(named, None) or next(filter(None, map(main_table, _queries(shape))), None)
        case _:
            return getattr(shape, "table", None)


def _queries(shape: RowsShape) -> Iterator[object]:
    yield from (each.rows for each in shape.ctes)
    yield from shape.parts if isinstance(shape, CompoundShape) else (each.rows for each in shape.derived)
