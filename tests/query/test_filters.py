"""Filters keep what the same predicates keep, and every combination of set fields is one shape."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from typing import Any
from uuid import UUID

import attrs
import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st
from offers import Bids, Offer, OfferFilter, Offers, SellerFilter, Sellers, SoldByFilter, State

from ferra_sync import UNSET, Database, QueryError, delete_from, from_, select, update

DAY = dt.datetime(2024, 5, 6, tzinfo=dt.UTC)
ROWS = """
INSERT INTO sellers VALUES (0, 'Ada'), (1, 'Bob');
INSERT INTO offers SELECT n, n % 2, 'Title ' || n % 5, CASE WHEN n % 3 > 0 THEN 'note ' || n % 3 END, n, n % 4,
    n % 2 = 0, (CASE WHEN n % 2 = 0 THEN 'new' ELSE 'used' END)::state,
    ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid,
    '2024-05-06Z'::timestamptz + n * interval '1 day', CASE WHEN n % 2 > 0 THEN '2024-05-06'::date + n END,
    ARRAY['tag' || n % 3, 'all'] FROM generate_series(0, 29) AS n;
INSERT INTO bids VALUES (0, 3), (1, 3), (2, 7);
"""


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Sellers, Offers, Bids) as db:
        with db.connection() as connection:
            connection.execute(ROWS)
        yield db


def ids(db: Database, *filters: Any) -> list[int]:
    return db.fetch_all(from_(Offers).filter(*filters).order_by(Offers.id).select(Offers.id))


PREDICATES: dict[str, tuple[Any, Any]] = {
    "title_contains": ("E 1", Offers.title.icontains("E 1")),
    "text": ("2", Offers.title.icontains("2") | Offers.note.icontains("2")),
    "note": (None, Offers.note.is_null()),
    "ids": ([3, 5, 12, 18], Offers.id.is_in([3, 5, 12, 18])),
    "min_price": (Decimal(4), Offers.price >= 4),
    "max_price": (Decimal("24.5"), Offers.price <= Decimal("24.5")),
    "lighter": (2.5, Offers.weight < 2.5),
    "sold": (True, Offers.sold),
    "states": ([State.NEW, State.USED], Offers.state.is_in(list(State))),
    "code": (UUID(int=3), Offers.code == UUID(int=3)),
    "made_after": (DAY, Offers.made_at > DAY),
    "until": (None, Offers.until.is_null()),
    "tag": (["tag1", "tag2"], Offers.tags.overlaps(["tag1", "tag2"])),
}


@settings(max_examples=40, deadline=None)
@given(chosen=st.sets(st.sampled_from(sorted(PREDICATES))))
def test_a_filter_keeps_the_rows_for_which_the_predicates_of_its_set_fields_hold(db, chosen):
    values = {name: PREDICATES[name][0] for name in chosen}
    by_hand = from_(Offers).where(*[PREDICATES[name][1] for name in PREDICATES if name in chosen])
    assert ids(db, OfferFilter(**values)) == db.fetch_all(by_hand.order_by(Offers.id).select(Offers.id))


@settings(max_examples=20, deadline=None)
@given(
    groups=st.lists(st.sets(st.sampled_from(sorted(PREDICATES)), max_size=2), min_size=2, max_size=4),
    any_=st.booleans(),
)
def test_joined_filters_keep_what_one_or_all_of_them_keep_and_one_that_is_unset_is_none(db, groups, any_):
    filters = [OfferFilter(**{name: PREDICATES[name][0] for name in group}) for group in groups]
    joined = filters[0]
    for each in filters[1:]:
        joined = joined | each if any_ else joined & each
    kept = [set(ids(db, each)) for each, group in zip(filters, groups, strict=True) if group]
    expected = (set.union(*kept) if any_ else set.intersection(*kept)) if kept else set(ids(db))
    assert set(ids(db, joined)) == expected


def test_every_combination_of_set_fields_is_one_shape_whatever_the_values_are():
    one = {"title_contains": "a", "note": "b", "ids": [1], "tag": ["c"], "sold": True}
    other = {"title_contains": "%", "note": "", "ids": [], "tag": ["d", "e"], "sold": False}
    shapes = set()
    for names in (each for size in range(6) for each in combinations(one, size)):
        first, second = (
            select(Offer).filter(OfferFilter(**{name: values[name] for name in names})).parts()
            for values in (one, other)
        )
        assert first[0] == second[0]
        assert first[1] != second[1] or not names
        shapes.add(first[0])
    assert len(shapes) == 2 ** len(one)


def test_a_filter_is_the_query_that_is_written_by_hand():
    by_hand = select(Offer).where(Offers.title.icontains("a"), Offers.price >= 3)
    assert select(Offer).filter(OfferFilter(title_contains="a", min_price=Decimal(3))).parts() == by_hand.parts()


def test_a_filter_in_which_nothing_is_set_adds_nothing():
    for nothing in (
        OfferFilter(),
        OfferFilter(sold=UNSET),
        OfferFilter() | OfferFilter(),
        OfferFilter() & OfferFilter(),
    ):
        assert select(Offer).filter(nothing).parts() == select(Offer).parts()
    assert select(Offer).filter().parts() == select(Offer).parts()


def test_none_is_a_value_and_keeps_what_is_null(db):
    assert ids(db, OfferFilter(note=None)) == list(range(0, 30, 3))
    assert ids(db, OfferFilter(note="note 1")) == list(range(1, 30, 3))
    assert len(ids(db, OfferFilter(note=UNSET))) == 30


def test_an_empty_list_keeps_no_row(db):
    assert ids(db, OfferFilter(ids=[])) == []


def test_a_list_is_taken_as_it_is_when_the_filter_is_applied(db):
    tags = ["tag1"]
    query = from_(Offers).filter(OfferFilter(tag=tags)).order_by(Offers.id).select(Offers.id)
    tags.append("all")
    assert db.fetch_all(query) == list(range(1, 30, 3))


def test_a_filter_may_ask_for_rows_of_another_table_by_a_subquery(db):
    assert ids(db, OfferFilter(has_bids=True)) == [3, 7]
    assert len(ids(db, OfferFilter(has_bids=False))) == 28


def test_filters_of_joined_tables_stand_beside_each_other_and_one_may_be_of_both(db):
    join = from_(Offers).inner_join(Sellers).order_by(Offers.id)
    title, seller = OfferFilter(title_contains="1"), SellerFilter(name="bob")
    assert db.fetch_all(join.filter(title, seller).select(Offers.id)) == [1, 11, 21]
    assert db.fetch_all(join.filter(SoldByFilter("Title 1", "Bob")).select(Offers.id)) == [1, 11, 21]
    either = db.fetch_all(join.filter(title | seller).select(Offers.id))
    assert either == [n for n in range(30) if n % 5 == 1 or n % 2 == 1]


def test_groups_of_groups_keep_their_brackets(db):
    cheap, sold, first = OfferFilter(max_price=Decimal(4)), OfferFilter(sold=True), OfferFilter(ids=[1, 2, 20])
    assert ids(db, (cheap | sold) & first) == [1, 2, 20]
    assert ids(db, cheap | (sold & first)) == [0, 1, 2, 3, 4, 20]
    assert ids(db, cheap & (sold | first)) == [0, 1, 2, 4]


def test_a_filter_goes_on_from_other_clauses_and_they_go_on_from_it(db):
    query = select(Offer).where(Offers.id > 3).filter(OfferFilter(sold=True)).where(Offers.id < 9).order_by(Offers.id)
    assert [offer.id for offer in db.fetch_all(query)] == [4, 6, 8]
    grouped = from_(Offers).group_by(Offers.state).filter(OfferFilter(sold=True)).select(Offers.state)
    assert db.fetch_all(grouped) == [State.NEW]


def test_an_update_and_a_delete_are_of_the_rows_that_a_filter_keeps(db):
    with db.transaction() as tx:
        assert tx.execute(update(Offers).filter(OfferFilter(ids=[1, 2])).set(Offers.title.to("x"))) == 2
        assert tx.execute(delete_from(Offers).filter(OfferFilter(title_contains="x"), OfferFilter(sold=True))) == 1
        tx.execute(update(Offers).filter(OfferFilter()).all_rows().set(Offers.title.to("y")))
        assert tx.fetch_value(from_(Offers).where(Offers.title == "y").select(Offers.id)) >= 0
        tx.rollback()


@pytest.mark.parametrize("nothing", [OfferFilter(), OfferFilter() | OfferFilter()])
def test_a_filter_in_which_nothing_is_set_does_not_say_that_every_row_is_meant(db, nothing):
    with pytest.raises(QueryError, match=r"update every row of offers\? Say"):
        db.execute(update(Offers).filter(nothing).set(Offers.title.to("x")))
    with pytest.raises(QueryError, match=r"delete every row of offers\? Say"):
        db.execute(delete_from(Offers).filter(nothing))


def test_a_value_of_another_type_is_refused_when_the_filter_is_applied():
    with pytest.raises(QueryError, match=r"a string, not int"):
        select(Offer).filter(OfferFilter(title_contains=1))
    with pytest.raises(QueryError, match=r"offers\.sold is boolean"):
        update(Offers).filter(OfferFilter(sold="yes"))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (OfferFilter, "not the class OfferFilter: where"),
        (Offers.sold, "not offers.sold, which is boolean: where"),
        (None, "not None: where"),
    ],
)
def test_what_is_no_filter_is_refused(wrong, message):
    for query in (select(Offer), from_(Offers), update(Offers), delete_from(Offers)):
        with pytest.raises(QueryError, match=f"filter takes instances of filter classes, {message}"):
            query.filter(wrong)


@pytest.mark.parametrize("wrong", [Offers.sold, True, None])
def test_filters_are_joined_with_filters_alone(wrong):
    with pytest.raises(QueryError, match="& joins filters, not"):
        OfferFilter() & wrong
    with pytest.raises(QueryError, match=r"\| joins filters, not"):
        OfferFilter() | wrong


def test_a_table_that_is_not_in_the_query_is_refused(db):
    with pytest.raises(QueryError, match=r"sellers\.name"):
        db.fetch_all(select(Offer).filter(SellerFilter(name="a")))


def test_a_filter_is_a_plain_attrs_class():
    assert OfferFilter(sold=True) == OfferFilter(sold=True) != OfferFilter()
    assert repr(SellerFilter("a")) == "SellerFilter(name='a')"
    assert attrs.evolve(OfferFilter(sold=True), note=None) == OfferFilter(sold=True, note=None)
