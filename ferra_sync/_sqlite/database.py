"""A SQLite database: where its repositories and its transactions come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Self

from ferra_sync._expression.typevars import R
from ferra_sync._model.model import M
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._schema.table import Table, table_meta
from ferra_sync._sqlite.connections import MEMORY, Connection, Connections
from ferra_sync._sqlite.repository import SqliteRepository
from ferra_sync._sqlite.running import executed, rows_of
from ferra_sync._sqlite.tables import table_commands
from ferra_sync._sqlite.transaction import SqliteTransaction, transaction_on
from ferra_sync._sqlite.verbs import SqliteVerbs


class SqliteDatabase(SqliteVerbs):
    """A SQLite database in a file or in memory. Threads may share it.

    In a file many may read while one writes. In memory there is one connection: inside a transaction only that
    transaction may use the database.
    """

    __slots__ = ("__weakref__", "_connections", "_settings")

    _settings: DatabaseConfig | None

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._settings = connections.config

    @classmethod
    def connect(cls, config: str | DatabaseConfig = "sqlite::memory:") -> Self:
        """Open a database; a file that is not there is made at the first call.

        Args:
            config: `sqlite::memory:`, `sqlite:///relative/path`, `sqlite:////absolute/path`, or a config with such a
                URL: of its other settings `max_connections` and `acquire_timeout` count, the latter for locks too.

        Raises:
            ConfigError: it is no URL of SQLite.
        """
        return cls(Connections(config if isinstance(config, DatabaseConfig) else DatabaseConfig(config)))

    def __repr__(self) -> str:
        return f"<SqliteDatabase {'in memory' if self._connections.path == MEMORY else self._connections.path}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def repository(self, model: type[M], /) -> SqliteRepository[M]:
        """Return the repository of a model.

        Raises:
            SchemaError: the model does not agree with its table.
            QueryError: the table has no primary key, or a column of a type that SQLite does not keep.
        """
        return SqliteRepository(model, self)

    def ping(self) -> None:
        """Ask for a sign of life; Db where the file cannot be opened."""
        with self._taken(writing=False) as connection:
            rows_of(connection, "SELECT 1 FROM sqlite_master")

    def transaction(self, *, read_only: bool = False) -> AbstractContextManager[SqliteTransaction]:
        """Open a transaction: `with db.transaction() as tx:` commits on success and rolls back on an error.

        It has the right to write from its beginning on, so that none fails half-way for another's writing; with
        `read_only` it waits for nobody.
        """
        return transaction_on(self._connections, read_only=read_only)

    def run_in_transaction(self, work: Callable[[SqliteTransaction], R]) -> R:
        """Run `work` in a transaction and return what it returns; nothing needs to be tried again."""
        with self.transaction() as tx:
            return work(tx)

    def create_tables(self, *tables: type[Table]) -> None:
        """Make tables that are not there, with their keys, constraints and indexes, all or none.

        Raises:
            QueryError: a column, a default, a check or an index cannot be had in SQLite; nothing was made.
            Db: the database refuses.
        """
        commands = [command for table in tables for command in table_commands(table_meta(table))]
        with self.transaction() as tx:
            for command in commands:
                executed(tx._connection, command)

    def close(self) -> None:
        """Close all connections; a second time it does nothing."""
        self._connections.close()

    @contextmanager
    def _taken(self, *, writing: bool) -> Iterator[Connection]:
        connection = self._connections.take(writing=writing)
        try:
            yield connection
        finally:
            self._connections.give_back(connection, writing=writing)

    @contextmanager
    def _atomic(self) -> Iterator[SqliteTransaction]:
        with self.transaction() as tx:
            yield tx
