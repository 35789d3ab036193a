"""Ranges and multiranges: each operator and function says what PostgreSQL says of the same in SQL written by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import attrs
import pytest
from databases import database_with
from none_in_rows import items_that_may_be_none
from psycopg.types.range import Int4Range

from ferra_sync import SERVER_DEFAULT, Database, FerraModel, QueryError, Table, delete_from, from_, insert_into, update
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.types import Multirange, Range

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 1)


class Stays(Table):
    id = t.serial(primary_key=True)
    rooms = t.int4range()
    other = t.nullable(t.int4range())
    free = t.int4multirange(default=Multirange([Range(1, 3), Range(7, None)]))
    big = t.int8range(default=Range(1, 2**40))
    price = t.numrange(default=Range(Decimal(1), Decimal("2.5"), "[]"))
    days = t.daterange(default=Range(DAY, None))
    period = t.tstzrange(default=Range(NOON, NOON + dt.timedelta(days=1)))
    room = t.integer(default=4)
    small = t.smallint(default=2)
    long = t.bigint(default=2**33)
    cost = t.numeric(10, 2, default=Decimal("2.50"))
    day = t.date(default=DAY)
    at = t.timestamptz(default=NOON)
    name = t.text(default="x")
    numbers = t.array(t.integer(), default=[1])


@attrs.frozen
class Stay(FerraModel[Stays]):
    rooms: Range[int]
    other: Range[int] | None = None
    free: Multirange[int] = SERVER_DEFAULT


ROOMS = [Range(1, 5), Range(5, 9), Range(1, None), Range(None, 4), Range(empty=True), Range(None, None), Range(2, 3)]
STAYS = [Stay(rooms, other) for rooms in ROOMS for other in (*ROOMS, None)]


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Stays) as db:
        for stay in STAYS:
            db.execute(insert_into(Stays).values(stay))
        yield db


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "@>": lambda one, other: one.contains(other),
    "<@": lambda one, other: one.contained_by(other),
    "&&": lambda one, other: one.overlaps(other),
    "-|-": lambda one, other: one.adjacent_to(other),
    "<<": lambda one, other: one.strictly_left_of(other),
    ">>": lambda one, other: one.strictly_right_of(other),
    "&<": lambda one, other: one.not_extend_right_of(other),
    "&>": lambda one, other: one.not_extend_left_of(other),
}
MANY = Multirange([Range(1, 2), Range(4, 9)])
RIGHT: dict[str, Any] = {
    "other": Stays.other,
    "free": Stays.free,
    "'[2,6)'::int4range": Range(2, 6),
    "'[2,5]'::int4range ": Int4Range(2, 5, "[]"),
    "'{[1,2),[4,9)}'::int4multirange": MANY,
    "int4range(room, NULL)": fn.int4range(Stays.room, None),
}
EXPRESSIONS: dict[str, Any] = {
    "rooms @> 3": Stays.rooms.contains(3),
    "rooms @> room": Stays.rooms.contains(Stays.room),
    "rooms @> small::int": Stays.rooms.contains(Stays.small),
    "free @> room + 1": Stays.free.contains(Stays.room + 1),
    "big @> room::bigint": Stays.big.contains(Stays.room),
    "big @> long": Stays.big.contains(Stays.long),
    "big @> int8range(room, long)": Stays.big.contains(fn.int8range(Stays.room, Stays.long)),
    "price @> cost": Stays.price.contains(Stays.cost),
    "price @> 2::numeric": Stays.price.contains(Decimal(2)),
    "price @> room::numeric": Stays.price.contains(Stays.room),
    "price @> 1.0": Stays.price.contains(1),
    "days @> day": Stays.days.contains(Stays.day),
    "period @> at": Stays.period.contains(Stays.at),
    "period @> '2026-03-02 11:00Z'::timestamptz": Stays.period.contains(NOON + dt.timedelta(hours=23)),
    "room <@ rooms": Stays.room.contained_by(Stays.rooms),
    "room <@ free": Stays.room.contained_by(Stays.free),
    "small::int <@ rooms": Stays.small.contained_by(Stays.rooms),
    "small::int <@ '[1,3)'::int4range": Stays.small.contained_by(Range(1, 3)),
    "room <@ '{[1,2),[4,9)}'::int4multirange": Stays.room.contained_by(MANY),
    "long <@ big": Stays.long.contained_by(Stays.big),
    "room::bigint <@ big": Stays.room.contained_by(Stays.big),
    "cost <@ '[1,2)'::numrange": Stays.cost.contained_by(Range(Decimal(1), Decimal(2))),
    "at <@ '[2026-03-01 12:00Z,)'::tstzrange": Stays.at.contained_by(Range(NOON, None)),
    "day <@ '[2026-03-02,)'::daterange": Stays.day.contained_by(Range(DAY + dt.timedelta(days=1), None)),
    "rooms * other": Stays.rooms * Stays.other,
    "rooms * '[2,6)'::int4range": Stays.rooms * Range(2, 6),
    "'[2,6)'::int4range * rooms": Range(2, 6) * Stays.rooms,
    "rooms - '(,3)'::int4range": Stays.rooms - Range(None, 3),
    "'[,2)'::int4range - rooms": Range(None, 2) - Stays.rooms,
    "rooms + '(,)'::int4range": Stays.rooms + Range(None, None),
    "'(,)'::int4range + rooms": Range(None, None) + Stays.rooms,
    "free + multirange(rooms)": Stays.free + fn.multirange(Stays.rooms),
    "free * '{[1,2),[4,9)}'::int4multirange": Stays.free * MANY,
    "free - multirange(other)": Stays.free - fn.multirange(Stays.other),
    "lower(rooms)": fn.lower(Stays.rooms),
    "upper(free)": fn.upper(Stays.free),
    "upper(period) - at": fn.upper(Stays.period) - Stays.at,
    "isempty(rooms * other)": fn.isempty(Stays.rooms * Stays.other),
    "upper_inc(price)": fn.upper_inc(Stays.price),
    "lower_inf(other)": fn.lower_inf(Stays.other),
    "range_merge(rooms, other)": fn.range_merge(Stays.rooms, Stays.other),
    "range_merge(free)": fn.range_merge(Stays.free),
    "int4range(room, upper(rooms) + 4, '[]')": fn.int4range(Stays.room, fn.upper(Stays.rooms) + 4, "[]"),
    "rooms = '[1,5)'::int4range": Stays.rooms == Range(1, 5),
    "rooms < other": Stays.rooms < Stays.other,
    "free = '{[1,3),[7,)}'::int4multirange": Stays.free == Multirange([Range(1, 3), Range(7, None)]),
    "coalesce(other, rooms)": fn.coalesce(Stays.other, Stays.rooms),
}


def said(db: Database, sql: str) -> list[Any]:
    """Return what PostgreSQL says of an expression in each row."""
    with db.connection() as connection:
        rows = connection.execute(f"SELECT {sql} FROM stays ORDER BY id".encode())
        return [value for (value,) in rows]


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("right", RIGHT)
@pytest.mark.parametrize("left", ["rooms", "free"])
def test_an_operator_of_two_says_what_postgresql_says(db: Database, left: str, op: str, right: str) -> None:
    query = from_(Stays).order_by(Stays.id).select(OPERATORS[op](getattr(Stays, left), RIGHT[right]))
    found = db.fetch_all(query)
    assert found == said(db, f"{left} {op} {right}")
    assert items_that_may_be_none(query) == [None in found]


@pytest.mark.parametrize("sql", EXPRESSIONS)
def test_an_expression_says_what_postgresql_says(db: Database, sql: str) -> None:
    query = from_(Stays).order_by(Stays.id).select(EXPRESSIONS[sql])
    found = db.fetch_all(query)
    assert found == said(db, sql)
    assert None not in found or items_that_may_be_none(query) == [True]


def test_aggregates_unite_and_intersect_what_is_not_null(db: Database) -> None:
    few = from_(Stays).where(Stays.rooms.is_in([Range(1, 5), Range(2, 3)]))
    united = few.select(fn.range_agg(Stays.rooms), fn.range_agg(Stays.free), fn.range_intersect_agg(Stays.rooms))
    free = Multirange([Range(1, 3), Range(7, None)])
    assert db.fetch_one(united) == (Multirange([Range(1, 5)]), free, Range(2, 3))
    assert db.fetch_one(few.select(fn.range_intersect_agg(Stays.free))) == free
    none = from_(Stays).where(Stays.id < 0).select(fn.range_agg(Stays.rooms), fn.range_intersect_agg(Stays.free))
    assert db.fetch_one(none) == (None, None)
    assert items_that_may_be_none(none) == [True, True]
    grouped = from_(Stays).group_by(Stays.rooms).order_by(Stays.rooms)
    query = grouped.select(fn.range_agg(Stays.other).filter(Stays.other.contains(2)))
    assert db.fetch_all(query)[0] == Multirange([Range(None, None)])


def test_a_multirange_that_is_changed_later_was_taken_as_it_was(db: Database) -> None:
    ranges = Multirange([Range(1, 3)])
    query = from_(Stays).where(Stays.free.overlaps(ranges)).select(fn.count())
    ranges[0] = Range(100, 101)
    assert db.fetch_one(query) == len(STAYS)
    with db.begin() as tx:
        tx.execute(update(Stays).all_rows().set(Stays.free.to(Multirange()), Stays.rooms.to(Stays.rooms * Range(1, 2))))
        assert tx.fetch_one(from_(Stays).where(fn.isempty(Stays.free)).select(fn.count())) == len(STAYS)
        assert tx.execute(delete_from(Stays).where(Stays.rooms == Range(1, 2))) > 0


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: Stays.rooms.contains("x"), r"^what stays\.rooms contains is integer \(int\), not str$"),
        (lambda: Stays.rooms.contains(2**40), r"^stays\.rooms is int4range, which has no bound this big$"),
        (lambda: Stays.rooms.contains(None), r"^stays\.rooms contains None is always NULL$"),
        (lambda: Stays.rooms.contains(Stays.long), r"^stays\.long is bigint; stays\.rooms is int4range$"),
        (lambda: Stays.rooms.contains(Stays.big), r"^stays\.rooms is int4range; stays\.big is int8range$"),
        (lambda: Stays.rooms.contains(Range(DAY, None)), r"^stays\.rooms holds a bound that is integer"),
        (lambda: Stays.days.contains(NOON), r"^what stays\.days contains is date \(date\), not datetime$"),
        (lambda: Stays.days.contains(Stays.at), r"^stays\.at is timestamptz; stays\.days is daterange"),
        (lambda: Stays.at.contained_by(Stays.days), r"^stays\.at is timestamptz; stays\.days is daterange"),
        (lambda: Stays.name.contained_by(Range("a", "b")), r"^stays\.name is text, of which PostgreSQL has no ranges$"),
        (lambda: Stays.room.contained_by(5), "^contained_by takes a range or a multirange, not int$"),
        (lambda: Stays.room.contained_by([Range(1, 2)]), "^contained_by takes a range or a multirange, not list$"),
        (lambda: Stays.rooms.contained_by(Stays.room), "^<@ takes a range or a multirange, not integer$"),
        (lambda: Stays.rooms.overlaps(3), "^&& takes a range or a multirange, not int$"),
        (lambda: Stays.room.overlaps(Range(1, 2)), r"^overlaps takes arrays and ranges; stays\.room is integer$"),
        (lambda: Stays.rooms.overlaps(Stays.days), r"^stays\.rooms is int4range; stays\.days is daterange$"),
        (lambda: Stays.rooms + Stays.free, r"^stays\.rooms is int4range; stays\.free is int4multirange$"),
        (lambda: Stays.rooms - 1, r"^stays\.rooms is int4range \(Range\), not int$"),
        (lambda: Stays.rooms / Range(1, 2), r"^/ takes numbers; stays\.rooms is int4range$"),
        (lambda: Stays.rooms * None, "is always NULL"),
        (lambda: fn.isempty(Stays.room), "^isempty takes ranges and multiranges, not integer$"),
        (lambda: fn.lower(Stays.room), "^lower takes text, not integer$"),
        (lambda: fn.range_agg(Stays.room), "^range_agg takes ranges and multiranges, not integer$"),
        (lambda: fn.range_merge(Stays.rooms), "^range_merge takes two ranges, or one multirange$"),
        (lambda: fn.range_merge(Stays.free, Stays.free), "^range_merge takes one multirange, or two ranges$"),
        (lambda: fn.multirange(Stays.free), "^multirange takes a range, not int4multirange$"),
        (lambda: fn.int4range(1, 2, "[["), r"^the bounds of int4range are one of \[\), \[\], \(\], \(\)$"),
        (lambda: fn.int4range(1, 2**40), "^an argument of int4range is integer, which has no number this big$"),
        (lambda: fn.max(Stays.free), "^PostgreSQL has no max of int4multirange"),
    ],
)
def test_what_can_mean_nothing_is_refused(build: Callable[[], Any], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        build()
