from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    FerraModel,
    QueryError,
    SchemaError,
    Table,
    from_,
    insert_into,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

UTC = dt.UTC


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


class Sales(Table):
    id = t.serial(primary_key=True)
    small = t.nullable(t.smallint())
    whole = t.nullable(t.integer())
    big = t.nullable(t.bigint())
    exact = t.nullable(t.numeric(12, 2))
    short = t.nullable(t.real())
    double = t.nullable(t.double_precision())
    span = t.nullable(t.interval())
    word = t.nullable(t.text())
    day = t.nullable(t.date())
    size = t.nullable(t.enum(Size))
    at = t.timestamptz(default=fn.now())


@attrs.define
class Sale(FerraModel[Sales]):
    small: int | None = None
    whole: int | None = None
    big: int | None = None
    exact: Decimal | None = None
    short: float | None = None
    double: float | None = None
    span: dt.timedelta | None = None
    word: str | None = None
    day: dt.date | None = None
    size: Size | None = None
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Sales) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        yield tx


ONE = Sale(
    30_000,
    2**31 - 1,
    2**63 - 1,
    Decimal("0.10"),
    0.5,
    0.25,
    dt.timedelta(hours=1),
    "b",
    dt.date(2024, 1, 1),
    Size.SMALL,
)
TWO = Sale(
    30_000,
    2**31 - 1,
    2**63 - 1,
    Decimal("0.20"),
    1.5,
    0.75,
    dt.timedelta(hours=2),
    "a",
    dt.date(2023, 1, 1),
    Size.LARGE,
)
NOTHING = Sale()


def value(tx: Any, item: Any) -> Any:
    return tx.fetch_one(from_(Sales).select(item))


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (fn.count(), 3),
        (fn.count(Sales.whole), 2),
        (fn.count(Sales.whole, distinct=True), 1),
        (fn.count(Sales.word, distinct=True), 2),
        (fn.sum(Sales.small), 60_000),
        (fn.sum(Sales.whole), 2**32 - 2),
        (fn.sum(Sales.big), 2**64 - 2),
        (fn.sum(Sales.exact), Decimal("0.30")),
        (fn.sum(Sales.short), 2.0),
        (fn.sum(Sales.double), 1.0),
        (fn.sum(Sales.span), dt.timedelta(hours=3)),
        (fn.sum(Sales.whole - 1), 2**32 - 4),
        (fn.avg(Sales.small), Decimal(30_000)),
        (fn.avg(Sales.big), Decimal(2**63 - 1)),
        (fn.avg(Sales.exact), Decimal("0.15")),
        (fn.avg(Sales.short), 1.0),
        (fn.avg(Sales.double), 0.5),
        (fn.avg(Sales.span), dt.timedelta(minutes=90)),
        (fn.min(Sales.word), "a"),
        (fn.max(Sales.word), "b"),
        (fn.min(Sales.day), dt.date(2023, 1, 1)),
        (fn.max(Sales.exact), Decimal("0.20")),
        (fn.max(Sales.size), Size.LARGE),
        (fn.min(Sales.span), dt.timedelta(hours=1)),
        (fn.sum(Sales.whole) - fn.sum(Sales.small), 2**32 - 2 - 60_000),
        (fn.sum(Sales.big) > 2**63, True),
        (fn.coalesce(fn.sum(Sales.small), 0), 60_000),
        (fn.count() * 2, 6),
    ],
)
def test_an_aggregate_has_the_value_and_the_type_that_it_promises(tx: Any, item: Any, expected: Any) -> None:
    tx.execute(insert_into(Sales).values(ONE, TWO, NOTHING))
    found = value(tx, item)
    assert type(found) is type(expected)
    assert found == expected


@pytest.mark.parametrize("rows", [[], [NOTHING]], ids=["no rows", "only NULL"])
def test_aggregates_over_nothing_are_none_and_counts_are_0(tx: Any, rows: list[Sale]) -> None:
    tx.execute(insert_into(Sales).values(*rows))
    items = (fn.sum(Sales.big), fn.avg(Sales.whole), fn.min(Sales.size), fn.max(Sales.span), fn.count(Sales.whole))
    assert tx.fetch_one(from_(Sales).select(*items)) == (None, None, None, None, 0)
    assert value(tx, fn.coalesce(fn.sum(Sales.whole), 0)) == 0
    assert value(tx, fn.count()) == len(rows)


