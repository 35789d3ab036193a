"""The pool of connections: psycopg_pool's, with our test of idle connections and our errors."""

from __future__ import annotations

import select
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Self

import attrs
import psycopg
from psycopg.rows import tuple_row
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from ferra_sync._config import connection_parameters
from ferra_sync._exits import close_at_exit, stop_daemon
from ferra_sync.errors import Db, DbErrorKind, from_psycopg

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg.pq.abc import PGconn
    from psycopg.rows import RowFactory

    from ferra_sync._config import DatabaseConfig

_RECONNECT_TIMEOUT: Final = 2.0
"""Seconds of failed attempts after which psycopg_pool asks what to do; its pauses double until then."""


class PooledConnection(psycopg.Connection[Any]):
    """A connection that can tell at once, without asking the server, whether it is still there.

    Attributes:
        verified: whose results it has brought already, with the types that were promised.
    """

    verified: set[object]

    def __init__(self, pgconn: PGconn, row_factory: RowFactory[Any] = tuple_row) -> None:
        super().__init__(pgconn, row_factory)
        self.verified = set()
        self._has_input = _input_test(pgconn.socket)

    @classmethod
    def connect(cls, conninfo: str = "", **options: Any) -> Self:  # noqa: ANN401 - psycopg's own options
        """Connect as psycopg does; with a `source` its spare connection serves first, and it hears of failures."""
        source: _Source | None = options.pop("source", None)
        if source is None:
            return super().connect(conninfo, **options)
        spare = source.take()
        if isinstance(spare, cls):
            return spare
        try:
            connection = super().connect(conninfo, **options)
        except psycopg.Error as error:
            source.failure = str(from_psycopg(error))
            raise
        source.failure = None
        return connection

    def is_idle(self) -> bool:
        """Whether nothing came from the server unasked: an end, or its last words."""
        return not self._has_input(0)


def _input_test(socket: int) -> Callable[[float], Any]:
    """Return a function of a timeout that is true where `socket` has input, an error or an end."""
    if hasattr(select, "poll"):
        poller = select.poll()
        poller.register(socket, select.POLLIN | select.POLLPRI)
        return poller.poll
    return lambda timeout: select.select([socket], [], [socket], timeout)[0]


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


@attrs.define(eq=False, repr=False)
class _Source:
    """What the pool's threads and its users know of connecting.

    Attributes:
        spare: a connection that was made before the pool.
        failure: what went wrong with the last attempt; None where it succeeded.
    """

    spare: list[PooledConnection]
    failure: str | None = None

    def take(self) -> PooledConnection | None:
        """Return the spare connection, once: the pool's threads connect side by side."""
        with suppress(IndexError):
            return self.spare.pop()
        return None


@attrs.frozen
class PoolStats:
    """A pool at one moment.

    Attributes:
        size: connections, those being opened included.
        idle: connections free.
        waiting: calls that wait for a connection.
        max_connections: connections at most.
    """

    size: int
    idle: int
    waiting: int
    max_connections: int


class Pool:
    """Connections to one database, shared by threads; each that is acquired must be released."""

    __slots__ = ("__weakref__", "_acquire_timeout", "_connections", "_is_alive", "_source")

    def __init__(self, connections: ConnectionPool[PooledConnection], source: _Source, config: DatabaseConfig) -> None:
        self._connections = connections
        self._source = source
        self._acquire_timeout = config.acquire_timeout
        self._is_alive = _TESTS[config.test_before_acquire]
        close_at_exit(self)

    @classmethod
    def open(cls, config: DatabaseConfig) -> Self:
        """Connect once, so that whatever is wrong shows at once, and open the pool.

        Raises:
            ConfigError: the URL is missing or does not parse.
            Db: the server cannot be reached (CLOSED_CONNECTION, TIMEOUT) or refuses (AUTHENTICATION, UNDEFINED).
        """
        options: dict[str, Any] = {**connection_parameters(config), "autocommit": True}
        try:
            first = PooledConnection.connect(**options)
        except psycopg.Error as error:
            raise from_psycopg(error) from error
        source = _Source([first])
        connections = ConnectionPool(
            connection_class=PooledConnection,
            kwargs=options | {"source": source},
            min_size=config.min_connections,
            max_size=config.max_connections,
            open=True,
            name=config.application_name,
            timeout=config.acquire_timeout,
            max_lifetime=config.max_lifetime,
            max_idle=config.idle_timeout,
            reconnect_timeout=_RECONNECT_TIMEOUT,
            reconnect_failed=_try_again,
        )
        return cls(connections, source, config)

    def acquire(self) -> PooledConnection:
        """Return a connection in autocommit mode, outside a transaction; wait for one where all are taken.

        Raises:
            Db: none came free in time (TIMEOUT), or the pool is closed (CLOSED_CONNECTION).
        """
        try:
            connection = self._connections.getconn()
        except psycopg.Error as error:
            raise self._refusal(error) from error
        return connection if self._is_alive(connection) else self._replacement(connection)

    def release(self, connection: psycopg.Connection[Any]) -> None:
        """Take a connection back, whatever its state: an open transaction is rolled back, a broken one replaced.

        Raises:
            ValueError: the connection was not acquired here, or was released before.
        """
        if not connection.autocommit:
            _restore_autocommit(connection)
        self._connections.putconn(connection)  # type: ignore[arg-type]  # putconn itself refuses any other

    def close(self) -> None:
        """Close the idle connections, and those in use when they are released. A second time does nothing."""
        self._connections.close()
        spare = self._source.take()
        if spare is not None:
            spare.close()

    def stats(self) -> PoolStats:
        """Return how many connections there are, and how many calls wait."""
        measures = self._connections.get_stats()
        return PoolStats(
            size=measures["pool_size"],
            idle=measures["pool_available"],
            waiting=measures["requests_waiting"],
            max_connections=measures["pool_max"],
        )

    def _replacement(self, connection: PooledConnection) -> PooledConnection:
        """Throw away dead connections until one is alive: after a restart of the server all idle ones are dead."""
        deadline = monotonic() + self._acquire_timeout
        while True:
            connection.close()
            self._connections.putconn(connection)
            try:
                connection = self._connections.getconn(timeout=deadline - monotonic())
            except psycopg.Error as error:
                raise self._refusal(error) from error
            if self._is_alive(connection):
                return connection

    def _refusal(self, error: psycopg.Error) -> Db:
        if isinstance(error, PoolClosed):
            stop_daemon()
            return Db("the database is closed", kind=DbErrorKind.CLOSED_CONNECTION)
        if isinstance(error, TooManyRequests):
            return Db("too many calls wait for a connection", kind=DbErrorKind.TIMEOUT)
        message = f"no connection came free within {self._acquire_timeout:g} s"
        failure = self._source.failure
        if isinstance(error, PoolTimeout) and failure is not None:
            message = f"{message}; the last attempt to connect: {failure}"
        return Db(message, kind=DbErrorKind.TIMEOUT)


def _restore_autocommit(connection: psycopg.Connection[Any]) -> None:
    """Undo a borrower's `autocommit = False`, under which nobody would commit the next borrower's writes."""
    try:
        connection.rollback()
        connection.autocommit = True
    except psycopg.Error:
        connection.close()


def _try_again(connections: ConnectionPool[Any]) -> None:
    """Connect again while calls wait: psycopg_pool itself would leave them waiting, or pause for minutes."""
    if connections.get_stats()["requests_waiting"]:
        connections.check()
