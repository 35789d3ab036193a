"""The database: a pool of connections, and the verbs over it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import attrs
import psycopg

from ferra_sync._database.executor import Executor
from ferra_sync._database.transaction import Isolation, Transaction, begin_command
from ferra_sync._expression.described import described
from ferra_sync._expression.typevars import R
from ferra_sync._postgres import wire
from ferra_sync._postgres.config import DatabaseConfig, local_timeouts, resolve_url
from ferra_sync._postgres.pool import Pool
from ferra_sync._postgres.statement import Statement
from ferra_sync._postgres.timeouts import TimedPool
from ferra_sync.errors import ConfigError, Db, DbErrorKind

if TYPE_CHECKING:
    from ferra_sync._postgres.embedded import EmbeddedServer

_RETRIED: Final = frozenset({DbErrorKind.SERIALIZATION_FAILURE, DbErrorKind.DEADLOCK})
_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 1.0


class Database(Executor):
    """A PostgreSQL database. Every verb takes a connection from the pool for the one call; threads may share it.

    `Database(config)` connects; `Database.connect(url)` and `Database.embedded()` are the short ways.

    Raises:
        ConfigError: there is no URL, or it does not parse.
        Db: the server cannot be reached or refuses; the password is never in the message.
    """

    _keeps_locks = False
    __slots__ = ("_acquire", "_pool", "_release", "_server", "_settings", "_timeouts", "config")

    config: DatabaseConfig
    _pool: Pool
    _timeouts: bytes

    def __init__(self, config: DatabaseConfig | None = None) -> None:
        if not isinstance(config, DatabaseConfig | None):
            raise ConfigError(f"Database takes a DatabaseConfig, not {described(config)}: say Database.connect(url)")
        settings = config or DatabaseConfig()
        self.config = self._settings = attrs.evolve(settings, url=resolve_url(settings.url or None))
        self._server: EmbeddedServer | None = None
        self._pool = Pool.open(self.config)
        self._timeouts = local_timeouts(self.config)
        # Its own methods, not methods that call them: every statement goes through here.
        calls = TimedPool(self._pool, b"BEGIN" + self._timeouts) if self._timeouts else self._pool
        self._acquire, self._release = calls.acquire, calls.release

    @classmethod
    def connect(cls, url: str | None = None, *, config: DatabaseConfig | None = None) -> Self:
        """Connect to a server.

        Args:
            url: `postgres://user:password@host:port/database`; without it `config.url`, the environment's
                DATABASE_URL, or the one in `.env` where python-dotenv is installed.
            config: limits and timeouts, where the defaults do not serve.

        Raises:
            ConfigError: there is no URL, or it does not parse.
            Db: the server cannot be reached or refuses; the password is never in the message.
        """
        settings = config or DatabaseConfig()
        return cls(settings if url is None else attrs.evolve(settings, url=resolve_url(url)))

    @classmethod
    def embedded(cls, path: str | Path | None = None, *, config: DatabaseConfig | None = None) -> Self:
        """Start a PostgreSQL of our own and connect to it; `close()` stops it.

        Args:
            path: where its data is kept; without it they are thrown away at the end.
            config: limits and timeouts; its URL is not used.

        Raises:
            EmbeddedError: there is no PostgreSQL on this machine, or it cannot start there.
        """
        from ferra_sync._postgres.embedded import EmbeddedServer  # noqa: PLC0415 - of tests and demos: not for all to load

        server = EmbeddedServer.start(path)
        try:
            database = cls(attrs.evolve(config or DatabaseConfig(), url=server.url))
        except BaseException:
            server.stop()
            raise
        database._server = server
        return database

    def close(self) -> None:
        """Close every connection, and stop the server if it is embedded. A second time does nothing."""
        self._pool.close()
        if self._server is not None:
            self._server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.config!r}>"

    def ping(self) -> None:
        """Ask the server for an answer.

        Raises:
            Db: there is none.
        """
        connection = self._acquire()
        try:
            wire.run(connection, b"SELECT 1")
        finally:
            self._release(connection)

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """Lend a psycopg connection in autocommit mode, for all that is not offered here; raw SQL is SQL's own risk.

        Afterwards everything that was set on it is reset, in the session (`DISCARD ALL`, one more round trip) and in
        psycopg; what still refers to it raises `QueryError`. Without prepared statements, for PgBouncer, the config's
        timeouts do not hold here: set them yourself, `SET LOCAL` in a transaction.
        """
        connection = self._pool.acquire()
        try:
            yield connection
        finally:
            self._pool.reclaim(connection)

    def begin(
        self, *, isolation: Isolation | None = None, read_only: bool = False, deferrable: bool = False
    ) -> Transaction:
        """Open a transaction that is rolled back unless `commit()` is called.

        Args:
            isolation: `"read committed"`, `"repeatable read"` or `"serializable"`; the server's default without.
            read_only: the server refuses writes.
            deferrable: with serializable and read only: wait for a snapshot that cannot fail.
        """
        command = begin_command(isolation, read_only=read_only, deferrable=deferrable)
        connection = self._pool.acquire()
        try:
            wire.run(connection, command + self._timeouts)
        except BaseException:
            self._pool.release(connection)
            raise
        return Transaction(connection, self._pool.release, self.config)

    @contextmanager
    def transaction(
        self, *, isolation: Isolation | None = None, read_only: bool = False, deferrable: bool = False
    ) -> Iterator[Transaction]:
        """Open a transaction: `with db.transaction() as tx:` commits on success and rolls back on an error."""
        with self.begin(isolation=isolation, read_only=read_only, deferrable=deferrable) as tx:
            yield tx
            if tx.is_open:
                tx.commit()

    def run_in_transaction(
        self, work: Callable[[Transaction], R], *, retries: int = 3, isolation: Isolation | None = None
    ) -> R:
        """Run `work` in a transaction, again from its beginning where the server asks for that.

        A serialization failure (40001) or a deadlock (40P01) is tried again up to `retries` times, after a pause of
        random length that doubles each time. `work` must do nothing outside the database that cannot be repeated.
        """
        attempt = 0
        while True:
            try:
                with self.transaction(isolation=isolation) as tx:
                    return work(tx)
            except Db as error:
                if error.kind not in _RETRIED or attempt >= retries:
                    raise
            time.sleep(random.uniform(0, min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE)))  # noqa: S311 - jitter
            attempt += 1

    def _stream(self, statement: Statement, params: tuple[Any, ...]) -> Iterator[Any]:
        with self.begin() as tx:
            yield from wire.stream(tx._acquire, statement, params)
            tx.commit()

    def _atomic(self) -> AbstractContextManager[Transaction]:
        return self.transaction()

    def _occupied(self, occupant: str) -> AbstractContextManager[None]:  # noqa: ARG002 - calls have their own connections
        return nullcontext()

    def _undone(self) -> Transaction:
        return self.begin()
