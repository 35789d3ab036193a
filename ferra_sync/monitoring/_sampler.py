"""What the monitor shows: the server at one moment, and how its numbers went up to it."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Final, Self

import attrs

from ferra_sync._database.database import Database
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync.errors import Db, DbErrorKind, FerraDbError
from ferra_sync.monitoring._activity import Activity, activity
from ferra_sync.monitoring._server import ServerStatus, server_status
from ferra_sync.monitoring._statements import StatementUse, top_statements
from ferra_sync.monitoring._storage import (
    MissingIndex,
    TableSize,
    UnusedIndex,
    missing_indexes,
    table_sizes,
    unused_indexes,
)

_NAME: Final = "ferra monitor"
_POINTS: Final = 300
_STORAGE_EVERY: Final = 30.0
"""Seconds: sizes change slowly, and to read them all costs something."""


def monitors(config: DatabaseConfig) -> DatabaseConfig:
    """Return how the monitor reaches the same database: by one connection that waits for nobody for long."""
    return attrs.evolve(
        config,
        application_name=_NAME,
        max_connections=1,
        min_connections=1,
        acquire_timeout=1.0,
        connect_timeout=5.0,
        statement_timeout=5.0,
        lock_timeout=0.5,
        leak_after=None,
        observers=(),
    )


@attrs.frozen
class Storage:
    """What changes slowly: sizes and indexes."""

    tables: tuple[TableSize, ...]
    unused_indexes: tuple[UnusedIndex, ...]
    missing_indexes: tuple[MissingIndex, ...]

    @classmethod
    def of(cls, db: Database, before: Storage) -> Self:
        """Take a look; where that takes too long, the one before is still good."""
        try:
            return cls(table_sizes(db), unused_indexes(db), missing_indexes(db))
        except Db as error:
            if error.kind is not DbErrorKind.TIMEOUT:
                raise
            return cls(before.tables, before.unused_indexes, before.missing_indexes)


_NOTHING: Final = Storage((), (), ())


@attrs.frozen
class Point:
    """Rates between two moments, by the second, and numbers at the later one.

    Attributes:
        time: seconds since 1970.
        transactions: committed and rolled back.
        rows_read, rows_written: by whole tables and indexes, and written.
        hit_ratio: which part of the blocks was found in the server's memory; None: none was looked for.
        active, waiting: sessions that run a statement, and those of them that wait for a lock.
    """

    time: float
    transactions: float
    rows_read: float
    rows_written: float
    hit_ratio: float | None
    active: int
    waiting: int

    @classmethod
    def between(cls, before: Sample, after: Sample) -> Self:
        """Return how the numbers went from one moment to another."""
        seconds = max(after.clock - before.clock, 1e-3)
        was, now = before.status, after.status
        hit, read = now.blocks_hit - was.blocks_hit, now.blocks_read - was.blocks_read
        sessions = after.activity.sessions
        return cls(
            after.time,
            max(now.committed + now.rolled_back - was.committed - was.rolled_back, 0) / seconds,
            max(now.rows_scanned - was.rows_scanned, 0) / seconds,
            max(now.rows_written - was.rows_written, 0) / seconds,
            hit / (hit + read) if hit >= 0 and read >= 0 and hit + read else None,
            sum(session.state == "active" for session in sessions),
            sum(bool(session.blocked_by) for session in sessions),
        )


@attrs.frozen
class Sample:
    """A server at one moment.

    Attributes:
        time: seconds since 1970.
        clock: seconds of a clock that nobody sets.
        statements: None where the server does not count them, or not for this role.
    """

    time: float
    clock: float
    status: ServerStatus
    activity: Activity
    statements: tuple[StatementUse, ...] | None
    storage: Storage

    @classmethod
    def of(cls, db: Database, storage: Storage) -> Self:
        """Take a sample, but for the storage."""
        return cls(time.time(), time.monotonic(), server_status(db), activity(db), _statements(db), storage)


def _statements(db: Database) -> tuple[StatementUse, ...] | None:
    try:
        return top_statements(db)
    except Db as error:
        if error.kind is not DbErrorKind.PERMISSION_DENIED:
            raise
        return None


@attrs.frozen
class Watched:
    """What is known of a server.

    Attributes:
        sample: the last; None: there is none.
        points: those up to it, at most 300.
        failure: why there is no newer one; None: it is new.
    """

    sample: Sample | None
    points: tuple[Point, ...]
    failure: str | None


class Sampler:
    """Looks at a server when it is asked, once a second at most, over one connection of its own; threads may share it.

    Raises:
        ConfigError: there is no URL, or it does not parse.
        Db: the server cannot be reached or refuses.
    """

    def __init__(self, config: DatabaseConfig, *, every: float = 1.0) -> None:
        self._db = Database(monitors(config))
        self._every = every
        self._lock = threading.Lock()
        self._points: deque[Point] = deque(maxlen=_POINTS)
        self._sample: Sample | None = None
        self._failure: str | None = None
        self._looked = self._stored = -float("inf")

    def watched(self) -> Watched:
        """Return what is known by now."""
        with self._lock:
            if time.monotonic() - self._looked >= self._every:
                self._look()
                self._looked = time.monotonic()
            return Watched(self._sample, tuple(self._points), self._failure)

    def close(self) -> None:
        """Close its connection."""
        self._db.close()

    def _look(self) -> None:
        is_stale = time.monotonic() - self._stored >= _STORAGE_EVERY
        before = self._sample
        storage = _NOTHING if before is None else before.storage
        try:
            self._sample = Sample.of(self._db, Storage.of(self._db, storage) if is_stale else storage)
        except FerraDbError as error:
            self._failure = str(error)
            return
        self._failure = None
        if is_stale:
            self._stored = time.monotonic()
        if before is not None:
            self._points.append(Point.between(before, self._sample))
