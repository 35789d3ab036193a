"""Who is connected to the database, what they do, and who waits for whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs

from ferra_sync._database.transaction import Executor
from ferra_sync._postgres import wire
from ferra_sync.monitoring._shown_sql import shown_sql

_SESSIONS: Final = b"""
SELECT a.pid, coalesce(a.backend_type, ''), coalesce(a.application_name, ''), a.usename::text, a.state,
       CASE WHEN a.state = 'active' THEN a.wait_event_type || ': ' || a.wait_event END,
       extract(epoch FROM pg_catalog.clock_timestamp() - a.state_change)::float8,
       extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::float8,
       a.query,
       CASE WHEN a.wait_event_type = 'Lock' THEN pg_catalog.pg_blocking_pids(a.pid) ELSE '{}' END,
       l.awaited,
       l.waited
FROM pg_catalog.pg_stat_activity a
LEFT JOIN LATERAL (
    SELECT pg_catalog.concat_ws(' ', l.mode, 'on', coalesce(l.relation::regclass::text, l.locktype)) AS awaited,
           extract(epoch FROM pg_catalog.clock_timestamp() - coalesce(
               (pg_catalog.to_jsonb(l) ->> 'waitstart')::timestamptz, a.query_start))::float8 AS waited
    FROM pg_catalog.pg_locks l WHERE l.pid = a.pid AND NOT l.granted LIMIT 1
) l ON a.wait_event_type = 'Lock'
WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
ORDER BY a.xact_start NULLS LAST, a.pid
"""
"""`waitstart` is PostgreSQL 14's; before it a wait is as old as its statement."""
_UNSEEN: Final = "<insufficient privilege>"


def _seen(query: str | None) -> str | None:
    return None if query is None or query == _UNSEEN else shown_sql(query)


def _once(pids: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(pids))


@attrs.frozen
class Session:
    """A session of the database, as the server sees it. Times are seconds.

    Attributes:
        pid: the server's process.
        kind: `client backend`, `autovacuum worker`, `parallel worker` …
        application, user: as the session says; a user's name is its role's, None of the server's own processes.
        state: `active`, `idle`, `idle in transaction` …; None: not to be seen by this role, or not known.
        waits_for: what an active session waits for, `Lock: transactionid`, `IO: DataFileRead`; None: it runs.
        seconds: for how long it has been in its state.
        transaction_seconds: since when its transaction is open; None: it is in none.
        statement: what it runs or ran last, without values; None: not to be seen by this role.
        blocked_by: the processes that hold, or wait in front of it for, the lock that it waits for; 0: of a prepared
            transaction.
        awaited_lock: that lock, `ShareLock on transactionid`.
        blocked_seconds: for how long it has waited for it.
    """

    pid: int
    kind: str
    application: str
    user: str | None
    state: str | None
    waits_for: str | None
    seconds: float | None
    transaction_seconds: float | None
    statement: str | None = attrs.field(converter=_seen)
    blocked_by: tuple[int, ...] = attrs.field(converter=_once)
    awaited_lock: str | None
    blocked_seconds: float | None


@attrs.frozen
class Block:
    """A session that waits for another one.

    Attributes:
        blocked: who waits.
        blocker: whom it waits for; None where that is no session of this database.
    """

    blocked: Session
    blocker: Session | None


@attrs.frozen
class Activity:
    """What goes on in a database at one moment.

    Attributes:
        sessions: all but the one that asked, those with the oldest transactions first.
    """

    sessions: tuple[Session, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Who waits for whom, the longest wait first."""
        by_pid = {session.pid: session for session in self.sessions}
        blocked = sorted(self.sessions, key=lambda session: session.blocked_seconds or 0, reverse=True)
        return tuple(Block(each, by_pid.get(pid)) for each in blocked for pid in each.blocked_by)

    def long_transactions(self, seconds: float = 5.0) -> tuple[Session, ...]:
        """Return the sessions of clients whose transaction has been open for longer, the oldest first."""
        return tuple(each for each in self.sessions if (each.transaction_seconds or 0) > seconds)


def activity(db: Executor) -> Activity:
    """Return what goes on in the database.

    Of other roles' sessions a role sees little, unless it is a member of `pg_read_all_stats` or `pg_monitor`.

    Raises:
        Db: the server cannot be reached, or says no.
    """
    with db.connection() as connection:
        rows = wire.read(connection, _SESSIONS)
    return Activity(tuple(Session(*row) for row in rows))
