"""Moments are read as psycopg reads them, whatever the session's time zone is and whatever stands beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import attrs
import pytest
from databases import database_with
from hypothesis import example, given, settings
from hypothesis import strategies as st
from psycopg.types.range import Range

from ferra_sync import (
    Database,
    Db,
    DbErrorKind,
    Executor,
    FerraModel,
    NotFound,
    PgRepository,
    Table,
    Transaction,
    from_,
    insert_into,
    maybe,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._database.runner import prepared
from ferra_sync._postgres.adapters import ADAPTERS, NAIVE_ADAPTERS

FIXED = ["UTC", "Etc/UTC", "GMT", "Etc/GMT+5", "Etc/GMT-14"]
CHANGING = ["Europe/Berlin", "America/St_Johns", "Asia/Kolkata"]
NOON = dt.datetime(2026, 7, 1, 12, 30, 15, 123456, tzinfo=UTC)
TWICE = dt.datetime(2088, 11, 7, 4, 0, tzinfo=UTC)
"""In St John's the hour before is the same by the clock."""

LATER = NOON + dt.timedelta(days=200)


class Events(Table):
    id = t.integer(primary_key=True)
    at = t.timestamptz()
    until = t.nullable(t.timestamptz())


class Spans(Table):
    id = t.integer(primary_key=True, references=Events.id)
    at = t.timestamptz()
    during = t.tstzrange()
    stops = t.array(t.timestamptz())


@attrs.frozen
class Event(FerraModel[Events]):
    id: int
    at: dt.datetime
    until: dt.datetime | None


@attrs.frozen
class Span(FerraModel[Spans]):
    id: int
    at: dt.datetime
    during: Range[dt.datetime]
    stops: list[dt.datetime]


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Events, Spans) as db:
        yield db


@pytest.fixture
def tx(db: Database) -> Iterator[Transaction]:
    with db.begin() as tx:
        yield tx


def ask(tx: Transaction, query: str) -> Any:
    """Return what psycopg itself reads."""
    row = tx._acquire().execute(query, binary=True).fetchone()
    return None if row is None else row[0]


def set_zone(tx: Transaction, zone: str) -> None:
    ask(tx, f"SELECT set_config('TimeZone', '{zone}', true)")


def shown(moment: dt.datetime | None) -> tuple[object, ...]:
    """Everything about a moment: moments of two zones may be equal."""
    return () if moment is None else (moment.replace(tzinfo=None), moment.fold, moment.tzinfo, moment.utcoffset())


@settings(max_examples=200, deadline=None)
@given(
    at=st.datetimes(dt.datetime(1, 1, 3), dt.datetime(9999, 12, 29), timezones=st.just(UTC)),  # noqa: DTZ001 - the bounds have none
    zone=st.sampled_from(FIXED + CHANGING),
)
@example(at=TWICE, zone="America/St_Johns")
@example(at=TWICE - dt.timedelta(hours=1), zone="America/St_Johns")
def test_a_moment_is_what_psycopg_reads(db: Database, at: dt.datetime, zone: str) -> None:
    with db.begin() as tx:
        set_zone(tx, zone)
        event = tx.fetch_one(insert_into(Events).values(Event(1, at, at)).returning(Event))
        alone = tx.fetch_value(select(Events.at))
        named, latest = tx.fetch_one(from_(Events).group_by(Events.id).select(Events.id, fn.max(Events.until)))
        # By UTC: Python holds no moment of an hour that comes twice to be equal to one of another zone (PEP 495).
        assert event.at.astimezone(UTC) == at
        assert named == 1
        expected = shown(ask(tx, "SELECT at FROM events"))
        assert [shown(each) for each in (event.at, event.until, alone, latest)] == [expected] * 4


@pytest.mark.parametrize("zone", [*FIXED, *CHANGING])
def test_only_a_zone_whose_offset_changes_is_left_to_psycopg(tx: Transaction, zone: str) -> None:
    set_zone(tx, zone)
    reader = prepared(select(Event))[0].readers.on(tx._acquire())
    assert reader.adapters is (ADAPTERS if zone in CHANGING else NAIVE_ADAPTERS)


