"""Running scripts, each in the scope of its history row, and what is said when one fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import attrs

from ferra_sync.errors import MigrationError
from ferra_sync.migrations._files import Script, line_and_column
from ferra_sync.migrations._history import AppliedMigration
from ferra_sync.migrations._lexer import ScriptStatement
from ferra_sync.migrations._session import LOG, ScriptStoppedError, Session


class MigrationFailedError(MigrationError):
    """A script that failed; `__cause__` is the `FerraDbError` where the database refused it.

    Of one that runs in a transaction nothing is left, unless the message says what is.

    Attributes:
        path: the script.
        line, column: where in it, both from 1: the place that the server tells, else where the statement that failed
            begins; None where no statement failed but the commit.
        completed: what was applied, or reverted, before it in the same call, and stays so.
    """

    def __init__(
        self,
        message: str,
        path: Path,
        *,
        line: int | None = None,
        column: int | None = None,
        completed: Sequence[AppliedMigration] = (),
    ) -> None:
        self.path = path
        self.line = line
        self.column = column
        self.completed: tuple[AppliedMigration, ...] = tuple(completed)
        super().__init__(message)


@attrs.frozen
class Step:
    """A script to run.

    Attributes:
        version: of the migration that it is of.
        script: the file.
        statements: what is in it, checked.
        record: writes the row once it has run for so long, or deletes it.
        is_recorded: whether the history has the version beforehand; where it has not, or has, it is done already.
    """

    version: str
    script: Script
    statements: Sequence[ScriptStatement]
    record: Callable[[timedelta], AppliedMigration]
    is_recorded: bool


def execute(session: Session, steps: Sequence[Step]) -> list[AppliedMigration]:
    """Run `steps` in order and return what they recorded; stop at the first that fails, with MigrationFailedError."""
    completed: list[AppliedMigration] = []
    for step in steps:
        LOG.info("running %s", step.script.path)
        try:
            recorded = _done(session, step)
        except ScriptStoppedError as stopped:
            raise _failure(step.script, stopped, completed) from stopped.__cause__
        completed += recorded
        LOG.info("ran %s" if recorded else "%s was run by another process", step.script.path)
    return completed


def _done(session: Session, step: Step) -> list[AppliedMigration]:
    """Run one script and return what it recorded; nothing where another run has been quicker."""
    with session.scope(step.script):
        if session.is_recorded(step.version) is not step.is_recorded:
            return []
        started = time.perf_counter()
        session.run(step.script, step.statements)
        return [step.record(timedelta(seconds=time.perf_counter() - started))]


def _failure(
    script: Script, stopped: ScriptStoppedError, completed: Sequence[AppliedMigration]
) -> MigrationFailedError:
    offset = stopped.offset
    line, column = (None, None) if offset is None else line_and_column(script.text, offset)
    where = str(script.path) if offset is None else script.at(offset)
    left = "" if script.in_transaction else " (it ran without a transaction: look for what it left behind)"
    kept = f"; done before it and kept: {', '.join(row.label for row in completed)}" if completed else ""
    message = f"{where}: {stopped}{left}{kept}"
    return MigrationFailedError(message, script.path, line=line, column=column, completed=completed)
