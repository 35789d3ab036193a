"""Statements on one connection, and what undoes them: a transaction, or inside one a savepoint."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from ferra_sync._expression.references import TableRef
from ferra_sync._sqlite.connections import Connection
from ferra_sync._sqlite.errors import UNTOLD, told
from ferra_sync.errors import QueryError


def executed(
    connection: Connection, sql: str, values: Sequence[Any] = (), table: TableRef | None = None
) -> sqlite3.Cursor:
    """Run SQL of the compiler's own; an error is one of ours.

    Raises:
        QueryError: the connection is the parent's, in a forked child.
    """
    if connection.is_inherited:
        raise QueryError("a transaction belongs to the process that began it, and not to one that this has forked")
    connection.failure = None
    if not connection.in_transaction:
        connection.tick()
    try:
        return connection.execute(sql, values)
    except UNTOLD as error:
        problem = told(error, table, connection.failure)
    raise problem  # Outside, for the other error may show a value.


def fetched(cursor: sqlite3.Cursor, size: int | None = None, table: TableRef | None = None) -> list[Any]:
    """Return the rows that are left, or the next `size` of them; an error is one of ours."""
    try:
        return cursor.fetchall() if size is None else cursor.fetchmany(size)
    except UNTOLD as error:
        problem = told(error, table, getattr(cursor.connection, "failure", None))
    raise problem


def rows_of(
    connection: Connection, sql: str, values: Sequence[Any] = (), table: TableRef | None = None
) -> list[tuple[Any, ...]]:
    """Run SQL of the compiler's own to its end and return its rows; an error is one of ours."""
    return fetched(executed(connection, sql, values, table), table=table)


@contextmanager
def begun(connection: Connection, how: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """Run the block in a transaction, which is committed at its end and rolled back where it raises."""
    try:
        executed(connection, how)
        connection.tick()  # For others may have been waited for.
        yield
        executed(connection, "COMMIT")
    finally:
        if connection.in_transaction and not connection.is_inherited:
            executed(connection, "ROLLBACK")


@contextmanager
def saved(connection: Connection, name: str) -> Iterator[None]:
    """Run the block in a savepoint, which is undone where it raises; a transaction that is gone took it along."""
    executed(connection, f'SAVEPOINT "{name}"')
    try:
        yield
    except BaseException:
        if connection.in_transaction and not connection.is_inherited:
            executed(connection, f'ROLLBACK TO "{name}"')
            executed(connection, f'RELEASE "{name}"')
        raise
    executed(connection, f'RELEASE "{name}"')


def undoing(connection: Connection) -> AbstractContextManager[None]:
    """Return what undoes a statement whose rows cannot be read, and nothing else."""
    return saved(connection, "written") if connection.in_transaction else begun(connection)
