"""The database: a pool of connections, and the verbs over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, overload

import attrs
import psycopg

from ferra_sync._database.pooled import Pooled, open_pool
from ferra_sync._database.retries import retried
from ferra_sync._database.transaction import Executor, Isolation, Transaction, begin_command
from ferra_sync._expression.described import described
from ferra_sync._expression.typevars import R, T
from ferra_sync._postgres import wire
from ferra_sync._postgres.config import DatabaseConfig, has_prepared_statements, resolve_url
from ferra_sync._postgres.observer import Observer, checked
from ferra_sync._postgres.statement import Statement
from ferra_sync.errors import ConfigError, Db, DbErrorKind, QueryError

if TYPE_CHECKING:
    from ferra_sync._database.borrowed import Borrowed
    from ferra_sync._database.counting import QueryCounter
    from ferra_sync._database.health import Health
    from ferra_sync._database.jobs.notifications import Listener
    from ferra_sync._database.jobs.options import JobOptions
    from ferra_sync._database.jobs.spec import JobQuery
    from ferra_sync._database.jobs.status import JobStatus
    from ferra_sync._database.jobs.worker import Work
    from ferra_sync._database.progress import Progress
    from ferra_sync._database.stats import Stats
    from ferra_sync._postgres.embedded import EmbeddedServer

_RETRIED: Final = frozenset({DbErrorKind.SERIALIZATION_FAILURE, DbErrorKind.DEADLOCK})


class Database(Executor):
    """A PostgreSQL database. Every verb takes a connection from the pool for the one call; threads may share it.

    `Database(config)` connects; `Database.connect(url)` and `Database.embedded()` are the short ways.

    Raises:
        ConfigError: there is no URL, or it does not parse.
        Db: the server cannot be reached or refuses; the password is never in the message.
    """

    __slots__ = ("_acquire", "_pool", "_release", "_server", "_settings", "config")

    config: DatabaseConfig

    def __init__(self, config: DatabaseConfig | None = None) -> None:
        if not isinstance(config, DatabaseConfig | None):
            raise ConfigError(f"Database takes a DatabaseConfig, not {described(config)}: say Database.connect(url)")
        settings = config or DatabaseConfig()
        config = attrs.evolve(settings, url=resolve_url(settings.url or None))
        self._stand_on(config, open_pool(config))

    def _stand_on(self, config: DatabaseConfig, pool: Pooled | Borrowed) -> None:
        self.config = self._settings = config
        self._server: EmbeddedServer | None = None
        self._pool: Pooled | Borrowed = pool
        # Its own methods, not methods that call them: every statement goes through here.
        self._acquire, self._release = pool.calls.acquire, pool.calls.release

    @classmethod
    def connect(
        cls, url: str | None = None, *, config: DatabaseConfig | None = None, observers: tuple[Observer, ...] = ()
    ) -> Self:
        """Connect to a server.

        Args:
            url: `postgres://user:password@host:port/database`; without it `config.url`, the environment's
                DATABASE_URL, or the one in `.env` where python-dotenv is installed.
            config: limits and timeouts, where the defaults do not serve.
            observers: who hears of statements, connections and transactions, beside those of the config.

        Raises:
            ConfigError: there is no URL, or it does not parse; or an observer is none.
            Db: the server cannot be reached or refuses; the password is never in the message.
        """
        settings = _heard_by(observers, config)
        return cls(settings if url is None else attrs.evolve(settings, url=resolve_url(url)))

    @classmethod
    def embedded(
        cls,
        path: str | Path | None = None,
        *,
        config: DatabaseConfig | None = None,
        observers: tuple[Observer, ...] = (),
    ) -> Self:
        """Start a PostgreSQL of our own and connect to it; `close()` stops it.

        Args:
            path: where its data is kept; without it they are thrown away at the end.
            config: limits and timeouts; its URL is not used.
            observers: those of `connect`.

        Raises:
            ConfigError: an observer is none.
            EmbeddedError: there is no PostgreSQL on this machine, or it cannot start there.
        """
        from ferra_sync._postgres.embedded import EmbeddedServer  # noqa: PLC0415 - of tests and demos: not for all to load

        settings = _heard_by(observers, config)
        server = EmbeddedServer.start(path)
        try:
            database = cls(attrs.evolve(settings, url=server.url))
        except BaseException:
            server.stop()
            raise
        database._server = server
        return database

    @classmethod
    def over(cls, connection: psycopg.Connection[Any], *, observers: tuple[Observer, ...] = ()) -> Self:
        """Run every verb on a connection that somebody else owns: Django's, a test's.

        It is never closed, no setting of its session and no option of psycopg's is changed, and what its owner has
        begun is neither committed nor rolled back. In a transaction, or where autocommit is off, all that is done
        belongs to that transaction, and `transaction()` is a savepoint in it. In autocommit mode outside of one, each
        call is committed by itself, and `transaction()` begins and ends one of its own, as psycopg's does.

        One thread at a time uses it. `close()` ends the use, not the connection. `observers` hear what is done here,
        and not what its owner does.

        Raises:
            QueryError: it is no connection of psycopg's.
            ConfigError: an observer is none.
            Db: it is closed.
        """
        from ferra_sync._database.borrowed import Borrowed  # noqa: PLC0415 - for few

        borrowed = Borrowed(connection, observers)
        database = cls.__new__(cls)
        database._stand_on(borrowed.config, borrowed)
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

    def health(self) -> Health:
        """Return whether calls are served, within a second, whatever state the server and the pool are in.

        The server is asked on an idle connection of the pool if it is not the last one, or else on one that is made
        for this and closed. While it is being asked, other threads wait for the same answer.

        Raises:
            QueryError: the connection is somebody else's.
        """
        from ferra_sync._database.health import health_of  # noqa: PLC0415 - for those who watch

        return health_of(self._own_pool("health"))

    def stats(self) -> Stats:
        """Return what the connections do, who has them, and what a `Statistics` among the observers has counted.

        Raises:
            QueryError: the connection is somebody else's.
        """
        from ferra_sync._database.stats import stats_of  # noqa: PLC0415 - for those who watch

        return stats_of(self._own_pool("stats"), self.config.observers)

    def connection(self) -> AbstractContextManager[psycopg.Connection[Any]]:
        """Lend a psycopg connection in autocommit mode, for all that is not offered here; raw SQL is SQL's own risk.

        Afterwards everything that was set on it is reset, in the session (`DISCARD ALL`, one more round trip) and in
        psycopg; what still refers to it raises `QueryError`. Without prepared statements, for PgBouncer, the config's
        timeouts do not hold here: set them yourself, `SET LOCAL` in a transaction. That of `Database.over` is lent as
        its owner has it.
        """
        return self._pool.lend()

    @contextmanager
    def lock(
        self, name: str, *, shared: bool = False, timeout: float | None = None, wait: bool = True
    ) -> Iterator[None]:
        """Hold the advisory lock of a name, on a connection of the pool, for as long as the block lasts.

        Args:
            name: what the lock is called in this database. Its key is the first 64 bits of the name's SHA-256.
            shared: let others hold it shared too.
            timeout: for how many seconds to ask for it; None: for ever.
            wait: False: take it now or not at all.

        Raises:
            Db: it was not free in time (TIMEOUT), or was lost with its session before the end (CLOSED_CONNECTION).
            QueryError: the name or the timeout cannot be one, or no session is ours, as behind PgBouncer.
        """
        from ferra_sync._postgres.advisory import Request, session_lock  # noqa: PLC0415 - for few

        request = Request.of(name, shared=shared, timeout=timeout, wait=wait)
        if not has_prepared_statements(self.config):
            raise QueryError(
                "a lock by name is the session's, and without prepared statements, as behind PgBouncer,"
                " no session is ours: say tx.lock(…) in a transaction"
            )
        if self._pool.in_transaction:
            raise QueryError("the connection is in its owner's transaction: there say transaction(), and tx.lock(…)")
        with self._pool.hold() as connection, session_lock(connection, request):
            yield

    @contextmanager
    def counting(self, *, own_thread: bool = False) -> Iterator[QueryCounter]:
        """Count the statements that are sent in the block: `with db.counting() as n: …; n.queries`.

        The commands of transactions and our own looks into the catalog are not counted.

        Args:
            own_thread: count what this thread sends, and not what others do meanwhile.
        """
        from ferra_sync._database.counting import QueryCounter  # noqa: PLC0415 - for those who count

        counter = QueryCounter(own_thread=own_thread)
        with self._pool.listeners.joined_by(counter):
            yield counter

    def begin(
        self, *, isolation: Isolation | None = None, read_only: bool = False, deferrable: bool = False
    ) -> Transaction:
        """Open a transaction that is rolled back unless `commit()` is called.

        Args:
            isolation: `"read committed"`, `"repeatable read"` or `"serializable"`; the server's default without.
            read_only: the server refuses writes.
            deferrable: with serializable and read only: wait for a snapshot that cannot fail.
        """
        return self._pool.begin(begin_command(isolation, read_only=read_only, deferrable=deferrable))

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
        random length that doubles each time; but not in the owner's transaction of `Database.over`. `work` must do
        nothing outside the database that cannot be repeated.
        """

        def once() -> R:
            with self.transaction(isolation=isolation) as tx:
                return work(tx)

        def is_to_be_retried(error: Db) -> bool:
            return error.kind in _RETRIED and not self._pool.in_transaction

        return retried(once, is_to_be_retried, retries, self.config.observers)

    def run_batches(  # noqa: PLR0913 - what a job is, and how it is run
        self,
        query: JobQuery[R],
        work: Work[R],
        *,
        name: str,
        size: int = 1000,
        workers: int = 1,
        options: JobOptions | None = None,
        progress: Progress | None = None,
    ) -> JobStatus:
        """Run `work(tx, batch)` for each batch of a query, and note in the same transaction that it is done.

        A job that died, at whatever moment, goes on where it was at its next run, and what `work` writes through `tx`
        happens exactly once for each row. Several processes may run one job: each part of it is one's at a time. The
        query is walked along its table's primary key. The first run makes the tables `ferra_jobs`, `ferra_job_parts`
        and `ferra_job_failures`.

        Args:
            query: a SELECT as `batches` takes it; with workers a function at the top of a module that returns it.
            work: is called with a transaction, which it leaves open, and a list of rows; what it does elsewhere may
                happen again. With workers a function at the top of a module.
            name: what the job is known by. A finished one does nothing more, see `JobOptions.start`.
            size: the most rows of a batch.
            workers: by how many processes, each started anew, with a connection of its own; 1: by this one.
            options: what is done about failures, and where it begins.
            progress: is called with the number of rows done, also in earlier runs.

        Raises:
            QueryError: the query cannot be walked along a key, or is another than the job was begun with; `work` or
                `query` cannot be given to workers; `work` ended its transaction.
            JobError: the job stopped at a batch that fails, or its workers cannot go on.
            Db: the server says no.
        """
        from ferra_sync._database.jobs import run  # noqa: PLC0415 - of jobs alone
        from ferra_sync._database.jobs.options import JobOptions  # noqa: PLC0415 - likewise
        from ferra_sync._database.jobs.spec import JobSpec  # noqa: PLC0415 - likewise

        if workers != 1:
            self._check_connects("run_batches with workers")
        spec = JobSpec(query, work, name, size, JobOptions() if options is None else options)
        return run.run_batches(self, spec, workers, progress)

    def job_status(self, name: str) -> JobStatus:
        """Return how far a job is, whichever process runs it.

        Raises:
            NotFound: there is none of this name.
        """
        from ferra_sync._database.jobs.status import status_of  # noqa: PLC0415 - of jobs alone

        return status_of(self, name)

    def jobs(self) -> list[JobStatus]:
        """Return how far all jobs are, by name."""
        from ferra_sync._database.jobs.status import statuses  # noqa: PLC0415 - of jobs alone

        return statuses(self)

    def forget_job(self, name: str) -> None:
        """Delete the progress of a job; a process that still runs it ends with a `QueryError`.

        Raises:
            NotFound: there is none of this name.
        """
        from ferra_sync._database.jobs.status import forget  # noqa: PLC0415 - of jobs alone

        forget(self, name)

    @overload
    def listen(
        self,
        channel: str,
        *,
        payload: None = None,
        timeout: float | None = None,
        on_reconnect: Callable[[], object] | None = None,
    ) -> Listener[str]: ...
    @overload
    def listen(
        self,
        channel: str,
        *,
        payload: type[T],
        timeout: float | None = None,
        on_reconnect: Callable[[], object] | None = None,
    ) -> Listener[T]: ...
    def listen(
        self,
        channel: str,
        *,
        payload: type[Any] | None = None,
        timeout: float | None = None,
        on_reconnect: Callable[[], object] | None = None,
    ) -> Listener[Any]:
        """Return an iterator over what is sent to a channel from now on, on a connection of its own.

        Where the connection is lost, it is made anew; what was sent meanwhile is lost.

        Args:
            channel: its name, as it is, capitals too.
            payload: the attrs class of which payloads are JSON; without one they are texts.
            timeout: after how many seconds without a notification the iterator ends; None: never by itself.
            on_reconnect: is called when the connection was made anew, before the next notification: what they tell of
                is to be read again.

        Raises:
            QueryError: the channel is no identifier, `payload` no attrs class; or the config says that there is a
                pooler in between, which has no session to listen in; or the connection is somebody else's.
            Db: the server cannot be reached, or refuses.
        """
        from ferra_sync._database.jobs.notifications import Listener  # noqa: PLC0415 - of notifications alone

        self._check_connects("listen")
        return Listener(self.config, channel, payload, timeout, on_reconnect)

    def _check_connects(self, verb: str) -> None:
        self._own_pool(verb)

    def _own_pool(self, verb: str) -> Pooled:
        if not isinstance(self._pool, Pooled):
            raise QueryError(f"{verb} needs connections of its own, and Database.over has its owner's: connect")
        return self._pool

    @property
    def _keeps_locks(self) -> bool:
        return self._pool.in_transaction

    def _stream(self, statement: Statement, params: tuple[Any, ...]) -> Iterator[Any]:
        return self._pool.stream(statement, params)

    def _atomic(self) -> AbstractContextManager[Transaction]:
        return self.transaction()

    def _occupied(self, occupant: str) -> AbstractContextManager[None]:
        return self._pool.occupied(occupant)

    def _undone(self) -> Transaction:
        return self.begin()


def _heard_by(observers: tuple[Observer, ...], config: DatabaseConfig | None) -> DatabaseConfig:
    settings = config or DatabaseConfig()
    return attrs.evolve(settings, observers=(*settings.observers, *checked(observers)))
