"""Domains: types that the server checks, with the values and operators of what they are over."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs
import psycopg
import pytest
from databases import database_with, fresh_database
from tables import model_of

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    ModelMeta,
    PgRepository,
    QueryError,
    SchemaError,
    Table,
    case,
    exists,
    from_,
    insert_into,
    rollup,
    select,
    to_dict,
    update,
    validated,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.types import Range


class Mood(enum.Enum):
    SAD = "sad"
    OKAY = "okay"


def address(**options: Any) -> Any:
    return t.domain("email", t.text(), check=lambda value: value.contains("@"), **options)


class Accounts(Table):
    email = address(primary_key=True)
    also = t.array(address(), default=[])
    price = t.domain("price", t.numeric(8, 2), schema="shop", check=lambda value: value >= 0)
    stock = t.array(t.domain("stock", t.integer(), check=lambda value: value.between(0, 100)), default=[])
    mood = t.nullable(t.domain("good_mood", t.enum(Mood), check=lambda value: value > Mood.SAD))
    moods = t.array(t.domain("good_mood", t.enum(Mood), check=lambda value: value > Mood.SAD), default=[])
    tags = t.domain("tags", t.array(t.text()), check=lambda value: value != [], default=["new"])
    inner = t.nullable(t.domain("work_email", address(), check=lambda value: value.endswith(".org")))


@attrs.frozen
class Account(FerraModel[Accounts]):
    email: str
    price: Decimal
    also: list[str] = SERVER_DEFAULT
    stock: list[int] = SERVER_DEFAULT
    mood: Mood | None = None
    moods: list[Mood] = SERVER_DEFAULT
    tags: list[str] = SERVER_DEFAULT
    inner: str | None = None


ANN = Account("ann@x.org", Decimal("1.50"), ["a@b", "c@d"], [1, 100], Mood.OKAY, [Mood.OKAY], ["a"], "ann@work.org")
BOB = Account("bob@x.org", Decimal(0), [], [], None, [], ["new"])


class Days(Table):
    """Its key is a domain over an enum, which operators of enums do not see through."""

    mood = t.domain("good_mood", t.enum(Mood), check=lambda value: value > Mood.SAD, primary_key=True)
    ages = t.domain("ages", t.int4range(), check=lambda value: value != Range(1, 2))
    text = t.text(default="")


@attrs.frozen
class Day(FerraModel[Days]):
    mood: Mood
    ages: Range[int]
    text: str = SERVER_DEFAULT


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Accounts, Days) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        PgRepository(Account, tx).insert_many([ANN, Account("bob@x.org", Decimal(0))])
        yield tx


def test_its_values_are_those_of_the_type_that_it_is_over(tx: Any) -> None:
    assert tx.fetch_all(select(Account).order_by(Accounts.email)) == [ANN, BOB]
    assert list(tx.stream(select(Account).order_by(Accounts.email))) == [ANN, BOB]
    assert [row.email for batch in tx.batches(select(Account), size=1) for row in batch] == [ANN.email, BOB.email]
    assert ModelMeta.of(Account).by_column["price"].type.value == "numeric"
    assert validated(Account, to_dict(ANN)) == ANN


@pytest.mark.parametrize(
    "predicate",
    [
        Accounts.email.startswith("ann"),
        Accounts.email + "!" == "ann@x.org!",
        Accounts.email.is_in(["ann@x.org", "no address"]),
        Accounts.price * 2 > Decimal(2),
        fn.round(Accounts.price) == Decimal(2),
        Accounts.also == ["a@b", "c@d"],
        Accounts.mood == Mood.OKAY,
        Accounts.email < fn.literal("b"),
        fn.coalesce(Accounts.inner, Accounts.email) == "ann@work.org",
        Accounts.tags == ["a"],
        Accounts.stock == [1, 100],
        fn.upper(Accounts.email) == "ANN@X.ORG",
    ],
    ids=repr,
)
def test_its_operators_and_functions_are_those_of_that_type(tx: Any, predicate: Any) -> None:
    assert tx.fetch_all(from_(Accounts).where(predicate).select(Accounts.email)) == [ANN.email]


def test_what_is_only_compared_is_not_checked(tx: Any) -> None:
    assert tx.fetch_all(select(Account).where(Accounts.email == "no address")) == []
    assert tx.fetch_all(select(Account).where(Accounts.price > Decimal(-1), Accounts.email != "x")) != []


@pytest.mark.parametrize(
    ("write", "constraint"),
    [
        (insert_into(Accounts).values(attrs.evolve(BOB, email="x")), "email_check"),
        (update(Accounts).find(ANN.email).set(Accounts.price.to(Decimal(-1))), "price_check"),
        (update(Accounts).find(ANN.email).set(Accounts.also.to(["a@b", "c"])), "email_check"),
        (update(Accounts).find(ANN.email).set(Accounts.stock.to([101])), "stock_check"),
        (update(Accounts).find(ANN.email).set(Accounts.mood.to(Mood.SAD)), "good_mood_check"),
        (update(Accounts).find(ANN.email).set(Accounts.tags.to([])), "tags_check"),
        (update(Accounts).find(ANN.email).set(Accounts.inner.to("org")), "email_check"),
        (from_(Accounts).select(fn.literal("x").cast(address())), "email_check"),
    ],
    ids=["insert", "numbers", "an array", "an array of numbers", "an enum", "over an array", "over a domain", "a cast"],
)
def test_what_its_check_refuses_is_a_check_violation_with_the_checks_name(tx: Any, write: Any, constraint: str) -> None:
    with pytest.raises(Db) as caught:
        tx.fetch_all(write) if isinstance(write, type(select(Account))) else tx.execute(write)
    assert (caught.value.kind, caught.value.sqlstate) == (DbErrorKind.CHECK_VIOLATION, "23514")
    assert caught.value.constraint == constraint
    assert "x@" not in str(caught.value)


def test_many_rows_are_checked_too(database: Database) -> None:
    accounts = PgRepository(Account, database)
    for verb in (accounts.insert_many, accounts.copy_in):
        with pytest.raises(Db) as caught:
            verb([ANN, attrs.evolve(BOB, stock=[1, -1])])
        assert caught.value.constraint == "stock_check"
    try:
        assert accounts.copy_in([ANN, BOB]) == 2
        assert sorted(accounts.find_all(), key=lambda row: row.email) == [ANN, BOB]
    finally:
        for each in accounts.find_all():
            accounts.delete(each.email)


def test_distinct_rows_and_set_operations_have_it(tx: Any) -> None:
    emails = from_(Accounts).select(Accounts.email, Accounts.price, Accounts.mood)
    assert len(tx.fetch_all(emails.union(emails))) == 2
    assert tx.fetch_all(from_(Accounts).distinct().order_by(Accounts.email).select(Accounts.email)) == [
        ANN.email,
        BOB.email,
    ]
    plain = Accounts.stock.cast(t.array(t.integer()))
    assert tx.fetch_all(from_(Accounts).distinct().order_by(plain).select(plain)) == [[], [1, 100]]
    assert tx.fetch_one(from_(Accounts).select(fn.array_agg(Accounts.email, order_by=Accounts.email))) == [
        ANN.email,
        BOB.email,
    ]
    each_once = fn.array_agg(Accounts.email, distinct=True, order_by=Accounts.email.desc())
    assert tx.fetch_one(from_(Accounts).select(each_once)) == [BOB.email, ANN.email]
    assert tx.fetch_one(from_(Accounts).where(Accounts.price > 0).select(fn.array_agg(Accounts.mood))) == [Mood.OKAY]
    assert tx.fetch_value(select(from_(Accounts).order_by(Accounts.price).select(Accounts.price).array())) == [
        Decimal(0),
        Decimal("1.50"),
    ]
    stocks = from_(Accounts).select(Accounts.stock, Accounts.moods)
    assert sorted(tx.fetch_all(stocks.union(stocks).limit(9)), key=str) == [([1, 100], [Mood.OKAY]), ([], [])]
    assert tx.fetch_all(from_(Accounts).distinct().order_by(Accounts.stock).select(Accounts.stock)) == [[], [1, 100]]


def test_a_key_may_be_one_over_an_enum(database: Database) -> None:
    days = PgRepository(Day, database)
    assert days.insert_many([Day(Mood.OKAY, Range(1, 5))]) == [Day(Mood.OKAY, Range(1, 5), "")]
    assert days.find_by_id(Mood.OKAY).ages == Range(1, 5)
    assert [len(batch) for batch in database.batches(select(Day), size=1)] == [1]
    assert database.fetch_all(select(Day).where(Days.ages == Range(1, 5)).order_by(Days.mood)) != []
    assert days.save(Day(Mood.OKAY, Range(2, 5))).ages == Range(2, 5)
    days.delete(Mood.OKAY)


ANY_DAY = Day(Mood.OKAY, Range(1, 4), "x")


class Later(Days, alias="later"):
    """The days a second time."""


def test_what_is_grouped_by_it_is_the_column_itself(database: Database) -> None:
    """So the server knows it again: by the primary key, in a query inside, in GROUPING."""
    with database.begin() as tx:
        PgRepository(Day, tx).insert_many([ANY_DAY])
        assert tx.fetch_all(from_(Days).group_by(Days.mood).select(Day, fn.count())) == [(ANY_DAY, 1)]
        own = from_(Later).correlate(Days).where(Later.mood == Days.mood, Later.text == "x")
        grouped = from_(Days).group_by(Days.mood).having(exists(own))
        assert tx.fetch_all(grouped.select(Days.mood, own.select(fn.count()).scalar())) == [(Mood.OKAY, 1)]
        sets = from_(Days).group_by(rollup(Days.mood)).order_by(fn.grouping(Days.mood))
        assert tx.fetch_all(sets.select(Days.mood.nullable(), fn.grouping(Days.mood))) == [(Mood.OKAY, 0), (None, 1)]


class Codes(Table):
    id = t.integer(primary_key=True)
    code = t.domain("code", t.char(3), check=lambda value: value != "")
    word = t.citext(default="bcd")


def test_texts_of_one_over_char_are_not_cut_in_arrays(server_url: str) -> None:
    with fresh_database(server_url, Codes) as url, Database.connect(url) as db:
        with db.connection() as connection:
            connection.execute("INSERT INTO codes VALUES (1, 'abc'), (2, 'de')")
        codes = from_(Codes).order_by(Codes.id).select(Codes.code).array()
        assert db.fetch_value(select(codes)) == ["abc", "de "]
        appended = from_(Codes).where(Codes.id == 1, codes.contains(["abc"])).select(fn.array_append(codes, Codes.word))
        assert db.fetch_all(appended) == [["abc", "de ", "bcd"]]


@pytest.mark.refused_by_the_server  # which has the domain where the test runs alone, and so below
def test_one_that_the_database_has_already_needs_no_check(server_url: str) -> None:
    table = type("Old", (Table,), {"at": t.domain("moment", t.timestamptz(), schema="old")})
    script = "CREATE SCHEMA old; CREATE DOMAIN old.moment AS timestamptz CHECK (VALUE > '2000-01-01Z');"
    with fresh_database(server_url, script=script) as url, Database.connect(url) as db:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE old (at old.moment)")
        assert db.fetch_all(select(model_of(FerraModel[table], at=Any))) == []


class Plain(Table, name="plain_numbers"):
    price = t.domain("price", t.integer())


@pytest.mark.refused_by_the_server
def test_a_column_over_another_type_is_reported(server_url: str) -> None:
    said = r'plain_numbers\.price is declared "price"; the database has bigint'
    table = "CREATE DOMAIN price AS bigint; CREATE TABLE plain_numbers (price price)"
    with (
        fresh_database(server_url, script=table) as url,
        Database.connect(url) as db,
        pytest.raises(SchemaError, match=said),
    ):
        db.fetch_all(select(Plain.price))


@pytest.mark.parametrize(
    ("declare", "said"),
    [
        (lambda: t.domain("", t.text()), "a domain's name is empty"),
        (lambda: t.domain("d", t.text(), schema=1), "a domain's schema must be a string, not int"),
        (lambda: t.domain("d", t.text), r"domain takes a type such as t\.text\(\), not the function text"),
        (lambda: t.domain("d", t.nullable(t.text())), r"over a type that is nullable: say nullable\(domain\(…\)\)"),
        (lambda: t.domain("d", t.text(unique=True)), r"over a type alone: options stand behind it"),
        (lambda: t.domain("d", t.identity()), r"over a type alone"),
        (lambda: t.domain("d", t.text(), check=True), r"the check of domain d is a function, .*not a bool"),
        (lambda: t.domain("d", t.text(), check=lambda value: value + "!"), r"returns a predicate, value > 0, not an E"),
        (lambda: t.domain("d", t.text(), check=lambda value: value == Accounts.email), r"is over its value alone"),
        (lambda: t.domain("d", t.text(), check=lambda value: fn.max(value) == "a"), r"is over its value alone"),
        (lambda: t.domain("d", t.text(), check=lambda _value: exists(from_(Accounts))), r"is over its value alone"),
    ],
)
def test_what_is_no_domain_is_refused_where_it_is_declared(declare: Any, said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        declare()


def test_the_value_of_a_check_stands_nowhere_else() -> None:
    kept: list[Any] = []
    t.domain("d", t.text(), check=lambda value: (kept.append(value), value == "a")[1])
    with pytest.raises(QueryError, match="stands in that check, and nowhere else"):
        from_(Accounts).select(case((kept[0] == "a", 1), otherwise=2)).sql()
