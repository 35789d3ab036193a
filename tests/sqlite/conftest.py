"""PostgreSQL and SQLite side by side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cells import Cells, Notes
from databases import fresh_database

from ferra_sync import Database, SqliteDatabase


@pytest.fixture(scope="module")
def both(server_url: str) -> Iterator[tuple[Database, SqliteDatabase]]:
    with (
        fresh_database(server_url, Cells, Notes) as url,
        Database.connect(url) as postgres,
        SqliteDatabase.connect() as sqlite,
    ):
        sqlite.create_tables(Cells, Notes)
        yield postgres, sqlite
