"""INSERT: `insert_into(Users).values(NewUser(…))`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, compress
from typing import Any, Final, Literal, NamedTuple, Self

from ferra_sync._compiler.shapes import ConflictShape, InsertShape, Overriding
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.markers import In, Plain
from ferra_sync._expression.operators import taken
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sentinels import Sentinel
from ferra_sync._expression.shapes import Items
from ferra_sync._expression.typevars import S
from ferra_sync._model.model import FerraModel, Insertable, ModelMeta
from ferra_sync._model.row_checks import Verb
from ferra_sync._model.rows import CheckedRows, Given, arrays_of, checked_rows, given, value_list
from ferra_sync._query.checks import named, rows_meta, table_of
from ferra_sync._query.conflict import ConflictAction, OnConflict
from ferra_sync._query.conflict_target import conflict_target
from ferra_sync._query.insert_arity import Filling
from ferra_sync._query.keys import NOTHING
from ferra_sync._query.queried_rows import QueriedRows, no_columns, queried_rows
from ferra_sync._query.shown import Parts
from ferra_sync._query.source import Source
from ferra_sync._query.writes import read_instead
from ferra_sync._schema.table import TableMeta, TableT
from ferra_sync.errors import QueryError


class Insert(Filling[S]):
    """An INSERT into the table S."""

    __slots__ = ("_conflict", "_content", "_overriding")

    _content: GivenRows | QueriedRows | None
    _conflict: ConflictAction | None
    _overriding: Overriding | None

    def __init__(self, table: TableMeta) -> None:
        super().__init__(table)
        self._content = None
        self._conflict = None
        self._overriding = None

    def _copy(self) -> Self:
        copy = object.__new__(type(self))
        copy._table = self._table
        copy._source = self._source
        copy._content = self._content
        copy._conflict = self._conflict
        copy._overriding = self._overriding
        return copy

    @property
    def is_empty(self) -> bool:
        """Whether `values` was given no rows."""
        return isinstance(self._content, GivenRows) and not self._content.checked.values

    def values(self, *rows: Insertable[S] | FerraModel[S]) -> Self:
        """Insert these rows, all of one class; without any nothing is inserted, and that is no error.

        Several rows travel as one array for each column, so that one statement serves every number of them.

        Raises:
            QueryError: the class lacks a required column, or the rows are of several classes or of another table.
            ValidationError: a value is of the wrong type, or a validator of the class rejects it; of several rows it
                says which one, counted from 0.
        """
        return self._with_content(_given_rows(self._table, rows, "insert" if self._overriding is None else "save"))

    def default_values(self) -> Self:
        """Insert one row of defaults.

        Raises:
            QueryError: a column has none and is not nullable.
        """
        return self._with_content(no_columns(self._table))

    def _from_query(self, query: object, columns: tuple[object, ...]) -> Self:
        rows = queried_rows(self._table, query, columns, numbered=self._overriding is not None)
        insert = self._with_content(rows)
        insert._source = Source((), ctes=rows.ctes, cte_params=rows.cte_params).with_shapes(
            self._source.ctes, self._source.cte_params
        )
        return insert

    def _with_content(self, content: GivenRows | QueriedRows) -> Self:
        insert = self._copy()
        insert._content = content
        return insert

    def overriding(self, kept: Literal["system", "user"]) -> Self:
        """Say what a value for an identity means; it stands before `values`, as in SQL.

        `"system"`: it overrides the number that the server would give, always or by default. `"user"`: the server
        numbers the rows, whatever they say.

        Raises:
            QueryError: the table has no identity.
        """
        if kept not in {"system", "user"}:
            raise QueryError(f'overriding is "system" or "user", not {named(kept)}')
        if all(each.generated not in {"identity", "identity always"} for each in self._table.attributes.values()):
            raise QueryError(f"{self._table.name} has no identity whose numbers could be overridden")
        insert = self._copy()
        insert._overriding = "SYSTEM" if kept == "system" else "USER"
        return insert

    def on_conflict(
        self,
        *target: Expr[In[S], Any, Any, Plain],
        constraint: str | None = None,
        where: Expr[In[S], bool, None, Plain] | None = None,
    ) -> OnConflict[S, Self]:
        """Say what becomes of a row that is there already; `.do_nothing()`, `.do_update(…)` follow.

        Args:
            target: the columns of the primary key, of a unique constraint or of a unique index, or its expressions, in
                any order; none: whatever it is that the row is in conflict with, which only `do_nothing` takes.
            constraint: the name of a unique constraint, in their place.
            where: what a unique index that holds some of the rows alone is declared with.

        Raises:
            QueryError: the table declares nothing unique over these; the message lists what it does.
        """
        if self._conflict is not None:
            raise QueryError("on_conflict is said twice: an INSERT has one")
        return OnConflict(self._table, conflict_target(self._table, target, constraint, where), self._meeting)

    def _meeting(self, action: ConflictAction) -> Self:
        insert = self._copy()
        insert._conflict = action
        return insert

    def with_returning(self, items: Items, values: tuple[Any, ...]) -> Parts:
        """Return the shape and the values; QueryError where nothing was said to insert."""
        content, action = self._content, self._conflict
        if content is None:
            raise QueryError(f"nothing to insert into {self._table.name}: say .values(…)")
        if self.is_empty:
            return read_instead(self._table, (NOTHING,), items, values)
        shape, params = content.parts(self._table)
        conflict = None
        if action is not None:
            conflict, changes = action.parts(self._table, content.given)
            params += changes
        shape = shape._replace(conflict=conflict, returning=items, overriding=self._overriding, ctes=self._source.ctes)
        return shape, self._source.cte_params + params + values


class GivenRows(NamedTuple):
    """Rows of one class to insert; `meta` is None where there are none."""

    meta: ModelMeta | None
    checked: CheckedRows

    @property
    def given(self) -> tuple[ColumnRef, ...]:
        """The columns that the rows give.

        Raises:
            QueryError: some give one that others leave to the server.
        """
        if self.meta is None:
            return ()
        if not self.checked.is_uniform:
            pairs = zip(self.meta.fields, self.checked.any_default, self.checked.all_default, strict=True)
            mixed = next(field.name for field, any_default, all_default in pairs if any_default != all_default)
            raise QueryError(
                f"do_update_all: some rows leave {mixed} to the server, and others do not: insert them apart"
            )
        return tuple(compress(self.meta.refs, self.checked.given))

    def parts(self, table: TableMeta) -> tuple[InsertShape, tuple[Any, ...]]:
        """Return the shape and the values of their INSERT."""
        meta, rows = self.meta, self.checked
        if meta is None:
            raise QueryError("no rows were given")
        if len(rows.values) > 1 and rows.is_uniform and any(rows.given):
            shape = insert_of_arrays(table, compress(meta.refs, rows.given), returning=())
            return shape, tuple(map(list, compress(rows.columns, rows.given)))
        patterns = [given(row) for row in rows.values]
        params = tuple(chain.from_iterable(map(compress, rows.values, patterns)))
        return insert_of_rows(meta, patterns, returning=()), params


_NO_ROWS: Final = GivenRows(None, CheckedRows([], [], (), ()))


def _given_rows(table: TableMeta, rows: tuple[Any, ...], verb: Verb) -> GivenRows:
    if not rows:
        return _NO_ROWS
    meta = rows_meta(rows, table)
    checked = checked_rows(meta, rows, verb, first=0 if len(rows) > 1 else None)
    return GivenRows(meta, _taken(meta, checked) if meta.is_mutable else checked)


def insert_of_arrays(table: TableMeta, columns: Iterable[ColumnRef], *, returning: Items) -> InsertShape:
    """Return the INSERT of any number of rows, one array for each column."""
    refs = tuple(columns)
    return InsertShape(table=table.ref, columns=refs, arrays=arrays_of(refs), returning=returning)


def insert_of_rows(
    meta: ModelMeta,
    patterns: Iterable[Given],
    *,
    returning: Items,
    conflict: ConflictShape | None = None,
    overriding: bool = False,
) -> InsertShape:
    """Return the INSERT of rows in VALUES, each of which gives the fields that its pattern says."""
    return InsertShape(
        table=meta.table.ref,
        columns=meta.refs,
        rows=tuple([value_list(meta, pattern) for pattern in patterns]),
        conflict=conflict,
        returning=returning,
        overriding="SYSTEM" if overriding else None,
    )


def _taken(meta: ModelMeta, rows: CheckedRows) -> CheckedRows:
    """Return the rows without anything that their owner can still change."""
    columns = [
        tuple(each if each is None or isinstance(each, Sentinel) else taken(each, ref.type) for each in column)
        if ref.type.is_mutable
        else column
        for ref, column in zip(meta.refs, rows.columns, strict=True)
    ]
    return rows._replace(values=list(zip(*columns, strict=True)), columns=columns)


def insert_into(table: type[TableT]) -> Insert[TableT]:
    """Begin an INSERT; `.values(…)`, `.from_query(…)` or `.default_values()` follows."""
    return Insert(table_of("insert_into", table))
