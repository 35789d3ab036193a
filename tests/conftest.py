"""A PostgreSQL for the tests: the one of DATABASE_URL, or one of their own; for each test a database of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import fresh_database, server_in_memory
from prepare_plugin import (  # noqa: F401 - hooks and a fixture
    every_statement_is_prepared,
    pytest_configure,
    pytest_runtest_setup,
)
from psycopg import conninfo

from ferra_sync import Database
from ferra_sync.migrations import Migrations

# Tests send Ctrl-C, and a shell's background job inherits it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

MIGRATIONS = Path(__file__).parent.parent / "migrations"


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with server_in_memory() as server:
        yield server.url


@pytest.fixture(scope="session")
def domain_template(server_url: str) -> Iterator[str]:
    """The name of a database in which the reference domain's migrations are applied."""
    with fresh_database(server_url) as url:
        with Database.connect(url) as db:
            Migrations(MIGRATIONS).run(db)
        yield str(conninfo.conninfo_to_dict(url)["dbname"])


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
def db(server_url: str, domain_template: str) -> Iterator[Database]:
    """A database of this test's own with the reference domain's tables, all empty."""
    with fresh_database(server_url, template=domain_template) as url, Database.connect(url) as db:
        yield db
