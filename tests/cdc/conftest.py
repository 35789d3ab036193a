"""A PostgreSQL that decodes its log, and a Valkey, for the tests of this folder."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from captured_databases import Captured, opened
from logical_servers import Client, LogicalServer, Valkey

_numbers = itertools.count(1)

POSTS = "CREATE TABLE posts (id integer PRIMARY KEY, title text NOT NULL, body text, likes integer NOT NULL DEFAULT 0)"


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


@pytest.fixture
def captured(logical_server: LogicalServer) -> Iterator[Captured]:
    """A database of this test's own, with a table `posts`."""
    with opened(logical_server, script=POSTS) as db:
        yield db
