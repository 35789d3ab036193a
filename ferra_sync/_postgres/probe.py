"""Whether the server answers: asked in a thread of its own, so that whoever wants to know says how long to wait."""

from __future__ import annotations

from _thread import start_new_thread
from threading import Event, Lock
from time import monotonic
from typing import Any, Final, Protocol

import psycopg
from psycopg.pq import ExecStatus

from ferra_sync._postgres.connection import PooledConnection
from ferra_sync._postgres.errors import from_psycopg
from ferra_sync._postgres.listening import ready

_CONNECTING: Final = {"connect_timeout": "2"}
"""The least that libpq takes."""
_PATIENCE: Final = 2.0
"""Seconds after which nobody waits any more for the answer on an open connection."""


class Lender(Protocol):
    """What has connections to spare: a pool."""

    def spare(self) -> PooledConnection | None:
        """Return an idle connection, which must be released; None where there is none or it is the last one."""

    def release(self, connection: PooledConnection) -> None:
        """Take it back, whatever its state."""


class Answer:
    """What came of one question.

    Attributes:
        seconds: how long the server took; None: there was no answer, yet or at all.
        failure: why not.
    """

    __slots__ = ("_done", "failure", "seconds")

    def __init__(self) -> None:
        self._done = Event()
        self.seconds: float | None = None
        self.failure = "the server has not answered"

    @property
    def is_there(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self._done.is_set()

    def wait(self, seconds: float) -> None:
        """Wait until it is there, for so long at most."""
        self._done.wait(seconds)

    def ask(self, pool: Lender, parameters: dict[str, Any]) -> None:
        """Ask on an idle connection of the pool if it is not the last, or else on one of its own."""
        began = monotonic()
        try:
            spare = pool.spare()
            if spare is None:
                with PooledConnection.connect(**parameters | _CONNECTING) as connection:
                    _ask(connection)
            else:
                try:
                    _ask(spare)
                except psycopg.Error:
                    spare.close()
                    raise
                finally:
                    pool.release(spare)
            self.seconds = monotonic() - began
        except psycopg.Error as error:
            self.failure = str(from_psycopg(error))
        finally:
            self._done.set()


class Probe:
    """The question whether the server of a pool answers; who asks while it is being asked waits for the same answer."""

    __slots__ = ("_lock", "_parameters", "_pool", "_under_way")

    def __init__(self, pool: Lender, parameters: dict[str, Any]) -> None:
        self._pool = pool
        self._parameters = parameters
        self._lock = Lock()
        self._under_way: Answer | None = None

    def answer(self, seconds: float) -> Answer:
        """Return what the server answers within so many seconds."""
        with self._lock:
            answer = self._under_way
            if answer is None or answer.is_there:
                answer = Answer()
                try:
                    start_new_thread(answer.ask, (self._pool, self._parameters))
                except RuntimeError:  # There are no more threads, as at the interpreter's end.
                    answer.ask(self._pool, self._parameters)
                self._under_way = answer  # Now that it will come, whatever interrupts this.
        answer.wait(seconds)
        return answer


def _ask(connection: PooledConnection) -> None:
    """Wait for an answer, but not for ever: a peer that says nothing more is not noticed by itself.

    Raises:
        psycopg.Error: there is none; the connection is of no more use.
    """
    pgconn = connection.pgconn
    deadline = monotonic() + _PATIENCE
    pgconn.send_query(b"SELECT 1")
    while True:
        while pgconn.is_busy():
            if not ready(deadline - monotonic(), pgconn.socket):
                raise psycopg.errors.ConnectionTimeout("the server has not answered")
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            return
        if result.status == ExecStatus.FATAL_ERROR:
            raise psycopg.errors.error_from_result(result)
