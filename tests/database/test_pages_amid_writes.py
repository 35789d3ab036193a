"""What a page promises while other sessions write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from books import LATER, Book, Books, Shelves, fill, on_a_server, shelf_of_ten, sizes
from databases import fresh_database
from hypothesis import given
from hypothesis import strategies as st

from ferra_sync import Database, DatabaseConfig, select
from ferra_sync import functions as fn
from ferra_sync import types as t

LOUD = """;
CREATE FUNCTION heard() RETURNS boolean LANGUAGE plpgsql VOLATILE AS
    $$ BEGIN RAISE NOTICE 'heard'; RETURN true; END $$;
"""


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Shelves, Books, script=LATER + LOUD) as url:
        yield url


@pytest.fixture(scope="module")
def opened(database_url: str) -> Iterator[Database]:
    config = DatabaseConfig(database_url, max_connections=1, min_connections=1, acquire_timeout=10)
    with Database.connect(config=config) as opened:
        yield opened


@pytest.fixture
def db(opened: Database) -> Database:
    """A database with one connection, and empty tables."""
    fill(opened, [])
    return opened


HEARD = fn.function("heard", returns=t.boolean())()


@contextmanager
def listening(connection: psycopg.Connection[Any], action: Callable[[], object]) -> Iterator[None]:
    """Call `action` once, after the page's statement has its snapshot and before the count's has one.

    The statement itself says when: it raises a notice, which psycopg hands on while it waits for the rows.
    """
    called: list[object] = []

    def hear(_notice: psycopg.errors.Diagnostic) -> None:
        if not called:
            called.append(True)
            action()

    connection.add_notice_handler(hear)
    try:
        yield
    finally:
        connection.remove_notice_handler(hear)
    assert called


@contextmanager
def between_the_statements(db: Database, action: Callable[[], object]) -> Iterator[None]:
    connection = db._acquire()  # the only one, so that the page will have it
    db._release(connection)
    with listening(connection, action):
        yield


def other_session(url: str, sql: str) -> Callable[[], object]:
    def run() -> None:
        with psycopg.connect(url, autocommit=True) as other:
            other.execute(sql)

    return run


INSERTS = "INSERT INTO books (shelf, year) SELECT 1, 1990 FROM generate_series(1, 7)"
DELETES = "DELETE FROM books"


@pytest.mark.refused_by_the_server
@pytest.mark.parametrize("per_page", [1, 3, 10, 11])
@pytest.mark.parametrize("page", [1, 2, 4, 9])
@pytest.mark.parametrize("sql", [INSERTS, DELETES])
def test_a_page_keeps_its_promises_while_another_session_writes_between_the_statements(
    db, database_url, sql, page, per_page
):
    shelf_of_ten(db)
    with between_the_statements(db, other_session(database_url, sql)):
        found = db.fetch_page(select(Book).where(HEARD), page, per_page)
    before = (page - 1) * per_page
    assert len(found.items) == max(0, min(per_page, 10 - before))
    assert found.total in ({10, 17} if sql == INSERTS else {0, 10, before + len(found.items)})
    assert found.total >= before + len(found.items) or not found.items
    assert len(found.items) <= per_page


@pytest.mark.refused_by_the_server
@pytest.mark.parametrize("isolation", ["serializable", "repeatable read"])
@pytest.mark.parametrize("sql", [INSERTS, DELETES])
def test_a_page_is_strict_inside_a_transaction_of_one_snapshot(db, database_url, isolation, sql):
    shelf_of_ten(db)
    for page, items in ((1, 3), (4, 1), (5, 0)):
        with db.transaction(isolation=isolation, read_only=True) as tx:
            with listening(tx._acquire(), other_session(database_url, sql)):
                found = tx.fetch_page(select(Book).where(HEARD), page, 3)
            assert (len(found.items), found.total) == (items, 10)
        shelf_of_ten(db)


@pytest.mark.refused_by_the_server
@on_a_server
@given(count=st.integers(1, 15), added=st.integers(0, 30), cut=st.tuples(st.integers(1, 6), sizes))
def test_whatever_is_inserted_between_the_statements_no_page_is_too_long(db, database_url, count, added, cut):
    fill(db, [(None, 2000)] * count)
    page, per_page = cut
    sql = f"INSERT INTO books (year) SELECT 1990 FROM generate_series(1, {added})"
    with between_the_statements(db, other_session(database_url, sql)):
        found = db.fetch_page(select(Book).where(HEARD), page, per_page)
    assert len(found.items) <= per_page
    assert len(found.items) == max(0, min(per_page, count - (page - 1) * per_page))
    assert count <= found.total <= count + added
