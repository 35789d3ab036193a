"""Pages: 1-indexed, never longer than asked for, disjoint, together the whole, whoever else writes meanwhile."""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import psycopg
import pytest
from databases import fresh_database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    DatabaseConfig,
    FerraModel,
    Page,
    PgRepository,
    QueryError,
    Select,
    Table,
    from_,
    maybe,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Shelves(Table):
    id = t.integer(primary_key=True)
    room = t.nullable(t.integer())


class Books(Table):
    id = t.serial(primary_key=True)
    shelf = t.nullable(t.integer(references=Shelves.id))
    year = t.integer()


class Slips(Table):
    """A table without a key."""

    text = t.text()


@attrs.define
class Shelf(FerraModel[Shelves]):
    id: int
    room: int | None


@attrs.define
class Book(FerraModel[Books]):
    shelf: int | None
    year: int
    id: int = SERVER_DEFAULT


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


DDL = """
CREATE TABLE shelves (id integer PRIMARY KEY, room integer);
CREATE TABLE books (id serial PRIMARY KEY, shelf integer REFERENCES shelves, year integer NOT NULL);
CREATE TABLE slips (text text NOT NULL);
CREATE TYPE mood AS ENUM ('good');
CREATE TABLE things (
    id uuid PRIMARY KEY, made timestamptz NOT NULL, price numeric(8,2) NOT NULL, mood mood NOT NULL,
    tags text[] NOT NULL
);
SELECT setval('books_id_seq', 1000000);
CREATE FUNCTION heard() RETURNS boolean LANGUAGE plpgsql VOLATILE AS
    $$ BEGIN RAISE NOTICE 'heard'; RETURN true; END $$;
"""
EMPTY = "DELETE FROM books; DELETE FROM shelves; DELETE FROM slips; DELETE FROM things"

on_a_server = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
years = st.integers(min_value=2000, max_value=2003)  # few, so that many rows are equal
libraries = st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 3)), years), max_size=25)
sizes = st.integers(min_value=1, max_value=12)


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, tables=DDL) as url:
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


def fill(db: Database, books: list[tuple[int | None, int]]) -> None:
    with db.connection() as connection, connection.cursor() as cursor:
        cursor.execute(EMPTY)
        cursor.execute("INSERT INTO shelves VALUES (0, 1), (1, 1), (2, 2), (3, NULL)")
        if books:
            cursor.execute(
                "INSERT INTO books (shelf, year, id) SELECT * FROM unnest(%s::int[], %s::int[]) WITH ORDINALITY",
                ([shelf for shelf, _ in books], [year for _, year in books]),
            )


def shelf_of_ten(db: Database) -> None:
    fill(db, [(0, 2000 + number % 2) for number in range(10)])


