"""Equal expressions with values are one to GROUP BY and DISTINCT; values that only compare equal are two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import attrs
import pytest
from databases import database_with
from hypothesis import given
from hypothesis import strategies as st

from ferra_sync import Database, FerraModel, Table, cube, from_, insert_into
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._query.sharing import are_same
from ferra_sync.types import Multirange, Range

TYPE_OF = fn.function("jsonb_typeof", t.jsonb(), returns=t.text())
JSONB_TEXT = fn.function("jsonb_pretty", t.jsonb(), returns=t.text())


class Things(Table):
    id = t.integer(primary_key=True)
    price = t.numeric()
    data = t.jsonb()


@attrs.frozen
class Thing(FerraModel[Things]):
    id: int
    price: Decimal
    data: object


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Things) as db:
        db.execute(insert_into(Things).values(Thing(1, Decimal(1), {}), Thing(2, Decimal(2), {})))
        yield db


def test_decimals_of_another_scale_are_other_values(db: Database):
    scaled, other = Things.price + Decimal("1.0"), Things.price + Decimal("1.00")
    query = from_(Things).distinct(scaled).order_by(scaled).select(scaled.cast(t.text()), other.cast(t.text()))
    assert db.fetch_all(query) == [("2.0", "2.00"), ("3.0", "3.00")]


def test_documents_with_true_and_with_one_are_other_values(db: Database):
    one, true = fn.literal({"a": 1}, t.jsonb()), fn.literal({"a": True}, t.jsonb())
    query = from_(Things).distinct(one).order_by(one).select(JSONB_TEXT(one), JSONB_TEXT(true))
    assert db.fetch_all(query) == [('{\n    "a": 1\n}', '{\n    "a": true\n}')]


def test_nan_is_the_same_value_as_itself(db: Database):
    filled = fn.coalesce(Things.price.cast(t.nullable(t.double_precision())), float("nan"))
    query = from_(Things).group_by(filled).order_by(filled).select(filled, fn.count())
    assert db.fetch_all(query) == [(1.0, 1), (2.0, 1)]


def test_a_literal_alone_can_be_grouped_by_and_made_distinct(db: Database):
    literal = fn.literal(7)
    assert db.fetch_all(from_(Things).group_by(literal).select(literal, fn.count())) == [(7, 2)]
    assert db.fetch_all(from_(Things).group_by(literal).select(fn.count())) == [2]
    assert db.fetch_all(from_(Things).distinct(literal).order_by(literal, Things.id).select(Things.id)) == [1]
    assert db.fetch_all(from_(Things).distinct().select(literal)) == [7]
    assert db.fetch_page(from_(Things).distinct().select(literal), 1, 1).total == 1


def test_a_value_in_an_expression_is_none_that_is_grouped_by(db: Database):
    literal = fn.literal(1, t.integer())
    query = from_(Things).group_by(literal, Things.id).having(Things.id > 1).select(Things.id, literal)
    assert db.fetch_all(query) == [(2, 1)]


def test_a_literal_alone_that_is_grouped_by_is_the_key_in_windows_too(db: Database):
    """So it is NULL where a grouping set lacks it, and there are two partitions."""
    literal = fn.literal(7)
    totals = from_(Things).group_by(Things.id, cube(literal)).order_by(Things.id, literal)
    counted = fn.sum(fn.count())
    query = totals.select(counted.over(partition_by=literal), counted.over(order_by=literal.desc()))
    assert db.fetch_all(query) == [(2, 4), (2, 2), (2, 4), (2, 2)]


RANGES = st.sampled_from(["1", "1.0"]).map(lambda text: Range(Decimal(text), None))
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-2, 2),
        st.sampled_from([0.0, -0.0, 1.0, float("nan"), float("inf")]),
        st.sampled_from(list(map(Decimal, ("1", "1.0", "1.00", "-0", "0", "NaN")))),
        RANGES | st.lists(RANGES, max_size=2).map(Multirange),
        st.sampled_from(["", "1", "a"]),
        st.sampled_from([dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 1, 1)]),  # noqa: DTZ001 - one without
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)


@given(VALUES, VALUES)
def test_values_are_the_same_where_they_are_spelled_the_same(one: object, other: object):
    assert are_same((one,), (other,)) == (repr(one) == repr(other))
    assert are_same((one,), (one,))
