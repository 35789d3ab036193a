"""The queries of examples/tpch.py give what the official SQL gives."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import pytest
from databases import fresh_database

from examples.tpch_queries import MIGRATIONS, QUERIES
from examples.tpch_queries.rows import fill
from ferra_sync import Database
from ferra_sync.migrations import Migrations


@pytest.fixture(scope="module")
def tpch(server_url: str) -> Iterator[Database]:
    with fresh_database(server_url) as url, Database.connect(url) as db:
        Migrations(MIGRATIONS).run(db)
        fill(db)
        yield db


def flat(row: object) -> tuple[object, ...]:
    """Return a row as psycopg has it: a model is its columns."""
    items = row if isinstance(row, tuple) else (row,)
    return tuple(value for item in items for value in (attrs.astuple(item) if attrs.has(type(item)) else (item,)))


@pytest.mark.parametrize("number", QUERIES)
def test_a_query_gives_the_rows_of_the_official_text(tpch: Database, number: int) -> None:
    text, query = QUERIES[number]
    with tpch.connection() as connection:
        expected = connection.execute(text).fetchall()
    rows = [flat(row) for row in tpch.fetch_all(query)]
    assert rows == expected
    assert rows
    assert None not in rows[0]
