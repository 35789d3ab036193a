"""The plan of a statement that an observer is being told of, without its values and without running it."""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from ferra_sync._postgres.observer import QueryEvent
from ferra_sync._postgres.telling import connection_told_of

_SINCE: Final = 16_00_00
"""The server's version since which EXPLAIN has GENERIC_PLAN."""
_EXPLAINED: Final = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"})
_LIMITS: Final = b"SET LOCAL lock_timeout = '100ms'; SET LOCAL statement_timeout = '1s'"
"""Who is told of a slow statement does not wait for long."""
_BRACKETS: Final = {
    TransactionStatus.IDLE: (b"BEGIN READ ONLY", b"ROLLBACK"),
    TransactionStatus.INTRANS: (
        b"SAVEPOINT ferra_plan",
        b"ROLLBACK TO SAVEPOINT ferra_plan; RELEASE SAVEPOINT ferra_plan",
    ),
}
"""What leaves a session as it was, by the state that it is in."""


def generic_plan(event: QueryEvent) -> str | None:
    """Return EXPLAIN's text of a statement, which the server plans anew for any values and does not run.

    It is asked for on the statement's own connection, in its transaction if it is in one, in one round trip more; so
    the plan is to be had while `on_query` runs, in its thread. None: elsewhere; of what has no plan, such as COPY; in a
    transaction that has failed; where the server is older than 16 and there are parameters; and where it says no.
    """
    connection = connection_told_of()
    if connection is None or connection.closed or event.is_internal or event.operation not in _EXPLAINED:
        return None
    is_generic = event.parameter_count > 0
    brackets = _BRACKETS.get(connection.info.transaction_status)
    if brackets is None or (is_generic and connection.info.server_version < _SINCE):
        return None
    options = b"(GENERIC_PLAN) " if is_generic else b""
    return _asked(connection, b"EXPLAIN " + options + event.sql.encode(), *brackets)


def _asked(connection: psycopg.Connection[Any], question: bytes, begin: bytes, end: bytes) -> str | None:
    try:
        cursor = psycopg.RawCursor(connection, row_factory=tuple_row)
        cursor.execute(b"; ".join((begin, _LIMITS, question, end)), prepare=False)
        lines = [line for result in cursor.results() if result.description for (line,) in result]
    except psycopg.Error:
        if not connection.closed:
            psycopg.RawCursor(connection).execute(end, prepare=False)
        return None
    return "\n".join(lines)
