"""Rows of several values are compared as the server compares them: the first items first, NULL as unknown."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import attrs
import psycopg
import pytest
from databases import database_with
from none_in_rows import broken_promises

from ferra_sync import (
    Database,
    FerraModel,
    QueryError,
    Table,
    check,
    exists,
    from_,
    grouping_sets,
    index,
    insert_into,
    row,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Visits(Table):
    id = t.integer(primary_key=True)
    day = t.date()
    at = t.timestamptz()
    place = t.citext()
    note = t.nullable(t.text())
    price = t.numeric(8, 2)
    code = t.char(3)
    data = t.json()

    @classmethod
    def __constraints__(cls) -> list[Any]:
        rising = row(cls.id, cls.price) < row(cls.id + 1, fn.literal(Decimal(0)))
        return [check(rising), index(row(cls.day, cls.id) > row(cls.day, 3))]


class Earlier(Visits, alias="earlier"):
    pass


@attrs.frozen
class Visit(FerraModel[Visits]):
    id: int
    day: dt.date
    at: dt.datetime
    place: str
    note: str | None
    price: Decimal
    code: str
    data: object


DAYS = [dt.date(2026, 1, 1) + dt.timedelta(days=number // 2) for number in range(5)]
MOMENTS = [dt.datetime(2026, 1, 1 + number // 2, tzinfo=dt.UTC) for number in range(5)]
VISITS = [
    Visit(number, day, moment, place, note, Decimal(number) / 2, f"c{number}", {})
    for number, day, moment, place, note in zip(
        range(1, 6), DAYS, MOMENTS, ["Rome", "rome", "Oslo", "Bern", "bern"], ["a", None, "b", "a", None], strict=True
    )
]
VISITS_: Any = from_(Visits).order_by(Visits.id)


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Visits) as db:
        db.execute(insert_into(Visits).values(*VISITS))
        yield db


def ids(db: Database, predicate: Any) -> list[int]:
    return db.fetch_all(VISITS_.where(predicate).select(Visits.id))


COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


@pytest.mark.parametrize(("op", "compare"), COMPARISONS.items(), ids=COMPARISONS)
def test_a_comparison_is_the_servers_own(db: Database, op: str, compare: Callable[[Any, Any], Any]) -> None:
    here: Any = row(Visits.day, Visits.note, Visits.id)
    day, note = dt.date(2026, 1, 2), "b"
    mixed, computed = row(Visits.day, note, Visits.id), row(day, fn.literal(note), Visits.id - 1)
    ways = [
        (compare(here, row(day, note, 3)), f"(day, note, id) {op} ($1::date, $2::text, $3::int)"),
        (compare(row(day, note, 3), here), f"($1::date, $2::text, $3::int) {op} (day, note, id)"),
        (compare(mixed, row(day, Visits.note, 3)), f"(day, $2::text, id) {op} ($1::date, note, $3::int)"),
        (compare(here, computed), f"(day, note, id) {op} ($1::date, $2::text, id - 1 + 0 * $3::int)"),
    ]
    for predicate, sql in ways:
        query = VISITS_.select(predicate)
        found = db.fetch_all(query)
        assert broken_promises(query, found) == []
        with db.connection() as connection:
            cursor = psycopg.RawCursor(connection)
            theirs = cursor.execute(f"SELECT {sql} FROM visits ORDER BY id".encode(), (day, note, 3)).fetchall()
        assert found == [value for (value,) in theirs], sql


def test_rows_that_may_hold_null_are_told_apart(db: Database) -> None:
    here = row(Visits.note, Visits.day)
    assert ids(db, here.is_not_distinct_from(row(None, DAYS[0]))) == [2]
    assert ids(db, here.is_distinct_from(row(None, DAYS[0]))) == [1, 3, 4, 5]
    assert ids(db, row(None, DAYS[0]).is_not_distinct_from(here)) == [2]
    assert db.fetch_all(VISITS_.select(here == row("a", DAYS[0]))) == [True, None, False, False, False]


def test_a_page_goes_on_behind_the_last_row_of_the_one_before(db: Database) -> None:
    order, last, seen = (Visits.at, Visits.id), VISITS[0], [1]
    while True:
        query = from_(Visits).where(row(*order) > row(last.at, last.id)).order_by(*order).limit(2).select(Visit)
        found = db.fetch_all(query)
        if not found:
            break
        last, seen = found[-1], [*seen, *(each.id for each in found)]
    assert seen == [1, 2, 3, 4, 5]


def test_each_place_compares_as_its_column_does_alone(db: Database) -> None:
    assert ids(db, row(Visits.place, Visits.price) == row("ROME", 1)) == [2]
    assert ids(db, row(Visits.place, Visits.price).is_in([("ROME", 1), ("BERN", Decimal("2.50"))])) == [2, 5]
    assert ids(db, row(Visits.code, Visits.id) == row("c1", 1)) == [1]
    assert ids(db, row(Visits.id, Visits.id) < row(10**12, 1)) == [1, 2, 3, 4, 5]
    assert ids(db, row(Visits.id, Visits.price) >= row(Visits.id, Decimal(2))) == [4, 5]
    pairs = from_(Visits).inner_join(Earlier, on=row(Earlier.day, Earlier.id) < row(Visits.day, Visits.id))
    assert db.fetch_all(pairs.select(fn.count())) == [10]
    numbers = [Visits.id] * 16
    assert ids(db, row(*numbers) == row(*[2] * 16)) == [2]


def test_a_row_is_one_of_several_in_one_shape(db: Database) -> None:
    here = row(Visits.day, Visits.id)
    assert ids(db, here.is_in([(DAYS[0], 1), (DAYS[2], 3), (DAYS[0], 5)])) == [1, 3]
    assert ids(db, here.is_in({(DAYS[0], 2)})) == [2]
    assert ids(db, here.is_in([])) == []
    assert ids(db, ~here.is_in([(DAYS[0], 1)])) == [2, 3, 4, 5]
    texts = {VISITS_.where(here.is_in([(DAYS[0], 1)] * many)).select(Visit).sql().text for many in range(4)}
    assert len(texts) == 1
    assert ids(db, row(Visits.id + 1, Visits.day).is_in([(2, DAYS[0])])) == [1]
    given = [(DAYS[0], 1)]
    predicate = here.is_in(given)
    given.append((DAYS[0], 2))
    assert ids(db, predicate) == [1]


def test_a_row_is_one_of_a_querys(db: Database) -> None:
    first = from_(Earlier).group_by(Earlier.day).select(Earlier.day, fn.min(Earlier.id))
    assert ids(db, row(Visits.day, Visits.id).is_in(first)) == [1, 3, 5]
    query = VISITS_.select(row(Visits.id, Visits.note).is_in(from_(Earlier).select(Earlier.id, Earlier.note)))
    assert db.fetch_all(query) == [True, None, True, True, None]
    own: Any = from_(Earlier).correlate(Visits).where(Earlier.day == Visits.day, Earlier.id > 1)
    assert ids(db, row(Visits.id + 1, Visits.day).is_in(own.select(Earlier.id, Visits.day))) == [1, 3]
    dearer = from_(Earlier).select(Earlier.id, Earlier.price + 1)
    assert ids(db, row(Visits.id + 0, Visits.price + 1).is_in(dearer)) == [1, 2, 3, 4, 5]


def test_rows_are_compared_in_every_clause(db: Database) -> None:
    grouped = from_(Visits).group_by(Visits.day).having(row(fn.count(), fn.max(Visits.id)) >= row(2, 4))
    assert db.fetch_all(grouped.select(Visits.day)) == [DAYS[2]]
    later = row(Visits.day, Visits.id) > row(DAYS[1], 2)
    assert db.fetch_all(VISITS_.order_by(later.desc()).limit(1).select(fn.count().filter(later).over())) == [3]
    halves = from_(Visits).group_by(later).order_by(later)
    assert db.fetch_all(halves.select(later, fn.count())) == [(False, 2), (True, 3)]
    assert db.fetch_one(select(exists(from_(Visits).where(later)))) is True
    sets = from_(Visits).group_by(grouping_sets(row(Visits.day, Visits.place), Visits.day)).select(fn.count())
    assert sorted(db.fetch_all(sets)) == [1, 1, 1, 1, 2, 2, 2]


ROW: Any = row(Visits.id, Visits.day)

# ruff: noqa: SIM300 - these rows stand on both sides

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "one item": (lambda: row(Visits.id), "a row has 2 to 16 items, not 1"),
    "many items": (lambda: row(*[1] * 17), "a row has 2 to 16 items, not 17"),
    "a longer row": (lambda: row(1, DAYS[0], 2) == ROW, "a row of 3 = takes another of as many, not of 2"),
    "a tuple": (lambda: ROW < (1, DAYS[0]), r"a row < takes another, row\(…\), not a tuple"),
    "values of other types": (lambda: ROW < row(DAYS[0], 1), r"visits\.id is integer \(int\), not date"),
    "columns of other types": (lambda: row(Visits.day, Visits.id) >= ROW, "is date; visits.id is integer"),
    "None": (lambda: ROW == row(1, None), r"visits\.day = None is never true; use \.is_null\(\)"),
    "None on the left": (lambda: row(None, DAYS[0]) <= ROW, r"visits\.id <= None is never true"),
    "values alone": (lambda: row(1, 2) == row(1, 2), "needs a column or an expression in each place"),
    "a value beside a value": (lambda: row(Visits.id, 2) != row(1, 2), "needs a column or an expression in each place"),
    "a type without an order": (lambda: row(Visits.id, Visits.data) > row(1, {}), "is json, which > cannot"),
    "a distinct type without one": (
        lambda: row(Visits.id, Visits.data).is_distinct_from(row(1, {})), "is json, which is distinct from cannot"),
    "a truth for a number": (lambda: ROW == row(True, DAYS[0]), r"visits\.id is integer \(int\), not bool"),
    "values in a list": (lambda: ROW.is_in([1]), "takes tuples of as many values, not an int"),
    "longer tuples in a list": (lambda: ROW.is_in([(1, DAYS[0], 2)]), "is_in of a row of 2 takes .*not one of 3"),
    "other types in a list": (lambda: ROW.is_in([(1, 2)]), r"visits\.day: the list holds an element that is date"),
    "None in a list": (lambda: ROW.is_in([(1, None)]), "None is never in a list"),
    "arrays in a list": (
        lambda: row(Visits.id, fn.string_to_array(Visits.note, ",")).is_in([(1, ["a"])]),
        "the expression is an array; is_in of a row compares single values"),
    "a type without = in a list": (
        lambda: row(Visits.id, Visits.data).is_in([(1, {})]), "is json, which is_in of a row cannot take: declare"),
    "a text for a list": (lambda: ROW.is_in("ab"), "is_in of a row takes tuples or a query, not a str"),
    "a row of values in a list": (lambda: row(1, 2).is_in([(1, 2)]), "takes a row of columns and expressions.*an int"),
    "a query of one column": (
        lambda: ROW.is_in(from_(Earlier).select(Earlier.id)), "takes a query of as many columns; this one has 1"),
    "a model": (lambda: ROW.is_in(select(Visit)), "takes a query of as many columns"),
    "a query of other types": (
        lambda: ROW.is_in(from_(Earlier).select(Earlier.id, Earlier.id)), "is date; the expression is integer"),
    "a row in where": (lambda: from_(Visits).where(ROW), "where takes predicates, not a Row"),
    "a row in a select list": (lambda: from_(Visits).select(ROW), "a Row cannot be selected"),
    "a row in an order": (lambda: from_(Visits).order_by(ROW), "order_by takes columns and expressions, not a Row"),
    "a row to group by": (lambda: from_(Visits).group_by(ROW), "group_by takes columns and expressions, not a Row"),
}  # fmt: skip


@pytest.mark.parametrize(("build", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_comparison_of_rows_is_refused(build: Callable[[], Any], problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        build()


def test_a_row_has_no_truth_value_and_no_hash_and_shows_no_value() -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(row(Visits.id, 77))
    with pytest.raises(TypeError, match="unhashable"):
        hash(row(Visits.id, 77))
    assert repr(row(Visits.id, 77)) == "<Row of 2>"


def test_params_of_rows_come_left_row_first() -> None:
    queries = itertools.permutations([(Visits.id + 1, 2), (3, Visits.id + 4), (Visits.id, Visits.id * 5)])
    for pairs in queries:
        lefts, rights = zip(*pairs, strict=True)
        _, params = from_(Visits).where(row(*lefts) == row(*rights)).select(Visits.id).sql()
        flat = [*lefts, *rights]
        assert list(params) == [
            value for each in flat for value in (each.params if hasattr(each, "params") else (each,))
        ]
