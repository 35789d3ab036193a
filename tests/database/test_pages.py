"""Pages: 1-indexed, never longer than asked for, disjoint, together the whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from books import LATER, Book, Books, Shelf, Shelves, fill, on_a_server, shelf_of_ten, sizes
from databases import fresh_database
from hypothesis import given
from hypothesis import strategies as st

from ferra_sync import Database, DatabaseConfig, Page, PgRepository, QueryError, Select, Table, from_, maybe, select
from ferra_sync import functions as fn
from ferra_sync import types as t


class Slips(Table):
    """A table without a key."""

    text = t.text()


years = st.integers(min_value=2000, max_value=2003)  # few, so that many rows are equal
libraries = st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 3)), years), max_size=25)


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Shelves, Books, Slips, script=LATER) as url:
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
