"""One run at a time for each schema: the advisory lock "ferra_sync migrations: <schema>", polled, never waited for.

A waiting lock is a statement with a snapshot, and CREATE INDEX CONCURRENTLY in the run that holds the lock would wait
for that snapshot to end: a deadlock. Between two polls a session holds nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Final

import psycopg

from ferra_sync._postgres.advisory import is_granted, key_of
from ferra_sync.errors import MigrationError
from ferra_sync.migrations._session import LOG

_TRY: Final = b"SELECT pg_catalog.pg_try_advisory_lock($1)"


@contextlib.contextmanager
def exclusive(conn: psycopg.Connection[Any], schema: str, *, timeout: float) -> Iterator[None]:
    """Hold the lock on `schema`, or raise a MigrationError if it was not free within `timeout` seconds."""
    key = key_of(f"ferra_sync migrations: {schema}")
    try:
        granted = is_granted(conn, _TRY, key, 0.0)
        if not granted:
            LOG.info('waiting at most %g s for another process that is migrating schema "%s"', timeout, schema)
            granted = is_granted(conn, _TRY, key, timeout)
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


def _release(conn: psycopg.Connection[Any], key: int) -> None:
    try:
        with psycopg.RawCursor(conn) as cursor:
            cursor.execute(b"SELECT pg_catalog.pg_advisory_unlock($1)", (key,))
    except psycopg.Error:
        conn.close()  # a session that cannot unlock gives the lock back by ending
