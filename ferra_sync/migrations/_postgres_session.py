"""Migrations on PostgreSQL: the history of one schema, and the lock on it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, Final

import attrs
import psycopg
from psycopg import Connection, RawCursor, sql
from psycopg.pq import TransactionStatus
from psycopg.rows import class_row, tuple_row

from ferra_sync import Database
from ferra_sync._postgres.errors import from_psycopg
from ferra_sync.errors import MigrationError
from ferra_sync.migrations import _postgres_scripts as scripts
from ferra_sync.migrations._files import Migration, Rules, Script
from ferra_sync.migrations._history import TABLE, AppliedMigration
from ferra_sync.migrations._lexer import ScriptStatement
from ferra_sync.migrations._postgres_lock import exclusive

_COLUMNS: Final = sql.SQL("version, name, checksum, applied_at, duration")
_FIRST_OF_PATH: Final = re.compile(r'\s*(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<bare>[^\s,]*))')


@contextlib.contextmanager
def postgres_session(db: Database, lock_timeout: float | None) -> Iterator[PostgresSession]:
    """Take one connection for all there is to do, the lock included: a pool of one must do.

    With a `lock_timeout` (seconds) other runs are kept out, and a transaction of somebody else's is refused, and a
    backslash that would hide a string's end.
    """
    try:
        with db.connection() as conn:
            session = PostgresSession.of(conn)
            if lock_timeout is None:
                yield session
                return
            _check(conn)
            with exclusive(conn, session.schema, timeout=lock_timeout):
                yield session
    except psycopg.Error as error:
        raise from_psycopg(error) from error


def _check(conn: Connection[Any]) -> None:
    if not conn.autocommit or conn.info.transaction_status is not TransactionStatus.IDLE:
        raise MigrationError("migrations commit, and the connection is in its owner's transaction: take another")
    if conn.info.parameter_status("standard_conforming_strings") == "off":
        raise MigrationError(
            "standard_conforming_strings is off here, and migrations are read as with it on:"
            " add options=-cstandard_conforming_strings%3Don to the URL"
        )


@attrs.frozen
class PostgresSession:
    """The history of one schema, through one connection in autocommit mode. It raises psycopg's errors."""

    conn: Connection[Any] = attrs.field(repr=False)
    schema: str

    @classmethod
    def of(cls, conn: Connection[Any]) -> PostgresSession:
        """Return the history in the first schema of the search path, or raise a MigrationError if there is none."""
        with RawCursor(conn, row_factory=tuple_row) as cursor:
            cursor.execute(b"SELECT current_schema(), current_setting('search_path')")
            schema, path = cursor.fetchone() or (None, "")
        first = _first_of(path)
        if schema is None or first not in {schema, "$user"}:
            raise MigrationError(f'the first schema of the search path, "{first}", does not exist')
        return cls(conn, schema)

    @property
    def rules(self) -> Rules:
        """How PostgreSQL reads a script."""
        return scripts.RULES

    @property
    def _table(self) -> sql.Identifier:
        return sql.Identifier(self.schema, TABLE)

    def rows(self) -> list[AppliedMigration]:
        """Return what was applied, oldest first; nothing where the table does not exist yet."""
        if not self._exists():
            return []
        with RawCursor(self.conn, row_factory=class_row(AppliedMigration)) as cursor:
            cursor.execute(sql.SQL("SELECT {} FROM {} ORDER BY version").format(_COLUMNS, self._table))
            return cursor.fetchall()

    def _exists(self) -> bool:
        with RawCursor(self.conn, row_factory=tuple_row) as cursor:
            cursor.execute(
                b"SELECT FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = $2", (self.schema, TABLE)
            )
            return cursor.fetchone() is not None

    def create(self) -> None:
        """Create the table, unless it exists."""
        if self._exists():
            return
        with RawCursor(self.conn) as cursor:
            cursor.execute(
                sql.SQL(
                    "CREATE TABLE {} (version text PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
                    " applied_at timestamptz NOT NULL DEFAULT now(), duration interval NOT NULL)"
                ).format(self._table)
            )

    def scope(self, script: Script) -> AbstractContextManager[None]:
        """Return the transaction of a script and its row."""
        return scripts.scope(self.conn, script)

    def is_recorded(self, version: str) -> bool:
        """Whether the history has it."""
        with RawCursor(self.conn, row_factory=tuple_row) as cursor:
            cursor.execute(sql.SQL("SELECT FROM {} WHERE version = $1").format(self._table), (version,))
            return cursor.fetchone() is not None

    def run(self, script: Script, statements: Sequence[ScriptStatement]) -> None:
        """Send the statements of a script."""
        scripts.run(self.conn, script, statements)

    def add(self, migration: Migration, duration: timedelta) -> AppliedMigration:
        """Write the row of `migration` and return it."""
        statement = sql.SQL("INSERT INTO {} (version, name, checksum, duration) VALUES ($1, $2, $3, $4) RETURNING {}")
        values = (migration.version, migration.name, migration.up.checksum, duration)
        with RawCursor(self.conn, row_factory=class_row(AppliedMigration)) as cursor:
            cursor.execute(statement.format(self._table, _COLUMNS), values)
            return cursor.fetchall()[0]

    def remove(self, applied: AppliedMigration) -> AppliedMigration:
        """Delete the row of `applied` and return it."""
        with RawCursor(self.conn) as cursor:
            cursor.execute(sql.SQL("DELETE FROM {} WHERE version = $1").format(self._table), (applied.version,))
        return applied


def _first_of(path: str) -> str:
    """Return the first schema that `path`, the value of search_path, names, as PostgreSQL reads it."""
    found = _FIRST_OF_PATH.match(path)
    if not found:
        return ""
    return (found["bare"] or "").lower() if found["quoted"] is None else found["quoted"].replace('""', '"')