@settings(max_examples=30, deadline=None)
@given(numbers=st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=12))
def test_aggregates_are_what_python_computes(database: Database, numbers: list[int | None]) -> None:
    known = [number for number in numbers if number is not None]
    with database.begin() as tx:
        tx.execute(insert_into(Sales).values(*(Sale(big=number) for number in numbers)))
        found = tx.fetch_one(
            from_(Sales).select(fn.count(Sales.big), fn.sum(Sales.big), fn.min(Sales.big), fn.max(Sales.big))
        )
    assert found == (len(known), sum(known) if known else None, min(known, default=None), max(known, default=None))


@settings(max_examples=50, deadline=None)
@given(
    words=st.lists(st.text(st.characters(codec="latin-1", exclude_characters="\0"), max_size=8), min_size=2, max_size=9)
)
def test_lengths_count_characters(database: Database, words: list[str]) -> None:
    with database.begin() as tx:
        tx.execute(insert_into(Sales).values(*(Sale(word=word) for word in words)))
        assert tx.fetch_all(from_(Sales).order_by(Sales.id).select(fn.length(Sales.word))) == [*map(len, words)]


def test_the_functions_of_text_and_their_null(tx: Any) -> None:
    tx.execute(insert_into(Sales).values(Sale(word="aÉ b"), Sale()))
    rows = tx.fetch_all(
        from_(Sales)
        .order_by(Sales.id)
        .select(
            fn.lower(fn.upper(Sales.word)) == fn.lower(Sales.word), fn.length(Sales.word), fn.coalesce(Sales.word, "-")
        )
    )
    assert rows == [(True, 4, "aÉ b"), (None, None, "-")]
    assert tx.fetch_all(select(fn.upper(Sales.word)).where(fn.upper(Sales.word).startswith("A"))) == [
        tx.fetch_one(select(fn.upper(Sales.word)).order_by(Sales.id))
    ]


def test_coalesce_takes_the_first_that_is_not_null(tx: Any) -> None:
    tx.execute(insert_into(Sales).values(Sale(big=5), Sale(whole=6), Sale()))
    filled = fn.coalesce(Sales.whole, fn.coalesce(Sales.big, 7))
    assert tx.fetch_all(from_(Sales).order_by(Sales.id).select(filled)) == [5, 6, 7]
    assert tx.fetch_all(from_(Sales).order_by(fn.coalesce(Sales.size, Size.SMALL), Sales.id).select(Sales.id)) != []
    assert value(tx, fn.coalesce(Sales.size, Size.LARGE)) is Size.LARGE
    assert value(tx, fn.coalesce(Sales.exact, Decimal("1.10"))) == Decimal("1.10")


def test_now_is_the_moment_at_which_the_transaction_began(tx: Any) -> None:
    tx.execute(insert_into(Sales).values(Sale(), Sale()))
    first, second = tx.fetch_all(from_(Sales).select(fn.now()))
    assert first == second == tx.fetch_one(select(Sales.at))
    assert first.tzinfo is not None
    assert tx.fetch_all(select(Sales.id).where(Sales.at <= fn.now(), Sales.at > fn.now() - dt.timedelta(hours=1)))


def test_random_uuids_are_of_version_4_and_differ(tx: Any) -> None:
    tx.execute(insert_into(Sales).values(Sale(), Sale()))
    one, other = tx.fetch_all(from_(Sales).select(fn.gen_random_uuid()))
    assert isinstance(one, UUID)
    assert one.version == 4
    assert one != other


# --- functions that a user declares ----------------------------------------------------------------------------------

left = fn.function("left", t.text(), t.integer(), returns=t.text())
right = fn.function("right", t.nullable(t.text()), t.integer(), returns=t.nullable(t.text()), schema="pg_catalog")
replace = fn.function("replace", t.text(), t.text(), t.text(), returns=t.text())
greatest = fn.function("greatest", t.integer(), t.integer(), returns=t.integer())
least = fn.function("least", t.integer(), t.integer(), returns=t.integer())
nullif = fn.function("nullif", t.integer(), t.integer(), returns=t.nullable(t.integer()))
string_agg = fn.aggregate("string_agg", t.text(), t.text(), returns=t.nullable(t.text()))
array_agg = fn.aggregate("array_agg", t.enum(Size), returns=t.nullable(t.array(t.enum(Size))))
bool_and = fn.aggregate("bool_and", t.boolean(), returns=t.nullable(t.boolean()))
pi = fn.function("pi", returns=t.double_precision())


def test_any_function_can_be_declared_with_its_types(tx: Any) -> None:
    tx.execute(insert_into(Sales).values(Sale(word="héllo", whole=5)))
    assert value(tx, left(Sales.word, 2)) == "hé"
    assert value(tx, right(Sales.word, 2)) == "lo"
    assert value(tx, replace(Sales.word, "l", "{0}$1%s")) == "hé{0}$1%s{0}$1%so"
    assert value(tx, left(replace(Sales.word, "h", Sales.word), 3)) == "hél"
    assert value(tx, pi()) == pytest.approx(3.14159, abs=1e-5)
    assert tx.fetch_all(select(Sales.id).where(left(Sales.word, 1) == "h")) != []


