"""SQL migrations: directories `<timestamp>_<name>/` with an `up.sql` and a `down.sql`, applied in order and once.

    migrations = Migrations("migrations")
    migrations.run(db)

A file runs as it stands, statement by statement, in one transaction together with its row in the table
`_ferra_migrations`, which lives in the first schema of the search path. It therefore holds no BEGIN, COMMIT or ROLLBACK
of its own, and no COPY from the client. A statement that PostgreSQL refuses inside a transaction, such as CREATE INDEX
CONCURRENTLY or a CALL of a procedure that commits, stands alone in a file whose first line is
`-- ferra: no-transaction`; should the process die between the statement and its history row, the statement stays,
unrecorded. Settings that a file changes (SET, `set_config`, SET ROLE) end with it.

One run at a time: a session-level advisory lock, one for each schema, keeps the others out. It needs a session of its
own, so a pooler that changes the session between transactions is no place to migrate through.

On a `SqliteDatabase` the same files run, each in BEGIN IMMEDIATE, which keeps other processes out. Foreign keys are off
meanwhile and are looked at before the commit; VACUUM and PRAGMAs of the file stand alone, without a transaction.

The logger `ferra_sync.migrations` has each script at INFO, and the wait for the lock; at DEBUG where each statement
begins, never what it says.
"""

from __future__ import annotations

from ferra_sync._expression.published import publish
from ferra_sync.migrations._execution import MigrationFailedError
from ferra_sync.migrations._history import AppliedMigration
from ferra_sync.migrations._runner import Migrations
from ferra_sync.migrations._status import MigrationState, MigrationStatus

__all__ = ["AppliedMigration", "MigrationFailedError", "MigrationState", "MigrationStatus", "Migrations"]

publish(__name__, __all__)
