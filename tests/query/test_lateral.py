"""Rows that are made for each row before them: of a correlated query, and of a function; and rows of the caller."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

import pytest
from counts import Count, Counts, Ids, Loose, LooseRow, Word, Words
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st
from type_cases import Subject, every_type, same
from writers import OWN, Bosses, Posts, Remarks, Writers, writers_database

from ferra_sync import JSON_NULL, Database, Derived, QueryError, exists, from_, maybe
from ferra_sync import functions as fn
from ferra_sync import types as t


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with writers_database(server_url) as db:
        yield db


TOP = Ids.lateral(OWN.order_by(Posts.id.desc()).limit(2).select(Posts.id))


def test_a_lateral_query_has_the_first_rows_of_each_parent(db: Database) -> None:
    query = from_(Writers).inner_join(TOP).order_by(Writers.id, Ids.id)
    assert db.fetch_all(query.select(Writers.name, Ids.id)) == [("ann", 1), ("ann", 2), ("bob", 4), ("bob", 5)]
    cross = from_(Writers).cross_join(TOP).where(Writers.id == 2).order_by(Ids.id)
    assert db.fetch_all(cross.select(Ids.id)) == [4, 5]


def test_a_left_join_keeps_the_parents_that_have_none(db: Database) -> None:
    query = from_(Writers).left_join(TOP, on=Ids.id > 1).order_by(Writers.id, Ids.id)
    assert db.fetch_all(query.select(Writers.name, Ids.id.nullable())) == [
        ("ann", 2), ("bob", 4), ("bob", 5), ("cid", None), ("dan", None),
    ]  # fmt: skip


def test_a_lateral_query_names_all_tables_before_it_and_may_be_a_query_of_itself(db: Database) -> None:
    both = from_(Remarks).correlate(Posts).correlate(Writers).where(Remarks.post_id == Posts.id, Writers.id > 1)
    query = from_(Writers).inner_join(Posts).inner_join(Ids.lateral(both.select(Remarks.id)))
    assert db.fetch_all(query.select(Writers.name, Posts.title, Ids.id)) == [("bob", "c", 2)]
    alone = Ids.lateral(from_(Posts).where(Posts.likes > 6).select(Posts.id))
    assert db.fetch_all(from_(Writers).inner_join(alone).where(Writers.id == 1).select(Ids.id)) == [3, 5]


def test_a_function_of_rows_takes_columns_of_the_tables_before_it(db: Database) -> None:
    class Tags(Derived):
        tag = t.text()
        number = t.bigint()

    tags = Tags.of(fn.unnest(Remarks.tags), ordinality=True)
    query = from_(Remarks).left_join(tags).order_by(Remarks.id, Tags.number)
    assert db.fetch_all(query.select(Remarks.id, Tags.tag.nullable(), Tags.number.nullable())) == [
        (1, "x", 1), (1, "y", 2), (2, None, None),
    ]  # fmt: skip
    series = Ids.of(fn.generate_series(Writers.id, 3))
    assert db.fetch_all(from_(Writers).inner_join(series).order_by(Writers.id).select(Ids.id)) == [1, 2, 3, 2, 3, 3]
    assert db.fetch_all(from_(Ids.of(fn.generate_series(1, 3))).order_by(Ids.id.desc()).select(Ids.id)) == [3, 2, 1]


def test_an_element_that_is_null_is_a_row_of_a_function(db: Database) -> None:
    titles = OWN.order_by(Posts.id).select(fn.nullif(Posts.title, "b")).array()
    query = from_(Writers).left_join(Words.of(fn.unnest(titles))).where(Writers.id.is_in([1, 3])).order_by(Writers.id)
    assert db.fetch_all(query.select(maybe(Word))) == [Word("a"), Word(None), None]


def test_what_is_made_of_other_rows_stands_after_them() -> None:
    beginning: Any = from_(TOP)  # type: ignore[call-overload]
    other: Any = from_(Bosses).inner_join(TOP)  # type: ignore[arg-type]
    right, full = from_(Writers).right_join(TOP), from_(Writers).full_join(TOP)
    for query, message in (
        (beginning, "ids is made from writers, which does not stand before it"),
        (beginning.inner_join(Writers, on=Ids.id == Writers.id), "ids is made from writers, which does not stand"),
        (other, "ids is made from writers, which does not stand before it"),
        (right, "ids is made from tables before it: join it by inner_join or left_join"),
        (full, "ids is made from tables before it: join it by inner_join or left_join"),
    ):
        with pytest.raises(QueryError, match=message):
            query.select(Ids.id.nullable()).sql()


# Values


def test_values_are_rows_and_of_one_shape_for_any_number(db: Database) -> None:
    for rows in ([], [(1, 5)], [(2, 3), (1, 2), (2, 4)]):
        query = from_(Counts.values(rows)).select(Count)
        assert db.fetch_all(query) == [Count(*row) for row in rows]
        assert query.parts()[0] == from_(Counts.values([(9, 9)])).select(Count).parts()[0]
    given_rows = from_(Writers).inner_join(Counts.values([(2, 7)])).where(Writers.name != "x")
    assert db.fetch_all(given_rows.select(Writers.name, Counts.posts + 1)) == [("bob", 8)]
    assert given_rows.select(Writers.name, Counts.posts + 1).sql().params == ([2], [7], 1, "x")
    loose = from_(Loose.values([(None, "a"), (1, None), (None, None)])).select(LooseRow)
    assert db.fetch_all(loose) == [LooseRow(None, "a"), LooseRow(1, None), LooseRow(None, None)]


@every_type
def test_values_of_every_type_come_back_as_they_were(db: Database, of: Subject, server_url: str) -> None:
    case = of.case
    read_as: Any = str if case.name == "char" else case.read_as  # Only a table pads what it stores.
    columns = {"value": case.declare(), "other": t.nullable(case.declare()), "many": t.array(case.declare())}
    rows = types.new_class(f"Given{case.name}", (Derived,), exec_body=lambda body: body.update(columns))

    @given(st.lists(st.tuples(case.values, st.none() | case.values, st.lists(case.values, max_size=2)), max_size=3))
    @settings(max_examples=15, deadline=None)
    def check(listed: list[Any]) -> None:
        there = ~exists(from_(of.table))  # The table is empty, and the statement knows the type of its enum.
        query = from_(rows.values(listed)).where(there).select(rows.value, rows.other, rows.many)
        found = own.fetch_all(query)
        assert len(found) == len(listed)
        for row, (value, other, many) in zip(found, listed, strict=True):
            wanted = (read_as(value), None if other is None else read_as(other), list(map(read_as, many)))
            assert all(map(same, row, wanted))

    with database_with(server_url, of.table) as own:
        check()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(1,)], "Counts has 2 columns; a row of its values has 1"),
        ([Count(1, 2)], "Counts.values takes rows as tuples, not a Count"),
        (["ab"], "Counts.values takes rows as tuples, not a str"),
        ("ab", "Counts.values takes a list of rows, not a str"),
        (5, "Counts.values takes a list of rows, not an int"),
        ([(None, 1)], r"counts\.writer_id is never NULL, and a row has None there: declare t\.nullable"),
        ([("a", 1)], r"counts\.writer_id: the list holds an element that is integer \(int\), not str"),
        ([(2**40, 1)], r"counts\.writer_id: the list holds a number that integer has not"),
    ],
)
def test_values_that_are_no_rows_of_the_class_are_refused(rows: Any, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        Counts.values(rows)


def test_a_declared_function_of_rows_stands_in_from(db: Database) -> None:
    class Places(Derived):
        place = t.integer()
        number = t.bigint()

    class Parts(Derived):
        part = t.nullable(t.jsonb())

    places = fn.function("generate_subscripts", t.array(t.integer()), t.integer(), returns=t.integer())
    wanted = Places.of(places(fn.literal([7, 8, 9], t.array(t.integer())), 1), ordinality=True)
    assert db.fetch_all(from_(wanted).select(Places.place, Places.number)) == [(1, 1), (2, 2), (3, 3)]
    parts = fn.function(
        "jsonb_path_query",
        t.jsonb(),
        t.custom("jsonpath", python=str, dump=str, load=str),
        returns=t.nullable(t.jsonb()),
    )
    found = Parts.of(parts(fn.literal([{"a": 1}, {"a": None}, {"b": 2}], t.jsonb()), "$[*].a"))
    assert db.fetch_all(from_(found).select(Parts.part)) == [1, JSON_NULL]
    with pytest.raises(QueryError, match=r"Places\.of takes the call of a function that returns rows, not"):
        Places.of(fn.literal(1) + 1)
    with pytest.raises(QueryError, match=r"takes the call of a function that returns rows, not"):
        Places.of(fn.count())
    with pytest.raises(QueryError, match=r"Places\.place is integer; jsonb_path_query is jsonb"):
        Places.of(parts(fn.literal([], t.jsonb()), "$"), ordinality=True)
