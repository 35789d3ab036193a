"""What the server has spent its time on, by `pg_stat_statements`."""

from __future__ import annotations

from typing import Final

import attrs

from ferra_sync._database.transaction import Executor
from ferra_sync._expression.identifiers import quoted
from ferra_sync._postgres import wire
from ferra_sync.errors import Db
from ferra_sync.monitoring._shown_sql import shown_sql

_SCHEMA: Final = b"""
SELECT n.nspname::text FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_stat_statements'
"""
_STATEMENTS: Final = b"""
SELECT pg_catalog.min(s.query), pg_catalog.sum(s.calls)::int8, pg_catalog.sum(s.total_exec_time)::float8 / 1000,
       pg_catalog.max(s.max_exec_time)::float8 / 1000, pg_catalog.sum(s.rows)::int8,
       pg_catalog.sum(s.shared_blks_hit)::int8, pg_catalog.sum(s.shared_blks_read)::int8
FROM %b.pg_stat_statements s
WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
GROUP BY s.queryid ORDER BY 3 DESC, 2 DESC LIMIT %d
"""
_NOT_LOADED: Final = "55000"
_UNSEEN: Final = "<insufficient privilege>"


@attrs.frozen
class StatementUse:
    """What a statement has cost the server since its statistics were reset, whatever its values.

    Attributes:
        statement: its text, without values; None: not to be seen by this role.
        calls: how often it was run.
        seconds: how long that took in all.
        longest: the longest of them.
        rows: how many rows it returned or affected.
        blocks_hit, blocks_read: how many blocks it found in the server's memory, and how many it had to ask for.
    """

    statement: str | None
    calls: int
    seconds: float
    longest: float
    rows: int
    blocks_hit: int
    blocks_read: int

    @property
    def mean(self) -> float:
        """Seconds a call."""
        return self.seconds / self.calls if self.calls else 0.0


def top_statements(db: Executor, limit: int = 20) -> tuple[StatementUse, ...] | None:
    """Return the statements that the server has spent most time on; None where it does not count them.

    It does where `shared_preload_libraries` has `pg_stat_statements` and the database that extension.

    Raises:
        Db: the server cannot be reached, or says no.
    """
    with db.connection() as connection:
        for (schema,) in wire.read(connection, _SCHEMA):
            try:
                rows = wire.read(connection, _STATEMENTS % (quoted(schema).encode(), int(limit)))
            except Db as error:
                if error.sqlstate == _NOT_LOADED:
                    return None
                raise
            return tuple(StatementUse(None if query == _UNSEEN else shown_sql(query), *rest) for query, *rest in rows)
    return None
