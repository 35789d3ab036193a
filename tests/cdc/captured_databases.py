"""Databases whose changes are followed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from databases import fresh_database
from logical_servers import LogicalServer
from psycopg import connect

from ferra_sync import Database, Table


class Captured(Database):
    """A database whose changes can be followed."""

    def do(self, *commands: str) -> None:
        """Run commands, each in a transaction of its own."""
        with self.connection() as connection:
            for command in commands:
                connection.execute(command.encode())


@contextmanager
def slots_dropped(url: str) -> Iterator[None]:
    """Drop the database's slots at the end: with one it cannot be dropped."""
    try:
        yield
    finally:
        with connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots"
                " WHERE database = current_database()"
            )
            connection.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                " WHERE database = current_database() AND NOT temporary"
            )


@contextmanager
def opened(server: LogicalServer, *tables: type[Table], script: str = "") -> Iterator[Captured]:
    with ExitStack() as stack:
        url = stack.enter_context(fresh_database(server.url, *tables, script=script))
        stack.enter_context(slots_dropped(url))
        yield stack.enter_context(Captured.connect(url))
