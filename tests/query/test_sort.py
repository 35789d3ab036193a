"""Sort keys from outside: an allow-list, whatever is asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st
from offers import SORT, Offers, Sellers

from ferra_sync import Database, QueryError, SchemaError, Sort, ValidationError, from_
from ferra_sync import functions as fn
from ferra_sync import types as t

ROWS = """
INSERT INTO sellers VALUES (0, 'Ada'), (1, 'Bob');
INSERT INTO offers SELECT n, n % 2, repeat('x', n % 3), CASE WHEN n % 3 > 0 THEN 'note ' || n % 3 END, n % 2,
    nullif(n % 4, 0), true, 'new'::state, gen_random_uuid(), now(), NULL, '{}' FROM generate_series(0, 11) AS n;
"""
ALLOWED = "id, price, note, heaviest, length"


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Sellers, Offers) as db:
        with db.connection() as connection:
            connection.execute(ROWS)
        yield db


@pytest.mark.parametrize(
    ("keys", "sql"),
    [
        ("price", '"offers"."price"'),
        ("-price,id", '"offers"."price" DESC, "offers"."id"'),
        (" price , -id ,", '"offers"."price", "offers"."id" DESC'),
        (["price,id", "-note"], '"offers"."price", "offers"."id", "offers"."note" DESC'),
        ("heaviest", '"offers"."weight" DESC NULLS LAST'),
        ("-heaviest", '"offers"."weight" NULLS LAST'),
        ("-length", '("char_length"("offers"."title") * $1::integer) DESC'),
    ],
)
def test_the_orders_are_those_that_are_named(keys, sql):
    text = from_(Offers).order_by(*SORT.parse(keys)).select(Offers.id).sql().text
    assert text.partition(" ORDER BY ")[2].replace(",", ", ").replace(" ASC", "") == sql


@pytest.mark.parametrize("nothing", [None, "", " ", ",", [], ["", " , "]])
def test_nothing_is_no_order(nothing):
    assert SORT.parse(nothing) == ()


@pytest.mark.parametrize(
    "keys",
    ["title", "--id", "id,-id", "id,id", "offers.id", "id desc", "ID", "id;", "+id", "-", "heaviest.desc", "__class__"],
)
def test_a_key_that_is_not_allowed_is_refused_with_those_that_are(keys):
    with pytest.raises(ValidationError) as caught:
        SORT.parse(keys)
    assert (caught.value.model, caught.value.errors) == (
        "Sort",
        {"sort": f"takes {ALLOWED}, each once, with - in front to reverse it"},
    )


@pytest.mark.parametrize("wrong", [1, [1], {"sort": 1}.values(), b"id"])
def test_what_is_no_text_is_refused(wrong):
    with pytest.raises(ValidationError, match="Sort is not valid: sort: takes texts"):
        SORT.parse(wrong)


KEYS = st.lists(
    st.sampled_from([*ALLOWED.split(", ")]).flatmap(lambda key: st.sampled_from([key, f"-{key}"])), max_size=5
)


@settings(max_examples=40, deadline=None)
@given(keys=KEYS | st.lists(st.text(max_size=5), max_size=3))
def test_whatever_is_asked_for_is_an_order_of_the_allowed_ones_or_one_error(db, keys):
    bare = [key.strip().removeprefix("-") for each in keys for key in each.split(",") if key.strip()]
    if set(bare) <= set(ALLOWED.split(", ")) and len(set(bare)) == len(bare):
        rows = db.fetch_all(from_(Offers).order_by(*SORT.parse(",".join(keys)), Offers.id).select(Offers.id))
        assert len(rows) == 12
    else:
        with pytest.raises(ValidationError):
            SORT.parse(",".join(keys))


def test_nulls_stay_where_an_order_says_that_they_go(db):
    for key in ("heaviest", "-heaviest"):
        weights = db.fetch_all(from_(Offers).order_by(*SORT.parse(key)).select(Offers.weight))
        assert weights[-3:] == [None] * 3
        assert weights[:-3] == sorted(weights[:-3], reverse=not key.startswith("-"))


def test_orders_of_several_tables_are_joined():
    both = Sort.of(Offers.price) | Sort.of(seller=Sellers.name)
    join = from_(Offers).inner_join(Sellers).order_by(*both.parse("seller,-price")).select(Offers.id)
    assert '"sellers"."name"' in join.sql().text
    assert repr(both) == "<Sort price, seller>"
    with pytest.raises(SchemaError, match=r"Sort: two are called id: give one another name, id_of_users=Users\.id"):
        Sort.of(Offers.id) | Sort.of(Sellers.id)


class Renamed(Offers, alias="renamed"):
    pass


def test_a_column_is_called_as_its_attribute_on_the_table():
    assert repr(Sort.of(Renamed.id, Renamed.price)) == "<Sort id, price>"
    assert '"renamed"."id"' in from_(Renamed).order_by(*Sort.of(Renamed.id).parse("id")).select(Renamed.id).sql().text


@pytest.mark.parametrize(
    ("columns", "named", "message"),
    [
        ((Offers.id, Offers.id), {}, "two are called id"),
        ((Offers.id,), {"id": Offers.price}, "two are called id"),
        ((fn.lower(Offers.title),), {}, r"what is none needs a name: shout=fn\.upper\(Posts\.title\)"),
        (("id",), {}, "Sort.of takes columns"),
        ((), {"id": "id"}, "Sort.of: id is a column, an expression or an order, not a str"),
    ],
)
def test_what_can_be_no_order_is_refused_when_it_is_declared(columns, named, message):
    with pytest.raises(SchemaError, match=message):
        Sort.of(*columns, **named)


def test_what_has_no_order_is_refused_when_it_is_declared():
    with pytest.raises(QueryError, match="which order cannot take"):
        Sort.of(document=Offers.title.cast(t.json()))
