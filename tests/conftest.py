"""The fixtures of our own plugin, by the names that these tests have for them; for each test a database of its own."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from databases import fresh_database, opened
from prepare_plugin import (  # noqa: F401 - hooks and a fixture
    every_statement_is_prepared,
    pytest_configure,
    pytest_runtest_setup,
)

from ferra_sync import Database
from ferra_sync.testing import Server

pytest_plugins = ["pytester", "pytest_ferra_sync"]  # Ours is of this tree, whatever is installed.

# Tests send Ctrl-C, and a shell's background job inherits it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def server_url(ferra_server: Server) -> Iterator[str]:
    with opened(ferra_server):
        yield ferra_server.url


@pytest.fixture(scope="session")
def domain_template(ferra_template: str) -> str:
    """The name of a database in which the reference domain's migrations are applied."""
    return ferra_template


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    with fresh_database(server_url) as url:
        yield url


@pytest.fixture
def empty_db(database_url: str) -> Iterator[Database]:
    with Database.connect(database_url) as db:
        yield db


@pytest.fixture
def db(ferra_fresh_db: Database, server_url: str) -> Database:
    """A database of this test's own with the reference domain's tables, all empty."""
    return ferra_fresh_db
