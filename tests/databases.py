"""Databases for tests on the server that the session has."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg import conninfo, sql
from tables import create_tables

from ferra_sync import Database, DatabaseConfig, Table
from ferra_sync._postgres.embedded import EmbeddedServer
from ferra_sync._postgres.pool import Pool

_numbers = itertools.count(1)

_MEMORY_DISK = Path("/dev/shm")
_ROOM = 2**30
"""Bytes: a new database takes some 8 MB, and each is dropped by its test."""


class PoolState(NamedTuple):
    """How many connections a pool has, how many of them are free, and how many calls wait for one."""

    size: int
    idle: int
    waiting: int


def state_of(pool: Pool) -> PoolState:
    state = pool.state()
    return PoolState(state.size, state.idle, state.waiting)


def server_in_memory() -> EmbeddedServer:
    """Start a server with its data in memory where there is room: a database is copied there in half the time."""
    usual = tempfile.tempdir
    if os.access(_MEMORY_DISK, os.W_OK) and shutil.disk_usage(_MEMORY_DISK).free > _ROOM:
        tempfile.tempdir = str(_MEMORY_DISK)
    try:
        return EmbeddedServer.start()
    finally:
        tempfile.tempdir = usual


@contextmanager
def fresh_database(
    server_url: str, *tables: type[Table], template: str = "template1", script: str = ""
) -> Iterator[str]:
    """Make a database with `tables` in it, where `script` is then run; yield its URL, and drop it at the end."""
    name = f"ferra_test_{os.getpid()}_{next(_numbers)}"
    url = conninfo.make_conninfo(server_url, dbname=name)
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(create)
        try:
            if tables or script:
                with psycopg.connect(url) as first:
                    create_tables(first, *tables)
                    first.execute(script.encode())
            yield url
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def database_with(server_url: str, *tables: type[Table]) -> Iterator[Database]:
    """Open a database in which these tables are, empty; it is dropped at the end."""
    with fresh_database(server_url, *tables) as url, Database.connect(url) as db:
        yield db


@contextmanager
def one_connection(url: str, rows: str, *, acquire_timeout: float = 10) -> Iterator[Database]:
    """Open a database with one connection, so that whoever keeps it makes the next call fail; `rows` is run first."""
    config = DatabaseConfig(url, max_connections=1, min_connections=1, acquire_timeout=acquire_timeout)
    with Database.connect(config=config) as db:
        with db.connection() as connection:
            connection.execute(rows)
        yield db
