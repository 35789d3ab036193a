"""Transactions of SQLite, and savepoints inside them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._sqlite.connections import Connection, Connections
from ferra_sync._sqlite.running import begun, executed, saved
from ferra_sync._sqlite.verbs import SqliteVerbs
from ferra_sync.errors import QueryError


class SqliteTransaction(SqliteVerbs):
    """An open transaction: what is read in it is one moment's, and nobody else writes. One thread uses it at a time.

    A statement that fails is undone alone; what came before it stays.
    """

    __slots__ = ("_connection", "_is_inner", "_is_open", "_names", "_settings")

    _settings: DatabaseConfig | None

    def __init__(self, connection: Connection, settings: DatabaseConfig, names: Iterator[int] | None = None) -> None:
        self._connection = connection
        self._settings = settings
        self._names = itertools.count(1) if names is None else names
        self._is_open = True
        self._is_inner = False

    def __repr__(self) -> str:
        return f"<SqliteTransaction {'open' if self._is_open else 'ended'}>"

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self._is_open

    @contextmanager
    def transaction(self) -> Iterator[SqliteTransaction]:
        """Open a savepoint: its block is undone on an error, and stands or falls with the transaction around it."""
        connection = self._open()
        inner = SqliteTransaction(connection, self._settings or DatabaseConfig("sqlite::memory:"), self._names)
        with saved(connection, f"s{next(self._names)}"):
            self._is_inner = True
            try:
                yield inner
            finally:
                inner._is_open = False
                self._is_inner = False

    @contextmanager
    def _taken(self, *, writing: bool) -> Iterator[Connection]:  # noqa: ARG002 - it writes as it is
        yield self._open()

    @contextmanager
    def _atomic(self) -> Iterator[SqliteTransaction]:
        with saved(self._open(), f"s{next(self._names)}"):
            yield self

    def _open(self) -> Connection:
        if not self._is_open:
            raise QueryError("the transaction has ended")
        if self._is_inner:
            raise QueryError("a savepoint is open inside this transaction: use what it has given")
        return self._connection


@contextmanager
def transaction_on(connections: Connections, *, read_only: bool = False) -> Iterator[SqliteTransaction]:
    """Open a transaction that is committed at the end of the block, and rolled back where the block raises."""
    connection = connections.take(writing=not read_only)
    tx = SqliteTransaction(connection, connections.config)
    try:
        if read_only:
            executed(connection, "PRAGMA query_only = ON")
        with begun(connection, "BEGIN" if read_only else "BEGIN IMMEDIATE"):
            try:
                yield tx
            finally:
                tx._is_open = False
    finally:
        try:
            if read_only and not connection.is_inherited:
                executed(connection, "PRAGMA query_only = OFF")
        finally:
            connections.give_back(connection, writing=not read_only)
