"""The four verbs on a directory of migrations."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import attrs
import psycopg
from psycopg.pq import TransactionStatus

from ferra_sync import Database
from ferra_sync._postgres.errors import from_psycopg
from ferra_sync.errors import MigrationError
from ferra_sync.migrations._execution import Step, execute
from ferra_sync.migrations._files import Migration, create_migration, read_migrations
from ferra_sync.migrations._history import AppliedMigration, History
from ferra_sync.migrations._lock import exclusive
from ferra_sync.migrations._status import MigrationStatus, pending, statuses


def _path(directory: str | os.PathLike[str]) -> Path:
    return Path(directory)


@attrs.frozen
class Migrations:
    """A directory of migrations; it is read anew by each call."""

    directory: Path = attrs.field(converter=_path)

    def run(self, db: Database, *, lock_timeout: float = 30.0) -> list[AppliedMigration]:
        """Apply what is pending, oldest first, and return it.

        Everything is checked before anything is applied.

        Args:
            db: where to.
            lock_timeout: for how many seconds to wait for another process that is migrating the same schema.

        Raises:
            MigrationError: a file was changed after it was applied, is missing, out of order or unfit to run, or
                another process holds the lock; nothing was applied.
            MigrationFailedError: a script failed; those before it stay applied.
            FerraDbError: the history could not be read or written.
        """
        migrations = read_migrations(self.directory)
        with _exclusive_history(db, lock_timeout) as history:
            todo = pending(migrations, history.rows())
            for migration in todo:
                migration.up.check()
            if todo:
                history.create()
            return execute(
                history.conn,
                [Step(migration.up, functools.partial(history.add, migration)) for migration in todo],
            )

    def revert(self, db: Database, steps: int = 1, *, lock_timeout: float = 30.0) -> list[AppliedMigration]:
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
        on_disk = {migration.version: migration for migration in read_migrations(self.directory)}
        with _exclusive_history(db, lock_timeout) as history:
            newest_first = history.rows()[::-1][:steps]
            return execute(history.conn, [_step_back(history, row, on_disk) for row in newest_first])

    def status(self, db: Database) -> list[MigrationStatus]:
        """Return every migration on disk or in the history, oldest first; writes nothing and waits for no lock."""
        migrations = read_migrations(self.directory)
        with _history(db) as history:
            return statuses(migrations, history.rows())

    def generate(self, name: str) -> Path:
        """Make `<UTC timestamp>_<name>/` with an up.sql and a down.sql to fill in, and return its path.

        The timestamp is later than that of every migration there is. Raises a MigrationError if `name` has no letter
        or digit, or the directory cannot be written.
        """
        return create_migration(self.directory, name)


@contextlib.contextmanager
def _history(db: Database) -> Iterator[History]:
    """Take one connection for all there is to do, the lock included: a pool of one must do."""
    try:
        with db.connection() as conn:
            yield History.of(conn)
    except psycopg.Error as error:
        raise from_psycopg(error) from error


@contextlib.contextmanager
def _exclusive_history(db: Database, lock_timeout: float) -> Iterator[History]:
    """Keep other runs out; refuse a transaction of somebody else's, and a backslash that would hide a string's end."""
    with _history(db) as history:
        if not history.conn.autocommit or history.conn.info.transaction_status is not TransactionStatus.IDLE:
            raise MigrationError("migrations commit, and the connection is in its owner's transaction: take another")
        if history.conn.info.parameter_status("standard_conforming_strings") == "off":
            raise MigrationError(
                "standard_conforming_strings is off here, and migrations are read as with it on:"
                " add options=-cstandard_conforming_strings%3Don to the URL"
            )
        with exclusive(history.conn, history.schema, timeout=lock_timeout):
            yield history


def _step_back(history: History, row: AppliedMigration, on_disk: Mapping[str, Migration]) -> Step:
    migration = on_disk.get(row.version)
    if migration is None:
        raise MigrationError(f"{row.label} was applied but is not on disk: it cannot be reverted")
    down = migration.down()
    down.check()

    def record(_duration: timedelta) -> AppliedMigration:
        return history.remove(row)

    return Step(down, record)
