"""The PostgreSQL that is measured: the one of DATABASE_URL, or an embedded one; a database of its own either way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import conninfo, sql

from ferra_sync import Database


@contextmanager
def fresh_database() -> Iterator[str]:
    """Yield the URL of an empty database that is dropped at the end."""
    with _server() as url:
        name = sql.Identifier(f"ferra_bench_{os.getpid()}")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
            try:
                yield conninfo.make_conninfo(url, dbname=f"ferra_bench_{os.getpid()}")
            finally:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@contextmanager
def _server() -> Iterator[str]:
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with Database.embedded() as db:
        yield db.config.url
