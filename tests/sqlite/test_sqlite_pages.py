"""Pages, slices and keyset tokens of SQLite, which come from outside."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cells import Bare, Cell, Cells, empty, full

from ferra_sync import DatabaseConfig, SqliteDatabase, UncountedPage, capped, from_, insert_into
from ferra_sync import functions as fn
from ferra_sync.errors import InvalidToken, QueryError

CELLS = from_(Cells).select(Cells.id)


@pytest.fixture(scope="module")
def db() -> Any:
    with SqliteDatabase.connect() as found:
        found.create_tables(Cells)
        for number in range(7):
            found.execute(insert_into(Cells).values(Bare(number)))
        yield found


def test_a_page_is_counted_where_it_is_not_the_last_one(db: SqliteDatabase) -> None:
    assert (db.fetch_page(CELLS, 2, 3).items, db.fetch_page(CELLS, 2, 3).total) == ([3, 4, 5], 7)
    assert db.fetch_page(CELLS, 3, 3).total == 7
    assert db.fetch_page(CELLS, 9, 3).items == []
    short = db.fetch_page(CELLS, 1, 2, capped(4))
    assert (short.total, short.total_is_exact) == (4, False)
    assert db.fetch_slice(CELLS, 2, 3) == UncountedPage([3, 4, 5], 2, 3, has_next=True)


def test_pages_of_groups_and_of_set_operations_are_counted(db: SqliteDatabase) -> None:
    groups = from_(Cells).group_by(Cells.id % 3).order_by(Cells.id % 3).select(Cells.id % 3, fn.count())
    assert (db.fetch_page(groups, 2, 2).items, db.fetch_page(groups, 1, 2).total) == ([(2, 2)], 3)
    both = CELLS.where(Cells.id < 2).union(CELLS.where(Cells.id > 4))
    assert (db.fetch_page(both, 2, 3).items, db.fetch_page(both, 1, 3).total) == ([6], 4)


@pytest.mark.parametrize("column", ["day", "clock", "local", "at", "is_on", "key", "raw", "real", "price"])
def test_a_walk_reads_keys_that_its_rows_have_not(column: str) -> None:
    with SqliteDatabase.connect() as db:
        db.create_tables(Cells)
        rows = [full(number) for number in (3, 1, 2)]
        db.repository(Cell).insert_many([*rows, empty(4), empty(5)])
        query = CELLS.order_by(getattr(Cells, column))
        whole, walked, token = db.fetch_all(query.order_by(Cells.id)), list[int](), None
        while (found := db.fetch_keyset(query, 2, after=token)).items:
            walked, token = walked + found.items, found.next
        assert walked == whole


def forged(token: str, *values: str | None) -> str:
    """Return a token of other values."""
    head = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[:10]
    content = head + json.dumps(values).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("whole", "x"),
        ("whole", "1.5"),
        ("price", "NaN"),
        ("price", "9999999999999999.001"),
        ("real", "nan"),
        ("name", "a\0"),
        ("is_on", "yes"),
        ("key", "1"),
        ("day", "2020-02-30"),
        ("day", "12345-01-01"),
        ("day", "infinity"),
        ("clock", "24:00:00"),
        ("local", "infinity"),
        ("local", "0044-03-15T00:00:00 BC"),
        ("at", "12345-01-01T00:00:00+00:00"),
        ("raw", "\\x0"),
    ],
)
def test_a_token_of_other_values_is_refused(db: SqliteDatabase, column: str, value: str) -> None:
    query = CELLS.order_by(getattr(Cells, column))
    token = db.fetch_keyset(query, 2).next
    assert token is not None
    assert db.fetch_keyset(query, 2, after=forged(token, None, "2")).items == [3, 4]
    with pytest.raises(InvalidToken, match="after"):
        db.fetch_keyset(query, 2, after=forged(token, value, "2"))


def test_a_token_is_signed_where_there_is_a_secret() -> None:
    config = DatabaseConfig("sqlite::memory:", token_secrets=("a secret of 16 or more",))
    with SqliteDatabase.connect(config) as db:
        db.create_tables(Cells)
        db.execute(insert_into(Cells).values(Bare(1)))
        token = db.fetch_keyset(CELLS, 1).next
        assert token is not None
        assert db.fetch_keyset(CELLS, 1, after=token).items == []
        with pytest.raises(InvalidToken):
            db.fetch_keyset(CELLS, 1, after=forged(token, "1"))


def test_no_plan_is_shown(db: SqliteDatabase) -> None:
    with pytest.raises(QueryError, match="no EXPLAIN"):
        CELLS.explain(db)