def walked(db: Database, query: Select[Any, Any, Any], per_page: int) -> list[Any]:
    """Return the items of all pages, one after the other, having checked what every page promises."""
    items: list[Any] = []
    number, page = 1, db.fetch_page(query, 1, per_page)
    total = page.total
    while True:
        assert len(page.items) <= per_page
        assert (page.total, page.page, page.per_page) == (total, number, per_page)
        assert page.total_pages == -(-total // per_page)
        assert page.has_previous == (number > 1)
        assert page.has_next == (number < page.total_pages)
        items += page.items
        if not page.has_next:
            break
        number += 1
        page = db.fetch_page(query, number, per_page)
    assert len(items) == total
    beyond = db.fetch_page(query, number + 1, per_page)
    assert (list(beyond.items), beyond.total, beyond.has_next) == ([], total, False)
    return items


@on_a_server
@given(books=libraries, per_page=sizes)
def test_pages_are_disjoint_and_together_are_the_table(db, books, per_page):
    fill(db, books)
    assert walked(db, select(Book), per_page) == db.fetch_all(select(Book).order_by(Books.id))


@on_a_server
@given(books=libraries, per_page=sizes)
def test_pages_of_a_repository_are_disjoint_and_together_are_the_table(db, books, per_page):
    fill(db, books)
    repository = PgRepository(Book, db)
    pages = [repository.find_page(number, per_page) for number in range(1, len(books) + 2)]
    assert [book for page in pages for book in page.items] == repository.find_all()
    assert all(page.total == len(books) and len(page.items) <= per_page for page in pages)


@on_a_server
@given(books=libraries, per_page=sizes, descending=st.booleans(), nulls=st.sampled_from([None, "first", "last"]))
def test_pages_ordered_by_columns_that_are_not_unique_are_disjoint_and_together_are_the_table(
    db, books, per_page, descending, nulls
):
    fill(db, books)
    order = Books.shelf.desc(nulls=nulls) if descending else Books.shelf.asc(nulls=nulls)
    items = walked(db, select(Book).order_by(order, Books.year), per_page)
    assert sorted(items, key=lambda book: book.id) == db.fetch_all(select(Book).order_by(Books.id))
    assert items == db.fetch_all(select(Book).order_by(order, Books.year, Books.id))


@on_a_server
@given(books=libraries, per_page=sizes, year=years)
def test_pages_of_a_filter_together_are_what_the_filter_keeps(db, books, per_page, year):
    fill(db, books)
    query = select(Book).where(Books.year >= year, Books.shelf.is_not_null())
    assert [book.year for book in walked(db, query, per_page)] == [
        made for shelf, made in books if made >= year and shelf is not None
    ]


@on_a_server
@given(books=libraries, per_page=sizes)
def test_pages_of_a_join_together_are_the_join(db, books, per_page):
    fill(db, books)
    query = from_(Books).inner_join(Shelves).where(Shelves.room == 1).order_by(Shelves.room).select(Book, Shelf)
    items = walked(db, query, per_page)
    assert [book.shelf for book, _ in items] == [shelf.id for _, shelf in items]
    assert sorted(book.id for book, _ in items) == [
        number for number, (shelf, _) in enumerate(books, start=1) if shelf in {0, 1}
    ]


@on_a_server
@given(books=libraries, per_page=sizes)
def test_pages_of_an_outer_join_that_repeats_rows_are_disjoint(db, books, per_page):
    fill(db, books)
    query = from_(Shelves).left_join(Books).order_by(Shelves.room).select(Shelf, maybe(Book))
    items = walked(db, query, per_page)
    pairs = [(shelf.id, None if book is None else book.id) for shelf, book in items]
    assert len(set(pairs)) == len(pairs)
    assert {shelf for shelf, _ in pairs} == {0, 1, 2, 3}


@on_a_server
@given(books=libraries, per_page=sizes)
def test_pages_of_groups_together_are_the_groups(db, books, per_page):
    fill(db, books)
    query = from_(Books).group_by(Books.year).select(Books.year, fn.count())
    counts = dict(walked(db, query, per_page))
    assert counts == {year: sum(made == year for _, made in books) for _, year in books}


@on_a_server
@given(books=libraries, per_page=sizes, offset=st.integers(0, 2))
def test_pages_of_distinct_values_together_are_the_values(db, books, per_page, offset):
    fill(db, books)
    query = from_(Books).select(Books.year + offset).distinct()
    assert sorted(walked(db, query, per_page)) == sorted({year + offset for _, year in books})


@on_a_server
@given(books=libraries, per_page=sizes)
def test_pages_of_the_first_row_for_each_value_together_are_these_rows(db, books, per_page):
    fill(db, books)
    query = select(Book).distinct(Books.year).order_by(Books.year, Books.id.desc())
    assert walked(db, query, per_page) == db.fetch_all(query)


@on_a_server
@given(books=libraries, page=st.integers(max_value=0), per_page=sizes)
def test_page_zero_and_negative_pages_are_the_first(db, books, page, per_page):
    fill(db, books)
    first = db.fetch_page(select(Book), 1, per_page)
    assert db.fetch_page(select(Book), page, per_page) == first
    assert first.page == 1


@on_a_server
@given(books=libraries, page=st.integers(min_value=26), per_page=st.integers(min_value=1))
def test_a_page_past_the_end_is_empty_with_the_true_total(db, books, page, per_page):
    fill(db, books)
    found = db.fetch_page(select(Book), page, per_page)
    assert found == Page([], len(books), page, per_page)


@on_a_server
@given(books=libraries, per_page=st.integers(min_value=25))
def test_a_page_may_be_larger_than_the_table_or_than_any_number_of_the_server(db, books, per_page):
    fill(db, books)
    found = db.fetch_page(select(Book), 1, per_page)
    assert (len(found.items), found.total, found.has_next) == (len(books), len(books), False)


@pytest.mark.parametrize("per_page", [0, -1, -(10**30)])
def test_less_than_one_row_on_a_page_is_a_value_error(db, per_page):
    with pytest.raises(ValueError, match="per_page"):
        db.fetch_page(select(Book), 1, per_page)
    with pytest.raises(ValueError, match="per_page"):
        PgRepository(Book, db).find_page(1, per_page)


@pytest.mark.parametrize(
    ("page", "per_page"), [("1", 20), (1, "20"), (1.0, 20), (None, 20), (1, None), (True, 20), (1, True)]
)
def test_a_page_that_is_no_whole_number_is_a_value_error(db, page, per_page):
    with pytest.raises(ValueError, match="whole number"):
        db.fetch_page(select(Book), page, per_page)


def test_a_count_that_is_neither_exact_nor_an_estimate_is_a_value_error(db):
    with pytest.raises(ValueError, match="estimate"):
        db.fetch_page(select(Book), count="roughly")


def test_a_query_with_a_limit_or_an_offset_of_its_own_has_no_pages(db):
    for query in (select(Book).limit(3), select(Book).offset(1)):
        with pytest.raises(QueryError, match="limit and offset"):
            db.fetch_page(query)


def test_a_table_without_a_key_has_pages_where_an_order_is_said(db):
    with db.connection() as connection:
        connection.execute("INSERT INTO slips VALUES ('b'), ('a'), ('c')")
    with pytest.raises(QueryError, match="order_by"):
        db.fetch_page(select(Slips.text))
    assert walked(db, select(Slips.text).order_by(Slips.text), 2) == ["a", "b", "c"]


def test_an_aggregate_over_all_rows_is_one_page_of_one_row(db):
    shelf_of_ten(db)
    found = db.fetch_page(from_(Books).select(fn.count()))
    assert (list(found.items), found.total, found.total_pages) == ([10], 1, 1)


def test_a_query_is_no_other_after_a_page_of_it(db):
    shelf_of_ten(db)
    query = select(Book).order_by(Books.year)
    before = query.sql()
    db.fetch_page(query, 2, 3)
    assert query.sql() == before


# Other sessions

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


# The estimate


def test_an_estimate_is_what_the_planner_believes(db):
    fill(db, [(0, 2000)] * 1000)
    with db.connection() as connection:
        connection.execute("ANALYZE books")
    found = db.fetch_page(select(Book), 2, 10, count="estimate")
    assert (len(found.items), found.total) == (10, 1000)


def test_an_estimate_is_of_the_whole_query_and_takes_its_values(db):
    fill(db, [(number % 4, 2000 + number % 4) for number in range(1000)])
    with db.connection() as connection:
        connection.execute("ANALYZE books")
    query = from_(Books).inner_join(Shelves).where(Books.year == 2001).order_by(Shelves.room).select(Book, Shelf)
    found = db.fetch_page(query, 1, 10, count="estimate")
    assert len(found.items) == 10
    assert 200 <= found.total <= 300


def test_an_estimate_is_never_less_than_the_rows_that_were_seen(db):
    fill(db, [(0, 2000)] * 30)
    with db.connection() as connection:
        connection.execute("ANALYZE books")
    query = select(Book).where(Books.year + 0 == 2000, Books.id + 0 > 0)
    found = db.fetch_page(query, 2, 10, count="estimate")
    assert len(found.items) == 10
    assert found.total >= 20


def test_the_last_page_knows_its_total_also_with_an_estimate(db):
    shelf_of_ten(db)
    found = db.fetch_page(select(Book), 4, 3, count="estimate")
    assert (len(found.items), found.total) == (1, 10)


# The value itself


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
