"""A statement ready for SQLite: its text, what converts its parameters, and what makes its rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import attrs

from ferra_sync._expression.references import TableRef
from ferra_sync._model.select_list import nested_in
from ferra_sync._postgres.row_maker import RowMaker, row_maker
from ferra_sync._postgres.statement import Statement
from ferra_sync._sqlite.compiler import sqlite_sql
from ferra_sync._sqlite.storage import Convert
from ferra_sync.errors import QueryError


@attrs.frozen(eq=False)
class SqliteStatement:
    """SQL of SQLite's.

    Attributes:
        sql: the text.
        gives: what makes of each value what SQLite is given.
        constants: values behind these.
        loads: what makes of each column what a row maker takes; None: it is that.
        make_row: the row maker.
        writes: the table that it writes; None: it reads.
    """

    sql: str
    gives: tuple[Convert, ...]
    constants: tuple[Any, ...]
    loads: tuple[Convert | None, ...]
    make_row: RowMaker
    writes: TableRef | None

    def parameters(self, values: Sequence[Any]) -> list[Any]:
        """Return the values as SQLite is given them; `Db` or QueryError where one cannot be."""
        pairs = zip(values, self.gives, strict=True)
        return [*(None if value is None else give(value) for value, give in pairs), *self.constants]

    def row(self, kept: Sequence[Any]) -> Any:  # noqa: ANN401 - a row is of any class
        """Return the row that these columns are."""
        pairs = zip(kept, self.loads, strict=True)
        return self.make_row([v if load is None or v is None else load(v) for v, load in pairs])


@lru_cache(maxsize=4096)
def sqlite_statement(statement: Statement) -> SqliteStatement:
    """Return what SQLite is sent for a statement; QueryError where it serves none such."""
    if statement.shape is None or statement.selected is None or nested_in(statement.selected):
        raise QueryError("SQLite serves no such statement: ask PostgreSQL")
    made = sqlite_sql(statement.shape)
    return SqliteStatement(made.sql, made.gives, made.constants, made.loads, row_maker(statement.selected), made.writes)
