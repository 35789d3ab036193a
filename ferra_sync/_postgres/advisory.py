"""Advisory locks, by name: whoever asks for a name that another holds waits, and what the lock guards they agree on.

A session's lock is asked for again and again, never waited for in the server: a waiting statement keeps a snapshot,
which holds up VACUUM, and CREATE INDEX CONCURRENTLY for ever. Between two requests the session holds nothing.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import attrs
import psycopg
from psycopg.rows import tuple_row

from ferra_sync._expression.described import described
from ferra_sync._postgres.connection import PooledConnection
from ferra_sync._postgres.errors import from_psycopg
from ferra_sync._postgres.telling import Command, observed
from ferra_sync.errors import Db, DbErrorKind, QueryError

_FIRST_PAUSE: Final = 0.005
_LONGEST_PAUSE: Final = 0.1
"""Seconds between two requests; each pause is twice the one before."""

_TRY_SESSION: Final = {
    False: b"SELECT pg_catalog.pg_try_advisory_lock($1)",
    True: b"SELECT pg_catalog.pg_try_advisory_lock_shared($1)",
}
_TRY_TRANSACTION: Final = {
    False: b"SELECT pg_catalog.pg_try_advisory_xact_lock($1)",
    True: b"SELECT pg_catalog.pg_try_advisory_xact_lock_shared($1)",
}
_AWAIT_TRANSACTION: Final = {
    False: b"SELECT pg_catalog.pg_advisory_xact_lock($1)",
    True: b"SELECT pg_catalog.pg_advisory_xact_lock_shared($1)",
}
_UNLOCK: Final = {
    False: b"SELECT pg_catalog.pg_advisory_unlock($1)",
    True: b"SELECT pg_catalog.pg_advisory_unlock_shared($1)",
}
"""By whether the lock is shared."""


def key_of(name: str) -> int:
    """Return the key of a name: the first 64 bits of SHA-256 over its UTF-8, as a signed number.

    PostgreSQL keeps the advisory locks of each database apart.
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


@attrs.frozen
class Request:
    """A request for the lock of a name.

    Attributes:
        name: what the lock is called.
        shared: whether it goes with other shared ones of the name.
        timeout: for how many seconds to ask again; None: for ever.
        key: the number that the server knows the name by.
    """

    name: str
    shared: bool
    timeout: float | None
    key: int

    @classmethod
    def of(cls, name: str, *, shared: bool, timeout: float | None, wait: bool) -> Request:
        """Return a request.

        Raises:
            QueryError: the name is no text or empty, or the timeout cannot be one.
        """
        if not isinstance(name, str) or not name:
            raise QueryError(f"a lock's name is a text that is not empty, not {described(name) if name else name!r}")
        if timeout is not None and (
            isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 <= timeout < math.inf
        ):
            raise QueryError("timeout is a number of seconds, 0 or more; None waits for ever")
        if not wait and timeout is not None:
            raise QueryError("a lock that is not waited for has no timeout: say wait=False, or a timeout")
        try:
            return cls(name, bool(shared), timeout if wait else 0.0, key_of(name))
        except UnicodeEncodeError:
            raise QueryError("a lock's name holds a lone surrogate, which is no character of Unicode") from None

    def not_granted(self) -> Db:
        """Return the error of a lock that did not come free."""
        within = f" within {self.timeout:g} s" if self.timeout else ""
        return Db(f'the lock "{self.name}" was not free{within}', kind=DbErrorKind.TIMEOUT)


@contextmanager
def session_lock(connection: psycopg.Connection[Any], request: Request) -> Iterator[None]:
    """Hold a lock in the session of a connection that is in no transaction.

    Raises:
        Db: the lock was not free in time (TIMEOUT), the session ended before the lock was given back
            (CLOSED_CONNECTION), or the server says no.
    """
    try:
        granted = is_granted(connection, _TRY_SESSION[request.shared], request.key, request.timeout)
    except psycopg.Error as error:
        raise from_psycopg(error) from error
    except BaseException:
        _unlock(connection, request)  # Whether the server granted it is not known.
        raise
    if not granted:
        raise request.not_granted()
    try:
        yield
    except BaseException:
        _unlock(connection, request)
        raise
    if not _unlock(connection, request):
        raise Db(
            f'the lock "{request.name}" was lost before its end, with its session: another may have held it since',
            kind=DbErrorKind.CLOSED_CONNECTION,
        )


def lock_in_transaction(connection: psycopg.Connection[Any], request: Request) -> None:
    """Take a lock until the end of the transaction that is open on the connection.

    Without a timeout it waits as for a row, and deadlocks are seen.

    Raises:
        Db: the lock was not free in time (TIMEOUT), or the server says no, and the transaction has failed.
    """
    try:
        if request.timeout is None:
            _value(connection, _AWAIT_TRANSACTION[request.shared], request.key)
            return
        granted = is_granted(connection, _TRY_TRANSACTION[request.shared], request.key, request.timeout)
    except psycopg.Error as error:
        raise from_psycopg(error) from error
    if not granted:
        raise request.not_granted()


def is_granted(connection: psycopg.Connection[Any], query: bytes, key: int, timeout: float | None) -> bool:
    """Ask for a lock until it is granted or `timeout` seconds are over; None: for ever."""
    deadline = math.inf if timeout is None else time.monotonic() + timeout
    pause = _FIRST_PAUSE
    while _value(connection, query, key) is not True:
        rest = deadline - time.monotonic()
        if rest <= 0:
            return False
        time.sleep(min(pause, rest))
        pause = min(2 * pause, _LONGEST_PAUSE)
    return True


def _unlock(connection: psycopg.Connection[Any], request: Request) -> bool:
    """Give a session's lock back, and return whether it was held."""
    try:
        return _value(connection, _UNLOCK[request.shared], request.key) is True
    except psycopg.Error:
        if isinstance(connection, PooledConnection):
            connection.close()  # A session that cannot unlock gives the lock back by ending.
        return False


def _value(connection: psycopg.Connection[Any], query: bytes, key: int) -> object:
    with observed(connection, Command(query), 1), psycopg.RawCursor(connection, row_factory=tuple_row) as cursor:
        row: tuple[object] | None = cursor.execute(query, (key,)).fetchone()
    return row and row[0]
