"""A page is a value: its figures follow from each other, and it is JSON."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import attrs
import pytest
from books import LATER, Book, Books, Shelf, Shelves, fill, shelf_of_ten
from databases import fresh_database
from hypothesis import given
from hypothesis import strategies as st

from ferra_sync import Database, DatabaseConfig, FerraModel, Page, PgRepository, Table, from_, maybe, select
from ferra_sync import types as t


class Mood(enum.Enum):
    GOOD = "good"


class Things(Table):
    id = t.uuid(primary_key=True)
    made = t.timestamptz()
    price = t.numeric(8, 2)
    mood = t.enum(Mood)
    tags = t.array(t.text())


@attrs.define
class Thing(FerraModel[Things]):
    id: UUID
    made: datetime
    price: Decimal
    mood: Mood
    tags: list[str]


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Shelves, Books, Things, script=LATER) as url:
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


@given(total=st.integers(0, 10**6), page=st.integers(1, 10**6), per_page=st.integers(1, 10**4))
def test_the_derived_figures_follow_from_the_others(total, page, per_page):
    found: Page[int] = Page([], total, page, per_page)
    assert (found.total_pages - 1) * per_page < total <= found.total_pages * per_page or total == 0
    assert found.total_pages == 0 or total > 0
    assert found.has_next == (page * per_page < total)
    assert found.has_previous == (page > 1)


def test_a_page_is_a_value_that_does_not_change(db):
    shelf_of_ten(db)
    found = db.fetch_page(select(Book), 1, 3)
    assert found == db.fetch_page(select(Book), 1, 3)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        found.page = 2


def test_to_dict_is_json_with_the_derived_figures(db):
    shelf_of_ten(db)
    found = db.fetch_page(select(Book), 2, 3)
    assert json.loads(json.dumps(found.to_dict())) == {
        "items": [
            {"shelf": 0, "year": 2001, "id": 4},
            {"shelf": 0, "year": 2000, "id": 5},
            {"shelf": 0, "year": 2001, "id": 6},
        ],
        "total": 10,
        "page": 2,
        "per_page": 3,
        "total_is_exact": True,
        "total_pages": 4,
        "has_next": True,
        "has_previous": True,
    }


def test_to_dict_of_an_empty_page_has_no_pages(db):
    assert db.fetch_page(select(Book)).to_dict() == {
        "items": [],
        "total": 0,
        "page": 1,
        "per_page": 20,
        "total_is_exact": True,
        "total_pages": 0,
        "has_next": False,
        "has_previous": False,
    }


def test_to_dict_spells_values_of_every_kind_as_json(db):
    key = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
    thing = Thing(UUID(key), datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), Decimal("9.90"), Mood.GOOD, ["a", "b"])
    made = PgRepository(Thing, db).insert(thing)
    found = db.fetch_page(select(Thing))
    assert found.items == [made]
    (item,) = json.loads(json.dumps(found.to_dict()))["items"]
    assert (item["id"], item["mood"], item["tags"]) == (key, "good", ["a", "b"])
    assert datetime.fromisoformat(item["made"]) == thing.made
    assert Decimal(str(item["price"])) == thing.price


def test_to_dict_of_pairs_and_missing_rows_is_json(db):
    fill(db, [(0, 2000)])
    query = from_(Shelves).left_join(Books).select(Shelf, maybe(Book))
    items = json.loads(json.dumps(db.fetch_page(query, 1, 2).to_dict()))["items"]
    assert items == [[{"id": 0, "room": 1}, {"shelf": 0, "year": 2000, "id": 1}], [{"id": 1, "room": 1}, None]]
