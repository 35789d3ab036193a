"""Patterns, collations and the functions of angles, pairs, bits and clocks, on the server."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import Database, Db, Insertable, QueryError, Table, from_, insert_into, select
from ferra_sync import functions as fn
from ferra_sync import types as t

NOON = dt.datetime(2024, 2, 29, 12, 7, tzinfo=dt.UTC)
PLAIN = NOON.replace(tzinfo=None)
DAY = NOON.date()
QUARTER = dt.timedelta(minutes=15)


class Samples(Table):
    id = t.serial(primary_key=True)
    word = t.text()
    short = t.nullable(t.varchar(5))
    loose = t.nullable(t.citext())
    small = t.smallint()
    whole = t.integer()
    exact = t.numeric()
    ratio = t.double_precision()
    at = t.timestamptz()
    plain = t.timestamp()
    day = t.date()
    span = t.interval()


@attrs.frozen
class Sample(Insertable[Samples]):
    word: str
    small: int
    whole: int
    exact: Decimal
    ratio: float
    short: str | None = None
    loose: str | None = None
    at: dt.datetime = NOON
    plain: dt.datetime = PLAIN
    day: dt.date = DAY
    span: dt.timedelta = dt.timedelta(days=35, hours=6)


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Samples) as db:
        db.execute(
            insert_into(Samples).values(
                Sample("Anna", 12, 18, Decimal(12), 0.5, "abc", "Loose"),
                Sample("bob", 10, 27, Decimal("2.5"), 1.0, None, "x.y"),
                Sample("a.b", 6, 8, Decimal(-7), 1.5),
            )
        )
        yield db


def _each(db: Database, expr: Any) -> list[Any]:
    return db.fetch_all(from_(Samples).order_by(Samples.id).select(expr))


def _one(db: Database, expr: Any) -> Any:
    return db.fetch_value(select(expr))


def test_a_pattern_is_a_regular_expression(db: Database) -> None:
    assert _each(db, Samples.word.matches("^[aA]")) == [True, False, True]
    assert _each(db, Samples.word.matches("^a")) == [False, False, True]
    assert _each(db, Samples.word.imatches("^a")) == [True, False, True]
    assert _each(db, Samples.short.matches("b")) == [True, None, None]
    assert _each(db, Samples.loose.matches("^lo")) == [True, False, None]
    assert _each(db, ~Samples.word.matches(r"a\.b$")) == [True, True, False]


def test_a_pattern_that_is_none_is_an_error_of_the_server(db: Database) -> None:
    with pytest.raises(Db) as raised:
        _each(db, Samples.word.matches("("))
    assert raised.value.sqlstate == "2201B"


def test_a_pattern_stands_beside_texts_alone() -> None:
    with pytest.raises(QueryError, match=r"~ takes text; samples\.whole is integer"):
        Samples.whole.matches("1")  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="takes a string, not int"):
        Samples.word.imatches(1)  # type: ignore[arg-type]


def test_a_collation_says_how_texts_are_sorted_and_compared(db: Database) -> None:
    rows = from_(Samples).order_by(Samples.word.collate("C")).select(Samples.word)
    assert db.fetch_all(rows) == ["Anna", "a.b", "bob"]
    assert db.fetch_all(from_(Samples).where(Samples.word.collate("C") < "a").select(Samples.word)) == ["Anna"]
    assert _each(db, Samples.short.collate("C") + "!") == ["abc!", None, None]
    assert _each(db, Samples.word.collate("C").like("a%")) == [False, False, True]


@pytest.mark.refused_by_the_server
def test_a_collation_is_a_name_and_is_quoted(db: Database) -> None:
    with pytest.raises(QueryError, match="a collation is empty"):
        Samples.word.collate("")
    with pytest.raises(QueryError, match=r"collate takes text; samples\.whole is integer"):
        Samples.whole.collate("C")  # type: ignore[arg-type]
    with pytest.raises(Db) as raised:
        _each(db, Samples.word.collate('C" OR true --'))
    assert raised.value.sqlstate == "42704"


def test_grouping_by_a_collated_text_groups_what_is_selected(db: Database) -> None:
    key = fn.left(Samples.word, 1).collate("C")
    assert db.fetch_all(from_(Samples).group_by(key).order_by(key).select(key, fn.count())) == [
        ("A", 1),
        ("a", 1),
        ("b", 1),
    ]


def test_what_a_regular_expression_matched_may_be_nothing(db: Database) -> None:
    assert _each(db, fn.regexp_match(Samples.word, "(a)(x)?")) == [["a", None], None, ["a", None]]
    assert _each(db, fn.regexp_match(Samples.word, "B", "i")) == [None, ["b"], ["b"]]


def test_characters_have_numbers(db: Database) -> None:
    assert _each(db, fn.translate(Samples.word, "ab", "x")) == ["Annx", "o", "x."]
    assert _each(db, fn.ascii(Samples.word)) == [65, 98, 97]
    assert _each(db, fn.chr(Samples.whole + 64)) == ["R", "[", "H"]
    assert _one(db, fn.chr(8364)) == "€"


def test_numbers_are_divided(db: Database) -> None:
    assert _each(db, fn.gcd(Samples.small, Samples.whole)) == [6, 1, 2]
    assert _each(db, fn.gcd(Samples.small, Samples.small)) == [12, 10, 6]
    assert _each(db, fn.lcm(Samples.whole, 4)) == [36, 108, 8]
    assert _each(db, fn.gcd(Samples.exact, Decimal("1.5"))) == [Decimal("1.5"), Decimal("0.5"), Decimal("0.5")]
    assert _each(db, fn.div(Samples.exact, 2)) == [6, 1, -3]
    assert _each(db, fn.div(Samples.small, 4)) == [3, 2, 1]
    assert _each(db, fn.cbrt(Samples.whole)) == pytest.approx([18 ** (1 / 3), 3.0, 2.0])
    with pytest.raises(QueryError, match="% takes no floats"):
        fn.gcd(Samples.ratio, 2)  # type: ignore[call-overload]


@pytest.mark.parametrize("name", ["sin", "cos", "tan", "asin", "acos", "atan", "degrees", "radians"])
def test_angles_are_as_python_has_them(db: Database, name: str) -> None:
    said = db.fetch_value(select(getattr(fn, name)(fn.literal(0.25))))
    assert said == pytest.approx(getattr(math, name)(0.25))


def test_angles_take_any_number(db: Database) -> None:
    assert _one(db, fn.pi()) == pytest.approx(math.pi)
    assert _each(db, fn.atan2(Samples.exact, Samples.whole))[0] == pytest.approx(math.atan2(12, 18))
    assert _each(db, fn.cot(Samples.ratio))[1] == pytest.approx(1 / math.tan(1))
    with pytest.raises(QueryError, match="sin takes numbers, not text"):
        fn.sin(Samples.word)  # type: ignore[arg-type]


def test_bits_are_collected(db: Database) -> None:
    assert _one(db, from_(Samples).select(fn.bit_and(Samples.small)).scalar()) == 12 & 10 & 6
    assert _one(db, from_(Samples).select(fn.bit_or(Samples.whole)).scalar()) == 18 | 27 | 8
    assert db.fetch_all(from_(Samples).where(Samples.id < 0).select(fn.bit_or(Samples.small))) == [None]
    with pytest.raises(QueryError, match="bit_and takes smallint, integer and bigint, not text"):
        fn.bit_and(Samples.word)  # type: ignore[arg-type]


def test_pairs_of_numbers_have_a_line_through_them(db: Database) -> None:
    pair = (Samples.ratio, Samples.id)
    names = (
        "corr",
        "regr_slope",
        "regr_r2",
        "regr_avgx",
        "regr_avgy",
        "covar_samp",
        "regr_sxx",
        "regr_sxy",
        "regr_syy",
    )
    expected = [1.0, 0.5, 1.0, 2.0, 1.0, 0.5, 2.0, 1.0, 0.5]
    assert [db.fetch_value(select(getattr(fn, name)(*pair))) for name in names] == pytest.approx(expected)
    assert db.fetch_value(select(fn.regr_intercept(*pair))) == pytest.approx(0, abs=1e-9)
    assert db.fetch_value(select(fn.covar_pop(*pair))) == pytest.approx(1 / 3)
    assert db.fetch_value(select(fn.regr_count(*pair))) == 3
    none = from_(Samples).where(Samples.id < 0)
    assert db.fetch_all(none.select(fn.corr(*pair), fn.regr_count(*pair))) == [(None, 0)]
    assert db.fetch_value(select(fn.corr(Samples.exact, 1.0))) is None


def test_the_standard_calls_them_samples(db: Database) -> None:
    spread = from_(Samples).select(fn.stddev_samp(Samples.whole), fn.stddev(Samples.whole), fn.var_samp(Samples.ratio))
    (first, second, third) = db.fetch_one(spread)
    assert first == second
    assert third == pytest.approx(0.25)


def test_moments_fall_into_stretches_of_time(db: Database) -> None:
    origin = NOON.replace(minute=0)
    assert _each(db, fn.date_bin(QUARTER, Samples.at, origin))[0] == origin
    assert _each(db, fn.date_bin(QUARTER, Samples.plain, Samples.plain))[0] == PLAIN
    with pytest.raises(QueryError, match="date_bin takes moments, not date"):
        fn.date_bin(QUARTER, Samples.day, origin)  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="an argument of date_bin"):
        fn.date_bin(QUARTER, Samples.plain, origin)


def test_the_clock_goes_on_in_a_transaction(db: Database) -> None:
    with db.begin() as tx:
        first, begun = tx.fetch_one(select(fn.clock_timestamp(), fn.now()))
        second, statement = tx.fetch_one(select(fn.clock_timestamp(), fn.statement_timestamp()))
    assert begun <= first < second
    assert begun < statement <= second
    assert _each(db, fn.to_timestamp(Samples.whole))[0] == dt.datetime(1970, 1, 1, 0, 0, 18, tzinfo=dt.UTC)


def test_intervals_are_justified_and_moments_are_finite(db: Database) -> None:
    assert _each(db, fn.justify_days(Samples.span))[0] == t.Interval(1, 5, 6 * 3600 * 10**6)
    assert _each(db, fn.justify_hours(Samples.span))[0] == t.Interval(0, 35, 6 * 3600 * 10**6)
    assert _each(db, fn.justify_interval(Samples.span))[0] == t.Interval(1, 5, 6 * 3600 * 10**6)
    assert _each(db, fn.isfinite(Samples.day)) == [True, True, True]
    assert _each(db, fn.isfinite(Samples.at)) == [True, True, True]
    with pytest.raises(QueryError, match="justify_days takes intervals, not integer"):
        fn.justify_days(Samples.whole)  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="isfinite takes dates and moments, not interval"):
        fn.isfinite(Samples.span)  # type: ignore[arg-type]
