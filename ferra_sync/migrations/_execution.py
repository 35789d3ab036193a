"""Running scripts: each in one transaction with its history row, and what is said when one fails."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs
import psycopg
from psycopg.rows import tuple_row

from ferra_sync.errors import MigrationError, from_psycopg
from ferra_sync.migrations._files import line_and_column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ferra_sync.migrations._files import Script
    from ferra_sync.migrations._history import AppliedMigration

_RESET: Final = b"SET SESSION AUTHORIZATION DEFAULT; RESET ROLE; RESET ALL"
_BROKEN: Final = "the file ended the migration's transaction, so a part of it may have been committed"


class MigrationFailedError(MigrationError):
    """A script that failed: of one that runs in a transaction nothing is left; `__cause__` is the `FerraDbError`.

    Attributes:
        path: the script.
        line, column: where in it, both from 1; None where the server does not tell.
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


class _OutOfTransaction(Exception):  # noqa: N818 - never leaves this module
    """After the script, the session is not where the script found it."""


@attrs.frozen
class Step:
    """A script, and what to write into the history once it has run for so long."""

    script: Script
    record: Callable[[timedelta], AppliedMigration]


def execute(conn: psycopg.Connection[Any], steps: Sequence[Step]) -> list[AppliedMigration]:
    """Run `steps` in order and return what they recorded; stop at the first that fails, with MigrationFailedError."""
    completed: list[AppliedMigration] = []
    for step in steps:
        try:
            completed.append(_execute(conn, step))
        except psycopg.Error as error:
            cause = from_psycopg(error)
            raise _failure(step.script, str(cause), completed, offset=_offset(error)) from cause
        except (_OutOfTransaction, UnicodeEncodeError) as error:
            raise _failure(step.script, str(error), completed) from error
    return completed


def _execute(conn: psycopg.Connection[Any], step: Step) -> AppliedMigration:
    if step.script.in_transaction:
        with conn.transaction():
            recorded = step.record(_run(conn, step.script))
    else:
        recorded = step.record(_run(conn, step.script))
    with psycopg.RawCursor(conn) as cursor:
        cursor.execute(b"DISCARD TEMP")
    return recorded


def _run(conn: psycopg.Connection[Any], script: Script) -> timedelta:
    """Send the script's text as it stands, in the simple protocol, and return how long it took."""
    before = conn.info.transaction_status
    settings = _settings(conn)
    with psycopg.RawCursor(conn) as cursor:
        started = time.perf_counter()
        cursor.execute(script.text.encode(conn.info.encoding), prepare=False)
        elapsed = timedelta(seconds=time.perf_counter() - started)
    if conn.info.transaction_status != before:
        raise _OutOfTransaction(_BROKEN)
    _restore(conn, settings)
    return elapsed


def _settings(conn: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    with psycopg.RawCursor(conn, row_factory=tuple_row) as cursor:
        cursor.execute(b"SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session'")
        return [(name, setting) for name, setting in cursor]


def _restore(conn: psycopg.Connection[Any], settings: Sequence[tuple[str, str]]) -> None:
    """Undo what the script set for its session, the pool's and the next script's: search_path, role and the rest."""
    with psycopg.RawCursor(conn) as cursor:
        cursor.execute(_RESET, prepare=False)
        for setting in settings:
            cursor.execute(b"SELECT pg_catalog.set_config($1, $2, false)", setting)


def _offset(error: psycopg.Error) -> int | None:
    position = error.diag.statement_position
    return int(position) - 1 if position else None


def _failure(
    script: Script, reason: str, completed: Sequence[AppliedMigration], *, offset: int | None = None
) -> MigrationFailedError:
    line, column = (None, None) if offset is None else line_and_column(script.text, offset)
    where = str(script.path) if offset is None else script.at(offset)
    left = "" if script.in_transaction else " (it ran without a transaction: look for what it left behind)"
    kept = f"; done before it and kept: {', '.join(row.label for row in completed)}" if completed else ""
    message = f"{where}: {reason}{left}{kept}"
    return MigrationFailedError(message, script.path, line=line, column=column, completed=completed)
