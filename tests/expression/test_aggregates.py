"""Aggregates give what the same SQL, written by hand, gives."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import attrs
import pytest
from databases import database_with
from none_in_rows import broken_promises

from ferra_sync import SERVER_DEFAULT, Database, FerraModel, Table, from_, insert_into
from ferra_sync import functions as fn
from ferra_sync import types as t


class Tone(enum.Enum):
    LOW = "low"
    HIGH = "high"


class Notes(Table):
    id = t.serial(primary_key=True)
    name = t.varchar(9)
    word = t.nullable(t.text())
    whole = t.integer()
    exact = t.numeric(8, 2)
    double = t.double_precision()
    short = t.real()
    good = t.nullable(t.boolean())
    span = t.interval()
    day = t.date()
    tone = t.enum(Tone)
    data = t.jsonb()


@attrs.frozen
class Note(FerraModel[Notes]):
    name: str
    word: str | None
    whole: int
    exact: Decimal
    double: float
    short: float
    good: bool | None
    span: dt.timedelta
    day: dt.date
    tone: Tone
    data: Any
    id: int = SERVER_DEFAULT


def _note(number: int) -> Note:
    return Note(
        "cabab"[number],
        None if number == 2 else "xyzxy"[number],
        number % 3,
        Decimal(number * 3) / 4,
        number / 3,
        number / 2,
        None if number == 1 else number != 3,
        dt.timedelta(hours=number * number),
        dt.date(2026, 1, 1 + number),
        list(Tone)[number % 2],
        {"n": number},
    )


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Notes) as db:
        db.execute(insert_into(Notes).values(*map(_note, range(5))))
        yield db


CASES: Final[dict[str, tuple[Any, str]]] = {
    "bool_and": (fn.bool_and(Notes.good), "bool_and(good)"),
    "bool_or": (fn.bool_or(Notes.whole > 1), "bool_or(whole > 1)"),
    "every": (fn.every(Notes.whole >= 0), "every(whole >= 0)"),
    "array_agg": (fn.array_agg(Notes.word, order_by=Notes.id), "array_agg(word ORDER BY id)"),
    "array_agg of a varchar": (fn.array_agg(Notes.name, order_by=Notes.id.desc()), "array_agg(name ORDER BY id DESC)"),
    "array_agg of distinct values": (fn.array_agg(Notes.whole, distinct=True), "array_agg(DISTINCT whole)"),
    "array_agg of distinct values, sorted": (
        fn.array_agg(Notes.word, distinct=True, order_by=Notes.word.desc(nulls="last")),
        "array_agg(DISTINCT word ORDER BY word DESC NULLS LAST)",
    ),
    "array_agg of what has values, in two orders with values": (
        fn.array_agg(Notes.whole * 2, order_by=(Notes.whole % 2, (Notes.id + 1).desc())),
        "array_agg(whole * 2 ORDER BY whole % 2, id + 1 DESC)",
    ),
    "array_agg of days": (fn.array_agg(Notes.day, order_by=Notes.day), "array_agg(day ORDER BY day)"),
    "array_agg of some": (
        fn.array_agg(Notes.whole, order_by=Notes.id).filter(Notes.whole > 0),
        "array_agg(whole ORDER BY id) FILTER (WHERE whole > 0)",
    ),
    "string_agg": (fn.string_agg(Notes.word, ", ", order_by=Notes.id), "string_agg(word, ', ' ORDER BY id)"),
    "string_agg of distinct values": (
        fn.string_agg(Notes.name, "", distinct=True, order_by=Notes.name.desc()),
        "string_agg(DISTINCT name, '' ORDER BY name DESC)",
    ),
    "jsonb_agg": (fn.jsonb_agg(Notes.data, order_by=Notes.id), "jsonb_agg(data ORDER BY id)"),
    "jsonb_agg of numbers": (fn.jsonb_agg(Notes.whole, distinct=True), "jsonb_agg(DISTINCT whole)"),
    "jsonb_object_agg": (fn.jsonb_object_agg(Notes.name, Notes.whole), "jsonb_object_agg(name, whole)"),
    "jsonb_object_agg in an order": (
        fn.jsonb_object_agg(Notes.name, Notes.id, order_by=Notes.id.desc()),
        "jsonb_object_agg(name, id ORDER BY id DESC)",
    ),
    "stddev": (fn.stddev(Notes.whole), "stddev(whole)"),
    "stddev of distinct values": (fn.stddev(Notes.whole, distinct=True), "stddev(DISTINCT whole)"),
    "stddev of floats": (fn.stddev(Notes.short), "stddev(short)"),
    "stddev_pop": (fn.stddev_pop(Notes.exact), "stddev_pop(exact)"),
    "variance": (fn.variance(Notes.exact), "variance(exact)"),
    "var_pop": (fn.var_pop(Notes.double), "var_pop(double)"),
    "percentile_cont": (
        fn.percentile_cont(0.3).within_group(Notes.exact),
        "percentile_cont(0.3) WITHIN GROUP (ORDER BY exact)",
    ),
    "percentile_cont of whole numbers": (
        fn.percentile_cont(1).within_group(Notes.whole),
        "percentile_cont(1) WITHIN GROUP (ORDER BY whole)",
    ),
    "percentile_cont of spans": (
        fn.percentile_cont(0.3).within_group(Notes.span),
        "percentile_cont(0.3) WITHIN GROUP (ORDER BY span)",
    ),
    "percentile_disc": (
        fn.percentile_disc(0.5).within_group(Notes.day).filter(Notes.whole > 0),
        "percentile_disc(0.5) WITHIN GROUP (ORDER BY day) FILTER (WHERE whole > 0)",
    ),
    "percentile_disc of texts": (
        fn.percentile_disc(0.5).within_group(Notes.name),
        "percentile_disc(0.5) WITHIN GROUP (ORDER BY name)",
    ),
    "mode": (fn.mode().within_group(Notes.whole), "mode() WITHIN GROUP (ORDER BY whole)"),
    "a filtered count": (fn.count().filter(Notes.good), "count(*) FILTER (WHERE good)"),
    "a filtered count of distinct values": (
        fn.count(Notes.word, distinct=True).filter(Notes.whole > 0).filter(Notes.id < 5),
        "count(DISTINCT word) FILTER (WHERE whole > 0 AND id < 5)",
    ),
    "arithmetic of filtered sums": (
        fn.sum(Notes.whole).filter(Notes.good) * 2 + fn.sum(Notes.whole),
        "sum(whole) FILTER (WHERE good) * 2 + sum(whole)",
    ),
}


@pytest.mark.parametrize("of", ["all rows", "no rows"])
@pytest.mark.parametrize(("item", "sql"), CASES.values(), ids=CASES)
def test_an_aggregate_is_what_sql_says(db: Database, item: Any, sql: str, of: str) -> None:
    query, rest = from_(Notes).select(item), ""
    if of == "no rows":
        query, rest = query.where(Notes.id < 0), " WHERE id < 0"
    found = db.fetch_all(query)
    with db.connection() as connection:
        expected = [value for (value,) in connection.execute(f"SELECT {sql} FROM notes{rest}".encode()).fetchall()]

    assert found == expected
    assert list(map(type, found)) == list(map(type, expected))
    assert broken_promises(query, found) == []


def test_enums_are_collected_and_found_as_members(db: Database) -> None:
    (found,) = db.fetch_all(
        from_(Notes).select(
            fn.array_agg(Notes.tone, order_by=Notes.id),
            fn.mode().within_group(Notes.tone),
            fn.percentile_disc(1).within_group(Notes.tone),
        )
    )
    assert found == ([Tone.LOW, Tone.HIGH, Tone.LOW, Tone.HIGH, Tone.LOW], Tone.LOW, Tone.HIGH)


def test_aggregates_of_groups_with_values_in_them(db: Database) -> None:
    odd = Notes.whole % 2
    words = fn.string_agg(Notes.name, "-", order_by=(Notes.whole % 2, Notes.id)).filter(Notes.whole % 2 >= 0)
    query = from_(Notes).group_by(odd).order_by(odd).having(fn.count().filter(Notes.whole % 2 >= 0) > 1)

    assert db.fetch_all(query.select(Notes.whole % 2, words)) == [(0, "c-b-a"), (1, "a-b")]


def test_sorted_values_of_groups(db: Database) -> None:
    query = from_(Notes).group_by(Notes.tone).order_by(Notes.tone)
    middle = fn.percentile_cont(0.5).within_group(Notes.whole + 1)
    found = db.fetch_all(query.select(middle, fn.mode().within_group(Notes.whole).filter(Notes.id > 1)))
    with db.connection() as connection:
        expected = connection.execute(
            "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY whole + 1),"
            " mode() WITHIN GROUP (ORDER BY whole) FILTER (WHERE id > 1) FROM notes GROUP BY tone ORDER BY tone"
        ).fetchall()

    assert found == expected


def test_having_alone_keeps_the_one_row_of_all_or_none(db: Database) -> None:
    query = from_(Notes).having(fn.count() > 4).select(fn.count(), fn.max(Notes.whole))

    assert db.fetch_all(query) == [(5, 2)]
    assert db.fetch_all(query.where(Notes.id > 1)) == []
    assert db.fetch_all(from_(Notes).having(fn.count() > 4).select(fn.literal(1))) == [1]
    assert db.fetch_page(query, 1, 10).items == [(5, 2)]
    assert db.fetch_all(from_(Notes).where(Notes.id < 0).having(fn.sum(Notes.whole) > 0).select(fn.count())) == []


def test_a_declared_aggregate_is_filtered_and_seen_over_windows(db: Database) -> None:
    bit_or = fn.aggregate("bit_or", t.integer(), returns=t.nullable(t.integer()))
    found = db.fetch_all(
        from_(Notes).order_by(Notes.id).select(bit_or(Notes.id).filter(Notes.id < 3).over(order_by=Notes.id))
    )

    assert found == [1, 3, 3, 3, 3]


def test_a_declared_aggregate_takes_distinct_values_and_an_order(db: Database) -> None:
    string_agg = fn.aggregate("string_agg", t.text(), t.text(), returns=t.nullable(t.text()))
    item = string_agg(Notes.name, "", order_by=(Notes.whole, Notes.id.desc()))
    found = db.fetch_all(from_(Notes).select(item, string_agg(Notes.name, "", distinct=True)))

    assert found == [("acbab", "abc")]


def test_in_json_an_aggregate_is_called_by_its_name_whatever_it_says_of_its_rows(db: Database) -> None:
    items = (
        fn.mode().within_group(Notes.whole),
        fn.array_agg(Notes.id, order_by=Notes.id),
        fn.count().filter(Notes.good),
    )

    assert db.fetch_json(from_(Notes).select(*items)) == [{"mode": 0, "array_agg": [1, 2, 3, 4, 5], "count": 3}]
