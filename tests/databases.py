"""Databases for tests on the server that the session has."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
from tables import create_tables

from ferra_sync import Database, DatabaseConfig, Table
from ferra_sync._postgres.embedded import EmbeddedServer
from ferra_sync._postgres.pool import Pool
from ferra_sync.testing import Server

_opened: dict[str, Server] = {}


class PoolState(NamedTuple):
    """How many connections a pool has, how many of them are free, and how many calls wait for one."""

    size: int
    idle: int
    waiting: int


def state_of(pool: Pool) -> PoolState:
    state = pool.state()
    return PoolState(state.size, state.idle, state.waiting)


@contextmanager
def opened(server: Server) -> Iterator[None]:
    """Make `fresh_database` use this server, wherever its URL is given, without connecting to it again."""
    _opened[server.url] = server
    try:
        yield
    finally:
        del _opened[server.url]


def server_in_memory() -> EmbeddedServer:
    """Start a server of a test's own."""
    return EmbeddedServer.start(in_memory=True)


@contextmanager
def fresh_database(
    server_url: str, *tables: type[Table], template: str | None = None, script: str = ""
) -> Iterator[str]:
    """Make a database with `tables` in it, where `script` is then run; yield its URL, and drop it at the end."""
    with _server(server_url) as server, server.fresh_database(template) as url:
        if tables or script:
            with psycopg.connect(url) as first:
                create_tables(first, *tables)
                first.execute(script.encode())
        yield url


@contextmanager
def _server(url: str) -> Iterator[Server]:
    if url in _opened:
        yield _opened[url]
        return
    with Server.at(url, run=secrets.token_hex(4)) as server:
        yield server


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
