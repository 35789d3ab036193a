"""Statements in the program's log."""

from __future__ import annotations

import logging
from typing import Final

from ferra_sync._postgres.generic_plan import generic_plan
from ferra_sync._postgres.observer import CloseReason, Observer, QueryEvent, TransactionOutcome, callers
from ferra_sync.errors import Db, FerraDbError
from ferra_sync.monitoring._recent import Recent
from ferra_sync.monitoring._records import LOGGER, log
from ferra_sync.monitoring._settings import seconds as _seconds

_LONGEST: Final = 2000
"""Characters of SQL that a record has."""
_PLANNED_AGAIN: Final = 60.0
"""Seconds after which a statement that is slow again has its plan in the log again."""
_MOST_PLANNED: Final = 500


class QueryLog(Observer):
    """Writes to the logger `ferra_sync.queries`: each statement at DEBUG, slow ones at WARNING, and no value.

    Each record is of the file, line and function that made the call, so that `%(pathname)s:%(lineno)d` is that line;
    `query_summary`, `query_seconds`, `query_rows` and `query_sqlstate` are attributes of it, for structured logs. A
    transaction's end is told at DEBUG, and at INFO a retry and a connection that was lost.

    Args:
        slow: from how many seconds on a statement, or the wait for a connection, is told at WARNING.
        plans: let the records of slow statements have the plan, which costs a round trip more: EXPLAIN without ANALYZE,
            for any values (PostgreSQL 16 or newer); once a minute for each statement.

    Raises:
        ConfigError: `slow` is no number of seconds.
    """

    def __init__(self, *, slow: float = 0.5, plans: bool = False) -> None:
        self._slow = _seconds("slow", slow)
        self._planned = Recent(_MOST_PLANNED, _PLANNED_AGAIN) if plans else None

    def on_query(self, event: QueryEvent) -> None:
        """Write a statement's record."""
        is_slow = event.seconds >= self._slow
        level = logging.WARNING if is_slow else logging.DEBUG
        if not LOGGER.isEnabledFor(level):
            return
        plan = self._plan(event) if is_slow else ""
        rows = f"{event.rows} row{'' if event.rows == 1 else 's'}"
        end = rows if event.error is None else f"{event.error} {event.sqlstate or ''}".rstrip()
        caller = event.caller
        extra = {
            "query_summary": event.summary,
            "query_seconds": event.seconds,
            "query_rows": event.rows,
            "query_sqlstate": event.sqlstate,
        }
        log(
            level,
            caller,
            "%s%s: %s in %.1f ms, from %s: %s%s",
            *("slow: " if is_slow else "", event.summary, end, event.seconds * 1000, caller, _short(event.sql), plan),
            extra=extra,
        )

    def on_checkout(self, waited: float) -> None:
        """Write how long a connection was waited for, if that was long."""
        if waited >= self._slow:
            caller = next(callers(), None)
            log(logging.WARNING, caller, "slow: waited %.1f ms for a connection, from %s", waited * 1000, caller)

    def on_close(self, reason: CloseReason) -> None:
        """Write that a connection was lost."""
        if reason == "lost":
            log(logging.INFO, None, "a connection to the server was lost")

    def on_retry(self, attempt: int, error: FerraDbError) -> None:
        """Write that a transaction begins again."""
        sqlstate = error.sqlstate if isinstance(error, Db) else None
        caller = next(callers(), None)
        log(logging.INFO, caller, "a transaction begins again (%d): %s, from %s", attempt, sqlstate, caller)

    def on_transaction(self, outcome: TransactionOutcome, seconds: float) -> None:
        """Write how a transaction ended."""
        if LOGGER.isEnabledFor(logging.DEBUG):
            caller = next(callers(), None)
            log(logging.DEBUG, caller, "transaction %s in %.1f ms, from %s", outcome, seconds * 1000, caller)

    def _plan(self, event: QueryEvent) -> str:
        """Return the plan of a slow statement, unless it was in the log just now."""
        if self._planned is None or not self._planned.is_new(event.sql):
            return ""
        plan = generic_plan(event)
        return "" if plan is None else f"\n{plan}"


def _short(sql: str) -> str:
    return sql if len(sql) <= _LONGEST else f"{sql[:_LONGEST]}…"