absolute = fn.function("abs", t.nullable(t.numeric()), returns=t.nullable(t.numeric()))
day_of = fn.function("to_char", t.nullable(t.timestamp()), t.text(), returns=t.nullable(t.text()))


def test_an_argument_becomes_what_the_function_is_declared_with(tx: Any) -> None:
    tx.execute(insert_into(Sales).values(Sale(small=-5, big=2, word="hello", day=dt.date(2024, 1, 2))))
    found = value(tx, absolute(Sales.small))
    assert (type(found), found) == (Decimal, Decimal(5))
    assert value(tx, left(Sales.word, Sales.small + 7)) == "he"
    assert value(tx, day_of(Sales.day, "DD")) == "02"
    for build in (lambda: left(Sales.word, Sales.big), lambda: absolute(Sales.double), lambda: day_of(Sales.at, "DD")):
        with pytest.raises(QueryError, match=r"^an argument of"):
            build()
    with pytest.raises(QueryError, match=r"^an argument of left is integer, which has no number this big"):
        left(Sales.word, 2**31)


def test_the_functions_that_are_syntax_can_be_declared_like_any_other(tx: Any) -> None:
    tx.execute(insert_into(Sales).values(Sale(whole=5)))
    assert value(tx, greatest(Sales.whole, 7)) == 7
    assert value(tx, least(Sales.whole, 7)) == 5
    assert value(tx, nullif(Sales.whole, 5)) is None


def test_any_aggregate_can_be_declared_with_its_types(tx: Any) -> None:
    assert value(tx, string_agg(Sales.word, ",")) is None
    tx.execute(insert_into(Sales).values(Sale(word="a", size=Size.SMALL), Sale(word="b", size=Size.LARGE)))
    assert value(tx, string_agg(Sales.word, "'; --")) in {"a'; --b", "b'; --a"}
    assert sorted(value(tx, array_agg(Sales.size)), key=str) == sorted(Size, key=str)
    assert value(tx, bool_and(Sales.word > "a")) is False
    with pytest.raises(QueryError, match="stands beside an aggregate"):
        tx.fetch_all(from_(Sales).select(string_agg(Sales.word, ","), Sales.id))
    with pytest.raises(QueryError, match="an aggregate cannot stand in WHERE"):
        tx.fetch_all(select(Sales.id).where(bool_and(Sales.word > "a")))


def test_a_function_s_name_is_one_identifier() -> None:
    odd = fn.function('x"; DROP TABLE sales; --', returns=t.integer(), schema="a.b")
    text = from_(Sales).select(odd()).parts()[0]
    assert repr(text)  # Never compiled here: no server has it.
    with pytest.raises(SchemaError, match="longer than 63 bytes"):
        fn.function("x" * 64, returns=t.integer())


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: left(Sales.word), "^left takes 2 arguments, not 1$"),
        (lambda: left(Sales.word, 1, 2), "^left takes 2 arguments, not 3$"),
        (lambda: left(Sales.word, "hunter2"), r"^an argument of left is integer \(int\), not str$"),
        (lambda: left(Sales.whole, 1), "^an argument of left is text, not integer$"),
        (lambda: fn.sum(Sales.word), "^sum takes numbers or intervals, not text$"),
        (lambda: fn.avg(Sales.day), "^avg takes numbers or intervals, not date$"),
        (lambda: fn.lower(Sales.whole), "^lower takes text, not integer$"),
        (lambda: fn.length(Sales.size), "^length takes text, not"),
        (lambda: fn.coalesce(Sales.whole, "hunter2"), r"integer \(int\), not str$"),
        (lambda: fn.coalesce(Sales.whole, Sales.word), "integer.*text"),
        (lambda: fn.min(5), "min takes"),
        (lambda: fn.sum(5), "sum takes"),
        (lambda: fn.count("x"), "count takes"),
        (lambda: fn.lower("x"), "lower takes"),
        (lambda: fn.coalesce(5, 6), "coalesce takes"),
    ],
)
def test_a_call_that_cannot_mean_anything_is_refused(build: Callable[[], object], message: str) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        build()
    assert "hunter2" not in str(caught.value)


def test_aggregates_of_aggregates_are_refused(tx: Any) -> None:
    with pytest.raises(QueryError, match="aggregate"):
        tx.fetch_all(from_(Sales).select(fn.max(fn.count())))
