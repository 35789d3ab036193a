"""A database of films, others on it with observers, and a server that counts statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from counting import counting_server
from databases import fresh_database
from reels import Reels

from ferra_sync import Database, Observer

ROWS = "INSERT INTO reels (title, minutes) SELECT 'reel ' || n, n FROM generate_series(1, 50) AS n; ANALYZE reels"


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Reels, script=ROWS) as url:
        yield url


@pytest.fixture
def observed(url: str) -> Iterator[Callable[..., Database]]:
    """Open a database with these observers."""
    databases: list[Database] = []

    def observed(*observers: Observer) -> Database:
        databases.append(Database.connect(url, observers=observers))
        return databases[-1]

    yield observed
    for database in databases:
        database.close()


@pytest.fixture(scope="session")
def counting_url() -> Iterator[str]:
    """The URL of a server that counts statements, and that has prepared transactions."""
    with counting_server() as url:
        yield url
