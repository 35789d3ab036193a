"""Running scripts: each in one transaction with its history row, and what is said when one fails.

A script is sent statement by statement, in the extended protocol: there PostgreSQL refuses a text that holds several,
so a COMMIT that was taken for a part of another statement cannot run. After each the transaction must be the one that
was begun, else the script stops there.
"""

from __future__ import annotations

import contextlib
import logging
import re
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from ferra_sync._postgres.errors import from_psycopg
from ferra_sync.errors import MigrationError
from ferra_sync.migrations._files import Script, line_and_column
from ferra_sync.migrations._history import AppliedMigration
from ferra_sync.migrations._lexer import ScriptStatement

_log: Final = logging.getLogger("ferra_sync.migrations")
_RESET: Final = b"SET SESSION AUTHORIZATION DEFAULT; RESET ROLE; RESET ALL"
_TRANSACTION_TAGS: Final = frozenset({"COMMIT", "ROLLBACK", "PREPARE TRANSACTION"})
"""The answers to what may have ended a transaction; ROLLBACK TO SAVEPOINT, which does not, shares one."""
_FATES: Final = {
    "committed": "what comes before it is committed",
    "aborted": "what comes before it was rolled back",
    "in progress": "what comes before it is prepared to be committed",
}
_UNKNOWN: Final = " (it may have been committed all the same: see the list of migrations)"
"""What is known of a commit whose answer never came."""
_INVALID_INDEXES: Final = b"""
    SELECT string_agg(indexrelid::regclass::text, ', ')
    FROM pg_catalog.pg_index JOIN pg_catalog.pg_class ON pg_class.oid = indexrelid
    WHERE NOT indisvalid AND relkind = 'i' AND relname = ANY ($1::text[])
"""
_QUOTED_NAME: Final = re.compile(r'"((?:[^"]|"")+)"')


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


class _StatementFailed(Exception):  # noqa: N818 - never leaves this module
    """The server refused a statement, or it cannot be sent: see `__cause__`; `offset` is the place in the script."""

    def __init__(self, offset: int) -> None:
        self.offset = offset


class _TransactionEnded(Exception):  # noqa: N818 - never leaves this module
    """After `statement` the transaction is not the one that was begun."""

    def __init__(self, statement: ScriptStatement, transaction: str | None) -> None:
        self.statement = statement
        self.transaction = transaction


@attrs.frozen
class Step:
    """A script, and what to write into the history once it has run for so long."""

    script: Script
    record: Callable[[timedelta], AppliedMigration]


def execute(conn: psycopg.Connection[Any], steps: Sequence[Step]) -> list[AppliedMigration]:
    """Run `steps` in order and return what they recorded; stop at the first that fails, with MigrationFailedError."""
    completed: list[AppliedMigration] = []
    for step in steps:
        script, recorded = step.script, None
        _log.info("running %s", script.path)
        try:
            with conn.transaction() if script.in_transaction else contextlib.nullcontext():
                recorded = step.record(_run(conn, script))
        except _StatementFailed as failed:
            cause = _mapped(failed.__cause__)
            raise _failure(script, str(cause), completed, offset=failed.offset) from cause
        except _TransactionEnded as ended:
            raise _failure(script, _fate(conn, ended), completed, offset=ended.statement.start) from None
        except psycopg.Error as error:
            cause = from_psycopg(error)
            is_unknown = conn.closed and recorded is not None and script.in_transaction
            raise _failure(script, f"{cause}{_UNKNOWN * is_unknown}", completed) from cause
        completed.append(recorded)
        _log.info("ran %s", script.path)
        _forget_temporary_tables(conn)
    return completed


class _OneStatement(psycopg.RawCursor[Any]):
    """A cursor of the extended protocol alone, where psycopg takes the simple one for want of parameters."""

    def _execute_send(self, query: Any, **options: Any) -> None:  # noqa: ANN401 - psycopg's own
        super()._execute_send(query, **options | {"force_extended": True})


