"""One run at a time for each schema: an advisory lock that is polled, never waited for.

A waiting lock is a statement with a snapshot, and CREATE INDEX CONCURRENTLY in the run that holds the lock would wait
for that snapshot to end: a deadlock. Between two polls a session holds nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterator
from typing import Any, Final

import psycopg
from psycopg.rows import tuple_row

from ferra_sync.errors import MigrationError

_PAUSE: Final = 0.1
"""Seconds between two polls."""


def lock_key(schema: str) -> int:
    """Return the key of the lock on `schema`: the first 64 bits of SHA-256 over "ferra_sync migrations: <schema>".

    PostgreSQL keeps the advisory locks of each database apart, so the database's name need not be part of it.
    """
    digest = hashlib.sha256(f"ferra_sync migrations: {schema}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


@contextlib.contextmanager
def exclusive(conn: psycopg.Connection[Any], schema: str, *, timeout: float) -> Iterator[None]:
    """Hold the lock on `schema`, or raise a MigrationError if it was not free within `timeout` seconds."""
    key = lock_key(schema)
    try:
        granted = _acquire(conn, key, timeout)
    except KeyboardInterrupt:
        conn.close()  # whether the server granted the lock is not known; without its session it is gone
        raise
    if not granted:
        raise MigrationError(
            f'another process is migrating schema "{schema}": its lock was not free within {timeout:g} s'
        )
    try:
        yield
    finally:
        _release(conn, key)


def _acquire(conn: psycopg.Connection[Any], key: int, timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while not _is_granted(conn, key):
        rest = deadline - time.monotonic()
        if rest <= 0:
            return False
        time.sleep(min(_PAUSE, rest))
    return True


def _is_granted(conn: psycopg.Connection[Any], key: int) -> bool:
    with psycopg.RawCursor(conn, row_factory=tuple_row) as cursor:
        cursor.execute(b"SELECT pg_catalog.pg_try_advisory_lock($1)", (key,))
        return cursor.fetchone() == (True,)


def _release(conn: psycopg.Connection[Any], key: int) -> None:
    try:
        with psycopg.RawCursor(conn) as cursor:
            cursor.execute(b"SELECT pg_catalog.pg_advisory_unlock($1)", (key,))
    except psycopg.Error:
        conn.close()  # a session that cannot unlock gives the lock back by ending
