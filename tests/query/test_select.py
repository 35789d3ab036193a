from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

import attrs
import pytest
from ddl import database_with
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    FerraModel,
    NotFound,
    QueryError,
    SchemaError,
    Table,
    from_,
    insert_into,
    maybe,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Kind(enum.Enum):
    BASIC = "basic"
    ADVANCED = "advanced"


class Teams(Table):
    id = t.serial(primary_key=True)
    name = t.text()


class Players(Table):
    id = t.serial(primary_key=True)
    team_id = t.nullable(t.integer(references=Teams.id))
    name = t.text()
    score = t.integer()
    kind = t.enum(Kind, default=Kind.BASIC)
    tags = t.array(t.text(), default=[])


class Loose(Table):
    """A table without a key."""

    word = t.text()
    number = t.integer()


class Pairs(Table):
    a = t.integer(primary_key=True)
    b = t.text(primary_key=True)
    note = t.text(default="")


@attrs.frozen
class Team(FerraModel[Teams]):
    name: str
    id: int = SERVER_DEFAULT


@attrs.frozen
class Player(FerraModel[Players]):
    name: str
    score: int
    team_id: int | None = None
    kind: Kind = Kind.BASIC
    id: int = SERVER_DEFAULT


@attrs.frozen
class LooseRow(FerraModel[Loose]):
    word: str
    number: int


@attrs.frozen
class Pair(FerraModel[Pairs]):
    a: int
    b: str


DATA = [
    Player("ann", 5, 1, Kind.ADVANCED),
    Player("bob", 3, 1),
    Player("cid", 5, 2),
    Player("dan", 1, None, Kind.ADVANCED),
    Player("eve", 3, 2),
]


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Teams, Players, Loose, Pairs) as db:
        db.execute(insert_into(Teams).values(Team("red"), Team("blue"), Team("empty")))
        db.execute(insert_into(Players).values(*DATA))
        db.execute(insert_into(Loose).values(LooseRow("a", 1), LooseRow("a", 1), LooseRow("b", 2)))
        db.execute(insert_into(Pairs).values(Pair(1, "x"), Pair(1, "y"), Pair(2, "x")))
        yield db


# --- what is selected ------------------------------------------------------------------------------------------------


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
        select(fn.now())
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


# --- where, find, belonging_to ---------------------------------------------------------------------------------------


def test_every_where_must_hold(db: Database) -> None:
    query = select(Players.name).where(Players.score >= 3, Players.team_id == 1).where(Players.name != "bob")
    assert db.fetch_all(query) == ["ann"]
    assert len(db.fetch_all(select(Players.id).where())) == 5


def test_or_in_one_where_does_not_leak_into_another(db: Database) -> None:
    either = (Players.score == 5) | (Players.score == 3)
    assert db.fetch_all(select(Players.name).where(either).where(Players.team_id == 2).order_by(Players.id)) == [
        "cid",
        "eve",
    ]
    assert db.fetch_all(select(Players.name).where(Players.team_id == 2, either).order_by(Players.id)) == ["cid", "eve"]
    assert db.fetch_all(select(Players.name).where(either & (Players.team_id == 2), either)) == ["cid", "eve"]


