"""A PostgreSQL for the tests: the one of DATABASE_URL, or one of their own; for each test a database of its own."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from prepare_plugin import (  # noqa: F401 - hooks and a fixture
    every_statement_is_prepared,
    pytest_configure,
    pytest_runtest_setup,
)
from psycopg import conninfo, sql

from ferra_sync import Database
from ferra_sync._embedded import EmbeddedServer
from ferra_sync.migrations import Migrations

_numbers = itertools.count(1)


@contextmanager
def _database(server_url: str, template: str) -> Iterator[str]:
    name = f"ferra_test_{os.getpid()}_{next(_numbers)}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(create)
        try:
            yield name
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _url_of(server_url: str, database: str) -> str:
    return conninfo.make_conninfo(server_url, dbname=database)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with EmbeddedServer.start() as server:
        yield server.url


@pytest.fixture(scope="session")
def domain_template(server_url: str) -> Iterator[str]:
    """The name of a database in which the reference domain's migrations are applied."""
    with _database(server_url, "template1") as name:
        with Database.connect(_url_of(server_url, name)) as db:
            Migrations("migrations").run(db)
        yield name


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    with _database(server_url, "template1") as name:
        yield _url_of(server_url, name)


@pytest.fixture
def empty_db(database_url: str) -> Iterator[Database]:
    with Database.connect(database_url) as db:
        yield db


@pytest.fixture
def db(server_url: str, domain_template: str) -> Iterator[Database]:
    """A database of this test's own with the reference domain's tables, all empty."""
    with _database(server_url, domain_template) as name, Database.connect(_url_of(server_url, name)) as db:
        yield db
