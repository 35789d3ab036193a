"""What the functions of text, numbers and moments give, and what they refuse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any, get_args

import attrs
import psycopg
import pytest
from databases import database_with

from ferra_sync import SERVER_DEFAULT, Database, FerraModel, QueryError, Table, check, from_, index, insert_into
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.functions._moments import Field

NOON = dt.datetime(2024, 2, 29, 12, 34, 56)  # noqa: DTZ001 - a timestamp has no zone
NOON_UTC = NOON.replace(tzinfo=dt.UTC)


class Films(Table):
    id = t.serial(primary_key=True)
    title = t.text(default=fn.initcap(fn.literal("no title")))
    released = t.date(default=fn.current_date())
    shown = t.timestamp(default=fn.date_trunc("hour", fn.localtimestamp()))
    length = t.interval(default=dt.timedelta(hours=1))
    price = t.numeric(10, 2, default=fn.round(fn.literal(Decimal("9.999")), 1))
    seats = t.integer(default=fn.literal(3))
    starts = t.time(default=dt.time(20))
    ratio = t.double_precision(default=fn.random())
    seen = t.timestamptz(default=fn.current_timestamp())
    sort_key = t.text(generated_as=lambda: fn.lower(fn.left(fn.trim(Films.title), 3)))
    year = t.nullable(t.numeric(generated_as=lambda: fn.extract("year", Films.released)))

    @classmethod
    def __constraints__(cls) -> Any:
        return check(fn.char_length(cls.title) > 1), index(fn.date_trunc("day", cls.shown).desc(), fn.abs(cls.seats))


@attrs.frozen
class Film(FerraModel[Films]):
    title: str = SERVER_DEFAULT
    released: dt.date = SERVER_DEFAULT
    price: Decimal = SERVER_DEFAULT
    ratio: float = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Films) as db:
        db.execute(insert_into(Films).values(Film("The Film", dt.date(2024, 2, 29))))
        yield db


def text(value: str) -> Any:
    return fn.literal(value)


def exact(value: str) -> Any:
    return fn.literal(Decimal(value))


def moment(value: dt.datetime = NOON) -> Any:
    return fn.literal(value)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (fn.initcap(text("al GORE")), "Al Gore"),
        (fn.char_length(text("héé")), 3),
        (fn.substring(text("abcdef"), 3), "cdef"),
        (fn.substring(text("abcdef"), 3, 2), "cd"),
        (fn.left(text("abc"), 2), "ab"),
        (fn.left(text("abc"), -1), "ab"),
        (fn.right(text("abc"), 2), "bc"),
        (fn.right(fn.literal("abc"), Films.seats - 2), "c"),
        (fn.trim(text("  a ")), "a"),
        (fn.btrim(text("xyax"), "xy"), "a"),
        (fn.ltrim(text("xax"), "x"), "ax"),
        (fn.rtrim(text("xax"), "x"), "xa"),
        (fn.lpad(text("7"), 3, "0"), "007"),
        (fn.rpad(text("7"), 3), "7  "),
        (fn.repeat(text("ab"), Films.seats), "ababab"),
        (fn.reverse(text("abc")), "cba"),
        (fn.replace(text("a.b.c"), ".", "'); --"), "a'); --b'); --c"),
        (fn.regexp_replace(text("a1b2"), "[0-9]", r"<\&>"), "a<1>b2"),
        (fn.regexp_replace(text("A1b2"), "[a-z]", "", "gi"), "12"),
        (fn.split_part(text("a,b,c"), ",", 2), "b"),
        (fn.split_part(text("a,b,c"), ",", 9), ""),
        (fn.strpos(text("abc"), "c"), 3),
        (fn.strpos(text("abc"), "x"), 0),
        (fn.starts_with(Films.title, "The"), True),
        (fn.md5(text("")), "d41d8cd98f00b204e9800998ecf8427e"),
        (fn.concat(text("a"), fn.nullif(Films.title, "The Film"), "c"), "ac"),
        (fn.concat_ws(", ", text("a"), fn.nullif(Films.title, "The Film"), "c"), "a, c"),
        (fn.format("%s %I %L", Films.title, "a b", "it's"), "The Film \"a b\" 'it''s'"),
    ],
    ids=repr,
)
def test_functions_of_text(db: Database, expression: Any, expected: object) -> None:
    assert db.fetch_one(from_(Films).select(expression)) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (fn.abs(fn.literal(-3)), 3),
        (fn.abs(-exact("2.50")), Decimal("2.50")),
        (fn.sign(exact("-2.5")), Decimal(-1)),
        (fn.ceil(exact("2.1")), Decimal(3)),
        (fn.ceil(fn.literal(2.1)), 3.0),
        (fn.ceil(Films.seats), 3.0),
        (fn.floor(exact("-2.1")), Decimal(-3)),
        (fn.round(exact("2.5")), Decimal(3)),
        (fn.round(fn.literal(2.5)), 2.0),
        (fn.round(exact("2.345"), 2), Decimal("2.35")),
        (fn.round(fn.literal(1234), -2), Decimal(1200)),
        (fn.trunc(exact("-2.99")), Decimal(-2)),
        (fn.trunc(exact("2.999"), Films.seats - 1), Decimal("2.99")),
        (fn.sqrt(fn.literal(9)), 3.0),
        (fn.power(fn.literal(2), 10), 1024.0),
        (fn.power(exact("1.5"), 2), Decimal("2.2500000000000000")),
        (fn.exp(fn.literal(0)), 1.0),
        (fn.ln(exact("1")), Decimal(0)),
        (fn.log(fn.literal(1000.0)), 3.0),
        (fn.log(exact("2"), Decimal(64)), Decimal(6)),
        (fn.mod(fn.literal(-7), 3), -1),
        (fn.mod(exact("7.5"), Films.seats), Decimal("1.5")),
        (fn.width_bucket(fn.literal(5.35), 0.024, 10.06, 5), 3),
        (fn.width_bucket(exact("11"), 0, Decimal(10), 5), 6),
        (fn.greatest(Films.seats, 2, 7), 7),
        (fn.least(Films.price, 2), Decimal(2)),
        (fn.greatest(fn.nullif(Films.seats, 3), Films.seats - 1), 2),
        (fn.greatest(fn.nullif(Films.seats, 3), fn.nullif(Films.seats, 3)), None),
    ],
    ids=repr,
)
def test_functions_of_numbers(db: Database, expression: Any, expected: object) -> None:
    found = db.fetch_one(from_(Films).select(expression))
    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (fn.date_trunc("month", Films.released), dt.datetime(2024, 2, 1)),  # noqa: DTZ001
        (fn.date_trunc("hour", moment()), dt.datetime(2024, 2, 29, 12)),  # noqa: DTZ001
        (
            fn.date_trunc("day", moment(NOON_UTC), "Asia/Tokyo"),
            dt.datetime(2024, 2, 28, 15, tzinfo=dt.UTC),
        ),
        (fn.date_trunc("hour", fn.literal(dt.timedelta(minutes=90))), dt.timedelta(hours=1)),
        (fn.extract("year", Films.released), Decimal(2024)),
        (fn.extract("isodow", Films.released), Decimal(4)),
        (fn.extract("second", moment()), Decimal("56.000000")),
        (fn.extract("epoch", moment(NOON_UTC)), Decimal("1709210096.000000")),
        (fn.extract("hour", fn.literal(dt.time(7, 8))), Decimal(7)),
        (fn.extract("month", fn.interval(months=15)), Decimal(3)),
        (fn.age(Films.released, dt.date(2000, 1, 1)), t.Interval(months=24 * 12 + 1, days=28)),
        (fn.age(moment(), Films.released), t.Interval(microseconds=45_296_000_000)),
        (fn.at_time_zone(moment(NOON_UTC), "Asia/Tokyo"), dt.datetime(2024, 2, 29, 21, 34, 56)),  # noqa: DTZ001
        (fn.at_time_zone(moment(), "Asia/Tokyo"), NOON_UTC - dt.timedelta(hours=9)),
        (fn.make_date(2024, Films.seats, 4), dt.date(2024, 3, 4)),
        (Films.released + fn.interval(months=1), dt.datetime(2024, 3, 29)),  # noqa: DTZ001
        (fn.interval(years=1, weeks=1, days=1, hours=1, minutes=1, seconds=1), t.Interval(12, 8, 3_661_000_000)),
        (fn.to_char(Films.released, "DD.MM.YYYY"), "29.02.2024"),
        (fn.to_char(fn.literal(1234.5), "FM9,999.00"), "1,234.50"),
        (fn.to_date(text("29.02.2024"), "DD.MM.YYYY"), dt.date(2024, 2, 29)),
        (fn.current_timestamp() == fn.now(), True),
        (fn.at_time_zone(fn.now(), "UTC").cast(t.date()) - fn.current_date() < 2, True),
    ],
    ids=repr,
)
def test_functions_of_moments(db: Database, expression: Any, expected: object) -> None:
    assert db.fetch_one(from_(Films).select(expression)) == expected


def test_defaults_generated_columns_and_indexes_are_made_of_them(db: Database) -> None:
    film = db.fetch_one(insert_into(Films).values(Film()).returning(Film))
    assert (film.title, film.price, 0 <= film.ratio < 1) == ("No Title", Decimal("10.00"), True)
    keys = from_(Films).order_by(Films.id).select(Films.sort_key, Films.year)
    assert db.fetch_all(keys)[0] == ("the", Decimal(2024))


def test_they_are_grouped_by_as_they_are_selected(db: Database) -> None:
    year = fn.extract("year", Films.shown)
    assert len(db.fetch_all(from_(Films).group_by(year).order_by(year.desc()).select(year, fn.count()))) == 1


@pytest.mark.parametrize("function", [fn.extract, fn.date_trunc], ids=["extract", "date_trunc"])
@pytest.mark.parametrize("column", [Films.released, Films.shown, Films.seen, Films.length, Films.starts])
def test_a_field_is_refused_where_the_server_has_none(db: Database, function: Any, column: Any) -> None:
    """We refuse a time, which would become an interval, and the week of an interval, which PostgreSQL 18 brings."""
    name, column_type = function.__name__, column.type.kind.value
    known = set()
    with db.connection() as connection:
        for field in get_args(Field):
            with suppress(psycopg.Error):
                connection.execute(f"SELECT pg_catalog.{name}('{field}'::text, {column.ref.name}) FROM films".encode())
                known.add(field)
    ours = {field for field in get_args(Field) if taken(db, function, field, column)}
    refused = {("date_trunc", "time"): known, ("extract", "interval"): {"week"}}.get((name, column_type), set())
    assert ours == known - refused


def taken(db: Database, function: Any, field: str, column: Any) -> bool:
    try:
        expression = function(field, column)
    except QueryError:
        return False
    db.fetch_all(from_(Films).select(expression.is_null()))
    return True


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: fn.left(Films.seats, 1), "^left takes text, not integer$"),
        (lambda: fn.left("abc", 1), "^left takes a column or an expression, not str"),
        (lambda: fn.left(Films.title, "hunter2"), r"^an argument of left is integer \(int\), not str$"),
        (lambda: fn.left(Films.title, 2**40), "^an argument of left is integer, which has no number this big$"),
        (lambda: fn.repeat(Films.title, Films.price), "^an argument of repeat is integer, not numeric"),
        (lambda: fn.concat(Films.title, Films.seats), "^an argument of concat is text, not integer$"),
        (lambda: fn.concat_ws(1, Films.title), "^an argument of concat_ws is text"),
        (lambda: fn.abs(Films.title), "^abs takes numbers, not text$"),
        (lambda: fn.ceil(3), "^ceil takes a column or an expression"),
        (lambda: fn.round(Films.ratio, 2), r"^round of two arguments takes numeric, not double precision: say \.cast"),
        (lambda: fn.power(Films.seats, Decimal(2)), "^an argument of power is double precision"),
        (lambda: fn.mod(Films.ratio, 2), "% takes no floats"),
        (lambda: fn.mod(Films.title, 2), "^mod takes numbers, not text$"),
        (lambda: fn.date_trunc("hunter2", Films.shown), "^date_trunc of timestamp takes one of century, day"),
        (lambda: fn.extract(["year"], Films.shown), "^extract of timestamp takes one of century"),
        (lambda: fn.date_trunc("week", Films.length), "^date_trunc of interval takes one of century"),
        (lambda: fn.date_trunc("day", Films.title), "^date_trunc takes dates and moments, not text$"),
        (
            lambda: fn.date_trunc("day", Films.shown, "UTC"),
            "^date_trunc takes a zone for timestamptz, not for timestamp",
        ),
        (lambda: fn.extract("hour", Films.released), "^extract of date takes one of century"),
        (lambda: fn.extract("year", Films.seats), "^extract takes dates, times, moments and intervals, not integer$"),
        (lambda: fn.age(Films.shown, Films.seen), "^an argument of age is timestamp, not timestamptz$"),
        (lambda: fn.age(Films.length), "^age takes dates and moments, not interval$"),
        (lambda: fn.at_time_zone(Films.released, "UTC"), "^at_time_zone takes moments, not date$"),
        (lambda: fn.interval(days=1.5), "^interval takes whole numbers"),
        (lambda: fn.to_char(Films.title, "x"), "^to_char takes dates, moments, intervals and numbers, not text$"),
        (lambda: fn.to_char(Films.shown, ""), "^to_char with an empty pattern is NULL$"),
        (lambda: fn.greatest(Films.seats, "hunter2"), r"^films\.seats is integer \(int\), not str$"),
        (lambda: fn.least(Films.seats, Films.title), r"^films\.seats is integer; films\.title is text$"),
        (lambda: fn.greatest(fn.literal({}, t.json()), {}), "json, which greatest cannot take"),
    ],
)
def test_what_cannot_mean_anything_is_refused_by_name(build: Callable[[], object], message: str) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        build()
    assert "hunter2" not in str(caught.value)
