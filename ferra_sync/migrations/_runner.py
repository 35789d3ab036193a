"""The four verbs on a directory of migrations."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import attrs

from ferra_sync import Database
from ferra_sync._providers.provider import Provided
from ferra_sync._query.checks import named
from ferra_sync.errors import MigrationError
from ferra_sync.migrations._execution import Step, execute
from ferra_sync.migrations._files import Migration, create_migration, read_migrations
from ferra_sync.migrations._history import AppliedMigration
from ferra_sync.migrations._postgres_session import postgres_session
from ferra_sync.migrations._session import Session
from ferra_sync.migrations._status import MigrationStatus, pending, statuses

if TYPE_CHECKING:
    from ferra_sync._sqlite.database import SqliteDatabase

Migrated: TypeAlias = "Database | SqliteDatabase | Provided"
"""What migrations run on; of what a provider opens, PostgreSQL and SQLite."""


def _path(directory: str | os.PathLike[str]) -> Path:
    return Path(directory)


@attrs.frozen
class Migrations:
    """A directory of migrations; it is read anew by each call."""

    directory: Path = attrs.field(converter=_path)

    def run(self, db: Migrated, *, lock_timeout: float = 30.0) -> list[AppliedMigration]:
        """Apply what is pending, oldest first, and return it.

        Everything is checked before anything is applied.

        Args:
            db: where to.
            lock_timeout: for how many seconds to wait for another process that is migrating the same schema; of SQLite,
                for whoever writes to the same file.

        Raises:
            MigrationError: a file was changed after it was applied, is missing, out of order or unfit to run, or
                another process holds the lock; nothing was applied.
            MigrationFailedError: a script failed; those before it stay applied.
            FerraDbError: the history could not be read or written.
        """
        migrations = read_migrations(self.directory)
        with _session(db, lock_timeout) as session:
            steps = [_step(session, migration) for migration in pending(migrations, session.rows())]
            if steps:
                session.create()
            return execute(session, steps)

    def revert(self, db: Migrated, steps: int = 1, *, lock_timeout: float = 30.0) -> list[AppliedMigration]:
        """Run the down.sql of the last `steps` migrations applied, newest first, and return what was reverted.

        Every file is checked before the first runs. An up.sql that was changed since is no obstacle.

        Raises:
            MigrationError: a down.sql is missing or unfit to run, or another process holds the lock; nothing was
                reverted.
            MigrationFailedError: a script failed; those before it stay reverted.
            FerraDbError: the history could not be read or written.
            ValueError: `steps` is less than 1.
        """
        if steps < 1:
            raise ValueError(f"steps must be 1 or more, not {steps}")
        migrations = read_migrations(self.directory)
        with _session(db, lock_timeout) as session:
            newest_first = session.rows()[::-1][:steps]
            return execute(session, [_step_back(session, row, migrations) for row in newest_first])

    def status(self, db: Migrated) -> list[MigrationStatus]:
        """Return every migration on disk or in the history, oldest first; writes nothing and waits for no lock."""
        migrations = read_migrations(self.directory)
        with _session(db) as session:
            return statuses(migrations, session.rows())

    def generate(self, name: str) -> Path:
        """Make `<UTC timestamp>_<name>/` with an up.sql and a down.sql to fill in, and return its path.

        The timestamp is later than that of every migration there is. Raises a MigrationError if `name` has no letter
        or digit, or the directory cannot be written.
        """
        return create_migration(self.directory, name)


def _session(db: Migrated, lock_timeout: float | None = None) -> AbstractContextManager[Session]:
    """Take one connection for all there is to do; with a `lock_timeout` (seconds) other runs are kept out."""
    if isinstance(db, Database):
        return postgres_session(db, lock_timeout)
    from ferra_sync._sqlite.database import SqliteDatabase  # noqa: PLC0415 - for those who use SQLite
    from ferra_sync.migrations._sqlite_session import sqlite_session  # noqa: PLC0415

    if isinstance(db, SqliteDatabase):
        return sqlite_session(db, lock_timeout)
    raise MigrationError(f"migrations run on a Database or a SqliteDatabase, not on {named(db)}")


def _step(session: Session, migration: Migration) -> Step:
    statements = migration.up.checked(session.rules)
    record = functools.partial(session.add, migration)
    return Step(migration.version, migration.up, statements, record, is_recorded=False)


def _step_back(session: Session, row: AppliedMigration, migrations: Iterable[Migration]) -> Step:
    migration = next((each for each in migrations if each.version == row.version), None)
    if migration is None:
        raise MigrationError(f"{row.label} was applied but is not on disk: it cannot be reverted")
    down = migration.down()

    def record(_duration: timedelta) -> AppliedMigration:
        return session.remove(row)

    return Step(row.version, down, down.checked(session.rules), record, is_recorded=True)
