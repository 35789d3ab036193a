"""How large tables are, which indexes nobody uses, and which are missed."""

from __future__ import annotations

from typing import Final

import attrs

from ferra_sync._database.transaction import Executor
from ferra_sync._postgres import wire

_TABLES: Final = b"""
SELECT t.schemaname::text, t.relname::text,
       CASE WHEN x.locked THEN t.relpages::int8 * pg_catalog.current_setting('block_size')::int8
            ELSE pg_catalog.pg_total_relation_size(t.relid) END AS size,
       CASE WHEN x.locked THEN 0 ELSE pg_catalog.pg_indexes_size(t.relid) END,
       t.n_live_tup, t.n_dead_tup,
       extract(epoch FROM pg_catalog.now() - greatest(t.last_vacuum, t.last_autovacuum))::float8,
       extract(epoch FROM pg_catalog.now() - greatest(t.last_analyze, t.last_autoanalyze))::float8
FROM (
    SELECT s.*, c.relpages FROM pg_catalog.pg_stat_user_tables s JOIN pg_catalog.pg_class c ON c.oid = s.relid
    ORDER BY c.relpages DESC LIMIT %d
) t
CROSS JOIN LATERAL (SELECT EXISTS (
    SELECT FROM pg_catalog.pg_locks l
    WHERE l.relation = t.relid AND l.mode = 'AccessExclusiveLock'
      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
) AS locked) x
ORDER BY 3 DESC, 1, 2 LIMIT %d
"""
"""To ask for the size of a table that is being altered would be to wait for that; to ask for all of them, for long."""
_MEASURED: Final = 500
"""How many tables are measured: those that were largest when they were last counted, without what is out of line."""

_SERVES_KEY: Final = b"""
i.indrelid = f.conrelid AND i.indisvalid AND i.indpred IS NULL
  AND (i.indkey::int2[])[0:cardinality(f.conkey) - 1] @> f.conkey
"""
"""Whether the first columns of an index `i` are those of a foreign key `f`."""
_UNUSED: Final = (
    b"""
SELECT s.schemaname::text, s.relname::text, s.indexrelname::text,
       c.relpages::int8 * pg_catalog.current_setting('block_size')::int8 AS size,
       (SELECT extract(epoch FROM pg_catalog.now() - coalesce(d.stats_reset, pg_catalog.pg_postmaster_start_time()))
        FROM pg_catalog.pg_stat_database d WHERE d.datname = pg_catalog.current_database())::float8
FROM pg_catalog.pg_stat_user_indexes s
JOIN pg_catalog.pg_index i ON i.indexrelid = s.indexrelid
JOIN pg_catalog.pg_class c ON c.oid = s.indexrelid
WHERE s.idx_scan = 0 AND i.indisvalid AND NOT i.indisunique AND NOT i.indisexclusion AND NOT i.indisreplident
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint f WHERE f.contype = 'f' AND """
    + _SERVES_KEY
    + b""")
ORDER BY size DESC, 1, 2, 3
"""
)
_MISSING: Final = (
    b"""
SELECT n.nspname::text, c.relname::text,
       ARRAY(SELECT a.attname::text FROM unnest(f.conkey) WITH ORDINALITY k (number, place)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number ORDER BY k.place),
       s.n_live_tup, s.seq_scan, s.seq_tup_read
FROM pg_catalog.pg_constraint f
JOIN pg_catalog.pg_class c ON c.oid = f.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_stat_user_tables s ON s.relid = c.oid
WHERE f.contype = 'f' AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE """
    + _SERVES_KEY
    + b""")
UNION ALL
SELECT s.schemaname::text, s.relname::text, '{}', s.n_live_tup, s.seq_scan, s.seq_tup_read
FROM pg_catalog.pg_stat_user_tables s
WHERE s.seq_scan >= 100 AND s.seq_scan > coalesce(s.idx_scan, 0) AND s.seq_tup_read / s.seq_scan >= 10000
ORDER BY 6 DESC, 1, 2, 3
"""
)


@attrs.frozen
class TableSize:
    """How large a table is. Sizes are bytes, times seconds.

    Attributes:
        schema, table: its name.
        size: with its indexes and what is stored out of line; of a table that is locked against all, without these,
            as it was last counted.
        index_size: that of its indexes; 0 where it is locked.
        rows, dead_rows: how many there are, and how many VACUUM has to remove, as the server estimates.
        vacuumed, analyzed: how long ago that was done last; None: never since statistics began.
    """

    schema: str
    table: str
    size: int
    index_size: int
    rows: int
    dead_rows: int
    vacuumed: float | None
    analyzed: float | None


@attrs.frozen
class UnusedIndex:
    """An index that no query has used, and that neither keeps rows apart nor serves a foreign key.

    Attributes:
        schema, table, index: its name.
        size: bytes, as last counted.
        seconds: for how long statistics have been kept; what a yearly report uses may show here.
    """

    schema: str
    table: str
    index: str
    size: int
    seconds: float


@attrs.frozen
class MissingIndex:
    """A table that would be better off with an index.

    Attributes:
        schema, table: its name.
        columns: of a foreign key that no index begins with: who deletes or changes the rows it refers to reads all of
            the table. Empty: at least 100 times, and more often than by an index, all of the table was read, 10,000
            rows or more each time.
        rows: how many there are, as the server estimates.
        scans, rows_read: how often all of it was read, and how many rows that were.
    """

    schema: str
    table: str
    columns: tuple[str, ...]
    rows: int
    scans: int
    rows_read: int


def table_sizes(db: Executor, limit: int = 20) -> tuple[TableSize, ...]:
    """Return the largest tables, the largest first.

    Raises:
        Db: the server cannot be reached, or says no.
    """
    with db.connection() as connection:
        return tuple(
            TableSize(*row) for row in wire.read(connection, _TABLES % (max(int(limit), _MEASURED), int(limit)))
        )


def unused_indexes(db: Executor) -> tuple[UnusedIndex, ...]:
    """Return the indexes that no query on this server has used, the largest first; standbys count for themselves.

    Raises:
        Db: the server cannot be reached, or says no.
    """
    with db.connection() as connection:
        return tuple(UnusedIndex(*row) for row in wire.read(connection, _UNUSED))


def missing_indexes(db: Executor) -> tuple[MissingIndex, ...]:
    """Return the tables that are read as a whole where an index might do, the most read first.

    Raises:
        Db: the server cannot be reached, or says no.
    """
    with db.connection() as connection:
        return tuple(
            MissingIndex(schema, table, tuple(columns), *rest)
            for schema, table, columns, *rest in wire.read(connection, _MISSING)
        )
