"""Pages whose count ends somewhere, pages that nobody counts, and which page is meant."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from books import LATER, Book, Books, Shelves, fill, on_a_server, shelf_of_ten, sizes
from databases import fresh_database
from hypothesis import given
from hypothesis import strategies as st

from ferra_sync import (
    Database,
    DatabaseConfig,
    Page,
    PageParams,
    QueryError,
    UncountedPage,
    ValidationError,
    capped,
    delete_from,
    from_,
    select,
    to_json,
)

pairs = st.lists(st.tuples(st.none() | st.integers(0, 3), st.integers(2000, 2003)), max_size=15)


@pytest.fixture(scope="module")
def opened(server_url: str) -> Iterator[Database]:
    with fresh_database(server_url, Shelves, Books, script=LATER) as url:
        config = DatabaseConfig(url, max_connections=1, min_connections=1, acquire_timeout=10)
        with Database.connect(config=config) as opened:
            yield opened


@pytest.fixture
def db(opened: Database) -> Database:
    fill(opened, [])
    return opened


@on_a_server
@given(books=pairs, per_page=sizes, page=st.integers(1, 5), most=st.integers(1, 20))
def test_a_total_is_at_most_the_cap_and_says_whether_that_is_all(db, books, per_page, page, most):
    fill(db, books)
    exact = db.fetch_page(select(Book), page, per_page)
    found = db.fetch_page(select(Book), page, per_page, capped(most))
    assert found.items == exact.items
    assert found.total == min(len(books), most)
    assert found.total_is_exact == (len(books) <= most)
    assert exact.total_is_exact
    assert found.has_next or not exact.has_next or not exact.items


@on_a_server
@given(books=pairs, per_page=sizes)
def test_pages_without_a_count_are_disjoint_and_together_are_the_table(db, books, per_page):
    fill(db, books)
    query = select(Book).order_by(Books.year.desc())
    walked, number = [], 1
    while True:
        found = db.fetch_slice(query, number, per_page)
        assert (found.page, found.per_page, found.has_previous) == (number, per_page, number > 1)
        assert found.items == db.fetch_page(query, number, per_page).items
        walked += found.items
        if not found.has_next:
            break
        number += 1
    assert walked == db.fetch_all(query.order_by(Books.id))
    assert number == max(1, -(-len(books) // per_page))
    assert db.fetch_slice(query, number + 1, per_page) == UncountedPage([], number + 1, per_page, has_next=False)


def test_a_capped_page_as_json_says_that_its_total_is_not_all(db):
    fill(db, [(0, 2000)] * 30)
    query = select(Book).where(Books.id > 0)
    assert db.fetch_page(query, 2, 10, capped(10)).to_dict() | {"items": []} == {
        "items": [],
        "total": 10,
        "page": 2,
        "per_page": 10,
        "total_is_exact": False,
        "total_pages": 1,
        "has_next": True,
        "has_previous": True,
    }


@pytest.mark.parametrize("most", [0, -1, 1.0, "10", True, None, 2**63 - 1])
def test_a_cap_that_is_no_number_of_rows_is_a_value_error(most):
    with pytest.raises(ValueError, match="capped takes a whole number of rows, at least 1"):
        capped(most)


def test_a_cap_shows_itself():
    assert repr(capped(10_000)) == "capped(10000)"


def test_a_count_that_there_is_not_is_a_value_error(db):
    for count in ("roughly", 10_000, None, ["exact"]):
        with pytest.raises(ValueError, match=r'count is "exact", "estimate" or capped\(…\)'):
            db.fetch_page(select(Book), count=count)


def test_an_estimate_is_not_exact_unless_the_page_is_the_last(db):
    shelf_of_ten(db)
    assert not db.fetch_page(select(Book), 1, 3, "estimate").total_is_exact
    assert db.fetch_page(select(Book), 4, 3, "estimate") == Page(
        db.fetch_all(select(Book).where(Books.id == 10)), 10, 4, 3, total_is_exact=True
    )


def test_after_a_full_page_of_an_unknown_number_there_may_be_another():
    assert Page([1, 2], 2, 1, 2, total_is_exact=False).has_next
    assert not Page([1], 2, 1, 2, total_is_exact=False).has_next
    assert not Page([1, 2], 2, 1, 2).has_next


def test_a_page_without_a_count_is_json(db):
    shelf_of_ten(db)
    found = db.fetch_slice(from_(Books).select(Books.id), page=2, per_page=4)
    told = {"items": [5, 6, 7, 8], "page": 2, "per_page": 4, "has_next": True, "has_previous": True}
    assert found.to_dict() == json.loads(to_json(found)) == told


def test_pages_without_a_count_are_of_queries_that_read_and_of_whole_numbers(db):
    with pytest.raises(ValueError, match="per_page is at least 1"):
        db.fetch_slice(select(Book), per_page=0)
    with pytest.raises(ValueError, match="page is a whole number"):
        db.fetch_slice(select(Book), "2")
    with pytest.raises(QueryError, match="limit and offset"):
        db.fetch_slice(select(Book).limit(1))
    with pytest.raises(QueryError, match="only a SELECT"):
        db.fetch_slice(delete_from(Books).all_rows().returning(Book))
    assert db.fetch_slice(select(Book), 10**30, 10**30) == UncountedPage([], 10**30, 10**30, has_next=False)
    with db.transaction() as tx:
        assert tx.fetch_slice(select(Book).union(select(Book)), -3).page == 1


@pytest.mark.parametrize(
    ("data", "page", "per_page"),
    [
        ("", 1, 20),
        ("page=3", 3, 20),
        ("page=3&per_page=50&sort=x&title=y", 3, 50),
        ("page=0&per_page=101", 1, 100),
        ("page=-7&per_page=", 1, 20),
        ("page=%2B2&per_page= 5 ", 2, 5),
        ({"page": 2, "per_page": "7"}, 2, 7),
        ({"page": ["2"]}, 2, 20),
        ("page=" + "9" * 500, int("9" * 500), 20),
    ],
)
def test_which_page_is_meant_is_read_from_outside(data, page, per_page):
    assert PageParams.parse(data) == PageParams(page, per_page)


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ("page=x&per_page=1.5", {"page": "is no whole number", "per_page": "is no whole number"}),
        ("page=1&page=2&per_page=0", {"page": "is given more than once", "per_page": "is at least 1"}),
        ("per_page=-5", {"per_page": "is at least 1"}),
        ("page=" + "9" * 5000, {"page": "is no whole number"}),
        ("page=٣", {"page": "is no whole number"}),
        ({"page": True, "per_page": None}, {"page": "is no whole number", "per_page": "is no whole number"}),
        (["page"], {"": "takes a query string or a mapping, not a list"}),
    ],
)
def test_all_that_is_wrong_with_a_page_is_said_at_once(data, errors):
    with pytest.raises(ValidationError) as caught:
        PageParams.parse(data)
    assert (caught.value.model, caught.value.errors) == ("PageParams", errors)


def test_the_most_rows_of_a_page_can_be_set():
    assert PageParams.parse("per_page=300", max_per_page=500).per_page == 300
    assert PageParams.parse("", max_per_page=5).per_page == 5
    for most in (0, "5", 1.5):
        with pytest.raises(ValueError, match="max_per_page is a whole number, at least 1"):
            PageParams.parse("", max_per_page=most)


@on_a_server
@given(data=st.text(max_size=20) | st.dictionaries(st.sampled_from(["page", "per_page"]), st.text(max_size=6)))
def test_whatever_comes_from_outside_is_a_page_or_one_validation_error(db, data):
    try:
        params = PageParams.parse(data)
    except ValidationError:
        return
    assert db.fetch_page(select(Book), params.page, params.per_page).items == []
