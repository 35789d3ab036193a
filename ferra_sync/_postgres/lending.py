"""psycopg_pool's pool, made to lose no connection to Ctrl-C.

KeyboardInterrupt comes to the main thread between any two of its steps, and psycopg_pool counts what it has lent: a
connection taken and not yet held is lost to it for good, as is one that is given to an interrupted waiter. So the main
thread takes and gives in one step where there is nothing to wait for. What takes several, waiting, growing, rolling
back, replacing, is done for it by a thread that no signal reaches. And a lent connection that is collected is replaced.
"""

from __future__ import annotations

from _thread import get_ident, start_new_thread
from collections.abc import Callable
from queue import SimpleQueue
from threading import main_thread
from time import monotonic
from typing import Any, Final, Generic
from weakref import WeakMethod

from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

from ferra_sync._expression.typevars import R
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._postgres.connection import PooledConnection, Source
from ferra_sync._postgres.observer import CloseReason
from ferra_sync._postgres.telling import tell

_IDLE: Final = TransactionStatus.IDLE
_RECONNECT_TIMEOUT: Final = 2.0
"""Seconds of failed attempts after which psycopg_pool asks what to do; its pauses double until then."""


class Connections(ConnectionPool[PooledConnection]):
    """The connections of one pool; they are made by its own threads, from the first `getconn` on or from `open`."""

    def __init__(self, parameters: dict[str, Any], source: Source, config: DatabaseConfig) -> None:
        super().__init__(
            connection_class=PooledConnection,
            kwargs=parameters | {"source": source},
            min_size=config.min_connections,
            max_size=config.max_connections,
            open=False,
            name=config.application_name,
            timeout=config.acquire_timeout,
            max_lifetime=config.max_lifetime,
            max_idle=config.idle_timeout,
            reconnect_timeout=_RECONNECT_TIMEOUT,
            reconnect_failed=_try_again,
        )
        source.replacement = WeakMethod(self._replace)
        self._source, self._leak_after = source, config.leak_after
        self._observers = source.observers

    @property
    def is_over(self) -> bool:
        """Whether it was closed, be it before it was opened."""
        return self._opened and self._closed

    def getconn(self, timeout: float | None = None) -> PooledConnection:
        """Take a connection, as psycopg_pool does, and mark it as lent."""
        with self._lock:
            if self._pool:
                connection = self._pool.popleft()
                connection._pool = self
                connection.is_lent = True
                if self._nconns_min > len(self._pool):  # noqa: PLR1730 - min() is a call
                    self._nconns_min = len(self._pool)
                return connection
        return _undisturbed(self._await, timeout, unwanted=self._settle)

    def putconn(self, conn: PooledConnection) -> None:
        """Take a lent connection back, as psycopg_pool does."""
        if getattr(conn, "_pool", None) is not self:
            self._check_pool_putconn(conn)
        if conn.pgconn.transaction_status == _IDLE and monotonic() < conn._expire_at:
            with self._lock:
                if not (self._waiting or self._closed):
                    conn._pool = None
                    conn.is_lent = False
                    self._pool.append(conn)
                    return
        _undisturbed(self._settle, conn)

    def spare(self) -> PooledConnection | None:
        """Take an idle connection if it is not the last one; mark it as lent."""
        with self._lock:
            if len(self._pool) < 2:  # noqa: PLR2004 - the last one and another
                return None
            connection = self._pool.popleft()
            connection._pool = self
            connection.is_lent = True
            return connection

    def numbers(self) -> tuple[int, int, int]:
        """Return how many connections there are, or are being opened, how many are idle, and how many calls wait."""
        with self._lock:
            # Who has waited in vain stays in the queue until a connection comes back.
            waiting = sum(not (each.conn or each.error) for each in self._waiting)
            return self._nconns, len(self._pool), waiting

    def close(self, timeout: float = 5.0) -> None:
        """Close what is idle, and what is lent when it comes back."""
        self._opened = True  # Now it is too late for that.
        super().close(timeout)

    def check(self) -> None:
        """Look at the idle connections, as psycopg_pool does."""
        idle = tuple(self._pool)
        super().check()
        for connection in idle:
            self._tell_closed(connection, "lost")

    def abandon(self) -> None:
        """In a forked child: forget everything, and stop none of the threads, which are the parent's."""
        self._closed = True

    def _start_initial_tasks(self) -> None:
        super()._start_initial_tasks()
        if self._leak_after is not None:
            from ferra_sync._postgres.leaks import watch  # noqa: PLC0415 - for those who ask

            watch(self, self._source, self._leak_after)

    def _await(self, timeout: float | None) -> PooledConnection:
        if not self._opened:
            self.open()
        connection = super().getconn(timeout)
        connection.is_lent = True
        return connection

    def _settle(self, connection: PooledConnection) -> None:
        connection.is_lent = False
        super().putconn(connection)

    def _replace(self, lost: PooledConnection) -> None:
        """Close a connection that nobody holds; nobody knows what it was doing."""
        lost.close_reason = "abandoned"
        lost.close()
        lost._pool = self
        self._settle(lost)

    def _close_connection(self, conn: PooledConnection) -> None:
        reason: CloseReason = "lost"
        if self._closed:
            reason = "closed"
        elif conn._expire_at <= monotonic():
            reason = "lifetime"
        elif conn.pgconn.transaction_status == _IDLE:
            reason = "idle"
        super()._close_connection(conn)
        self._tell_closed(conn, reason)

    def _return_connection(self, conn: PooledConnection, from_getconn: bool) -> None:  # noqa: FBT001 - psycopg_pool's
        super()._return_connection(conn, from_getconn)
        self._tell_closed(conn, "lost")

    def _tell_closed(self, connection: PooledConnection, reason: CloseReason) -> None:
        """Tell, once, of a connection that is closed."""
        if self._observers and connection.closed and not connection.is_told_of:
            connection.is_told_of = True
            tell(self._observers, "on_close", connection.close_reason or reason)


def _undisturbed(call: Callable[..., R], *args: object, unwanted: Callable[[R], object] | None = None) -> R:
    """Return what `call` returns, made by a thread that no signal reaches: in CPython, by any but the main one.

    Where the main thread is interrupted and waits no longer, `unwanted` is given what comes; in the moment between, it
    is left to the collector.
    """
    if get_ident() != main_thread().ident:
        return call(*args)
    errand: _Errand[R] = _Errand()
    try:
        start_new_thread(errand.run, (call, args, unwanted))
    except RuntimeError:  # There are no more threads, as at the interpreter's end.
        return call(*args)
    return errand.result()


class _Errand(Generic[R]):
    """A call that one thread makes for another, which waits for its result."""

    __slots__ = ("_end", "_is_awaited")

    def __init__(self) -> None:
        self._end: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
        self._is_awaited = True

    def run(self, call: Callable[..., R], args: tuple[object, ...], unwanted: Callable[[R], object] | None) -> None:
        try:
            result = call(*args)
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            self._end.put((None, error))
            return
        if self._is_awaited or unwanted is None:
            self._end.put((result, None))
        else:
            unwanted(result)

    def result(self) -> R:
        try:
            result, error = self._end.get()
        finally:
            self._is_awaited = False
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]  # what `call` returned


def _try_again(connections: ConnectionPool[Any]) -> None:
    """Connect again while calls wait: psycopg_pool itself would leave them waiting, or pause for minutes."""
    if connections.get_stats()["requests_waiting"]:
        connections.check()
