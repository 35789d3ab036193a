"""What SQLite computes is what PostgreSQL computes, its errors too: arithmetic, functions and aggregates."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from cells import NOTES, ROWS, Cell, Cells, Note, Notes, notes_of
from hypothesis import HealthCheck, given, settings

from ferra_sync import Database, PgRepository, SqliteDatabase, case, delete_from, from_, select
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.errors import Db, DbErrorKind, QueryError

Both = tuple[Database, SqliteDatabase]
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def filled(both: Both, rows: list[Cell], notes: list[Note]) -> None:
    """Put the same rows into both databases, in place of those that are there."""
    for db in both:
        db.execute(delete_from(Notes).all_rows())
        db.execute(delete_from(Cells).all_rows())
    PgRepository(Cell, both[0]).insert_many(rows)
    both[1].repository(Cell).insert_many(rows)
    PgRepository(Note, both[0]).insert_many(notes)
    both[1].repository(Note).insert_many(notes)


def answer(db: Any, query: Any) -> Any:
    """Return the rows, or the kind of the error."""
    try:
        return db.fetch_all(query)
    except Db as error:
        return error.kind


def in_one_order(found: Any) -> Any:
    """Return rows in an order of their own; what is no list as it is."""
    return sorted(found, key=_spelled) if isinstance(found, list) else found


def _spelled(row: Any) -> str:
    """Return a row as text: equal ones alike, whatever the sign of zero and the digits behind the point."""
    values = row if isinstance(row, tuple) else (row,)
    return repr(
        [
            +each.normalize() if isinstance(each, Decimal) else each + 0.0 if isinstance(each, float) else each
            for each in values
        ]
    )


OF_CELLS: tuple[Callable[[Any], Any], ...] = (
    lambda c: c.whole + 1,
    lambda c: c.whole - c.id,
    lambda c: c.whole * c.whole,
    lambda c: -c.whole,
    lambda c: c.whole / (c.id - 1),
    lambda c: c.whole / -3,
    lambda c: c.whole % (c.id - 1),
    lambda c: (c.whole & 12) | (c.id ^ 5),
    lambda c: ~c.whole,
    lambda c: c.price + c.price,
    lambda c: c.price - Decimal("0.005"),
    lambda c: c.price * c.whole,
    lambda c: c.price / c.whole,
    lambda c: c.price / (c.price - c.price),
    lambda c: c.price % (c.price - c.price),
    lambda c: fn.div(c.price, c.price * 0),
    lambda c: c.whole / Decimal("0.7"),
    lambda c: c.price / (c.price - Decimal("1.50")),
    lambda c: c.price % Decimal("0.7"),
    lambda c: -c.price,
    lambda c: c.real + 1.5,
    lambda c: c.real * c.real,
    lambda c: c.real / c.whole,
    lambda c: -c.real,
    lambda c: fn.abs(c.whole),
    lambda c: fn.abs(c.price),
    lambda c: fn.abs(c.real),
    lambda c: fn.round(c.price),
    lambda c: fn.round(c.price, 1),
    lambda c: fn.round(c.price / 7, 3),
    lambda c: fn.round(c.price, -1),
    lambda c: fn.trunc(c.price, 1),
    lambda c: fn.trunc(c.price * c.price, -2),
    lambda c: fn.ceil(c.price),
    lambda c: fn.floor(c.price),
    lambda c: fn.sign(c.price),
    lambda c: fn.mod(c.whole, 4),
    lambda c: fn.div(c.price, Decimal("0.3")),
    lambda c: fn.gcd(c.whole, 6),
    lambda c: fn.lcm(c.whole, 6),
    lambda c: fn.greatest(c.price, c.whole, Decimal("0.125")),
    lambda c: fn.least(c.whole, c.id),
    lambda c: fn.least(c.price),
    lambda c: fn.coalesce(c.price, c.whole),
    lambda c: fn.coalesce(c.name, "none"),
    lambda c: fn.nullif(c.whole, 1),
    lambda c: fn.nullif(c.price, Decimal("1.5")),
    lambda c: c.whole.cast(t.nullable(t.smallint())),
    lambda c: c.price.cast(t.nullable(t.integer())),
    lambda c: c.price.cast(t.nullable(t.numeric(4, 1))),
    lambda c: (c.price * c.price).cast(t.nullable(t.numeric(10, 2))),
    lambda c: c.whole.cast(t.nullable(t.numeric())),
    lambda c: c.whole.cast(t.nullable(t.text())),
    lambda c: c.price.cast(t.nullable(t.text())),
    lambda c: (c.price / 3).cast(t.nullable(t.text())),
    lambda c: c.is_on.cast(t.nullable(t.text())),
    lambda c: c.key.cast(t.nullable(t.text())),
    lambda c: c.whole.cast(t.nullable(t.double_precision())),
    lambda c: case((c.is_on, c.price), (c.whole > 0, c.whole), otherwise=Decimal("0.1")),
    lambda c: case((c.name > "a", c.name)),
    lambda c: fn.length(c.name),
    lambda c: c.name + "é" + c.name,
    lambda c: fn.left(c.name, 2) + fn.right(c.name, -1) + fn.left(c.name, -2) + fn.right(c.name, 1),
    lambda c: fn.substring(c.name, -1, 3) + fn.substring(c.name, 2),
    lambda c: fn.replace(c.name, "a", "é"),
    lambda c: fn.trim(c.name) + fn.trim(c.name, "a "),
    lambda c: fn.ltrim(c.name) + fn.rtrim(c.name, "é"),
    lambda c: fn.strpos(c.name, "é"),
    lambda c: fn.starts_with(c.name, "a"),
    lambda c: fn.split_part(c.name, "a", 2) + fn.split_part(c.name, "a", -1),
    lambda c: fn.lpad(c.name, 3, "xy") + fn.rpad(c.name, 5),
    lambda c: fn.repeat(c.name, 2) + fn.reverse(c.name),
    lambda c: fn.concat(c.name, "x", c.name),
    lambda c: fn.concat_ws("-", c.name, "x", c.name),
    lambda c: fn.extract("year", c.local) + fn.extract("week", c.day) + fn.extract("isodow", c.day),
    lambda c: fn.extract("second", c.local) + fn.extract("milliseconds", c.clock) + fn.extract("dow", c.local),
    lambda c: fn.extract("epoch", c.local) + fn.extract("epoch", c.day) + fn.extract("century", c.local),
    lambda c: fn.date_trunc("month", c.local),
    lambda c: fn.date_trunc("week", c.local),
    lambda c: fn.date_trunc("decade", c.local),
    lambda c: fn.date_trunc("quarter", c.at, "UTC"),
    lambda c: fn.date_trunc("millennium", c.day),
    lambda c: case((c.price / 3 > 1, c.name), otherwise="z") == c.name,
    lambda c: fn.nullif(c.name, case((c.price / 3 < 1, c.name), otherwise="z")),
    lambda c: fn.greatest(c.name, case((c.price / 3 < 1, c.name), otherwise="z")).between("a", c.name),
    lambda c: c.price > c.whole,
    lambda c: c.price * 2 == c.price + c.price,
    lambda c: (c.price / 3).is_in([Decimal("0.5"), Decimal(1)]),
    lambda c: (c.price / 3).between(Decimal("-0.1"), c.whole),
    lambda c: c.whole.is_in([2**70, 1, -1]),
    lambda c: c.real.is_in([0.1, -2.5, float("inf")]) | c.raw.is_in([b"\0", b""]),
    lambda c: c.price.is_not_in([Decimal("0.005"), Decimal(1)]),
    lambda c: c.local > c.day,
    lambda c: c.real > c.whole,
)


@given(ROWS)
@FEW
def test_expressions_have_the_values_that_postgresql_gives(both: Both, rows: list[Cell]) -> None:
    filled(both, rows, [])
    for make in OF_CELLS:
        for row in rows[:3]:
            query = from_(Cells).where(Cells.id == row.id).select(make(Cells))
            assert answer(both[0], query) == answer(both[1], query), query.sql()


OF_NOTES: tuple[Callable[[], Any], ...] = (
    lambda: fn.sum(Notes.stars),
    lambda: fn.sum(Notes.weight),
    lambda: fn.sum(Notes.stars, distinct=True),
    lambda: fn.sum(Notes.weight * Notes.stars),
    lambda: fn.avg(Notes.stars),
    lambda: fn.avg(Notes.weight),
    lambda: fn.avg(Notes.weight * 3),
    lambda: fn.avg(Notes.weight, distinct=True),
    lambda: fn.round(fn.avg(Notes.weight), 2),
    lambda: fn.sum(Notes.weight) / fn.count(),
    lambda: fn.count(Notes.stars, distinct=True),
    lambda: fn.count(Notes.weight * 2, distinct=True),
    lambda: fn.min(Notes.weight / 3),
    lambda: fn.max(Notes.views),
    lambda: fn.max(-Notes.share),
    lambda: fn.count().filter(Notes.share.cast(t.nullable(t.double_precision())) * 2.0 > Notes.share),
    lambda: fn.bool_and(Notes.stars > 0),
    lambda: fn.bool_or(Notes.weight > 0),
    lambda: fn.every(Notes.weight > 0),
    lambda: fn.count().filter(Notes.stars > 0),
    lambda: fn.avg(Notes.weight).filter(Notes.stars > 0),
    lambda: fn.max(Notes.weight).filter(Notes.stars > 0),
    lambda: fn.coalesce(fn.sum(Notes.weight), 0),
)


@given(ROWS, NOTES)
@FEW
def test_groups_have_the_values_that_postgresql_gives(
    both: Both, rows: list[Cell], drawn: list[dict[str, Any]]
) -> None:
    filled(both, rows, notes_of(rows, drawn))
    by_cell = from_(Notes).group_by(Notes.cell_id).order_by(Notes.cell_id)
    computed = from_(Notes).group_by(Notes.stars % 3).having(fn.count() > 1).order_by(Notes.stars % 3)
    for make in OF_NOTES:
        for query in (
            from_(Notes).select(make()),
            by_cell.select(Notes.cell_id, make()),
            by_cell.order_by(make()).select(Notes.cell_id),
            computed.select(Notes.stars % 3, make()),
            from_(Notes)
            .group_by(Notes.weight * 2)
            .select(fn.count(), make())
            .union(from_(Notes).select(fn.count(), make()))
            .order_by(fn.count()),
        ):
            one, other = (in_one_order(answer(db, query)) for db in both)
            assert one == other, query.sql()


def test_sums_beyond_64_bits_are_an_error(both: Both) -> None:
    sqlite = both[1]
    filled(both, [], [Note(number, None, 1, 2**63 - 1, None) for number in range(2)])
    for item in (fn.sum(Notes.views), fn.avg(Notes.views)):
        with pytest.raises(Db, match="out of range") as caught:
            sqlite.fetch_all(from_(Notes).select(item))
        assert caught.value.kind is DbErrorKind.INVALID_DATA


@pytest.fixture
def sqlite(both: Both) -> SqliteDatabase:
    return both[1]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (lambda: fn.lower(Cells.name), "no lower"),
        (lambda: fn.sum(Cells.real), "sum of float"),
        (lambda: fn.avg(Cells.real), "sum of float"),
        (lambda: fn.stddev(Cells.whole), r"no stddev"),
        (lambda: fn.string_agg(Cells.name, ","), r"no string_agg"),
        (lambda: fn.round(Cells.real), "round of float"),
        (lambda: Cells.price + Cells.real, "number beside float"),
        (lambda: Cells.at - Cells.at, "timestamptz"),
        (lambda: fn.extract("year", Cells.at), "time zone"),
        (lambda: fn.date_trunc("day", Cells.at), "without a zone"),
        (lambda: fn.date_trunc("day", Cells.at, "Europe/Rome"), "zone but UTC"),
        (lambda: fn.extract("julian", Cells.day), "extract julian"),
        (lambda: Cells.day.cast(t.text()), "text of date"),
        (fn.current_date, "current_date"),
        (lambda: Cells.name.collate("POSIX"), "COLLATE"),
        (lambda: fn.sum(Cells.price * 2).over(order_by=Cells.id), "computed numerics over a window"),
        (lambda: fn.gcd(Cells.price, 2), "gcd of numerics"),
        (lambda: fn.md5(Cells.name), "md5"),
    ],
)
def test_what_is_not_exact_is_refused_by_name(sqlite: SqliteDatabase, item: Callable[[], Any], words: str) -> None:
    with pytest.raises(QueryError, match=words):
        sqlite.fetch_all(from_(Cells).select(item()))


def test_values_stand_alone_in_a_select(both: Both) -> None:
    query = select(fn.literal(Decimal("1.50")) / 7, fn.literal(3) / 2, fn.literal("a") + "b")
    assert both[0].fetch_all(query) == both[1].fetch_all(query)
