"""Predicates in MongoDB and in PostgreSQL: the same rows, NULL included; and what MongoDB has not is refused."""

# ruff: noqa: DTZ001 - a timestamp has no zone

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from databases import fresh_database
from hypothesis import given, settings
from hypothesis import strategies as st
from shelf import Keeper, Kept, Mood, Number, Numbers

from ferra_sync import Database, Expr, MongoDatabase, PgRepository, QueryError
from ferra_sync import functions as fn

WHOLES = [-5, 0, 1, 2, 10]
PRICES = [Decimal("-1.50"), Decimal("0.00"), Decimal("1.00"), Decimal("99.99")]
NAMES = ["", "a", "ab", "a%", "a_b", "b", "Ä", "é", "\U0010ffff", "\ud7ff", "\ue000", "a\n"]
MOMENTS = [
    dt.datetime(1969, 12, 31, 23, 59, 59, 999_999),
    dt.datetime(2024, 1, 1, 0, 0, 0, 1),
    dt.datetime(2024, 1, 1, 0, 0, 0, 2),
]
DAYS = [dt.date(1, 1, 1), dt.date(1969, 12, 31), dt.date(2024, 2, 29), dt.date(9999, 12, 31)]
COLUMNS: dict[str, tuple[Any, list[Any]]] = {
    "whole": (Numbers.whole, WHOLES),
    "price": (Numbers.price, PRICES),
    "name": (Numbers.name, NAMES),
    "is_on": (Numbers.is_on, [True, False]),
    "at": (Numbers.at, MOMENTS),
    "day": (Numbers.day, DAYS),
}


def rows() -> list[Number]:
    """Return rows in which each value of each column stands beside NULLs of others."""
    found = [Number(0)]
    for step in range(24):
        given: dict[str, Any] = {
            name: None if (step + shift) % 4 == 0 else values[(step * (shift + 1)) % len(values)]
            for shift, (name, (_, values)) in enumerate(COLUMNS.items())
        }
        found.append(Number(step + 1, **given))
    return found


@pytest.fixture(scope="module")
def both(server_url: str, shelf_db: MongoDatabase) -> Iterator[tuple[Any, Any]]:
    with fresh_database(server_url, Numbers) as url, Database.connect(url) as db:
        pg, mongo = PgRepository(Number, db), shelf_db.repository(Number)
        pg.insert_many(rows())
        mongo.insert_many(rows())
        yield pg, mongo


def comparisons(name: str) -> st.SearchStrategy[Expr[Any, Any, Any, Any]]:
    column, values = COLUMNS[name]
    value = st.sampled_from(values)
    operators: list[Callable[[Any], Any]] = [
        column.__eq__, column.__ne__, column.__lt__, column.__le__, column.__gt__, column.__ge__,
        column.is_distinct_from, column.is_not_distinct_from,
    ]  # fmt: skip
    made = [
        st.builds(lambda operator, each: operator(each), st.sampled_from(operators), value),
        st.sampled_from([column.is_null(), column.is_not_null(), column.is_distinct_from(None)]),
        st.builds(column.is_in, st.lists(value, max_size=3)),
        st.builds(column.is_not_in, st.lists(value, max_size=3)),
        st.builds(column.between, value, value),
    ]
    if name == "name":
        made.append(st.builds(column.startswith, value))
    if name == "is_on":
        made.append(st.just(column))
    if name == "whole":
        made += [st.builds(column.__lt__, st.sampled_from([2**40, -(2**70)]))]
    return st.one_of(made)


predicates = st.recursive(
    st.sampled_from(list(COLUMNS)).flatmap(comparisons),
    lambda inner: st.one_of(
        st.builds(lambda one: ~one, inner),
        st.builds(lambda one, other: one & other, inner, inner),
        st.builds(lambda one, other: one | other, inner, inner),
    ),
    max_leaves=6,
)
orders = st.lists(
    st.builds(
        lambda name, turn, nulls: getattr(COLUMNS[name][0], turn)(nulls=nulls),
        st.sampled_from(list(COLUMNS)),
        st.sampled_from(["asc", "desc"]),
        st.sampled_from([None, "first", "last"]),
    ),
    max_size=2,
)


@given(predicate=predicates, order_by=orders)
@settings(max_examples=250, deadline=None)
def test_predicates_and_orders_give_what_postgresql_gives(
    both: tuple[Any, Any], predicate: Any, order_by: list[Any]
) -> None:
    pg, mongo = both
    assert mongo.find_by(predicate, order_by=order_by) == pg.find_by(predicate, order_by=order_by)
    assert mongo.count(predicate) == pg.count(predicate)


def test_several_predicates_all_hold_and_none_is_every_row(both: tuple[Any, Any]) -> None:
    pg, mongo = both
    assert mongo.find_by() == pg.find_by() == rows()
    two = Numbers.whole > 0, Numbers.price.is_not_null()
    assert mongo.find_by(*two) == pg.find_by(*two) != []


REFUSED = [
    (Numbers.whole == Numbers.id, "'='"),
    (Numbers.whole + 1 == 2, "'='"),
    (fn.lower(Numbers.name) == "a", "'='"),
    (Numbers.name.like("%a"), r"startswith"),
    (Numbers.name.like("a_%"), r"startswith"),
    (Numbers.name.ilike("a%"), "'ilike'"),
    (Numbers.name.matches("^a"), "'~'"),
    (Numbers.price == Decimal("1." + "1" * 40), "more than 34 digits"),
]


@pytest.mark.parametrize(("predicate", "message"), REFUSED)
def test_what_mongodb_computes_otherwise_is_refused_before_anything_is_sent(
    both: tuple[Any, Any], predicate: Any, message: str
) -> None:
    with pytest.raises(QueryError, match=message):
        both[1].find_by(predicate)


def test_types_without_a_comparison_of_postgresql_are_refused(shelf_db: MongoDatabase) -> None:
    kept = shelf_db.repository(Keeper)
    refused: list[Any] = [
        Kept.mood > Mood.GLAD, Kept.raw < b"a", Kept.document == {}, Kept.numbers == [1], Kept.document.get("a") == 1
    ]  # fmt: skip
    for predicate in refused:
        with pytest.raises(QueryError):
            kept.find_by(predicate)
    assert kept.find_by(Kept.mood == Mood.GLAD, Kept.raw == b"a", Kept.address.is_null()) == []
    for order in (Kept.mood, Kept.raw):
        with pytest.raises(QueryError, match="sorts otherwise"):
            kept.find_all(order_by=[order])


def test_a_predicate_of_another_table_or_none_at_all_is_refused(shelf_db: MongoDatabase) -> None:
    numbers: Any = shelf_db.repository(Number)
    with pytest.raises(QueryError, match=r"table kept is not numbers"):
        numbers.find_by(Kept.id == 1)
    with pytest.raises(QueryError, match="a predicate is needed"):
        numbers.find_by({"$where": "1"})
