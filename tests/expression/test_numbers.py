"""Numbers as SQL has them: mixed, of any size, and never an error of the server's because a column cannot hold one."""

from __future__ import annotations

import datetime as dt
import math
import operator
import struct
from collections.abc import Callable, Iterator
from decimal import Decimal
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
    NotFound,
    PgRepository,
    QueryError,
    Table,
    foreign_key,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.types import Interval, Range

DAY = dt.date(2024, 2, 29)
NOON = dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)
PLAIN = NOON.replace(tzinfo=None)
HOUR = dt.timedelta(hours=1)


class Things(Table):
    id = t.serial(primary_key=True)
    small = t.nullable(t.smallint())
    whole = t.nullable(t.integer())
    big = t.nullable(t.bigint())
    short = t.nullable(t.real())
    double = t.nullable(t.double_precision())
    exact = t.nullable(t.numeric())


class Sums(Table):
    id = t.serial(primary_key=True)
    slots = t.integer()
    big = t.bigint()
    price = t.numeric(10, 2)
    rate = t.double_precision()
    short = t.real()
    day = t.date()
    moment = t.timestamptz()
    plain = t.timestamp()
    clock = t.time()
    span = t.interval()


class Pairs(Table):
    a = t.bigint(primary_key=True)
    b = t.integer(primary_key=True)


class Children(Table):
    id = t.serial(primary_key=True)
    a = t.nullable(t.integer())
    b = t.nullable(t.smallint())

    @classmethod
    def __constraints__(cls):
        return [foreign_key(cls.a, cls.b, references=lambda: (Pairs.a, Pairs.b))]


@attrs.define
class Thing(FerraModel[Things]):
    small: int | None = None
    whole: int | None = None
    big: int | None = None
    short: float | None = None
    double: float | None = None
    exact: Decimal | None = None
    id: int = SERVER_DEFAULT


@attrs.define
class Pair(FerraModel[Pairs]):
    a: int
    b: int


@attrs.define
class Sum(FerraModel[Sums]):
    slots: int = 7
    big: int = 2**40
    price: Decimal = Decimal("2.50")
    rate: float = 0.5
    short: float = 0.25
    day: dt.date = DAY
    moment: dt.datetime = NOON
    plain: dt.datetime = PLAIN
    clock: dt.time = dt.time(12)
    span: dt.timedelta = HOUR
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Things, Sums, Pairs, Children) as db:
        db.execute(insert_into(Sums).values(Sum()))
        yield db


# --- a number that the column cannot hold ----------------------------------------------------------------------------


def as_held(name: str, value: Any) -> Any:
    """Return a float as a column of four bytes holds it, where it can."""
    is_held = name == "short" and isinstance(value, float) and 2.0**-149 <= abs(value) <= (2 - 2.0**-23) * 2.0**127
    return struct.unpack("f", struct.pack("f", value))[0] if is_held else value


BITS = {"small": 15, "whole": 31, "big": 63}
WHOLE = st.integers(-(2**70), 2**70) | st.sampled_from(
    [s * 2**n + d for n in BITS.values() for d in (-1, 0, 1) for s in (-1, 1)]
)
FLOATS = st.floats(allow_nan=False) | st.sampled_from([1e300, -1e300, 1e-300, 3.5e38, 1e-45, math.inf, 16777217.0])
EXACT = st.integers(-(2**53), 2**53)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "small": WHOLE,
    "whole": WHOLE,
    "big": WHOLE,
    "short": FLOATS | EXACT,
    "double": FLOATS | EXACT,
    "exact": WHOLE | st.decimals(allow_nan=False, places=3, min_value=-(10**30), max_value=10**30),
}
HELD: dict[str, st.SearchStrategy[Any]] = {
    **{name: st.integers(-(2**bits), 2**bits - 1) for name, bits in BITS.items()},
    "short": st.floats(width=32, allow_nan=False),
    "double": st.floats(allow_nan=False),
    "exact": st.decimals(allow_nan=False, places=3, min_value=-(10**20), max_value=10**20),
}
OPERATORS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("name", VALUES)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_numbers_of_any_size_are_compared_as_in_python(db: Database, name: str, data: st.DataObject) -> None:
    column = getattr(Things, name)
    rows = data.draw(st.lists(HELD[name], min_size=1, max_size=5))
    values = [*data.draw(st.lists(VALUES[name], min_size=2, max_size=4)), rows[0]]
    with db.begin() as tx:
        tx.execute(insert_into(Things).values(*(Thing(**{name: row}) for row in rows), Thing()))

        def found(predicate: Any) -> list[Any]:
            return sorted(tx.fetch_all(select(column).where(predicate, column.is_not_null())))

        held = [as_held(name, value) for value in values]
        for value, known in zip(values, held, strict=True):
            for compare in OPERATORS:
                assert found(compare(column, value)) == sorted(row for row in rows if compare(row, known))
            assert found(column.is_distinct_from(value)) == sorted(row for row in rows if row != known)
            assert found(column.is_not_distinct_from(value)) == sorted(row for row in rows if row == known)
        low, high = held[:2]
        assert found(column.between(*values[:2])) == sorted(row for row in rows if low <= row <= high)
        assert found(column.is_in(values)) == sorted(row for row in rows if row in held)
        assert found(column.is_not_in(values)) == sorted(row for row in rows if row not in held)
        missing = tx.fetch_value(from_(Things).where(~column.is_in(values), column.is_null()).select(fn.count()))
        assert missing == 0
        filled = tx.fetch_all(from_(Things).order_by(Things.id).select(fn.coalesce(column, values[0])))
        assert filled[-1] == held[0]


