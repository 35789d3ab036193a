"""UNION, INTERSECT and EXCEPT: the rows of several queries as one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import attrs
import pytest
from databases import database_with
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferra_sync import (
    Compound,
    Database,
    Db,
    FerraModel,
    NotFound,
    QueryError,
    Table,
    from_,
    insert_into,
    maybe,
    of,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._compiler.compiler import compiled


class Suns(Table):
    id = t.integer(primary_key=True)
    name = t.nullable(t.text())
    seen = t.timestamptz()
    mass = t.numeric(8, 2)
    secret = t.text(secret=True, default="")


class Twins(Suns, alias="twins"):
    pass


class Moons(Table):
    id = t.integer(primary_key=True)
    sun_id = t.nullable(t.integer(references=Suns.id))
    name = t.text()


class Lefts(Table):
    number = t.nullable(t.integer())
    word = t.nullable(t.text())


class Rights(Table):
    number = t.nullable(t.integer())
    word = t.nullable(t.text())


@attrs.frozen
class Sun(FerraModel[Suns]):
    id: int
    name: str | None
    seen: dt.datetime
    mass: Decimal


@attrs.frozen
class Moon(FerraModel[Moons]):
    id: int
    sun_id: int | None
    name: str


@attrs.frozen
class Left(FerraModel[Lefts]):
    number: int | None
    word: str | None


@attrs.frozen
class Right(FerraModel[Rights]):
    number: int | None
    word: str | None


NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
SUNS = [Sun(number, name, NOON, Decimal("1.50")) for number, name in ((1, "sol"), (2, None), (3, "vega"))]
MOONS = [Moon(1, 1, "luna"), Moon(3, 1, "io"), Moon(4, None, "sol")]


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Suns, Moons, Lefts, Rights) as db:
        db.execute(insert_into(Suns).values(*SUNS))
        db.execute(insert_into(Moons).values(*MOONS))
        yield db


suns, moons = select(Suns.id), select(Moons.id)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (suns.union(moons), [1, 2, 3, 4]),
        (suns.union_all(moons), [1, 1, 2, 3, 3, 4]),
        (suns.intersect(moons), [1, 3]),
        (suns.union_all(suns).intersect_all(moons.union_all(moons)), [1, 1, 3, 3]),
        (suns.except_(moons), [2]),
        (suns.union_all(suns).except_all(moons), [1, 2, 2, 3]),
        (suns.except_(moons.intersect(suns)), [2]),
        (suns.union_all(moons).union_all(suns), [1, 1, 1, 2, 2, 3, 3, 3, 4]),
        (suns.union(moons).except_(suns).union_all(moons), [1, 3, 4, 4]),
    ],
)
def test_rows_are_combined_as_sql_combines_them(db: Database, query: Any, rows: list[int]) -> None:
    assert sorted(db.fetch_all(query)) == rows
    assert db.fetch_all(query.order_by(Suns.id)) == rows
    assert db.fetch_all(query.order_by(Suns.id.desc()).limit(2).offset(1)) == rows[::-1][1:3]
    assert sorted(db.stream(query)) == rows
    page = db.fetch_page(query, 1, 3)
    assert (page.items, page.total) == (rows[:3], len(rows))
    assert db.fetch_page(query, 2, 3).items == rows[3:6]
    assert db.fetch_page(query, 1, 1, count="estimate").items == rows[:1]


def test_an_operator_that_repeats_stays_flat_and_another_is_nested() -> None:
    text = suns.union(moons).union(suns).except_(moons).sql().text
    one, other = 'SELECT "suns"."id" FROM "suns"', 'SELECT "moons"."id" FROM "moons"'
    assert text == f"(({one}) UNION ({other}) UNION ({one})) EXCEPT ({other})"


def test_a_limit_and_an_order_of_a_part_stay_its_own(db: Database) -> None:
    last = suns.order_by(Suns.id.desc()).limit(1)
    query = last.union_all(moons.order_by(Moons.id).limit(2)).limit(2)
    assert sorted(db.fetch_all(last.union_all(moons.order_by(Moons.id).limit(1)))) == [1, 3]
    assert db.fetch_all(query.order_by(Suns.id).union_all(suns).order_by(Suns.id.desc())) == [3, 3, 2, 1, 1]
    assert len(db.fetch_all(query)) == 2


def test_values_come_in_the_order_of_the_queries_and_the_limits_last(db: Database) -> None:
    one = from_(Suns).where(Suns.id > 1).limit(10).select(Suns.id + 5)
    other = from_(Moons).where(Moons.id < 4).select(Moons.id * 2)
    query = one.union(other).order_by((Suns.id + 5).desc()).limit(3).offset(1)
    assert query.sql().params == (5, 1, 10, 2, 4, 3, 1)
    assert db.fetch_all(query) == [7, 6, 2]


def test_an_expression_to_sort_by_is_the_one_with_the_same_values(db: Database) -> None:
    query = from_(Suns).select(Suns.id + 5, Suns.id + 6).union(from_(Suns).select(Suns.id, Suns.id))
    assert query.order_by(Suns.id + 6).sql().text.endswith(" ORDER BY 2 ASC")
    with pytest.raises(QueryError, match="takes what its first query selects, and the expression is not among it"):
        query.order_by(Suns.id + 7)


def test_models_are_combined_whole_and_sorted_by_their_fields(db: Database) -> None:
    query = select(Sun).where(Suns.id < 3).union(select(of(Twins, Sun)).where(Twins.id > 1))
    assert db.fetch_all(query.order_by(Suns.name.desc(nulls="last"))) == [SUNS[2], SUNS[0], SUNS[1]]
    assert db.fetch_page(query, 1, 2).items == SUNS[:2]
    assert db.fetch_json(query.order_by(Suns.id))[1]["name"] is None


def test_a_model_that_may_be_missing_is_none_in_either(db: Database) -> None:
    begun = from_(Suns).left_join(Moons).order_by(Suns.id)
    query = begun.where(Suns.id == 1).select(Suns.id, maybe(Moon)).union(begun.select(Suns.id, maybe(Moon)))
    assert db.fetch_all(query.order_by(Suns.id, Moons.id)) == [(1, MOONS[0]), (1, MOONS[1]), (2, None), (3, None)]


def test_the_first_row_and_one_value(db: Database) -> None:
    query = suns.union(moons).order_by(Suns.id.desc())
    assert (db.fetch_one(query), db.fetch_optional(query), db.fetch_value(query)) == (4, 4, 4)
    assert db.fetch_value(query.limit(5).offset(3)) == 1
    assert query.first().sql().text.endswith(" LIMIT $1::bigint")
    nothing = suns.intersect(moons).offset(9)
    assert db.fetch_optional(nothing) is None
    with pytest.raises(NotFound, match="suns not found"):
        db.fetch_one(nothing)


def test_a_query_does_not_change(db: Database) -> None:
    query = suns.union(moons)
    assert isinstance(query, Compound)
    query.order_by(Suns.id).limit(1).union(moons)
    assert sorted(db.fetch_all(query)) == [1, 2, 3, 4]
    assert query.items == suns.items


# NULL


def cells(query: Any) -> list[bool]:
    """Return whether each column of a row may be None, as its reader has it."""
    return [cell.nullable for cell in compiled(query.parts()[0]).selected.entries]


def test_a_column_may_be_null_where_it_may_in_the_rows_that_are_left() -> None:
    may, never = from_(Suns).select(Suns.name, Suns.id), from_(Moons).select(Moons.name, Moons.sun_id)
    assert cells(may.union(never)) == cells(may.union_all(never)) == [True, True]
    assert cells(may.intersect(never)) == cells(may.intersect_all(never)) == [False, False]
    assert cells(may.except_(never)) == cells(may.except_all(never)) == [True, False]
    assert cells(never.union(may.intersect(never))) == [False, True]


def test_a_value_that_is_converted_may_be_null_in_the_second_query_alone(db: Database) -> None:
    never, always = select(Suns.seen - Suns.seen), from_(Suns).select(fn.literal(None, t.interval()))
    assert sorted(db.fetch_all(never.union(always)), key=str) == [dt.timedelta(0), None]
    assert sorted(db.fetch_all(always.union(never)), key=str) == [dt.timedelta(0), None]


# Types


def test_types_that_are_one_to_python_become_postgresqls_own(db: Database) -> None:
    whole = select(Suns.id).union_all(from_(Moons).select(fn.count()))
    assert sorted(db.fetch_all(whole)) == [1, 2, 3, 3]
    mass = select(Suns.mass).union(select(Suns.mass.cast(t.numeric())))
    assert db.fetch_all(mass) == [Decimal("1.50")]


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        (lambda: from_(Suns).select(Suns.name), r"suns.id is integer; suns.name is text: say .cast\(…\)"),
        (lambda: from_(Suns).select(Suns.mass), r"suns.id is integer; suns.mass is numeric\(8,2\): say"),
        (lambda: from_(Suns).select(Suns.id > 1), r"suns.id is integer; the expression is boolean: say"),
        (lambda: from_(Suns).select(Suns.id, Suns.id), "of as many items each; these have 1 and 2"),
        (lambda: select(Moon), "of the same items, not a column beside Moon"),
        (lambda: select(Moons.name).union(moons), "moons.name is text; moons.id is integer: say"),
    ],
)
def test_rows_of_other_types_are_refused_by_name(other: Callable[[], Any], problem: str) -> None:
    query: Any = suns
    with pytest.raises(QueryError, match=problem):
        query.except_(other()).sql()


def test_a_column_of_a_set_operation_is_named_by_its_place() -> None:
    query: Any = suns.union(select(Moons.id.cast(t.bigint())))
    with pytest.raises(
        QueryError, match=r"EXCEPT takes rows of the same types: column 1 is bigint; moons\.name is text"
    ):
        query.except_(select(Moons.name)).sql()


def test_models_of_two_classes_and_one_that_may_be_missing_are_not_the_same() -> None:
    mixed: Any = select(Moon)
    with pytest.raises(QueryError, match="UNION takes rows of the same items, not Moon beside Sun"):
        mixed.union(select(Sun)).sql()
    perhaps: Any = from_(Suns).left_join(Moons).select(maybe(Moon))
    with pytest.raises(QueryError, match=r"EXCEPT takes rows of the same items, not Moon beside maybe\(Moon\)"):
        mixed.except_(perhaps).sql()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (t.timestamptz(), t.timestamp()),
        (t.date(), t.timestamp()),
        (t.interval(), t.calendar_interval()),
        (t.citext(), t.char(3)),
        (t.json(), t.jsonb()),
        (t.array(t.integer()), t.array(t.bigint())),
        (t.inet(), t.cidr()),
        (t.int4range(), t.int8range()),
    ],
)
def test_types_that_python_reads_otherwise_want_a_cast(one: Any, other: Any) -> None:
    first: Any = select(Suns.name.cast(one))
    with pytest.raises(QueryError, match="takes rows of the same types"):
        first.union_all(select(Suns.name.cast(other))).sql()


def test_what_cannot_be_compared_is_combined_by_union_all_alone(db: Database) -> None:
    documents = select(Suns.id.cast(t.text()).cast(t.json()))
    assert sorted(db.fetch_all(documents.union_all(documents))) == [1, 1, 2, 2, 3, 3]
    with pytest.raises(QueryError, match="the expression is json, which UNION cannot compare: declare jsonb"):
        documents.union(documents).sql()
    with pytest.raises(QueryError, match="json, which order_by cannot take"):
        db.fetch_page(documents.union_all(documents))


# What cannot be


def test_rows_of_a_set_operation_cannot_be_locked() -> None:
    with pytest.raises(QueryError, match="FOR UPDATE cannot lock rows of a set operation: UNION makes them"):
        suns.union(moons.for_update()).sql()
    with pytest.raises(QueryError, match="FOR SHARE SKIP LOCKED cannot lock rows of a set operation: EXCEPT"):
        suns.for_share(skip_locked=True).except_(moons).sql()


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        (lambda: from_(Suns), "UNION takes a SELECT or a set operation, not a From"),
        (lambda: Suns, r"not the table Suns: say from_\(Suns\).select\(…\)"),
        (lambda: Sun, r"not the model Sun: say select\(Sun\)"),
        (lambda: update(Suns).all_rows().set(Suns.name.to("x")).returning(Suns.id), "not a Returning"),
        (lambda: None, "not None"),
        (lambda: from_(Suns).correlate(Moons).select(Suns.id), r"takes no correlated query: say exists\(…\) \| exists"),
    ],
)
def test_only_queries_that_read_can_be_combined(other: Callable[[], Any], problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        suns.union(other())


def test_it_is_sorted_by_what_the_first_query_selects_alone() -> None:
    query: Any = suns.union(moons)
    for order in (Moons.id, Suns.name, Suns.name.desc()):
        with pytest.raises(QueryError, match="order_by of a set operation takes what its first query selects"):
            query.order_by(order)
    with pytest.raises(QueryError, match="order_by takes columns and expressions, not a str"):
        query.order_by("id")
    for clause in (query.limit, query.offset):
        with pytest.raises(QueryError, match="takes a whole number from 0"):
            clause(-1)


def test_a_page_cuts_by_itself_and_batches_walk_a_key(db: Database) -> None:
    with pytest.raises(QueryError, match="a page sets limit and offset itself"):
        db.fetch_page(suns.union(moons).limit(1))
    with pytest.raises(QueryError, match="a page sets limit and offset itself"):
        db.fetch_page(suns.union(moons).offset(1))
    query: Any = suns.union(moons)
    with pytest.raises(QueryError, match=r"a set operation has no keys to walk along: say from_\(Derived.of"):
        list(db.batches(query))


def test_a_secret_column_of_any_part_is_in_no_json(db: Database) -> None:
    query = select(Moons.name).union(select(Suns.secret))
    with pytest.raises(QueryError, match=r"suns\.secret is secret"):
        db.fetch_json(query)
    assert db.fetch_json(select(Moons.name).union(select(Suns.id.cast(t.text()))).order_by(Moons.name).limit(1)) == [
        {"name": "1"}
    ]


def test_a_part_is_checked_like_any_query() -> None:
    with pytest.raises(QueryError, match=r"moons\.name is neither in group_by nor inside an aggregate"):
        select(Suns.name).union(from_(Moons).group_by(Moons.sun_id).select(Moons.name)).sql()


def test_an_endless_chain_is_an_error_with_a_name(db: Database) -> None:
    query: Any = suns
    for number in range(3000):
        query = query.union(moons) if number % 2 else query.except_(moons)
    with pytest.raises(QueryError, match="nested too deeply"):
        db.fetch_all(query)
    flat: Any = suns
    for _ in range(50):
        flat = flat.union(moons)
    assert len(db.fetch_all(flat)) == 4


@pytest.mark.refused_by_the_server
def test_what_the_database_says_otherwise_is_an_error(db: Database) -> None:
    class Wrong(Table, name="moons"):
        id = t.bigint()

    with pytest.raises(Db, match="no_such"):
        db.fetch_all(suns.union(select(Moons.id).where(fn.function("no_such", returns=t.boolean())())))
    assert sorted(db.fetch_all(select(Wrong.id).union(select(Suns.id.cast(t.bigint()))))) == [1, 2, 3, 4]


# On random tables

rows = st.lists(st.tuples(st.none() | st.integers(0, 2), st.none() | st.sampled_from(["", "a"])), max_size=6)
FOUND: dict[str, Callable[[Counter[Any], Counter[Any]], Counter[Any]]] = {
    "union": lambda one, other: Counter(set(one) | set(other)),
    "union_all": lambda one, other: one + other,
    "intersect": lambda one, other: Counter(set(one) & set(other)),
    "intersect_all": lambda one, other: one & other,
    "except_": lambda one, other: Counter(set(one) - set(other)),
    "except_all": lambda one, other: one - other,
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows, rows, st.sampled_from(sorted(FOUND)), st.sampled_from(sorted(FOUND)))
def test_rows_are_those_of_pythons_own_sets_and_counters(
    db: Database, lefts: list[Any], rights: list[Any], inner: str, outer: str
) -> None:
    one, other = from_(Lefts).select(Lefts.number, Lefts.word), from_(Rights).select(Rights.number, Rights.word)
    with db.begin() as tx:
        tx.execute(insert_into(Lefts).values(*(Left(*row) for row in lefts)))
        tx.execute(insert_into(Rights).values(*(Right(*row) for row in rights)))
        query = getattr(one, inner)(other)
        nested = getattr(other, outer)(query)
        found = FOUND[inner](Counter(lefts), Counter(rights))
        assert Counter(tx.fetch_all(query)) == found
        assert Counter(tx.fetch_all(nested)) == FOUND[outer](Counter(rights), found)
        assert tx.fetch_page(nested, 1, 100).items == tx.fetch_all(nested.order_by(Rights.number, Rights.word))
        pages = [tx.fetch_page(query, page, 2) for page in (1, 2, 3, 4, 5, 6, 7)]
        assert Counter(row for page in pages for row in page.items) == found
        assert {page.total for page in pages} == {found.total()}
