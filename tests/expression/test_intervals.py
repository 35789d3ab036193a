"""Intervals keep their months: a timedelta cannot hold them, `Interval` can."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    PgRepository,
    QueryError,
    Table,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.types import Interval

LIMIT = 2**31 - 1
INTERVALS = st.builds(
    Interval,
    st.integers(-LIMIT // 2, LIMIT // 2),
    st.integers(-LIMIT // 2, LIMIT // 2),
    st.integers(-(10**15), 10**15),
) | st.sampled_from([Interval(), Interval(months=1), Interval(-1, 2, -3_500_000), Interval(0, 1, -1)])


class Terms(Table):
    id = t.serial(primary_key=True)
    span = t.nullable(t.interval())
    spans = t.array(t.nullable(t.interval()), default=[])
    term = t.nullable(t.calendar_interval())
    terms = t.array(t.nullable(t.calendar_interval()), default=[])
    mac = t.macaddr(default="08:00:2b:01:02:03")


@attrs.define
class Term(FerraModel[Terms]):
    term: Interval | None = None
    terms: list[Interval | None] = attrs.Factory(list)
    id: int = SERVER_DEFAULT


@attrs.define
class Span(FerraModel[Terms]):
    span: dt.timedelta | None = None
    spans: list[dt.timedelta | None] = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Terms) as db:
        yield db


@settings(max_examples=20, deadline=None)
@given(intervals=st.lists(INTERVALS, min_size=1, max_size=4))
def test_an_interval_comes_back_as_it_was_on_every_way(db: Database, intervals: list[Interval]) -> None:
    with db.begin() as tx:
        terms = PgRepository(Term, tx)
        rows = [Term(each, [each, None]) for each in intervals]
        made = [terms.insert(rows[0]), *terms.insert_many(rows)]
        terms.copy_in(rows)
        made += tx.stream(select(Term).where(Terms.id > made[-1].id).order_by(Terms.id))
        expected = [intervals[0], *intervals, *intervals]
        assert [row.term for row in made] == expected
        assert [row.terms for row in made] == [[each, None] for each in expected]
        assert [row.term for row in terms.find_page(1, 50).items] == expected
        tx.execute(update(Terms).all_rows().set(Terms.term.to(intervals[-1])))
        assert tx.fetch_all(select(Terms.term).where(Terms.term == intervals[-1])) == [intervals[-1]] * len(made)
        assert tx.fetch_all(from_(Terms).select(Terms.mac, Terms.term).distinct()) == [
            ("08:00:2b:01:02:03", intervals[-1])
        ]
        assert Interval.parse(str(intervals[0])) == intervals[0]


def test_an_interval_of_months_is_never_read_as_days(db: Database) -> None:
    with db.begin() as tx:
        tx._acquire().execute("INSERT INTO terms (span, spans, term) VALUES ('1 mon', '{1 year}', '1 mon 2 days')")
        queries: list[Any] = [
            select(Terms.span),
            select(Terms.spans),
            select(Span),
            from_(Terms).select(fn.max(Terms.span)),
            from_(Terms).select(Terms.mac, Terms.span).distinct(),
        ]
        for query in queries:
            for read in (tx.fetch_all, lambda query: list(tx.stream(query)), tx.fetch_one):
                with tx.savepoint(), pytest.raises(Db, match=r"t\.calendar_interval\(\)") as caught:
                    read(query)
                assert caught.value.kind is DbErrorKind.INVALID_DATA
        assert tx.fetch_one(select(Terms.term)) == Interval(1, 2)
        assert tx.fetch_one(select(Terms.span.cast(t.calendar_interval()))) == Interval(1)


def test_what_is_too_long_for_a_timedelta_is_an_error_of_ours(db: Database) -> None:
    with db.begin() as tx:
        tx._acquire().execute("INSERT INTO terms (span) VALUES ('2000000000 days')")
        with pytest.raises(Db, match="this long"):
            tx.fetch_all(select(Terms.span))


@pytest.mark.parametrize("style", ["postgres", "iso_8601"])
def test_intervals_beside_what_is_read_as_text_are_read_in_both_styles(db: Database, style: str) -> None:
    odd = [Interval(-14, 3, -3_600_000_001), Interval(14, -3, 3_600_000_001), Interval(), Interval(0, 0, -1)]
    with db.begin() as tx:
        tx._acquire().execute("SELECT set_config('intervalstyle', %s, true)", [style])
        tx.execute(insert_into(Terms).values(*(Term(each) for each in odd)))
        found = tx.fetch_all(from_(Terms).select(Terms.mac, Terms.term).distinct())
        assert sorted(map(repr, (term for _, term in found))) == sorted(map(repr, odd))


@pytest.mark.parametrize("style", ["postgres_verbose", "sql_standard"])
def test_another_style_is_an_error_by_name(db: Database, style: str) -> None:
    with db.begin() as tx:
        tx._acquire().execute("SELECT set_config('intervalstyle', %s, true)", [style])
        tx.execute(insert_into(Terms).values(Term(Interval(14, -3, 1))))
        assert tx.fetch_one(select(Terms.term)) == Interval(14, -3, 1)
        with pytest.raises(Db, match="styles postgres and iso_8601"):
            tx.fetch_all(from_(Terms).select(Terms.mac, Terms.term).distinct())


def test_months_are_added_as_the_calendar_has_them(db: Database) -> None:
    january = fn.literal(dt.date(2024, 1, 31))
    month = Interval(months=1)
    with db.begin() as tx:
        tx.execute(insert_into(Terms).values(Term(month)))
        items = (
            january + Terms.term,
            january + month,
            Terms.term * 2,
            -Terms.term,
            Terms.term + dt.timedelta(days=1),
            dt.timedelta(hours=1) + Terms.term,
            fn.coalesce(Terms.span, Terms.term),
            fn.literal(month),
            fn.literal(dt.timedelta(1), t.calendar_interval()),
        )
        leap = dt.datetime.fromisoformat("2024-02-29")
        expected = (
            leap,
            leap,
            Interval(2),
            Interval(-1),
            Interval(1, 1),
            Interval(1, 0, 3_600_000_000),
            month,
            month,
            Interval(0, 1),
        )
        assert tx.fetch_all(from_(Terms).select(*items[:4])) == [expected[:4]]
        assert tx.fetch_all(from_(Terms).select(*items[4:])) == [expected[4:]]
        totals = from_(Terms).select(fn.sum(Terms.term), fn.avg(Terms.term), fn.max(Terms.term))
        assert tx.fetch_one(totals) == (month, month, month)
        assert PgRepository(Term, tx).find_page().to_dict()["items"][0]["term"] == "P1M0DT0.000000S"


def test_a_timedelta_and_an_interval_are_told_apart(db: Database) -> None:
    with db.begin() as tx:
        tx.execute(insert_into(Terms).values(Term(dt.timedelta(days=-1, seconds=1), [dt.timedelta(1)])))
        assert tx.fetch_one(select(Term)).term == Interval(0, -1, 1_000_000)
    for build in (lambda: Terms.span.to(Interval(1)), lambda: Terms.term == 5):
        with pytest.raises(QueryError, match=r"^terms\."):
            build()
    for text in ("", "1", "P", "one month", "P1.5M"):
        with pytest.raises(ValueError, match="styles"):
            Interval.parse(text)
