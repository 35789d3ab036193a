"""Scripts on PostgreSQL: what may stand in one, and how it is sent.

A script is sent statement by statement, in the extended protocol: there PostgreSQL refuses a text that holds several,
so a COMMIT that was taken for a part of another statement cannot run. After each the transaction must be the one that
was begun, else the script stops there.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from ferra_sync._postgres.errors import from_psycopg
from ferra_sync.migrations._files import Rules, Script
from ferra_sync.migrations._lexer import ScriptStatement, statements
from ferra_sync.migrations._session import ScriptStoppedError, announced

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


def _complaint(statement: ScriptStatement, in_transaction: bool) -> str | None:  # noqa: ARG001, FBT001 - as Rules has it
    if statement.controls_transaction:
        return f"{statement.words[0].upper()} would break the migration's transaction"
    if statement.copies_with_client:
        return "COPY from or to the client cannot stand in a migration"
    return None


RULES: Final = Rules(statements, _complaint)


class _TransactionEnded(Exception):  # noqa: N818 - never leaves this module
    """After `statement` the transaction is not the one that was begun."""

    def __init__(self, statement: ScriptStatement, transaction: str | None) -> None:
        self.statement = statement
        self.transaction = transaction


@contextlib.contextmanager
def scope(conn: psycopg.Connection[Any], script: Script) -> Iterator[None]:
    """Begin the script's transaction, where it has one, and end it; forget temporary tables."""
    is_over = False
    try:
        with conn.transaction() if script.in_transaction else contextlib.nullcontext():
            yield
            is_over = True
    except _TransactionEnded as ended:
        raise ScriptStoppedError(_fate(conn, ended), ended.statement.start) from None
    except psycopg.Error as error:
        cause = from_psycopg(error)
        is_unknown = conn.closed and is_over and script.in_transaction
        raise ScriptStoppedError(f"{cause}{_UNKNOWN * is_unknown}") from cause
    _forget_temporary_tables(conn)


class _OneStatement(psycopg.RawCursor[Any]):
    """A cursor of the extended protocol alone, where psycopg takes the simple one for want of parameters."""

    def _execute_send(self, query: Any, **options: Any) -> None:  # noqa: ANN401 - psycopg's own
        super()._execute_send(query, **options | {"force_extended": True})


def run(conn: psycopg.Connection[Any], script: Script, statements: Sequence[ScriptStatement]) -> None:
    """Send the script's statements, and undo what they set for the session."""
    settings = _settings(conn)
    transaction = value(conn, b"SELECT pg_catalog.pg_current_xact_id()::text") if script.in_transaction else None
    with _OneStatement(conn) as cursor:
        for statement in announced(script, statements):
            _send(cursor, statement)
            _check_transaction(cursor, statement, transaction, last=statement is statements[-1])
    if transaction is None:
        _check_indexes(conn, statements[0])
    _restore(conn, settings)


def _send(cursor: _OneStatement, statement: ScriptStatement) -> None:
    try:
        cursor.execute(statement.text.encode(cursor.connection.info.encoding), prepare=False)
    except psycopg.Error as error:
        cause = from_psycopg(error)
        place = int(error.diag.statement_position or 1) - 1
        raise ScriptStoppedError(str(cause), statement.start + place) from cause
    except UnicodeEncodeError as error:
        raise ScriptStoppedError(str(error), statement.start + error.start) from error


def _check_transaction(
    cursor: _OneStatement, statement: ScriptStatement, transaction: str | None, *, last: bool
) -> None:
    """Compare the transaction with the one that was begun by its number: COMMIT AND CHAIN leaves one open, another.

    The status comes with every answer; the number costs a query, and is asked for where it could be another one.
    """
    expected = TransactionStatus.IDLE if transaction is None else TransactionStatus.INTRANS
    is_same = cursor.connection.info.transaction_status == expected
    if is_same and transaction is not None and (last or cursor.statusmessage in _TRANSACTION_TAGS):
        number = value(cursor.connection, b"SELECT pg_catalog.pg_current_xact_id_if_assigned()::text")
        is_same = number == transaction
    if not is_same:
        raise _TransactionEnded(statement, transaction)


def _check_indexes(conn: psycopg.Connection[Any], statement: ScriptStatement) -> None:
    """Refuse what CREATE INDEX CONCURRENTLY IF NOT EXISTS takes for done: the invalid index of an earlier failure."""
    if statement.words[:1] != ("create",) or "concurrently" not in statement.words:
        return
    quoted = [name.replace('""', '"') for name in _QUOTED_NAME.findall(statement.text)]
    invalid = value(conn, _INVALID_INDEXES, [*statement.words, *quoted])
    if invalid:
        reason = f"there is an invalid index, {invalid}, which no query uses: drop it, and run this again"
        raise ScriptStoppedError(reason, statement.start)


def _fate(conn: psycopg.Connection[Any], ended: _TransactionEnded) -> str:
    """Say what became of the transaction that a script ended; the one that it left open instead is rolled back."""
    status = None
    with contextlib.suppress(psycopg.Error):
        conn.rollback()
        if ended.transaction is None:
            return "it left a transaction open, which was rolled back"
        status = value(conn, b"SELECT pg_catalog.pg_xact_status($1::xid8)", ended.transaction)
    left = _FATES.get(status or "", "a part of the migration may be committed")
    return f"it ended the migration's transaction: {left}, nothing that comes after it was run"


def value(conn: psycopg.Connection[Any], query: bytes, *params: str | list[str]) -> str | None:
    """Return the first value of the first row; None where there is no row."""
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