def test_the_common_statement_is_of_the_column_s_own_type() -> None:
    assert select(Things.id).where(Things.whole == 5).sql()[0].endswith("$1::integer))")
    assert "$1::bigint" in select(Things.id).where(Things.whole == 2**31).sql()[0]
    assert "$1::numeric" in select(Things.id).where(Things.whole == 2**63).sql()[0]
    assert "$1::integer[]" in select(Things.id).where(Things.whole.is_in([1, -(2**31)])).sql()[0]
    assert "$1::bigint[]" in select(Things.id).where(Things.whole.is_in([1, 2**31])).sql()[0]
    assert "$1::real)" in select(Things.id).where(Things.short == 0.1).sql()[0]


def test_nan_and_infinity_are_found_where_there_are_such(db: Database) -> None:
    nan, inf = Decimal("NaN"), Decimal("Infinity")
    with db.begin() as tx:
        rows = [Thing(double=math.nan, exact=nan, short=math.nan), Thing(double=math.inf, exact=inf, short=math.inf)]
        tx.execute(insert_into(Things).values(*rows))
        for column, value in ((Things.double, math.nan), (Things.short, math.nan), (Things.exact, nan)):
            assert len(tx.fetch_all(select(Things.id).where(column == value))) == 1
            assert len(tx.fetch_all(select(Things.id).where(column.is_in([value])))) == 1
        for column, value in ((Things.double, math.inf), (Things.short, math.inf), (Things.exact, inf)):
            assert len(tx.fetch_all(select(Things.id).where(column >= value))) == 2


@pytest.mark.parametrize(
    "build",
    [
        lambda: Things.double < 10**400,
        lambda: Things.short.is_in([10**400]),
        lambda: Things.exact == Decimal("1E+200000"),
        lambda: Things.exact < Decimal("1E-20000"),
        lambda: Things.exact.is_in([10**140_000]),
        lambda: Things.big * 10**140_000,
    ],
)
def test_a_number_that_no_type_holds_is_refused_by_name(build: Callable[[], object]) -> None:
    with pytest.raises(QueryError, match=r"^things\.\w+.* has (no|not)"):
        build()


@pytest.mark.parametrize("key", [2**31, -(2**31) - 1, 2**40, 2**70])
def test_a_row_is_not_looked_for_under_a_key_that_its_column_cannot_hold(db: Database, key: int) -> None:
    things = PgRepository(Thing, db)
    for call in (things.find_by_id, things.delete, lambda key: things.update(key, Thing(id=key))):
        with pytest.raises(NotFound, match=f"things/{key} not found"):
            call(key)
    assert things.exists(key) is False
    assert db.fetch_optional(select(Thing).find(key)) is None
    pairs = PgRepository(Pair, db)
    assert pairs.exists((1, key)) is False
    with pytest.raises(NotFound, match=f"pairs/1,{key} not found"):
        pairs.find_by_id((1, key))


def test_children_are_looked_for_by_keys_that_their_columns_cannot_hold(db: Database) -> None:
    with db.begin() as tx:
        parents = [Pair(2**40, 2**20), Pair(1, 1)]
        tx.execute(insert_into(Pairs).values(*parents))
        children = from_(Children).select(Children.id)
        assert tx.fetch_all(children.belonging_to(parents)) == []
        assert tx.fetch_all(children.belonging_to(parents[0])) == []


