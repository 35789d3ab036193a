"""Statements on one connection, and what undoes them: a transaction, or inside one a savepoint."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from ferra_sync._expression.references import TableRef
from ferra_sync._sqlite.connections import Connection
from ferra_sync._sqlite.errors import from_sqlite
from ferra_sync.errors import Db, DbErrorKind


def executed(
    connection: Connection, sql: str, values: Sequence[Any] = (), table: TableRef | None = None
) -> sqlite3.Cursor:
    """Run SQL of the compiler's own; an error is one of ours."""
    if not connection.in_transaction:
        connection.tick()
    try:
        return connection.execute(sql, values)
    except (sqlite3.Error, sqlite3.Warning) as error:
        problem = from_sqlite(error, table)
    except (OverflowError, UnicodeEncodeError):
        problem = Db("a value cannot be kept in SQLite", kind=DbErrorKind.INVALID_DATA)
    raise problem  # Outside, for the other error may show a value.


def fetched(cursor: sqlite3.Cursor, size: int | None = None) -> list[Any]:
    """Return the rows that are left, or the next `size` of them; an error is one of ours."""
    try:
        return cursor.fetchall() if size is None else cursor.fetchmany(size)
    except sqlite3.Error as error:
        problem = from_sqlite(error, None)
    raise problem


def rows_of(
    connection: Connection, sql: str, values: Sequence[Any] = (), table: TableRef | None = None
) -> list[tuple[Any, ...]]:
    """Run SQL of the compiler's own to its end and return its rows; an error is one of ours."""
    return fetched(executed(connection, sql, values, table))


@contextmanager
def begun(connection: Connection, how: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """Run the block in a transaction, which is committed at its end and rolled back where it raises."""
    try:
        executed(connection, how)
        connection.tick()  # For others may have been waited for.
        yield
        executed(connection, "COMMIT")
    finally:
        if connection.in_transaction:
            executed(connection, "ROLLBACK")


@contextmanager
def saved(connection: Connection, name: str) -> Iterator[None]:
    """Run the block in a savepoint, which is undone where it raises; a transaction that is gone took it along."""
    executed(connection, f'SAVEPOINT "{name}"')
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            executed(connection, f'ROLLBACK TO "{name}"')
            executed(connection, f'RELEASE "{name}"')
        raise
    executed(connection, f'RELEASE "{name}"')


def undoing(connection: Connection) -> AbstractContextManager[None]:
    """Return what undoes a statement whose rows cannot be read, and nothing else."""
    return saved(connection, "written") if connection.in_transaction else begun(connection)