@pytest.mark.parametrize("query", [select(Events.id), select(Span), from_(Events).select(fn.count())])
def test_rows_without_moments_or_with_lists_of_them_are_left_to_psycopg(tx: Transaction, query: Any) -> None:
    assert prepared(query)[0].readers.on(tx._acquire()).adapters is ADAPTERS


@pytest.mark.parametrize("zone", [*FIXED, *CHANGING])
def test_null_stays_none(tx: Transaction, zone: str) -> None:
    set_zone(tx, zone)
    tx.execute(insert_into(Events).values(Event(1, NOON, None), Event(2, NOON, NOON)))
    assert tx.fetch_all(select(Events.until).order_by(Events.id.asc())) == [None, NOON]
    assert tx.fetch_all(select(Event).find(1)) == [Event(1, NOON, None)]
    pairs = from_(Events).left_join(Spans).order_by(Events.id.asc()).select(Event, maybe(Span))
    assert [span for _, span in tx.fetch_all(pairs)] == [None, None]


@pytest.mark.parametrize("zone", [*FIXED, *CHANGING])
def test_moments_in_arrays_and_ranges_keep_their_zone(tx: Transaction, zone: str) -> None:
    set_zone(tx, zone)
    tx.execute(insert_into(Events).values(Event(1, NOON, None)))
    span = Span(1, NOON, Range(NOON, LATER), [NOON, LATER])
    tx.execute(insert_into(Spans).values(span))
    found = tx.fetch_one(select(Span))
    assert found == span
    expected = shown(ask(tx, "SELECT at FROM spans"))
    assert [shown(each) for each in (found.at, found.during.lower, found.stops[0])] == [expected] * 3


def test_each_statement_sees_the_zone_of_its_time(tx: Transaction) -> None:
    tx.execute(insert_into(Events).values(Event(1, NOON, None)))
    offsets = []
    for zone in ("Etc/GMT-2", "Europe/Berlin", "UTC", "Etc/GMT-2"):
        set_zone(tx, zone)
        offsets.append(tx.fetch_value(select(Events.at)).utcoffset())
    hour = dt.timedelta(hours=1)
    assert offsets == [2 * hour, 2 * hour, 0 * hour, 2 * hour]


def streamed(db: Executor) -> list[Event]:
    return list(db.stream(select(Event)))


def paged(db: Executor) -> list[Event]:
    return db.fetch_page(select(Event)).items


def walked(db: Executor) -> list[Event]:
    return [event for batch in db.batches(select(Event), 2) for event in batch]


@pytest.mark.parametrize("read", [streamed, paged, walked])
def test_every_verb_reads_them_alike(tx: Transaction, read: Any) -> None:
    events = [Event(number, NOON + dt.timedelta(seconds=number), None) for number in range(5)]
    assert PgRepository(Event, tx).insert_many(events) == events
    assert read(tx) == events


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT-14", "Europe/Berlin"])
@pytest.mark.parametrize("moment", ["infinity", "-infinity", "10000-01-02 UTC", "0001-01-01 UTC BC"])
def test_a_moment_that_python_has_not_is_an_error_by_name(tx: Transaction, zone: str, moment: str) -> None:
    set_zone(tx, zone)
    tx._acquire().execute("INSERT INTO events VALUES (1, %s::timestamptz)", [moment])
    with pytest.raises(Db):
        tx.fetch_all(select(Event))


def test_a_moment_that_only_its_zone_puts_past_the_last_year_is_an_error_by_name(tx: Transaction) -> None:
    set_zone(tx, "Etc/GMT-14")
    tx._acquire().execute("INSERT INTO events VALUES (1, '9999-12-31 23:00 UTC')")
    with pytest.raises(Db):
        tx.fetch_all(select(Event))


def test_no_row_is_no_moment(tx: Transaction) -> None:
    with pytest.raises(NotFound):
        tx.fetch_value(select(Events.at))


@pytest.mark.parametrize("read", [streamed, paged, walked])
def test_a_connection_that_is_closed_is_an_error_by_name(db: Database, read: Any) -> None:
    with db.begin() as tx:
        tx._acquire().close()
        with pytest.raises(Db) as raised:
            read(tx)
        assert raised.value.kind is DbErrorKind.CLOSED_CONNECTION
