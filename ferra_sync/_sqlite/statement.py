"""A statement ready for SQLite: its text, what converts its parameters, and what makes its rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import attrs

from ferra_sync._compiler.bulk_shapes import KeysShape
from ferra_sync._expression.references import ColumnRef, TableRef
from ferra_sync._expression.shapes import Items
from ferra_sync._model.select_list import nested_in
from ferra_sync._postgres.conversions import load_of
from ferra_sync._postgres.row_maker import MISFIT, RowMaker, row_maker
from ferra_sync._postgres.statement import Statement
from ferra_sync._sqlite.compiler import sqlite_sql
from ferra_sync._sqlite.keys import keys_sql
from ferra_sync._sqlite.storage import Convert
from ferra_sync.errors import Db, DbErrorKind, QueryError

_UNREADABLE: Final = (KeyError, OverflowError, TypeError, ValueError)


@attrs.frozen(eq=False)
class SqliteStatement:
    """SQL of SQLite's.

    Attributes:
        sql: the text.
        gives: what makes of each value what SQLite is given.
        constants: values behind these.
        loads: what makes of each column what a row maker takes; None: it is that.
        make_row: the row maker.
        columns: what each column of a row is.
        writes: the table that it writes; None: it reads.
    """

    sql: str
    gives: tuple[Convert, ...]
    constants: tuple[Any, ...]
    loads: tuple[Convert | None, ...]
    make_row: RowMaker
    columns: Items
    writes: TableRef | None

    def parameters(self, values: Sequence[Any]) -> list[Any]:
        """Return the values as SQLite is given them; `Db` or QueryError where one cannot be."""
        pairs = zip(values, self.gives, strict=True)
        return [*(None if value is None else give(value) for value, give in pairs), *self.constants]

    def row(self, kept: Sequence[Any]) -> Any:  # noqa: ANN401 - a row is of any class
        """Return the row that these columns are; `Db`, of the kind INVALID_DATA, where Python cannot read one."""
        pairs = zip(kept, self.loads, strict=True)
        try:
            return self.make_row([v if load is None or v is None else load(v) for v, load in pairs])
        except (*_UNREADABLE, MISFIT):
            problem = self._unreadable(kept)
        raise problem  # Outside, for the other error may show the value.

    def _unreadable(self, kept: Sequence[Any]) -> Db:
        """Return the error of a row that cannot be read, which names the column."""
        for value, load, (shape, sql_type) in zip(kept, self.loads, self.columns, strict=True):
            if not _is_readable(value, load, load_of(sql_type)):
                name = shape if isinstance(shape, ColumnRef) else "an expression"
                column = shape.name if isinstance(shape, ColumnRef) else None
                return Db(f"a stored value of {name} is no {sql_type}", kind=DbErrorKind.INVALID_DATA, column=column)
        return Db("a stored row does not fit its class", kind=DbErrorKind.INVALID_DATA)


def _is_readable(value: object, *loads: Convert | None) -> bool:
    try:
        for load in loads:
            value = value if load is None or value is None else load(value)
    except _UNREADABLE:
        return False
    return True


@lru_cache(maxsize=4096)
def sqlite_statement(statement: Statement) -> SqliteStatement:
    """Return what SQLite is sent for a statement; QueryError where it serves none such."""
    if statement.shape is None or statement.selected is None or nested_in(statement.selected):
        raise QueryError("SQLite serves no such statement: ask PostgreSQL")
    shape = statement.shape
    made = keys_sql(shape) if isinstance(shape, KeysShape) else sqlite_sql(shape)
    selected = statement.selected
    make_row = row_maker(selected)
    return SqliteStatement(made.sql, made.gives, made.constants, made.loads, make_row, selected.columns, made.writes)
