"""A MongoDB database: where its repositories, its transactions and its collections come from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from ferra_sync._database.retries import retried
from ferra_sync._expression.typevars import R
from ferra_sync._expression.values import Handle
from ferra_sync._model.model import M
from ferra_sync._mongodb.collections import create
from ferra_sync._mongodb.connection import SCHEMES, MongoConnection, asked
from ferra_sync._mongodb.layout import layout_of
from ferra_sync._mongodb.repository import MongoRepository
from ferra_sync._mongodb.transaction import MongoTransaction, transaction_on
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._schema.table import Table, table_meta
from ferra_sync.errors import ConfigError, DbErrorKind


class MongoDatabase(Handle):
    """A MongoDB database, over pymongo's pool. Threads may share it; a forked child connects anew on first use."""

    __slots__ = ("__weakref__", "_connection")

    def __init__(self, connection: MongoConnection) -> None:
        self._connection = connection

    @classmethod
    def connect(cls, config: str | DatabaseConfig) -> Self:
        """Connect to a server; nothing is sent before the first call, `ping` for one.

        A write is answered when a majority of the servers has it in its journal, unless the URL says otherwise.

        Args:
            config: `mongodb://user:password@host:port/database`, `mongodb+srv://…`, or a config with such a URL. What
                the URL says goes before the limits and timeouts of the config; `statement_timeout` is how long the
                server may leave a call without an answer.

        Raises:
            ConfigError: it is no URL of MongoDB, does not parse, or names no database; the URL is never shown.
        """
        url = config.url if isinstance(config, DatabaseConfig) else config
        if not isinstance(url, str) or not url.startswith(SCHEMES):
            raise ConfigError("the database's URL begins with mongodb:// or mongodb+srv://")
        return cls(MongoConnection(config if isinstance(config, DatabaseConfig) else DatabaseConfig(url)))

    def __repr__(self) -> str:
        return f"<MongoDatabase {self._connection.name}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def repository(self, model: type[M], /) -> MongoRepository[M]:
        """Return the repository of a model.

        Raises:
            SchemaError: its table has a column, a default or a name that MongoDB cannot keep.
        """
        return MongoRepository(model, self._connection)

    def ping(self) -> None:
        """Ask the server for an answer; Db where there is none."""
        asked(lambda: self._connection.client().get_database(self._connection.name).command("ping"))

    def transaction(self) -> AbstractContextManager[MongoTransaction]:
        """Open a transaction: `with db.transaction() as tx:` commits on success and rolls back on an error.

        One inside another is a transaction of its own, which does not see what the other has not committed.
        """
        return transaction_on(self._connection)

    def run_in_transaction(self, work: Callable[[MongoTransaction], R], *, retries: int = 3) -> R:
        """Run `work` in a transaction, again from its beginning where another wrote the same document.

        Again up to `retries` times, after a pause of random length that doubles each time. `work` must do nothing
        outside the database that cannot be repeated.
        """

        def once() -> R:
            with self.transaction() as tx:
                return work(tx)

        return retried(once, lambda error: error.kind is DbErrorKind.SERIALIZATION_FAILURE, retries)

    def create_collections(self, *tables: type[Table]) -> None:
        """Make the collections of tables that are not there, with their indexes and what documents are held against.

        Where a collection is there it takes over the rules, and the indexes that it lacks are made. Foreign keys are
        not enforced: MongoDB has none.

        Raises:
            SchemaError, QueryError: a column, an index or a check cannot be had in MongoDB; nothing was made for it.
            Conflict: documents that are there violate a unique index.
        """
        for layout in [layout_of(table_meta(table)) for table in tables]:
            create(self._connection, layout)

    def close(self) -> None:
        """Close all connections; a second time it does nothing."""
        self._connection.close()
