"""INSERT: `insert_into(Users).values(NewUser(…))`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, compress
from typing import Any

from ferra_sync._compiler.shapes import ConflictShape, InsertShape
from ferra_sync._expression.operators import taken
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sentinels import Sentinel
from ferra_sync._expression.shapes import Items
from ferra_sync._expression.typevars import S
from ferra_sync._model.model import FerraModel, Insertable, ModelMeta
from ferra_sync._model.rows import CheckedRows, Given, arrays_of, checked_rows, given, value_list
from ferra_sync._query.arity import Changing
from ferra_sync._query.checks import rows_meta, table_of
from ferra_sync._query.keys import NOTHING
from ferra_sync._query.shown import Parts
from ferra_sync._query.writes import read_instead, writable
from ferra_sync._schema.table import TableMeta, TableT
from ferra_sync.errors import QueryError


class Insert(Changing[S]):
    """An INSERT."""

    __slots__ = ("_meta", "_rows")

    _meta: ModelMeta | None
    _rows: CheckedRows | None

    def __init__(self, table: TableMeta) -> None:
        self._table = table
        self._meta = None
        self._rows = None

    @property
    def is_empty(self) -> bool:
        """Whether `values` was given no rows."""
        return self._rows is not None and not self._rows.values

    def values(self, *rows: Insertable[S] | FerraModel[S]) -> Insert[S]:
        """Insert these rows, all of one class; without any nothing is inserted, and that is no error.

        Several rows travel as one array for each column, so that one statement serves every number of them.

        Raises:
            QueryError: the class lacks a required column, or the rows are of several classes or of another table.
            ValidationError: a value is of the wrong type, or a validator of the class rejects it; of several rows it
                says which one, counted from 0.
        """
        insert: Insert[S] = Insert(self._table)
        insert._rows = CheckedRows([], [], (), ())
        if rows:
            meta = rows_meta(rows, self._table)
            insert._meta = meta
            checked = checked_rows(meta, rows, first=0 if len(rows) > 1 else None)
            insert._rows = _taken(meta, checked) if meta.is_mutable else checked
        return insert

    def with_returning(self, items: Items, values: tuple[Any, ...]) -> Parts:
        """Return the shape and the values; QueryError where `values` was never called."""
        if self._rows is None:
            raise QueryError(f"nothing to insert into {self._table.name}: say .values(…)")
        if self._meta is None:
            return read_instead(self._table, (NOTHING,), items, values)
        refs, rows = self._meta.refs, self._rows
        if len(rows.values) > 1 and rows.is_uniform and any(rows.given):
            shape = insert_of_arrays(self._table, compress(refs, rows.given), returning=items)
            return shape, tuple(map(list, compress(rows.columns, rows.given))) + values
        patterns = [given(row) for row in rows.values]
        params = tuple(chain.from_iterable(map(compress, rows.values, patterns)))
        return insert_of_rows(self._meta, patterns, returning=items), params + values


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
        overriding=overriding,
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
    """Begin an INSERT; `.values(…)` follows."""
    return Insert(writable(table_of("insert_into", table)))