@pytest.mark.parametrize("name", ["small", "whole", "big", "short"])
def test_what_a_column_cannot_hold_is_not_written(db: Database, name: str) -> None:
    column, value = getattr(Things, name), 1e300 if name == "short" else 2**70
    with db.begin() as tx:
        (id_,) = tx.fetch_all(insert_into(Things).values(Thing()).returning(Things.id))
        with pytest.raises(Db) as caught:
            tx.execute(update(Things).find(id_).set(column.to(value)))
    assert caught.value.kind is DbErrorKind.INVALID_DATA


# --- numbers, days and moments together ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (Sums.price > 1, True),
        (Sums.price * 2, Decimal("5.00")),
        (2 * Sums.price, Decimal("5.00")),
        (Sums.price * Sums.slots, Decimal("17.50")),
        (Sums.slots * Sums.price, Decimal("17.50")),
        (Sums.slots / Decimal(2), Decimal("3.5")),
        (Decimal(14) / Sums.slots, Decimal(2)),
        (Sums.slots * 0.5, 3.5),
        (0.5 * Sums.slots, 3.5),
        (1 - Sums.slots, -6),
        (Sums.slots + 2**40, 7 + 2**40),
        (10 % Sums.slots, 3),
        (Decimal(10) % Sums.slots, Decimal(3)),
        (Sums.slots * Sums.rate, 3.5),
        (Sums.short + Sums.slots, 7.25),
        (Sums.short + Sums.short, 0.5),
        (Sums.price + Sums.rate, 3.0),
        (Sums.rate > 0, True),
        (Sums.slots < Sums.price, False),
        (Sums.big / 3, 2**40 // 3),
        (fn.coalesce(Sums.slots, Sums.big), 7),
        (fn.coalesce(Sums.slots, Sums.price), Decimal(7)),
        (Sums.day + HOUR, PLAIN.replace(hour=1)),
        (HOUR + Sums.day, PLAIN.replace(hour=1)),
        (Sums.day - HOUR, PLAIN.replace(hour=23, day=28)),
        (Sums.day + 1, dt.date(2024, 3, 1)),
        (1 + Sums.day, dt.date(2024, 3, 1)),
        (Sums.day - 1, dt.date(2024, 2, 28)),
        (Sums.day - dt.date(2024, 2, 1), 28),
        (dt.date(2024, 3, 1) - Sums.day, 1),
        (Sums.day - Sums.day, 0),
        (Sums.day + Sums.clock, PLAIN),
        (Sums.plain - Sums.day, dt.timedelta(hours=12)),
        (Sums.moment - NOON, dt.timedelta(0)),
        (NOON - Sums.moment, dt.timedelta(0)),
        (Sums.moment - Sums.moment, dt.timedelta(0)),
        (PLAIN - Sums.plain, dt.timedelta(0)),
        (Sums.moment - HOUR, NOON - HOUR),
        (HOUR + Sums.moment, NOON + HOUR),
        (Sums.span + Sums.moment, NOON + HOUR),
        (Sums.plain + Interval(months=1), PLAIN.replace(month=3)),
        (Sums.span * 2, 2 * HOUR),
        (2 * Sums.span, 2 * HOUR),
        (Sums.slots * Sums.span, 7 * HOUR),
        (Sums.span * 0.5, HOUR / 2),
        (Sums.span * Decimal("0.5"), HOUR / 2),
        (Sums.span / 2, HOUR / 2),
        (Sums.slots * Sums.span / Sums.slots, HOUR),
        (-Sums.span, -HOUR),
        (2 * HOUR - Sums.span, HOUR),
        (Sums.span - HOUR, dt.timedelta(0)),
        (Sums.clock + HOUR, dt.time(13)),
        (Sums.clock - Sums.span, dt.time(11)),
        (Sums.clock - dt.time(10), 2 * HOUR),
        (dt.time(14) - Sums.clock, 2 * HOUR),
        (HOUR * Sums.slots, 7 * HOUR),
    ],
)
def test_an_expression_has_the_value_and_the_class_of_the_server_s(db: Database, expr: Any, expected: Any) -> None:
    value = db.fetch_one(from_(Sums).select(expr))
    assert type(value) is type(expected)
    assert value == expected


