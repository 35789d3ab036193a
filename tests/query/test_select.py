"""What a query selects, in which order, and that it never changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from players import DATA, Kind, LooseRow, Player, Players, Teams, players_database

from ferra_sync import Database, QueryError, from_, select
from ferra_sync import functions as fn


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with players_database(server_url) as db:
        yield db


def test_one_item_is_itself_and_several_are_a_tuple(db: Database) -> None:
    one = from_(Players).order_by(Players.id).limit(1)
    assert db.fetch_all(one.select(Players.name)) == ["ann"]
    assert db.fetch_all(one.select(Players.name, Players.score)) == [("ann", 5)]
    (both,) = db.fetch_all(one.select(Player, Players.name))
    assert both == (Player("ann", 5, 1, Kind.ADVANCED, 1), "ann")
    assert type(both) is tuple


def test_up_to_eight_items_and_more_can_be_selected(db: Database) -> None:
    items = [Players.score + number for number in range(12)]
    assert db.fetch_one(from_(Players).order_by(Players.id).select(*items)) == tuple(range(5, 17))


def test_one_model_and_one_column_may_be_selected_twice(db: Database) -> None:
    row = db.fetch_one(from_(Players).order_by(Players.id).select(Player, Player, Players.kind, Players.kind))
    assert row[0] == row[1]
    assert row[2:] == (Kind.ADVANCED, Kind.ADVANCED)


def test_select_alone_reads_from_the_item_s_own_table(db: Database) -> None:
    assert len(db.fetch_all(select(Player))) == 5
    assert db.fetch_all(select(Players.score + Players.id).order_by(Players.id)) == [6, 5, 8, 5, 8]
    with pytest.raises(QueryError, match="select reads one table: say from_"):
        select(fn.now(), Players.id)  # type: ignore[call-overload]
    with pytest.raises(QueryError, match="select reads one table: say from_"):
        select(Players.id + Teams.id)


def test_the_select_list_is_written_out(db: Database) -> None:
    text = select(Player).sql().text
    assert "*" not in text
    assert [text.index(f'"{name}"') for name in ("name", "score", "team_id", "kind", "id")] == sorted(
        text.index(f'"{name}"') for name in ("name", "score", "team_id", "kind", "id")
    )


def test_sql_shows_the_text_and_the_values(db: Database) -> None:
    rendered = select(Players.id).where(Players.name == "hunter2").sql()
    text, params = rendered
    assert "$1" in text
    assert params == ("hunter2",)
    assert "hunter2" not in repr(rendered)
    assert "hunter2" not in repr(select(Players.id).where(Players.name == "hunter2"))


def test_a_further_order_adds_to_the_first(db: Database) -> None:
    query = select(Players.name).order_by(Players.score.desc()).order_by(Players.name.desc())
    assert db.fetch_all(query) == ["cid", "ann", "eve", "bob", "dan"]


@settings(max_examples=30, deadline=None)
@given(limit=st.none() | st.integers(0, 8), offset=st.none() | st.integers(0, 8))
def test_limit_and_offset_cut_like_a_slice(db: Database, limit: int | None, offset: int | None) -> None:
    query = select(Players.id).order_by(Players.id)
    query = query if limit is None else query.limit(limit)
    query = query if offset is None else query.offset(offset)
    start = offset or 0
    assert db.fetch_all(query) == [1, 2, 3, 4, 5][start : None if limit is None else start + limit]


def test_the_last_limit_and_offset_count(db: Database) -> None:
    assert db.fetch_all(select(Players.id).order_by(Players.id).limit(1).limit(2).offset(3).offset(1)) == [2, 3]


def test_distinct_leaves_out_equal_rows(db: Database) -> None:
    assert sorted(db.fetch_all(select(LooseRow).distinct()), key=lambda row: row.word) == [
        LooseRow("a", 1),
        LooseRow("b", 2),
    ]
    assert db.fetch_all(select(Players.score).distinct().order_by(Players.score.desc())) == [5, 3, 1]
    assert db.fetch_all(from_(Players).distinct().order_by(Players.kind).select(Players.kind)) == list(Kind)
    doubled = Players.score * 2
    assert db.fetch_all(from_(Players).distinct().order_by((Players.score * 2).desc()).select(doubled)) == [10, 6, 2]


def test_distinct_on_keeps_the_first_row_for_each_value(db: Database) -> None:
    first = from_(Players).distinct(Players.score).order_by(Players.score, Players.name.desc()).select(Players.name)
    assert db.fetch_all(first) == ["dan", "eve", "cid"]
    two = from_(Players).distinct(Players.team_id, Players.score).order_by(Players.score, Players.team_id, Players.id)
    assert db.fetch_all(two.select(Players.name)) == ["dan", "bob", "eve", "ann", "cid"]
    unordered = from_(Players).distinct(Players.score).select(Players.score)
    assert sorted(db.fetch_all(unordered)) == [1, 3, 5]
    assert (
        db.fetch_all(from_(Players).distinct(Players.kind).order_by(Players.kind).select(Player))[0].kind is Kind.BASIC
    )


def test_distinct_on_an_expression_with_values(db: Database) -> None:
    key = Players.score % 2
    query = from_(Players).distinct(key).order_by(Players.score % 2, Players.name)
    assert db.fetch_all(query.select(Players.name)) == ["ann"]
    assert db.fetch_all(query.select(Players.score % 2)) == [1]
    assert db.fetch_all(query.select(Players.name, (Players.score % 2) + 1)) == [("ann", 2)]


class Twins(Players, alias="twins"):
    pass


@settings(max_examples=60, deadline=None)
@given(numbers=st.lists(st.integers(-50, 50), min_size=12, max_size=12))
def test_parameters_reach_their_places_in_every_clause(db: Database, numbers: list[int]) -> None:
    a, b, c, d, e, f, g, h, i, j, limit, offset = numbers
    query = (
        from_(Players)
        .inner_join(Twins, on=(Twins.score + a) == (Players.score + a))
        .where(Players.score > b, Twins.score < c)
        .group_by(Players.score + d, Players.name)
        .having(fn.max(Twins.score) + e > -100, fn.sum(Twins.score) < 1000 + f)
        .order_by(fn.max(Twins.score) * g, Players.score + d, (Players.name + str(h)).desc())
        .limit(abs(limit))
        .offset(abs(offset) % 3)
        .select(Players.score + d, fn.sum(Twins.score) + i, Players.name + str(j), (Players.score + d) * 2)
    )
    groups: dict[tuple[int, str], list[int]] = {}
    for left in DATA:
        for right in DATA:
            if left.score == right.score and left.score > b and right.score < c:
                groups.setdefault((left.score + d, left.name), []).append(right.score)
    kept = [(key, rows) for key, rows in groups.items() if max(rows) + e > -100 and sum(rows) < 1000 + f]
    kept.sort(key=lambda pair: pair[0][1], reverse=True)
    kept.sort(key=lambda pair: (max(pair[1]) * g, pair[0][0]))
    expected = [(key[0], sum(rows) + i, f"{key[1]}{j}", key[0] * 2) for key, rows in kept]
    start = abs(offset) % 3
    assert db.fetch_all(query) == expected[start : start + abs(limit)]


@settings(max_examples=40, deadline=None)
@given(numbers=st.lists(st.integers(1, 9), min_size=6, max_size=6))
def test_parameters_reach_their_places_with_distinct_on(db: Database, numbers: list[int]) -> None:
    a, b, c, d, e, limit = numbers
    query = (
        from_(Players)
        .distinct(Players.score % a)
        .where((Players.score + b) > c)
        .order_by(Players.score % a, Players.id * -d)
        .limit(limit)
        .select(Players.id + e, Players.score % a, Players.score + b)
    )
    rows = [(index + 1, row.score) for index, row in enumerate(DATA) if row.score + b > c]
    best: dict[int, tuple[int, int]] = {}
    for key, score in sorted(rows, reverse=True):
        best.setdefault(score % a, (key, score))
    expected = [(key + e, mod, score + b) for mod, (key, score) in sorted(best.items())]
    assert db.fetch_all(query) == expected[:limit]


def test_one_expression_object_may_stand_in_several_places(db: Database) -> None:
    shifted, five = Players.score + 10, fn.literal(5)
    query = (
        from_(Players)
        .where(shifted > five, shifted < five + 10)
        .order_by(shifted, five)
        .select(shifted, five, shifted - five)
    )
    assert db.fetch_all(query) == [(11, 5, 6), (13, 5, 8), (13, 5, 8)]
    other = fn.literal(7)
    same_shape = from_(Players).where(shifted > other, shifted < five + 10).order_by(shifted, five)
    assert db.fetch_all(same_shape.select(shifted, other, shifted - five)) == [(11, 7, 6), (13, 7, 8), (13, 7, 8)]


# --- immutability ----------------------------------------------------------------------------------------------------

STEPS: list[Callable[[Any], Any]] = [
    lambda query: query.where(Players.score > 1),
    lambda query: query.order_by(Players.name),
    lambda query: query.limit(3),
    lambda query: query.offset(1),
    lambda query: query.find(1),
    lambda query: query.inner_join(Teams) if len(query._source.tables) == 1 else query,
    lambda query: query.left_join(Twins, on=Twins.id == Players.id) if len(query._source.tables) == 2 else query,
    lambda query: query.belonging_to([]),
    lambda query: query.first(),
    lambda query: query.for_count(),
]


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=6), branch=st.sampled_from(STEPS))
def test_a_derived_query_leaves_its_parent_as_it_was(steps: list[Any], branch: Any) -> None:
    query: Any = select(Player)
    history = []
    for step in steps:
        history.append((query, query.parts(), query.sql()))
        branch(query)
        query = step(query)
    for known, parts, rendered in history:
        assert (known.parts(), known.sql()) == (parts, rendered)


def test_queries_cannot_be_changed_from_outside() -> None:
    query = select(Player)
    with pytest.raises(AttributeError):
        query.comment = "x"
