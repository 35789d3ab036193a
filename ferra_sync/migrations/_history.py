"""The history table: what was applied to one schema, and when."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final

import attrs
from psycopg import Connection, RawCursor, sql
from psycopg.rows import class_row, tuple_row

from ferra_sync.errors import MigrationError
from ferra_sync.migrations._files import Migration

TABLE: Final = "_ferra_migrations"
_COLUMNS: Final = sql.SQL("version, name, checksum, applied_at, duration")
_FIRST_OF_PATH: Final = re.compile(r'\s*(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<bare>[^\s,]*))')


@attrs.frozen
class AppliedMigration:
    """One row of the history: `duration` is how long its up.sql ran, `checksum` the SHA-256 of that file."""

    version: str
    name: str
    checksum: str = attrs.field(repr=False)
    applied_at: datetime
    duration: timedelta

    @property
    def label(self) -> str:
        """The name of its directory."""
        return f"{self.version}_{self.name}"


@attrs.frozen
class History:
    """The history of one schema, through one connection in autocommit mode."""

    conn: Connection[Any] = attrs.field(repr=False)
    schema: str

    @classmethod
    def of(cls, conn: Connection[Any]) -> History:
        """Return the history in the first schema of the search path, or raise a MigrationError if there is none."""
        with RawCursor(conn, row_factory=tuple_row) as cursor:
            cursor.execute(b"SELECT current_schema(), current_setting('search_path')")
            schema, path = cursor.fetchone() or (None, "")
        first = _first_of(path)
        if schema is None or first not in {schema, "$user"}:
            raise MigrationError(f'the first schema of the search path, "{first}", does not exist')
        return cls(conn, schema)

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
