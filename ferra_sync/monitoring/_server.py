"""What a server has done, in numbers that only grow: of two moments they make rates."""

from __future__ import annotations

from typing import Final

import attrs

from ferra_sync._database.transaction import Executor
from ferra_sync._postgres import wire

_STATUS: Final = b"""
SELECT pg_catalog.current_database()::text, pg_catalog.current_setting('server_version'),
       pg_catalog.pg_is_in_recovery(),
       extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.pg_postmaster_start_time())::float8,
       pg_catalog.current_setting('max_connections')::int4,
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a WHERE a.backend_type = 'client backend')::int4,
       d.xact_commit, d.xact_rollback, d.blks_hit, d.blks_read, d.tup_returned, d.tup_fetched,
       d.tup_inserted + d.tup_updated + d.tup_deleted, d.deadlocks, d.temp_bytes
FROM pg_catalog.pg_stat_database d WHERE d.datname = pg_catalog.current_database()
"""


@attrs.frozen
class ServerStatus:
    """A server, and what one database of it has done since its statistics were reset.

    Attributes:
        database: its name.
        version: the server's.
        is_standby: whether it follows another server.
        seconds: since when it runs.
        max_connections, connections: how many clients may be connected to the server, and how many are.
        committed, rolled_back: transactions.
        blocks_hit, blocks_read: blocks that were found in the server's memory, and that it had to ask for.
        rows_scanned, rows_found, rows_written: read by whole tables and indexes, found by an index, and written.
        deadlocks: how many were ended.
        temporary: bytes of temporary files.
    """

    database: str
    version: str
    is_standby: bool
    seconds: float
    max_connections: int
    connections: int
    committed: int
    rolled_back: int
    blocks_hit: int
    blocks_read: int
    rows_scanned: int
    rows_found: int
    rows_written: int
    deadlocks: int
    temporary: int


def server_status(db: Executor) -> ServerStatus:
    """Return what the server has done.

    Raises:
        Db: the server cannot be reached, or says no.
    """
    with db.connection() as connection:
        (row,) = wire.read(connection, _STATUS)
    return ServerStatus(*row)
