"""What PostgreSQL casts by itself: days beside moments, whole numbers beside fractions, months beside days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import Database, Insertable, QueryError, Table, case, from_, insert_into, row
from ferra_sync import functions as fn
from ferra_sync import types as t

DAY = dt.date(2024, 2, 29)
MIDNIGHT = dt.datetime(2024, 2, 29)  # noqa: DTZ001 - a moment without a zone
NOON = dt.datetime(2024, 2, 29, 12)  # noqa: DTZ001
UTC_NOON = NOON.replace(tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
MONTH = t.Interval(months=1)


class Visits(Table):
    id = t.serial(primary_key=True)
    day = t.date()
    begins = t.timestamp()
    at = t.timestamptz()
    opens = t.time()
    span = t.interval()
    period = t.calendar_interval()
    seats = t.integer()
    price = t.numeric()
    ratio = t.double_precision()


@attrs.frozen
class Visit(Insertable[Visits]):
    day: dt.date = DAY
    begins: dt.datetime = MIDNIGHT
    at: dt.datetime = UTC_NOON
    opens: dt.time = dt.time(9)
    span: dt.timedelta = HOUR
    period: t.Interval = MONTH
    seats: int = 2
    price: Decimal = Decimal("1.5")
    ratio: float = 2.5


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Visits) as db:
        db.execute(insert_into(Visits).values(Visit()))
        yield db


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        (Visits.begins == DAY, True),
        (Visits.begins + HOUR < DAY, False),
        (Visits.begins > Visits.day, False),
        (Visits.day + fn.interval(days=90) < dt.date(2024, 12, 1), True),
        (Visits.day < NOON, True),
        (Visits.begins.between(DAY, Visits.day), True),
        (Visits.begins.between(Visits.day, Visits.day), True),
        (Visits.begins.is_in([DAY, NOON]), True),
        (Visits.begins.is_not_in([DAY]), False),
        (Visits.day.is_in([NOON, DAY]), True),
        (Visits.day.is_in([NOON]), False),
        (Visits.begins.is_distinct_from(DAY), False),
        (row(Visits.begins, Visits.id) == row(DAY, 1), True),
        (Visits.span < MONTH, True),
        (Visits.span.is_in([MONTH, HOUR]), True),
        (Visits.seats.between(Visits.price, Visits.ratio), True),
        (Visits.seats.is_distinct_from(Visits.price), True),
        (fn.coalesce(Visits.begins, Visits.day), MIDNIGHT),
        (fn.coalesce(Visits.day, NOON), MIDNIGHT),
        (fn.coalesce(Visits.begins, DAY), MIDNIGHT),
        (fn.coalesce(Visits.span, MONTH), t.Interval(microseconds=3_600_000_000)),
        (fn.nullif(Visits.begins, DAY), None),
        (fn.nullif(Visits.day, NOON), DAY),
        (fn.greatest(Visits.day, Visits.begins + HOUR), MIDNIGHT + HOUR),
        (fn.greatest(Visits.begins, DAY), MIDNIGHT),
        (fn.greatest(Visits.seats, Visits.price), Decimal(2)),
        (fn.least(Visits.seats, Visits.ratio), 2.0),
        (fn.greatest(Visits.span, MONTH), MONTH),
        (case((Visits.id == 1, Visits.day), otherwise=Visits.begins), MIDNIGHT),
        (case((Visits.id == 1, Visits.begins), otherwise=DAY), MIDNIGHT),
        (case((Visits.id == 1, Visits.begins), otherwise=Visits.day), MIDNIGHT),
        (case((Visits.id == 1, Visits.seats), otherwise=Visits.price), Decimal(2)),
        (case((Visits.id == 1, 3), otherwise=Visits.price), Decimal(3)),
        (case((Visits.id == 1, Visits.seats), otherwise=Visits.ratio), 2.0),
    ],
)
def test_the_answer_and_its_class_are_those_of_the_wider_type(db: Database, expr: Any, value: object) -> None:
    found = db.fetch_one(from_(Visits).select(expr))

    assert (found, type(found)) == (value, type(value))


def test_a_day_and_a_moment_have_one_shape_beside_a_moment() -> None:
    assert (Visits.begins < DAY).shape == (Visits.begins < NOON).shape


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Visits.at < DAY, r"^visits\.at is timestamptz \(datetime\), not date$"),
        (lambda: Visits.at.is_in([DAY]), r"^visits\.at: the list holds an element that is timestamptz"),
        (lambda: Visits.day < NOON.replace(tzinfo=dt.UTC), r"^visits\.day takes a datetime without a time zone"),
        (lambda: Visits.begins.to(DAY), r"^visits\.begins is timestamp \(datetime\), not date$"),
        (lambda: Visits.span.to(MONTH), r"^visits\.span is interval \(timedelta\), not Interval$"),
        (lambda: fn.greatest(Visits.at, Visits.day), "depends on the session's time zone"),
        (lambda: Visits.seats < Decimal("1.5"), r"^visits\.seats is integer \(int\), not Decimal$"),
    ],
)
def test_what_depends_on_a_zone_or_would_be_cut_is_refused(build: Any, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        build()


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        (fn.overlaps((Visits.begins, HOUR), (NOON, HOUR)), False),
        (fn.overlaps((Visits.begins, NOON), (Visits.day, MONTH)), True),
        (fn.overlaps((Visits.day, MONTH), (DAY, Visits.begins)), True),
        (fn.overlaps((Visits.at, Visits.span), (Visits.at, Visits.at + HOUR)), True),
        (fn.overlaps((Visits.opens, dt.time(10)), (dt.time(10), HOUR)), False),
        (fn.overlaps((Visits.opens, Visits.span), (Visits.opens, Visits.opens)), True),
        (fn.make_timestamp(2024, 2, 29), MIDNIGHT),
        (fn.make_timestamp(2024, Visits.seats, 29, 12), NOON),
        (fn.make_timestamptz(2024, 2, 29, 12, zone="UTC"), NOON.replace(tzinfo=dt.UTC)),
        (fn.make_time(9, 30, Visits.ratio), dt.time(9, 30, 2, 500_000)),
        (fn.to_timestamp(fn.literal("29.02.2024 12 +00"), "DD.MM.YYYY HH24 TZH"), NOON.replace(tzinfo=dt.UTC)),
        (fn.regexp_count(fn.literal("abcab"), "ab"), 2),
        (fn.regexp_like(fn.literal("abcab"), "^C", "i"), False),
        (fn.regexp_like(fn.literal("abcab"), fn.lower(fn.literal("A"))), True),
    ],
)
def test_periods_moments_and_patterns_are_those_of_the_server(db: Database, expr: Any, value: object) -> None:
    assert db.fetch_one(from_(Visits).select(expr)) == value


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: fn.overlaps((Visits.seats, 1), (Visits.seats, 1)),
            "^overlaps takes dates, times and moments, not int",
        ),
        (lambda: fn.overlaps((Visits.at, HOUR), (NOON, HOUR)), "^an argument of overlaps takes a datetime with"),
        (lambda: fn.overlaps((Visits.at, HOUR), (Visits.begins, HOUR)), "^an argument of overlaps is timestamptz, not"),
        (lambda: fn.overlaps((Visits.at, HOUR), (HOUR, HOUR)), "^an argument of overlaps is timestamptz"),
        (lambda: fn.overlaps((Visits.at, HOUR), Visits.at), r"^overlaps takes two pairs"),
        (lambda: fn.overlaps((DAY, HOUR), (Visits.day, HOUR)), "^overlaps takes a column or an expression"),
        (lambda: fn.to_timestamp(Visits.seats, "YYYY"), "^to_timestamp takes text, not integer$"),
    ],
)
def test_what_is_no_period_is_refused_by_name(build: Any, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        build()