def test_a_row_is_found_by_its_key(db: Database) -> None:
    assert db.fetch_one(select(Player).find(3)).name == "cid"
    assert db.fetch_optional(select(Player).find(99)) is None
    with pytest.raises(NotFound, match=r"^players/99 not found$"):
        db.fetch_one(select(Player).find(99))
    assert db.fetch_one(select(Pair).find((1, "y"))) == Pair(1, "y")
    with pytest.raises(NotFound, match=r"^pairs/9,z not found$"):
        db.fetch_one(select(Pair).find((9, "z")))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: select(Player).find("3"), r"^players\.id is integer \(int\), not str$"),
        (lambda: select(Player).find(None), r"^players\.id"),
        (lambda: select(Player).find((3,)), r"^players\.id is integer \(int\), not tuple$"),
        (lambda: select(Pair).find(1), r"^the primary key of pairs is a tuple of 2: \(a, b\)$"),
        (lambda: select(Pair).find((1,)), r"^the primary key of pairs is a tuple of 2: \(a, b\)$"),
        (lambda: select(Pair).find(("x", 1)), r"^pairs\.a is integer \(int\), not str$"),
        (lambda: select(LooseRow).find(1), r"^table loose has no primary key$"),
        (lambda: select(Player).where(Players.score), "^where takes predicates, not"),
        (lambda: select(Player).where(True), "^where takes predicates, not a bool"),
        (lambda: select(Player).where("score > 3"), "^where takes predicates, not a str"),
        (lambda: select(Player).order_by("score"), "^order_by takes"),
        (lambda: select(Player).distinct("score"), "^distinct takes"),
        (lambda: select(Player).limit(-1), "^limit takes a whole number from 0"),
        (lambda: select(Player).limit(1.0), "^limit takes a whole number from 0"),
        (lambda: select(Player).limit(True), "^limit takes a whole number from 0"),
        (lambda: select(Player).limit("1; DROP TABLE players"), "^limit takes a whole number from 0"),
        (lambda: select(Player).limit(2**63), "^limit takes a whole number from 0 to "),
        (lambda: select(Player).offset(-1), "^offset takes a whole number from 0"),
        (lambda: select(Player).offset(None), "^offset takes a whole number from 0"),
        (lambda: from_(Players).parts(), "^nothing is selected from players: say"),
        (lambda: from_(Players).select(), "^select takes at least one item$"),
        (lambda: from_(Players).select("name"), "cannot be selected"),
        (lambda: from_(Players).select(Players), "cannot be selected"),
        (lambda: from_(Players).group_by(), "^group_by takes at least one expression$"),
        (lambda: from_(Players).group_by("name"), "^group_by takes"),
        (lambda: from_(Players).group_by(Players.id).having(True), "^having takes predicates"),
        (lambda: from_(Players).group_by(Players.id).having(Players.id), "^having takes predicates"),
        (lambda: from_(Players).inner_join(Teams, on=True), "^on takes"),
        (lambda: from_(Players).inner_join(Teams, on=Teams.id), "^on takes"),
    ],
)
def test_a_clause_that_cannot_mean_anything_is_refused_when_it_is_said(
    build: Callable[[], object], message: str
) -> None:
    with pytest.raises(QueryError, match=message):
        build()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (lambda: select(Player).where(Teams.id == 1), r"^teams\.id: table teams is not in this query$"),
        (lambda: select(Player).order_by(Teams.id), r"^teams\.id: table teams is not in this query$"),
        (lambda: from_(Players).select(Team), r"^teams\.name: table teams is not in this query$"),
        (lambda: from_(Players).distinct(Teams.id).select(Player), r"^teams\.id: table teams is not in this query$"),
        (
            lambda: from_(Players).group_by(Teams.id).select(fn.count()),
            r"^teams\.id: table teams is not in this query$",
        ),
        (lambda: select(Player).where(fn.count() > 1), "^an aggregate cannot stand in WHERE$"),
        (lambda: from_(Players).group_by(fn.count()).select(fn.count()), "^an aggregate cannot stand in GROUP BY$"),
        (lambda: from_(Players).select(Players.id, fn.count()), r"^players\.id stands beside an aggregate"),
        (lambda: from_(Players).select(Player, fn.count()), r"^players\.name stands beside an aggregate"),
        (lambda: from_(Players).order_by(Players.id).select(fn.count()), r"^players\.id stands beside an aggregate"),
        (lambda: select(Players.id).order_by(fn.count()), "aggregate"),
        (
            lambda: from_(Players).group_by(Players.name).select(Players.score),
            r"^players\.score is neither in group_by",
        ),
        (lambda: from_(Players).group_by(Players.name).select(Player), r"^players\.score is neither in group_by"),
        (
            lambda: from_(Players).group_by(Players.name).having(Players.score > 1).select(Players.name),
            r"^players\.score is neither in group_by",
        ),
        (
            lambda: from_(Players).group_by(Players.name).order_by(Players.score).select(Players.name),
            r"^players\.score is neither in group_by",
        ),
        (
            lambda: from_(Players).group_by(Players.score + 1).select(Players.score),
            r"^players\.score is neither in group_by",
        ),
        (
            lambda: from_(Players).group_by(Players.score + 1).select(Players.score + 2),
            r"^players\.score is neither in group_by",
        ),
        (
            lambda: from_(Pairs).group_by(Pairs.a).select(Pairs.note),
            r"^pairs\.note is neither in group_by nor inside an aggregate$",
        ),
        (
            lambda: from_(Players).group_by(Players.name).select(fn.max(Players.score) + Players.score),
            r"^players\.score is neither in group_by",
        ),
        (
            lambda: select(Player).distinct(Players.score).order_by(Players.name),
            r"^order_by must begin with the expressions of distinct",
        ),
        (lambda: from_(Players).distinct().order_by(Players.id).select(Players.score), "distinct"),
        (lambda: from_(Players).distinct().order_by(Players.score + 1).select(Players.score), "distinct"),
    ],
)
def test_a_query_that_cannot_mean_anything_is_refused_before_it_is_sent(
    db: Database, query: Callable[[], Any], message: str
) -> None:
    with pytest.raises(QueryError, match=message):
        db.fetch_all(query())
    with pytest.raises(QueryError, match=message):
        query().sql()


