"""The pool of connections: psycopg_pool's, with our test of idle connections and our errors."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from traceback import clear_frames
from typing import TYPE_CHECKING, Final, Self

import psycopg
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from ferra_sync._postgres.config import DatabaseConfig, connection_parameters, has_prepared_statements
from ferra_sync._postgres.connection import PooledConnection, Source
from ferra_sync._postgres.errors import from_psycopg
from ferra_sync._postgres.exits import close_at_exit, stop_daemon
from ferra_sync._postgres.forks import at_fork
from ferra_sync._postgres.lending import Connections
from ferra_sync._postgres.telling import Listeners
from ferra_sync.errors import Db, DbErrorKind

if TYPE_CHECKING:
    from ferra_sync._postgres.pool_state import PoolState
    from ferra_sync._postgres.probe import Answer, Probe

_PREPARE_THRESHOLD: Final = 5
"""After how many uses psycopg prepares a statement; its own default."""


def _answers(connection: PooledConnection) -> bool:
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return True


def _untested(_connection: PooledConnection) -> bool:
    return True


_TESTS: Final[dict[str, Callable[[PooledConnection], bool]]] = {
    "socket": PooledConnection.is_idle,
    "query": _answers,
    "never": _untested,
}


class Pool:
    """Connections to one database, shared by threads; each that is acquired must be released."""

    __slots__ = ("__weakref__", "_config", "_connections", "_is_alive", "_probe", "_source")

    def __init__(self, config: DatabaseConfig, source: Source) -> None:
        self._config = config
        self._is_alive = _TESTS[config.test_before_acquire]
        self._source = source
        self._probe: Probe | None = None
        self._connections = Connections(connection_parameters(config), source, config)
        at_fork(self)
        close_at_exit(self)

    @classmethod
    def open(cls, config: DatabaseConfig) -> Self:
        """Connect once, so that whatever is wrong shows at once, and open the pool.

        Raises:
            ConfigError: the URL is missing or does not parse.
            Db: the server cannot be reached (CLOSED_CONNECTION, TIMEOUT) or refuses (AUTHENTICATION, UNDEFINED).
        """
        parameters = connection_parameters(config)
        source = Source(_PREPARE_THRESHOLD if has_prepared_statements(config) else None, config.observers)
        try:
            first = PooledConnection.connect(**parameters, source=source)
        except psycopg.Error as error:
            raise from_psycopg(error) from error
        source.spare.append(first)
        pool = cls(config, source)
        pool._connections.open()
        return pool

    @property
    def listeners(self) -> Listeners:
        """Who hears of its connections' statements: who joins hears from now on, of those that are lent too."""
        return self._source.listeners

    def leave_to_parent(self) -> None:
        """In a forked child: forget the parent's connections, threads and locks; the first call opens others."""
        self._probe = None
        left, listeners = self._connections, self._source.listeners
        self._source = Source(self._source.prepare_threshold, self._config.observers)
        self._source.listeners = listeners
        self._connections = Connections(connection_parameters(self._config), self._source, self._config)
        if left.is_over:
            self._connections.close()
        left.abandon()

    def acquire(self) -> PooledConnection:
        """Return a connection in autocommit mode, outside a transaction; wait for one where all are taken.

        Raises:
            Db: none came free in time (TIMEOUT), or the pool is closed (CLOSED_CONNECTION).
        """
        connection: PooledConnection | None = None
        try:
            connection = self._connections.getconn()
            return connection if self._is_alive(connection) else self._replacement(connection)
        except psycopg.Error as error:
            raise self._refusal(error) from error
        except BaseException as interrupt:
            # A traceback may be kept for long, and with it a connection that nobody else holds.
            connection = None
            clear_frames(interrupt.__traceback__ and interrupt.__traceback__.tb_next)
            raise

    def release(self, connection: PooledConnection) -> None:
        """Take a connection back, whatever its state: an open transaction is rolled back, a broken one replaced.

        Raises:
            ValueError: the connection was not acquired here, or was released before.
        """
        try:
            self._connections.putconn(connection)
        except ValueError:
            if not getattr(connection, "is_inherited", False):
                raise

    def spare(self) -> PooledConnection | None:
        """Return an idle connection, which must be released; None where there is none or it is the last one."""
        connection = self._connections.spare()
        if connection is None or connection.is_idle():
            return connection
        connection.close()
        self.release(connection)
        return None

    def probed(self, seconds: float) -> Answer:
        """Return what the server answers within so many seconds, be every connection taken."""
        from ferra_sync._postgres.probe import Probe  # noqa: PLC0415 - for those who ask

        if self._probe is None:
            self._probe = Probe(self, connection_parameters(self._config))
        return self._probe.answer(seconds)

    @property
    def is_closed(self) -> bool:
        """Whether it takes no more calls."""
        return self._connections.is_over

    def give_back(self, connection: PooledConnection) -> None:
        """Take a connection back from a borrower that was noted, as `release` does."""
        connection.loan = None
        self.release(connection)

    def reclaim(self, connection: PooledConnection) -> None:
        """Take a connection back from a stranger: nothing of what it may have set reaches the next borrower.

        Raises:
            ValueError: the connection was not acquired here, or was released before.
        """
        try:
            if not connection.closed:
                connection = connection.successor()
                connection.rollback()
                connection.execute(b"DISCARD ALL")
                connection = connection.successor()  # Its handlers may have heard something on the way.
        except BaseException as error:
            connection.close_reason = "reset"
            connection.close()
            if not isinstance(error, Exception):
                raise
        finally:
            self.give_back(connection)

    def state(self) -> PoolState:
        """Return what the connections do at this moment, and who has them."""
        from ferra_sync._postgres.pool_state import state_of  # noqa: PLC0415 - for those who ask

        return state_of(self._connections.numbers(), self._source.lent(), self._config)

    def close(self) -> None:
        """Close the idle connections, and those in use when they are released. A second time does nothing."""
        self._connections.close()
        spare = self._source.take()
        if spare is not None:
            spare.close()

    def _replacement(self, connection: PooledConnection) -> PooledConnection:
        """Throw away dead connections until one is alive: after a restart of the server all idle ones are dead."""
        deadline = monotonic() + self._config.acquire_timeout
        while True:
            connection.close()
            self._connections.putconn(connection)
            connection = self._connections.getconn(timeout=deadline - monotonic())
            if self._is_alive(connection):
                return connection

    def _refusal(self, error: psycopg.Error) -> Db:
        if isinstance(error, PoolClosed):
            stop_daemon()
            return Db("the database is closed", kind=DbErrorKind.CLOSED_CONNECTION)
        if isinstance(error, TooManyRequests):
            return Db("too many calls wait for a connection", kind=DbErrorKind.TIMEOUT)
        message = f"no connection came free within {self._config.acquire_timeout:g} s: {self.state()}"
        failure = self._source.failure
        if isinstance(error, PoolTimeout) and failure is not None:
            message = f"{message}; the last attempt to connect: {failure}"
        return Db(message, kind=DbErrorKind.TIMEOUT)
