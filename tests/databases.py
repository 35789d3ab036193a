"""Databases for tests on the server that the session has."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import conninfo, sql

from ferra_sync import Database, DatabaseConfig

_numbers = itertools.count(1)


@contextmanager
def fresh_database(server_url: str, *, template: str = "template1", tables: str = "") -> Iterator[str]:
    """Make a database, with `tables` made in it; yield its URL, and drop it at the end."""
    name = f"ferra_test_{os.getpid()}_{next(_numbers)}"
    url = conninfo.make_conninfo(server_url, dbname=name)
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(create)
        try:
            if tables:
                with psycopg.connect(url) as first:
                    first.execute(tables)
            yield url
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def one_connection(url: str, rows: str, *, acquire_timeout: float = 10) -> Iterator[Database]:
    """Open a database with one connection, so that whoever keeps it makes the next call fail; `rows` is run first."""
    config = DatabaseConfig(url, max_connections=1, min_connections=1, acquire_timeout=acquire_timeout)
    with Database.connect(config=config) as db:
        with db.connection() as connection:
            connection.execute(rows)
        yield db
