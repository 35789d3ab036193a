"""Connections of one database: many that read, one that writes; in memory there is one that all threads share.

A file's locks are its process's, and SQLite keeps count of them in memory: in a forked child it would count locks that
the child has not. So connections that are idle are closed before a fork, and no other is used after it.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
import time
import uuid
from contextlib import ExitStack, suppress
from typing import Any, Final
from weakref import WeakSet

from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._postgres.forks import at_fork
from ferra_sync._sqlite.computing import teach
from ferra_sync._sqlite.errors import from_sqlite
from ferra_sync.errors import ConfigError, Db, DbErrorKind

MEMORY: Final = ":memory:"
LONGEST: Final = 2_147_483.0
"""Seconds: SQLite counts its waiting in milliseconds, in 32 bits."""

_PREFIXES: Final = ("sqlite:///", "sqlite::", "sqlite:")
_SESSION: Final = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA case_sensitive_like = ON",
    "PRAGMA synchronous = NORMAL",
)


class Connection(sqlite3.Connection):
    """A connection.

    Attributes:
        moment: what `now()` is on it, in microseconds since 1970 in UTC.
        failure: what a function raised that it was taught; None: nothing since the statement began.
    """

    moment: int = 0
    failure: type[Exception] | None = None

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - sqlite3's own
        super().__init__(*args, **options)
        self._process = os.getpid()

    @property
    def is_inherited(self) -> bool:
        """Whether it was opened before a fork, by the parent."""
        return self._process != os.getpid()

    def tick(self) -> None:
        """Begin another moment: of a transaction, or of a statement that is one."""
        self.moment = time.time_ns() // 1000


class Connections:
    """Gives out connections, each to one thread at a time.

    Raises:
        ConfigError: the URL is none of SQLite's.
    """

    def __init__(self, config: DatabaseConfig) -> None:
        self.path: str = path_of(config.url)
        self.config = config
        self._renew()
        self._left: list[Connection] = []
        at_fork(self)
        if self.path != MEMORY:
            _files.add(self)

    def _renew(self) -> None:
        self._idle: list[Connection] = []
        self._is_closed = False
        self._writer = threading.Lock()
        self._free = threading.Semaphore(1 if self.path == MEMORY else self.config.max_connections)

    def close_idle(self) -> None:
        """Close what nobody uses; it is opened again when it is needed."""
        with suppress(IndexError):  # Another thread may take the last one.
            while True:
                self._idle.pop().close()

    def leave_to_parent(self) -> None:
        """In a forked child: open connections of its own; those of the parent are kept, for closing would end them."""
        self._left += self._idle
        self._renew()

    def take(self, *, writing: bool, within: float | None = None) -> Connection:
        """Return a connection; with `writing` the one that may write.

        Raises:
            Db: none was free `within` so many seconds, or `acquire_timeout`; it is closed, or cannot be opened.
        """
        until = time.monotonic() + (self.config.acquire_timeout if within is None else within)
        with ExitStack() as taken:
            for lock in (self._writer, self._free) if writing else (self._free,):
                if not lock.acquire(timeout=max(until - time.monotonic(), 0)):
                    raise _busy()
                taken.callback(lock.release)
            connection = self._taken()
            taken.pop_all()
        return connection

    def give_back(self, connection: Connection, *, writing: bool) -> None:
        """Take a connection back; in a forked child one of the parent's is kept from everybody."""
        if connection.is_inherited:
            self._left.append(connection)
            return
        if self._is_closed:
            connection.close()
        else:
            self._idle.append(connection)
        self._free.release()
        if writing:
            self._writer.release()

    def close(self) -> None:
        """Close all that are idle, and each other when it comes back; what was in memory is gone."""
        self._is_closed = True
        self.close_idle()

    def _taken(self) -> Connection:
        if self._is_closed:
            raise Db("the database is closed", kind=DbErrorKind.CLOSED_CONNECTION)
        try:
            return self._idle.pop()
        except IndexError:
            return self._opened()

    def _opened(self) -> Connection:
        with ExitStack() as opened:
            try:
                connection = sqlite3.connect(
                    self.path,
                    timeout=min(self.config.acquire_timeout, LONGEST),
                    isolation_level=None,
                    check_same_thread=False,
                    factory=Connection,
                )
                opened.callback(connection.close)
                for command in _SESSION:
                    connection.execute(command)
                if self.path != MEMORY:
                    _write_ahead(connection)
            except sqlite3.Error as error:
                problem = from_sqlite(error, None)
            else:
                teach(connection, lambda failure: setattr(connection, "failure", failure))
                connection.create_function("ferra_now", 0, lambda: connection.moment)
                connection.create_function("ferra_uuid", 0, lambda: str(uuid.uuid4()))
                opened.pop_all()
                return connection
        raise Db(f"{self.path}: {problem}", kind=getattr(problem, "kind", DbErrorKind.OTHER))


def _write_ahead(connection: Connection) -> None:
    """Let those that read and the one that writes not wait for each other; a file that may only be read stays."""
    try:
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith("SQLITE_READONLY"):
            raise


_files: Final[WeakSet[Connections]] = WeakSet()


def _close_idle() -> None:
    for connections in tuple(_files):
        connections.close_idle()


if sys.platform != "win32":
    os.register_at_fork(before=_close_idle)


def path_of(url: str) -> str:
    """Return the path that a URL names, `:memory:` for a database in memory; ConfigError for another URL."""
    for prefix in _PREFIXES:
        if url.startswith(prefix):
            rest = url.removeprefix(prefix)
            path = MEMORY if rest in {"memory:", MEMORY, ""} else rest
            if "\0" in path or "?" in path or path.startswith("//"):
                break
            return path
    raise ConfigError("a URL of SQLite is sqlite::memory: or sqlite:///path")


def _busy() -> Db:
    return Db("no connection was free in time: another thread writes, or holds a transaction", kind=DbErrorKind.TIMEOUT)