def _run(conn: psycopg.Connection[Any], script: Script) -> timedelta:
    """Send the script's statements, and return how long they took."""
    settings = _settings(conn)
    transaction = _value(conn, b"SELECT pg_catalog.pg_current_xact_id()::text") if script.in_transaction else None
    started = time.perf_counter()
    with _OneStatement(conn) as cursor:
        for statement in script.statements:
            _log.debug("%s: sending the statement that begins here", script.at(statement.start))
            _send(cursor, statement)
            _check_transaction(cursor, statement, transaction, last=statement is script.statements[-1])
    elapsed = timedelta(seconds=time.perf_counter() - started)
    if transaction is None:
        _check_indexes(conn, script.statements[0])
    _restore(conn, settings)
    return elapsed


def _send(cursor: _OneStatement, statement: ScriptStatement) -> None:
    try:
        cursor.execute(statement.text.encode(cursor.connection.info.encoding), prepare=False)
    except psycopg.Error as error:
        raise _StatementFailed(statement.start + int(error.diag.statement_position or 1) - 1) from error
    except UnicodeEncodeError as error:
        raise _StatementFailed(statement.start + error.start) from error


def _check_transaction(
    cursor: _OneStatement, statement: ScriptStatement, transaction: str | None, *, last: bool
) -> None:
    """Compare the transaction with the one that was begun by its number: COMMIT AND CHAIN leaves one open, another.

    The status comes with every answer; the number costs a query, and is asked for where it could be another one.
    """
    expected = TransactionStatus.IDLE if transaction is None else TransactionStatus.INTRANS
    is_same = cursor.connection.info.transaction_status == expected
    if is_same and transaction is not None and (last or cursor.statusmessage in _TRANSACTION_TAGS):
        number = _value(cursor.connection, b"SELECT pg_catalog.pg_current_xact_id_if_assigned()::text")
        is_same = number == transaction
    if not is_same:
        raise _TransactionEnded(statement, transaction)


def _check_indexes(conn: psycopg.Connection[Any], statement: ScriptStatement) -> None:
    """Refuse what CREATE INDEX CONCURRENTLY IF NOT EXISTS takes for done: the invalid index of an earlier failure."""
    if statement.words[:1] != ("create",) or "concurrently" not in statement.words:
        return
    quoted = [name.replace('""', '"') for name in _QUOTED_NAME.findall(statement.text)]
    invalid = _value(conn, _INVALID_INDEXES, [*statement.words, *quoted])
    if invalid:
        raise _StatementFailed(statement.start) from MigrationError(
            f"there is an invalid index, {invalid}, which no query uses: drop it, and run this again"
        )


def _fate(conn: psycopg.Connection[Any], ended: _TransactionEnded) -> str:
    """Say what became of the transaction that a script ended; the one that it left open instead is rolled back."""
    status = None
    with contextlib.suppress(psycopg.Error):
        conn.rollback()
        if ended.transaction is None:
            return "it left a transaction open, which was rolled back"
        status = _value(conn, b"SELECT pg_catalog.pg_xact_status($1::xid8)", ended.transaction)
    left = _FATES.get(status or "", "a part of the migration may be committed")
    return f"it ended the migration's transaction: {left}, nothing that comes after it was run"


def _mapped(error: BaseException | None) -> BaseException | None:
    return from_psycopg(error) if isinstance(error, psycopg.Error) else error


def _value(conn: psycopg.Connection[Any], query: bytes, *params: str | list[str]) -> str | None:
    with psycopg.RawCursor(conn, row_factory=tuple_row) as cursor:
        cursor.execute(query, params)
        row: tuple[str | None] | None = cursor.fetchone()
    return row and row[0]


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


def _forget_temporary_tables(conn: psycopg.Connection[Any]) -> None:
    """Do so where it can be done: a lost connection has none, and says so itself to the next script."""
    with contextlib.suppress(psycopg.Error), psycopg.RawCursor(conn) as cursor:
        cursor.execute(b"DISCARD TEMP")


def _failure(
    script: Script, reason: str, completed: Sequence[AppliedMigration], *, offset: int | None = None
) -> MigrationFailedError:
    line, column = (None, None) if offset is None else line_and_column(script.text, offset)
    where = str(script.path) if offset is None else script.at(offset)
    left = "" if script.in_transaction else " (it ran without a transaction: look for what it left behind)"
    kept = f"; done before it and kept: {', '.join(row.label for row in completed)}" if completed else ""
    message = f"{where}: {reason}{left}{kept}"
    return MigrationFailedError(message, script.path, line=line, column=column, completed=completed)
