"""The suite of every provider, on PostgreSQL, which is its measure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conformance import *  # noqa: F403 - its tests are these
from conformance import TABLES
from databases import fresh_database

from ferra_sync._providers.postgres import PostgresDatabase


@pytest.fixture
def provided(server_url: str) -> Iterator[PostgresDatabase]:
    with fresh_database(server_url, *TABLES) as url, PostgresDatabase.connect(url) as db:
        yield db