def test_rows_belong_to_one_parent_or_to_many(db: Database) -> None:
    red, blue, empty = db.fetch_all(select(Team).order_by(Teams.id))
    names = select(Players.name).order_by(Players.id)
    assert db.fetch_all(names.belonging_to(red)) == ["ann", "bob"]
    assert db.fetch_all(names.belonging_to(empty)) == []
    assert db.fetch_all(names.belonging_to([red, blue])) == ["ann", "bob", "cid", "eve"]
    assert db.fetch_all(names.belonging_to((blue,))) == ["cid", "eve"]
    assert db.fetch_all(names.belonging_to([])) == []
    assert db.fetch_all(names.belonging_to(red).where(Players.score > 3)) == ["ann"]
    assert names.belonging_to([red]).sql().text == names.belonging_to([red, blue, empty]).sql().text


def test_belonging_to_what_no_key_leads_to_is_refused(db: Database) -> None:
    (pair,) = db.fetch_all(select(Pair).limit(1))
    (team,) = db.fetch_all(select(Team).limit(1))
    with pytest.raises(QueryError, match=r"^no foreign key of players references pairs$"):
        select(Player).belonging_to(pair)
    with pytest.raises(QueryError, match=r"^the parents are of several classes$"):
        select(Player).belonging_to([team, pair])
    for nothing in (5, "team", [5], None):
        with pytest.raises((QueryError, SchemaError, TypeError)):
            select(Player).belonging_to(nothing)


# --- order, limit, distinct ------------------------------------------------------------------------------------------


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


# --- groups ----------------------------------------------------------------------------------------------------------


def test_groups_are_what_python_groups(db: Database) -> None:
    query = (
        from_(Players).group_by(Players.score).order_by(Players.score)
        .select(Players.score, fn.count(), fn.min(Players.name))
    )  # fmt: skip
    by_score = sorted(DATA, key=lambda row: (row.score, row.name))
    expected = [
        (score, len(rows), rows[0].name)
        for score, rows in ((k, list(g)) for k, g in groupby(by_score, lambda r: r.score))
    ]
    assert db.fetch_all(query) == expected


def test_having_keeps_groups(db: Database) -> None:
    query = from_(Players).group_by(Players.score).having(fn.count() > 1).having(fn.max(Players.name) != "cid")
    assert db.fetch_all(query.select(Players.score)) == [3]


def test_a_grouped_primary_key_determines_its_row(db: Database) -> None:
    query = from_(Teams).left_join(Players).group_by(Teams.id).order_by(Teams.name).select(Team, fn.count(Players.id))
    assert db.fetch_all(query) == [(Team("blue", 2), 2), (Team("empty", 3), 0), (Team("red", 1), 2)]
    both = from_(Pairs).group_by(Pairs.a, Pairs.b).order_by(Pairs.a, Pairs.b).select(Pairs.note, fn.count())
    assert db.fetch_all(both) == [("", 1)] * 3


def test_groups_by_an_expression_with_values(db: Database) -> None:
    odd = Players.score % 2
    for item in (Players.score % 2, odd):
        query = from_(Players).group_by(odd).having((Players.score % 2) >= 0).order_by((Players.score % 2).desc())
        assert db.fetch_all(query.select(item, fn.count())) == [(1, 5)]
    query = from_(Players).group_by(Players.score + 1).order_by(Players.score + 1)
    assert db.fetch_all(query.select((Players.score + 1) * 2, fn.count())) == [(4, 1), (8, 2), (12, 2)]
    assert db.fetch_all(query.select(Players.score + 1, (Players.score + 1) % 4, fn.sum(Players.score + 1))) == [
        (2, 2, 2), (4, 0, 8), (6, 2, 12),
    ]  # fmt: skip


def test_groups_by_an_enum_and_by_text_with_values(db: Database) -> None:
    query = from_(Players).group_by(Players.kind).order_by(Players.kind).select(Players.kind, fn.count())
    assert db.fetch_all(query) == [(Kind.BASIC, 3), (Kind.ADVANCED, 2)]
    shout = Players.name + "!"
    named = (
        from_(Players)
        .group_by(shout)
        .having((Players.name + "!").startswith("a"))
        .select(Players.name + "!", fn.count())
    )
    assert db.fetch_all(named) == [("ann!", 1)]
    filled = fn.coalesce(Players.team_id, 0)
    teams = from_(Players).group_by(filled).order_by(filled.desc()).select(fn.coalesce(Players.team_id, 0), fn.count())
    assert db.fetch_all(teams) == [(2, 2), (1, 2), (0, 1)]


def test_aggregates_alone_make_one_row(db: Database) -> None:
    assert db.fetch_all(from_(Players).select(fn.count(), fn.max(Players.score))) == [(5, 5)]
    assert db.fetch_all(from_(Players).where(Players.id < 0).select(fn.count(), fn.sum(Players.score))) == [(0, None)]


# --- every clause at once --------------------------------------------------------------------------------------------


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


def test_dates_and_decimals_group_by_their_values(db: Database) -> None:
    day = fn.literal(dt.date(2024, 1, 1))
    money = fn.literal(Decimal("1.10"))
    assert db.fetch_all(from_(Players).select(day, money, maybe(Players.name)).limit(1))[0][:2] == (
        dt.date(2024, 1, 1),
        Decimal("1.10"),
    )
