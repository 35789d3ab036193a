"""What a database owes so that migrations run on it: a connection for all that one run does."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Final, Protocol

from ferra_sync.migrations._files import Migration, Rules, Script
from ferra_sync.migrations._history import AppliedMigration
from ferra_sync.migrations._lexer import ScriptStatement

LOG: Final = logging.getLogger("ferra_sync.migrations")


class ScriptStoppedError(Exception):
    """A script that did not run to its end, for this `reason`; `offset` (characters, from 0) is where, if it is known.

    Its `__cause__` is that of the `MigrationFailedError` which is made of it.
    """

    def __init__(self, reason: str, offset: int | None = None) -> None:
        super().__init__(reason)
        self.offset = offset


class Session(Protocol):
    """One connection, and the history that it finds.

    Raises (every method):
        FerraDbError: the database says no. Inside `scope` that is a ScriptStoppedError at its end.
    """

    @property
    def rules(self) -> Rules:
        """How this database reads a script."""
        ...

    def rows(self) -> list[AppliedMigration]:
        """Return what was applied, oldest first; nothing where there is no history yet."""
        ...

    def create(self) -> None:
        """Create the table of the history, unless it exists."""
        ...

    def scope(self, script: Script) -> AbstractContextManager[None]:
        """Return the transaction of a script and its row; where the script has none, what is done around it."""
        ...

    def is_recorded(self, version: str) -> bool:
        """Whether the history has it now: another run may have been between two scopes of this one."""
        ...

    def run(self, script: Script, statements: Sequence[ScriptStatement]) -> None:
        """Send the statements of a script, in its scope.

        Raises:
            ScriptStoppedError: one failed, or ended the transaction; those behind it were not sent.
        """
        ...

    def add(self, migration: Migration, duration: timedelta) -> AppliedMigration:
        """Write the row of a migration, in its scope, and return it."""
        ...

    def remove(self, applied: AppliedMigration) -> AppliedMigration:
        """Delete a row, in its scope, and return it."""
        ...


def announced(script: Script, statements: Sequence[ScriptStatement]) -> Iterator[ScriptStatement]:
    """Yield the statements of a script; the log is told of each where it begins, and never what it says."""
    for statement in statements:
        LOG.debug("%s: sending the statement that begins here", script.at(statement.start))
        yield statement