def test_aggregates_are_numbers_like_any_other(db: Database) -> None:
    with db.begin() as tx:
        tx.execute(insert_into(Sums).values(Sum(), Sum(slots=2, big=5)))
        assert tx.fetch_one(from_(Sums).select(fn.avg(Sums.slots) > 3, fn.sum(Sums.price) > 1)) == (True, True)
        assert tx.fetch_one(from_(Sums).select(fn.sum(Sums.slots, distinct=True))) == 9
        assert tx.fetch_one(from_(Sums).select(fn.avg(Sums.slots, distinct=True))) == Decimal("4.5")
        halves = fn.sum(Sums.big) / 2, fn.coalesce(fn.sum(Sums.big), fn.avg(Sums.big)), fn.sum(Sums.big) - 1
        total = 2 * 2**40 + 5
        assert tx.fetch_one(from_(Sums).select(*halves)) == (Decimal(total) / 2, Decimal(total), total - 1)
        assert type(tx.fetch_one(from_(Sums).select(fn.sum(Sums.big) - 1))) is int


def test_whole_numbers_are_assigned_to_every_column_of_numbers(db: Database) -> None:
    with db.begin() as tx:
        tx.execute(update(Sums).all_rows().set(Sums.price.to(6), Sums.rate.to(6), Sums.short.to(Sums.slots)))
        assert tx.fetch_one(select(Sum)) == Sum(price=Decimal("6.00"), rate=6.0, short=7.0, id=1)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Sums.slots == True,  # noqa: E712 - what is refused
        lambda: Sums.price == True,  # noqa: E712
        lambda: Sums.slots.is_in([True]),
        lambda: Sums.price.is_in([1, True]),
        lambda: Sums.slots + True,
        lambda: Sums.day + True,
        lambda: Sums.span * True,
        lambda: True * Sums.price,
        lambda: Sums.price.to(True),
        lambda: Sums.slots.between(0, True),
        lambda: fn.coalesce(Sums.price, True),
        lambda: Sums.price * 1.5,
        lambda: Sums.rate * Decimal(2),
        lambda: Sums.price == 1.5,
        lambda: Sums.slots == 1.0,
        lambda: Sums.day + 2**40,
        lambda: Sums.day + Sums.big,
        lambda: Sums.moment + 5,
        lambda: Sums.moment - PLAIN,
        lambda: PLAIN - Sums.moment,
        lambda: Sums.clock + Sums.clock,
        lambda: 5 - Sums.day,
        lambda: None - Sums.slots,
        lambda: Sums.slots - HOUR,
        lambda: HOUR / Sums.slots.cast(t.interval()),
    ],
)
def test_what_is_no_number_or_no_operator_is_refused(build: Callable[[], object]) -> None:
    with pytest.raises(QueryError):
        build()


# --- ranges ----------------------------------------------------------------------------------------------------------


class Spans(Table):
    id = t.serial(primary_key=True)
    numbers = t.int4range()
    many = t.array(t.int4range())
    days = t.daterange()
    moments = t.tstzrange()
    plains = t.tsrange()
    exacts = t.numrange()
    moment = t.timestamptz()
    stamps = t.array(t.timestamptz())
    clock = t.time()


class NoOffset(dt.tzinfo):
    def utcoffset(self, _moment: dt.datetime | None) -> None:
        return None


LOST = dt.datetime(2024, 1, 1, tzinfo=NoOffset())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (Spans.numbers, Range(True, 5)),
        (Spans.numbers, Range(1, 2**31)),
        (Spans.numbers, Range(1.5, 2)),
        (Spans.many, [Range(1, 2**31)]),
        (Spans.days, Range(NOON, None)),
        (Spans.moments, Range(None, PLAIN)),
        (Spans.moments, Range(LOST, None)),
        (Spans.plains, Range(NOON, None)),
        (Spans.exacts, Range(1.5, None)),
        (Spans.moment, LOST),
        (Spans.stamps, [NOON, LOST]),
        (Spans.stamps, [PLAIN]),
        (Spans.clock, dt.time(1, tzinfo=dt.UTC)),
        (Spans.clock, dt.time(1, tzinfo=NoOffset())),
    ],
)
def test_bounds_and_elements_are_checked_like_values(column: Any, value: Any) -> None:
    ways = [lambda: column == value, lambda: column.to(value), lambda: column.is_distinct_from(value)]
    ways += [] if isinstance(value, list) else [lambda: column.is_in([value]), lambda: column.between(value, value)]
    for way in ways:
        with pytest.raises(QueryError, match=r"^spans\."):
            way()


def test_a_zone_without_an_offset_is_none(db: Database) -> None:
    assert db.fetch_one(from_(Sums).select(fn.literal(LOST))) == LOST.replace(tzinfo=None)
