"""A session that listens to one channel, and is made anew where it is lost."""

from __future__ import annotations

import enum
import select
import socket
import threading
from collections import deque
from contextlib import suppress
from time import monotonic
from typing import Any, Final, NamedTuple

import psycopg
from psycopg.pq import ConnStatus

from ferra_sync._expression.identifiers import quoted
from ferra_sync._postgres.config import DatabaseConfig, connection_parameters
from ferra_sync._postgres.connection import PooledConnection
from ferra_sync._postgres.errors import from_psycopg
from ferra_sync._postgres.exits import close_at_exit
from ferra_sync.errors import Db, DbErrorKind, FerraDbError

_KEEPALIVES: Final = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
"""A peer that is gone without a word is missed after a minute: this session says nothing by itself."""
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 5.0
_PASSING: Final = frozenset({DbErrorKind.CLOSED_CONNECTION, DbErrorKind.TIMEOUT})
"""Why a server cannot be reached for a while; another reason does not go away by itself."""


class Sent(NamedTuple):
    """What somebody sent, and the number of the server's process that did."""

    payload: str
    pid: int


class Event(enum.Enum):
    """What else there is to hear."""

    SILENCE = "silence"
    RECONNECTED = "reconnected"
    CLOSED = "closed"


class Listening:
    """A connection of its own that listens to one channel; one thread waits at a time, any may close it.

    Raises:
        FerraDbError: the server cannot be reached, or refuses.
    """

    def __init__(self, config: DatabaseConfig, channel: str) -> None:
        self._parameters = _KEEPALIVES | connection_parameters(config)
        self._command = b"LISTEN " + quoted(channel).encode()
        self._heard: deque[Sent] = deque()
        self._busy = threading.Lock()
        self._is_closed = False
        self._pause = _FIRST_PAUSE
        self._connection: PooledConnection | None = self._connected()
        self._wakeup, self._waker = socket.socketpair()
        close_at_exit(self)

    def wait(self, timeout: float | None) -> Sent | Event:
        """Return what comes next, or that nothing came for `timeout` seconds.

        After RECONNECTED, what was sent meanwhile is lost.

        Raises:
            FerraDbError: the server refuses a new connection.
        """
        deadline = None if timeout is None else monotonic() + timeout
        with self._busy:
            while not self._is_closed:
                if self._heard:
                    return self._heard.popleft()
                if self._connection is None:
                    if self._is_reconnected():
                        return Event.RECONNECTED
                    within = self._rested(deadline)
                else:
                    within = self._read(self._connection, deadline)
                if not within and not self._heard:
                    return Event.SILENCE
            self._shut()
            return Event.CLOSED

    def close(self) -> None:
        """Close the connection; who waits is told CLOSED. A second time does nothing."""
        if self._is_closed:
            return
        with suppress(OSError):  # Another thread may be closing it too.
            self._waker.send(b"\0")  # First, for who finds that it is closed closes this as well.
        self._is_closed = True
        if self._busy.acquire(blocking=False):
            try:
                self._shut()
            finally:
                self._busy.release()

    def _connected(self) -> PooledConnection:
        try:
            connection = PooledConnection.connect(**self._parameters, autocommit=True, prepare_threshold=None)
            try:
                connection.execute(self._command)
            except BaseException:
                connection.close()
                raise
        except psycopg.Error as error:
            raise from_psycopg(error) from error
        return connection

    def _is_reconnected(self) -> bool:
        try:
            self._connection = self._connected()
        except FerraDbError as error:
            if not isinstance(error, Db) or error.kind not in _PASSING:
                raise
            return False
        self._pause = _FIRST_PAUSE
        return True

    def _rested(self, deadline: float | None) -> bool:
        """Wait before the next attempt, each time longer; return whether there is time for one."""
        rest = self._pause if deadline is None else min(self._pause, deadline - monotonic())
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        ready(max(rest, 0), self._wakeup)
        return deadline is None or monotonic() < deadline

    def _read(self, connection: PooledConnection, deadline: float | None) -> bool:
        """Read what is there or comes; return whether something did."""
        pgconn = connection.pgconn
        rest = None if deadline is None else max(deadline - monotonic(), 0)
        try:
            if not ready(rest, pgconn.socket, self._wakeup):
                return False
            pgconn.consume_input()
            while notify := pgconn.notifies():
                self._heard.append(Sent(notify.extra.decode(connection.info.encoding), notify.be_pid))
            is_lost = pgconn.status != ConnStatus.OK
        except psycopg.OperationalError:
            is_lost = True
        if is_lost:
            connection.close()
            self._connection = None
        return True

    def _shut(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._wakeup.close()
        self._waker.close()


def ready(timeout: float | None, *sockets: Any) -> bool:  # noqa: ANN401 - sockets and their numbers
    """Whether one of these has input, or an end, within `timeout` seconds."""
    if not hasattr(select, "poll"):
        return bool(select.select(sockets, [], [], timeout)[0])
    poller = select.poll()
    for each in sockets:
        poller.register(each, select.POLLIN)
    return bool(poller.poll(None if timeout is None else timeout * 1000))
