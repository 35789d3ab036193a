"""nullif(value, other): the value, or NULL where the two are equal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from ipaddress import IPv4Interface, IPv4Network
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import SERVER_DEFAULT, Database, FerraModel, QueryError, Table, from_, insert_into, select
from ferra_sync import functions as fn
from ferra_sync import types as t

TEN = IPv4Network("10.0.0.0/8")


class Offers(Table):
    id = t.serial(primary_key=True)
    title = t.text()
    code = t.varchar(9)
    small = t.smallint()
    whole = t.integer()
    big = t.bigint()
    exact = t.numeric(12, 2)
    short = t.real()
    double = t.double_precision()
    day = t.date()
    at = t.timestamp()
    network = t.cidr()
    tags = t.array(t.text())
    raw = t.json()
    known_as = t.nullable(t.text(generated_as=lambda: fn.nullif(Offers.title, "")))


@attrs.frozen
class Offer(FerraModel[Offers]):
    title: str
    code: str = "x"
    small: int = 1
    whole: int = 1
    big: int = 1
    exact: Decimal = Decimal(1)
    short: float = 1.5
    double: float = 1.5
    day: dt.date = dt.date(2024, 1, 1)
    at: dt.datetime = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - a timestamp has no zone
    network: IPv4Network = TEN
    tags: list[str] = attrs.field(factory=list)
    raw: object = attrs.field(factory=dict)
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Offers) as db:
        db.execute(insert_into(Offers).values(Offer("a"), Offer("", code="y")))
        yield db


def of(db: Database, expression: Any) -> list[Any]:
    return db.fetch_all(from_(Offers).order_by(Offers.id).select(expression))


def test_it_is_null_where_the_two_are_equal_and_the_value_elsewhere(db: Database) -> None:
    assert of(db, fn.nullif(Offers.title, "")) == ["a", None]
    assert of(db, fn.nullif(Offers.whole, 2)) == [1, 1]
    assert of(db, fn.nullif(Offers.tags, [])) == [None, None]


def test_its_value_is_a_parameter_and_its_name_stands_without_quotes() -> None:
    text, params = select(fn.nullif(Offers.title, "')--")).sql()
    assert 'nullif("offers"."title", $1::text)' in text
    assert params == ("')--",)


@pytest.mark.parametrize("value", [Offers.small, Offers.whole, Offers.big, Offers.exact, Offers.short, Offers.double])
@pytest.mark.parametrize("other", [Offers.small, Offers.whole, Offers.big, Offers.exact, Offers.short, Offers.double])
def test_between_numbers_it_is_of_the_type_that_it_says(db: Database, value: Any, other: Any) -> None:
    expression = fn.nullif(value, other + other)
    assert all(isinstance(each, expression.type.classes) for each in of(db, expression))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (fn.nullif(Offers.day, Offers.at), None),
        (fn.nullif(Offers.at, Offers.day), None),
        (fn.nullif(Offers.code, Offers.title), "x"),
        (fn.nullif(Offers.title, Offers.code), "a"),
        (fn.nullif(Offers.small, 100_000), 1),
        (fn.nullif(Offers.big, 2**70), 1),
        (fn.nullif(Offers.short, 1e300), 1.5),
        (fn.nullif(Offers.network, IPv4Network("10.0.0.0/9")), IPv4Interface("10.0.0.0/8")),
    ],
    ids=repr,
)
def test_it_reads_what_postgresql_makes_of_two_types(db: Database, expression: Any, expected: object) -> None:
    assert of(db, expression)[0] == expected


def test_it_stands_inside_other_expressions_and_clauses(db: Database) -> None:
    named = from_(Offers).where(fn.nullif(Offers.title, "").is_not_null()).select(Offers.title)
    assert db.fetch_all(named) == ["a"]
    assert of(db, fn.coalesce(fn.nullif(Offers.title, ""), "none")) == ["a", "none"]
    grouped = from_(Offers).group_by(fn.nullif(Offers.title, "")).select(fn.nullif(Offers.title, ""), fn.count())
    assert sorted(db.fetch_all(grouped), key=str) == [("a", 1), (None, 1)]


def test_it_stands_in_the_ddl_of_a_generated_column(db: Database) -> None:
    assert of(db, Offers.known_as) == ["a", None]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (lambda: fn.nullif(Offers.title, None), "None is never true"),
        (lambda: fn.nullif(Offers.title, 1), "offers.title is text"),
        (lambda: fn.nullif(Offers.title, Offers.whole), "offers.title is text; offers.whole is integer"),
        (lambda: fn.nullif(Offers.raw, {}), "json"),
        (lambda: fn.nullif("title", ""), "nullif takes a column or an expression, not str"),
    ],
)
def test_it_refuses_what_cannot_be_compared(expression: Any, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        expression()
