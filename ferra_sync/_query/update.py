"""UPDATE and DELETE: `update(Users).find(id).set(Users.name.to("al"))`, `delete_from(Users).find(id)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, Never, Self, overload

from ferra_sync._compiler.shapes import DeleteShape, SelectShape, UpdateShape
from ferra_sync._expression.column import Assignment
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.filtering import Filtering
from ferra_sync._expression.markers import In, New, Old, Opt, Plain
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync._expression.operators import parameter
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sentinels import SERVER_DEFAULT, UNSET
from ferra_sync._expression.shapes import DEFAULT, Items, binary
from ferra_sync._expression.typevars import S2, App, AppA, S, Sel, SelA
from ferra_sync._model.model import Changeset, ModelMeta
from ferra_sync._model.rows import checked_values
from ferra_sync._query.arity import Changing
from ferra_sync._query.beside import beside, from_shape, params_of
from ferra_sync._query.checks import check_predicates, named, table_of
from ferra_sync._query.filtered import predicates_of
from ferra_sync._query.from_clause import From
from ferra_sync._query.keys import NOTHING, key_is
from ferra_sync._query.query import Versioned
from ferra_sync._query.shown import Parts
from ferra_sync._query.writes import read_instead
from ferra_sync._schema.declaration import Joinable
from ferra_sync._schema.table import TableMeta, TableT
from ferra_sync.errors import QueryError


class Restricted(Changing[Sel, App], Generic[S, Sel, App, AppA]):
    """A write to the rows that `where` or `find` keeps, or by `all_rows` to every row.

    S: the table. Sel, App: what it may return. AppA: what it reads beside the table.
    """

    __slots__ = ("_all", "_key", "_where")

    _where: tuple[AnyExpr, ...]
    _all: bool
    _key: object

    def __init__(self, table: TableMeta) -> None:
        super().__init__(table)
        self._where = ()
        self._all = False
        self._key = None

    def _copy(self) -> Self:
        copy = object.__new__(type(self))
        copy._table = self._table
        copy._source = self._source
        copy._where = self._where
        copy._all = self._all
        copy._key = self._key
        return copy

    def _reading(self, clause: str, source: object) -> Any:  # noqa: ANN401 - a copy that names other tables
        """Return a copy that reads `source` too."""
        copy = self._copy()
        copy._source = beside(self._table, clause, self._source, source)
        return copy

    @property
    def key(self) -> object:
        """The key that `find` was given, or None."""
        return self._key

    def where(self, *predicates: Expr[In[S] | Opt[In[S]] | AppA | Opt[AppA], bool, None, Plain]) -> Self:
        """Write only the rows for which all predicates hold; a further `where` adds to them."""
        check_predicates("where", predicates)
        copy = self._copy()
        copy._where = self._where + predicates
        return copy

    def filter(self, *filters: Filtering[In[S] | AppA]) -> Self:
        """Write only the rows that all filters keep; filters in which all is UNSET do not say that every row is meant.

        Raises:
            QueryError: a value is of another type than its operator takes.
        """
        return self.where(*predicates_of(filters))

    def find(self, key: object) -> Self:
        """Write only the row with this primary key; a tuple where the key has several columns.

        Raises:
            QueryError: the table has no primary key, or the key has the wrong type or number of values.
        """
        copy = self._copy()
        copy._where = self._where + key_is(self._table, key)
        copy._key = key
        return copy

    def all_rows(self) -> Self:
        """Say that every row is meant."""
        copy = self._copy()
        copy._all = True
        return copy

    def _restriction(self, verb: str) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Return the shapes and the values of the predicates; QueryError where there are none and none was meant."""
        if not self._where and not self._all:
            raise QueryError(f"{verb} every row of {self._table.name}? Say .where(…), or .all_rows()")
        return tuple(each.shape for each in self._where), tuple(value for each in self._where for value in each.params)


