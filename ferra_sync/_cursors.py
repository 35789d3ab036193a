"""The last step before psycopg: one statement on one connection."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg.adapt import AdaptersMap

from ferra_sync._adapters import ADAPTERS
from ferra_sync._statements import Statement
from ferra_sync.errors import from_psycopg

_names: Final = itertools.count(1)

CHUNK: Final = 2000
"""How many rows a server-side cursor brings at a time."""


class _Cursor(psycopg.RawCursor[Any]):
    """psycopg's raw cursor with our adapters: the connection itself stays as psycopg makes it."""

    __slots__ = ()

    @property
    def adapters(self) -> AdaptersMap:
        return ADAPTERS


class _ServerCursor(psycopg.RawServerCursor[Any]):
    __slots__ = ()

    @property
    def adapters(self) -> AdaptersMap:
        return ADAPTERS


def fetch(connection: psycopg.Connection[Any], statement: Statement, params: tuple[Any, ...]) -> list[Any]:
    """Send the statement and return all its rows, made.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    cursor = _Cursor(connection, row_factory=statement.row_factory)
    try:
        cursor.execute(statement.sql, statement.parameters(params), binary=statement.binary)
        return cursor.fetchall()
    except psycopg.Error as error:
        raise from_psycopg(error) from error


def execute(connection: psycopg.Connection[Any], statement: Statement, params: tuple[Any, ...]) -> int:
    """Send the statement and return the number of rows that it affected.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    cursor = _Cursor(connection, row_factory=statement.row_factory)
    try:
        cursor.execute(statement.sql, statement.parameters(params))
    except psycopg.Error as error:
        raise from_psycopg(error) from error
    return cursor.rowcount


def run(connection: psycopg.Connection[Any], command: bytes) -> None:
    """Send a command of our own, such as BEGIN.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    try:
        connection.execute(command)
    except psycopg.Error as error:
        raise from_psycopg(error) from error


def copy(connection: psycopg.Connection[Any], command: bytes, rows: Iterable[Sequence[Any]]) -> int:
    """Send the rows of a COPY and return their number; an error on the way leaves none of them.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    cursor = _Cursor(connection)
    try:
        with cursor.copy(command) as sink:
            for row in rows:
                sink.write_row(row)
    except psycopg.Error as error:
        raise from_psycopg(error) from error
    return cursor.rowcount


def stream(connection: psycopg.Connection[Any], statement: Statement, params: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the rows through a server-side cursor, `CHUNK` at a time; the connection is in a transaction.

    Raises:
        FerraDbError: the server or the connection says no.
    """
    cursor = _ServerCursor(connection, f"ferra_{next(_names)}", row_factory=statement.row_factory)
    try:
        cursor.execute(statement.sql, statement.parameters(params), binary=statement.binary)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows
    except psycopg.Error as error:
        raise from_psycopg(error) from error
    finally:
        with suppress(psycopg.Error):  # A failed transaction or a lost connection has closed it.
            cursor.close()
