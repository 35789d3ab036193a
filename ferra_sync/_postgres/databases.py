"""The databases of a server: made, copied, sealed and dropped, on a connection in autocommit mode."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any, Final, NamedTuple

import psycopg
from psycopg.rows import tuple_row

from ferra_sync._expression.identifiers import quoted
from ferra_sync._postgres import wire
from ferra_sync._postgres.advisory import key_of

_FIRST_WITH_STRATEGY: Final = 150_000
_LISTED: Final = b"""
SELECT datname, datallowconn, pg_catalog.shobj_description(oid, 'pg_database')
FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname, $1) ORDER BY datname
"""
_HELD: Final = b"""
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND (classid::bigint << 32 | objid::bigint) = $1
)
"""


_IN_USE: Final = b"SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE datname = $1)"
_PATIENCE: Final = 0.1
_PAUSE: Final = 0.001
"""Seconds."""


class Listed(NamedTuple):
    """A database; `is_open`: it takes connections; `used_on`: the day that `note_use` has written."""

    name: str
    is_open: bool
    used_on: dt.date | None


def create(connection: psycopg.Connection[Any], name: str, *, template: str | None = None) -> None:
    """Make a database: a copy of `template`, to which nobody is connected, or of the server's own.

    Raises:
        Db: the server says no.
    """
    # The server copies whole files, the quickest way where they are few; before PostgreSQL 15 it had no other.
    has_strategy = connection.info.server_version >= _FIRST_WITH_STRATEGY
    copied = "" if template is None else f" TEMPLATE {quoted(template)}"
    _run(connection, f"CREATE DATABASE {quoted(name)}{copied}{' STRATEGY FILE_COPY' if has_strategy else ''}")


def drop(connection: psycopg.Connection[Any], name: str) -> None:
    """Drop a database, if there is one, and end the sessions in it.

    Sessions that are about to end are waited for here: the server itself looks again after a tenth of a second alone.
    """
    deadline = time.monotonic() + _PATIENCE
    while _rows(connection, _IN_USE, name) == [(True,)] and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    _run(connection, f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")


def rename(connection: psycopg.Connection[Any], name: str, new_name: str) -> None:
    """Give a database another name; nobody may be connected to it."""
    _run(connection, f"ALTER DATABASE {quoted(name)} RENAME TO {quoted(new_name)}")


def seal(connection: psycopg.Connection[Any], name: str) -> None:
    """Let nobody connect to a database from now on: it can be copied at any time."""
    _run(connection, f"ALTER DATABASE {quoted(name)} ALLOW_CONNECTIONS false")


def note_use(connection: psycopg.Connection[Any], name: str, day: dt.date) -> None:
    """Write on which day a database was used, as its comment."""
    _run(connection, f"COMMENT ON DATABASE {quoted(name)} IS '{day.isoformat()}'")


def listed(connection: psycopg.Connection[Any], prefix: str) -> list[Listed]:
    """Return the databases whose names begin so."""
    return [Listed(name, is_open, _day(comment)) for name, is_open, comment in _rows(connection, _LISTED, prefix)]


def is_lock_held(connection: psycopg.Connection[Any], name: str) -> bool:
    """Whether a session of whatever database holds the advisory lock of this name."""
    key = key_of(name)
    ((held,),) = _rows(connection, _HELD, key)
    return bool(held)


def _day(comment: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(comment or "")
    except ValueError:
        return None


def _run(connection: psycopg.Connection[Any], statement: str) -> None:
    wire.run(connection, statement.encode())


def _rows(connection: psycopg.Connection[Any], query: bytes, parameter: object) -> list[tuple[Any, ...]]:
    with wire._translated(), psycopg.RawCursor(connection, row_factory=tuple_row) as cursor:
        return cursor.execute(query, (parameter,)).fetchall()
