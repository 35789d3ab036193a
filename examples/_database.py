"""Where the examples work: a server of their own, or a throw-away schema of the one that DATABASE_URL names."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import conninfo, sql

from ferra_sync import Database
from ferra_sync.migrations import Migrations

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for `schema`, which is not installed


@contextmanager
def database() -> Iterator[Database]:
    """Yield a database in which the migrations are applied; nothing of it stays."""
    with empty_database() as db:
        Migrations(ROOT / "migrations").run(db)
        yield db


@contextmanager
def empty_database() -> Iterator[Database]:
    """Yield a database without tables; nothing of it stays."""
    url = os.environ.get("DATABASE_URL")
    with Database.embedded() if url is None else _throw_away_schema(url) as db:
        yield db


@contextmanager
def _throw_away_schema(url: str) -> Iterator[Database]:
    name = f"ferra_example_{secrets.token_hex(4)}"
    schema = sql.Identifier(name)
    with Database.connect(url) as owner, owner.connection() as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        try:
            with Database.connect(conninfo.make_conninfo(url, options=f"-csearch_path={name}")) as db:
                yield db
        finally:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(schema))
