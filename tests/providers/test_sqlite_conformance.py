"""The suite of every provider, on SQLite in memory and in a file, and on PostgreSQL as the measure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conformance import *  # noqa: F403 - its tests are these
from conformance import TABLES

from ferra_sync import SqliteDatabase


@pytest.fixture(params=["memory", "file"])
def provided(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteDatabase]:
    url = "sqlite::memory:" if request.param == "memory" else f"sqlite:///{tmp_path}/works.db"
    with SqliteDatabase.connect(url) as db:
        db.create_tables(*TABLES)
        yield db