class Update(
    Restricted[S, In[S] | Old[In[S]] | New[In[S]] | SelA, AppA, AppA],
    Generic[S, SelA, AppA],
):
    """An UPDATE of the table S. SelA, AppA: what its FROM has, as it is, and what its clauses may name of that."""

    __slots__ = ("_assignments", "_version")

    _assignments: tuple[Assignment[Any, Any], ...] | None
    _version: int | None

    def __init__(self, table: TableMeta) -> None:
        super().__init__(table)
        self._assignments = None
        self._version = None

    def _copy(self) -> Self:
        copy = super()._copy()
        copy._assignments = self._assignments
        copy._version = self._version
        return copy

    @property
    def is_empty(self) -> bool:
        """Whether nothing is set: an empty changeset changes nothing, on_update columns included."""
        return self._assignments == ()

    @overload
    def from_(self, source: From[Sel, App]) -> Update[S, SelA | Sel, AppA | App]: ...
    @overload
    def from_(self, source: Joinable[In[S2], Never]) -> Update[S, SelA | In[S2], AppA | In[S2]]: ...
    def from_(self, source: object) -> Update[S, Any, Any]:
        """Read another table too, a derived one, or by `from_(…)` several with their joins: `where` says which row.

        Where several of its rows belong to one row of the table, that is set from any of them.

        Raises:
            QueryError: it is the table itself, without an alias; it says more than joins; FROM is there already.
        """
        updating: Update[S, Any, Any] = self._reading("from_", source)
        return updating

    def set(self, *changes: Assignment[S, In[S] | Opt[In[S]] | SelA | Opt[AppA]] | Changeset[S]) -> Self:
        """Set columns, by assignments or by changesets; a further `set` adds to them.

        A changeset that carries a version is of the row that `find` names while it has that version; the verb that runs
        it raises `Db`, STALE_ROW, where the row has another, and `NotFound` where there is none.

        Raises:
            QueryError: there is nothing to set, a column is set twice, a change is of another table, or it assigns a
                version, which is counted.
            ValidationError: a changeset has a value of the wrong type, or one that its validators reject.
        """
        if not changes:
            raise QueryError(f"nothing to set in {self._table.name}: give set an assignment or a changeset")
        copy = self._copy()
        added = [assignment for change in changes for assignment in copy._assigned(change)]
        copy._assignments = (*(self._assignments or ()), *added)
        columns = [assignment.column for assignment in copy._assignments]
        for column in columns:
            if columns.count(column) > 1:
                raise QueryError(f"{column} is set twice")
        return copy

    def _assigned(self, change: object) -> Iterator[Assignment[Any, Any]]:
        if isinstance(change, Assignment):
            if change.column.table is not self._table.ref:
                raise QueryError(f"{change.column} is not a column of {self._table.name}")
            if change.column is self._table.version:
                raise QueryError(f"{change.column} is counted by every UPDATE and cannot be set")
            yield change
        elif isinstance(change, Changeset):
            yield from self._changed(change)
        else:
            example = f"{self._table.ref.owner.__name__}.….to(…)"
            raise QueryError(f"set takes assignments and changesets, not {named(change)}: say {example}")

    def _changed(self, change: Changeset[Any]) -> Iterator[Assignment[Any, Any]]:
        meta = ModelMeta.of(type(change))
        if meta.table is not self._table:
            raise QueryError(f"{meta.model.__name__} is a changeset of {meta.table.name}, not of {self._table.name}")
        for field, value in zip(meta.fields, checked_values(meta, change, "change"), strict=True):
            if field.ref is self._table.version:
                self._expect(field.ref, value)
            elif value is not UNSET:
                yield _set_to(field.ref, value)

    def _expect(self, ref: ColumnRef, value: object) -> None:
        if value is UNSET:
            return
        if not is_whole_number(value):
            raise QueryError(
                f"{ref} is counted by every UPDATE: a changeset carries the number that was read, or UNSET"
            )
        if self._version is not None:
            raise QueryError(f"{ref} is carried twice")
        self._version = value

    def versioned(self) -> Versioned | None:
        """Return of which version the row must be that is written."""
        ref = self._table.version
        if ref is None or self._version is None:
            return None
        shapes, values = self._restriction("update")
        return Versioned(
            self._version, (SelectShape(items=((ref, ref.type),), table=self._table.ref, where=shapes), values)
        )

    def with_returning(self, items: Items, values: tuple[Any, ...]) -> Parts:
        """Return the shape and the values; QueryError where nothing was set or no rows were named."""
        if self._assignments is None:
            raise QueryError(f"nothing to set in {self._table.name}: say .set(…)")
        where, restriction = self._restriction("update")
        if not self._assignments:
            return read_instead(self._table, self._where if items else (NOTHING,), items, values, self._source)
        ref = self._table.version
        if ref is not None and self._version is not None:
            if self._key is None:
                raise QueryError(f"{ref}: a changeset that carries a version is of one row: say .find(…)")
            where, restriction = (*where, binary("=", ref, ref.type.parameter)), (*restriction, self._version)
        assigned = {assignment.column for assignment in self._assignments}
        assignments = (*self._assignments, *(stamp for stamp in self._table.on_update if stamp.column not in assigned))
        shape = UpdateShape(
            table=self._table.ref,
            assignments=tuple([each.shape for each in assignments]),
            where=where,
            returning=items,
            source=from_shape(self._source),
            ctes=self._source.ctes,
        )
        params = [value for each in assignments for value in each.params]
        return shape, (*params_of(self._source), *params, *restriction, *values)


def _set_to(ref: ColumnRef, value: object) -> Assignment[Any, Any]:
    if value is SERVER_DEFAULT:
        return Assignment(ref, DEFAULT, ())
    given = parameter(value, ref.type, ref)
    return Assignment(ref, given.shape, given.params)


class Delete(
    Restricted[S, In[S] | Old[In[S]] | SelA, AppA | New[In[S]], AppA],
    Generic[S, SelA, AppA],
):
    """A DELETE from the table S. SelA, AppA: what its USING has, as it is, and what its clauses may name of that."""

    __slots__ = ()

    @overload
    def using(self, source: From[Sel, App]) -> Delete[S, SelA | Sel, AppA | App]: ...
    @overload
    def using(self, source: Joinable[In[S2], Never]) -> Delete[S, SelA | In[S2], AppA | In[S2]]: ...
    def using(self, source: object) -> Delete[S, Any, Any]:
        """Read another table too, a derived one, or by `from_(…)` several with their joins: `where` says which row.

        Raises:
            QueryError: it is the table itself, without an alias; it says more than joins; USING is there already.
        """
        deleting: Delete[S, Any, Any] = self._reading("using", source)
        return deleting

    def with_returning(self, items: Items, values: tuple[Any, ...]) -> Parts:
        """Return the shape and the values; QueryError where no rows were named."""
        where, restriction = self._restriction("delete")
        source = from_shape(self._source)
        shape = DeleteShape(table=self._table.ref, where=where, returning=items, source=source, ctes=self._source.ctes)
        return shape, (*params_of(self._source), *restriction, *values)


def update(table: type[TableT]) -> Update[TableT]:
    """Begin an UPDATE; `.where(…)` or `.find(…)`, and `.set(…)`, follow."""
    return Update(table_of("update", table))


def delete_from(table: type[TableT]) -> Delete[TableT]:
    """Begin a DELETE; `.where(…)` or `.find(…)` follows."""
    return Delete(table_of("delete_from", table))
