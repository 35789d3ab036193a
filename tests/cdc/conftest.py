"""A PostgreSQL that decodes its log, and a Valkey, for the tests of this folder."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from databases import fresh_database
from psycopg import connect
from servers import Client, LogicalServer, Valkey

from ferra_sync import Database, Table

_numbers = itertools.count(1)

POSTS = "CREATE TABLE posts (id integer PRIMARY KEY, title text NOT NULL, body text, likes integer NOT NULL DEFAULT 0)"


class Captured(Database):
    """A database whose changes can be followed."""

    def do(self, *commands: str) -> None:
        """Run commands, each in a transaction of its own."""
        with self.connection() as connection:
            for command in commands:
                connection.execute(command.encode())


@pytest.fixture(scope="session")
def logical_server() -> Iterator[LogicalServer]:
    with LogicalServer() as server:
        yield server


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with Valkey(tmp_path_factory.mktemp("valkey"), "always") as server:
        yield server


@pytest.fixture
def valkey(valkey_server: Valkey) -> Iterator[Client]:
    """A client of an empty Valkey."""
    with valkey_server.client() as client:
        client.flushall()
        yield client


@pytest.fixture
def slot() -> str:
    """The name of a slot of this test's own."""
    return f"slot_{next(_numbers)}"


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


@pytest.fixture
def captured(logical_server: LogicalServer) -> Iterator[Captured]:
    """A database of this test's own, with a table `posts`."""
    with opened(logical_server, script=POSTS) as db:
        yield db


@contextmanager
def opened(server: LogicalServer, *tables: type[Table], script: str = "") -> Iterator[Captured]:
    with ExitStack() as stack:
        url = stack.enter_context(fresh_database(server.url, *tables, script=script))
        stack.enter_context(slots_dropped(url))
        yield stack.enter_context(Captured.connect(url))
