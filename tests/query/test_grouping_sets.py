"""Grouping sets give what the same SQL, written by hand, gives; the keys that a set lacks are None."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import psycopg
import pytest
from none_in_rows import broken_promises
from players import Pairs, Player, Players, Team, Teams, players_database

from ferra_sync import (
    Database,
    FerraModel,
    QueryError,
    SchemaError,
    check,
    cube,
    exists,
    from_,
    grouping_sets,
    maybe,
    rollup,
    select,
)
from ferra_sync import functions as fn

PLAYERS: Any = from_(Players)
ODD: Any = Players.score % 2
COUNT = fn.count()


@attrs.frozen
class Named(FerraModel[Players]):
    id: int
    name: str


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with players_database(server_url) as db:
        yield db


KEYS: dict[str, tuple[tuple[Any, ...], str]] = {
    "rollup": ((rollup(Players.team_id, Players.score),), "ROLLUP (team_id, score)"),
    "rollup of rows": ((rollup((Players.team_id, Players.kind), Players.score),), "ROLLUP ((team_id, kind), score)"),
    "cube": ((cube(Players.team_id, Players.score),), "CUBE (team_id, score)"),
    "cube of rows": ((cube((Players.team_id, Players.score), Players.kind),), "CUBE ((team_id, score), kind)"),
    "sets": (
        (grouping_sets(Players.team_id, (Players.score, Players.kind), ()),),
        "GROUPING SETS (team_id, (score, kind), ())",
    ),
    "sets of sets": (
        (grouping_sets(rollup(Players.team_id, Players.score), cube(Players.kind), grouping_sets(Players.name)),),
        "GROUPING SETS (ROLLUP (team_id, score), CUBE (kind), GROUPING SETS (name))",
    ),
    "beside a key": ((Players.kind, rollup(Players.team_id, Players.score)), "kind, ROLLUP (team_id, score)"),
    "two of them": (
        (rollup(Players.team_id), cube(Players.score, Players.kind)), "ROLLUP (team_id), CUBE (score, kind)"
    ),
    "the same set twice": ((grouping_sets(Players.score, Players.score),), "GROUPING SETS (score, score)"),
    "all rows": ((grouping_sets(()),), "GROUPING SETS (())"),
}  # fmt: skip


@pytest.mark.parametrize(("keys", "sql"), KEYS.values(), ids=KEYS)
def test_groups_of_several_sets_are_what_sql_says(db: Database, keys: tuple[Any, ...], sql: str) -> None:
    grouped = PLAYERS.group_by(*keys)
    columns = [each for each in (Players.team_id, Players.score, Players.kind) if each.name in sql]
    query = grouped.select(COUNT, fn.max(Players.name), *(each.nullable() for each in columns))
    spelled = "".join(f", {each.name}" for each in columns)
    rows = db.fetch_all(query)
    assert broken_promises(query, rows) == []
    ours = [tuple(getattr(value, "value", value) for value in row) for row in rows]
    with db.connection() as connection, connection.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
        cursor.execute(f"SELECT count(*), max(name){spelled} FROM players GROUP BY {sql}".encode())
        assert Counter(ours) == Counter(cursor.fetchall())


def test_grouping_tells_a_key_that_is_null_from_one_that_is_not_there(db: Database) -> None:
    query = PLAYERS.group_by(rollup(Players.team_id)).order_by(fn.grouping(Players.team_id), Players.team_id)
    assert db.fetch_all(query.select(Players.team_id.nullable(), fn.grouping(Players.team_id), COUNT)) == [
        (1, 0, 2), (2, 0, 2), (None, 0, 1), (None, 1, 5),
    ]  # fmt: skip
    both = fn.grouping(Players.team_id, Players.score)
    cubes = PLAYERS.group_by(cube(Players.team_id, Players.score)).order_by(both)
    assert sorted(set(db.fetch_all(cubes.select(both)))) == [0, 1, 2, 3]
    assert db.fetch_all(cubes.having(both == 3).select(COUNT)) == [5]
    ranked = cubes.having(both > 0).select(fn.rank().over(partition_by=both, order_by=COUNT.desc()), COUNT)
    assert db.fetch_all(ranked)[-1] == (1, 5)
    assert db.fetch_all(PLAYERS.group_by(Players.score).order_by(Players.score).select(fn.grouping(Players.score))) == [
        0, 0, 0,
    ]  # fmt: skip


def test_keys_with_values_are_the_same_parameters_wherever_they_stand(db: Database) -> None:
    query = PLAYERS.group_by(rollup(ODD, Players.score + 1)).having(fn.grouping(Players.score + 1) == 0)
    query = query.order_by((Players.score + 1).desc())
    items = ((Players.score % 2).nullable(), (Players.score + 1).nullable(), fn.grouping(Players.score % 2), COUNT)
    assert db.fetch_all(query.select(*items)) == [(1, 6, 0, 2), (1, 4, 0, 2), (1, 2, 0, 1)]
    literal = fn.literal(7)
    assert {row[1:] for row in db.fetch_all(PLAYERS.group_by(rollup(literal)).select(literal, COUNT))} == {(5,)}
    told = PLAYERS.group_by(rollup(literal)).order_by(fn.grouping(literal)).select(fn.grouping(literal), COUNT)
    assert db.fetch_all(told) == [(0, 5), (1, 5)]
    filled = fn.coalesce(Players.team_id, 0)
    sets = PLAYERS.group_by(Players.kind, grouping_sets(filled, ())).having(fn.grouping(filled) == 1)
    query = sets.order_by(COUNT).select(fn.coalesce(Players.team_id, 0).nullable(), COUNT)
    assert db.fetch_all(query) == [(None, 2), (None, 3)]
    with pytest.raises(QueryError, match="neither in group_by nor inside an aggregate"):
        PLAYERS.group_by(rollup(Players.score + 1)).select(Players.score + 2).sql()


def test_an_aggregate_sees_what_its_set_lacks(db: Database) -> None:
    query = PLAYERS.group_by(rollup(Players.score)).order_by(fn.grouping(Players.score), Players.score)
    assert db.fetch_all(query.select(fn.max(Players.score), fn.count(Players.score))) == [
        (1, 1),
        (3, 2),
        (5, 2),
        (5, 5),
    ]


def test_a_primary_key_in_every_set_determines_its_row(db: Database) -> None:
    teams = from_(Teams).left_join(Players)
    every = teams.group_by(grouping_sets((Teams.id, Players.kind), Teams.id)).having(fn.grouping(Players.kind) == 1)
    assert db.fetch_all(every.order_by(Teams.name).select(maybe(Team), COUNT)) == [
        (Team("blue", 2), 2), (Team("empty", 3), 1), (Team("red", 1), 2),
    ]  # fmt: skip
    beside = teams.group_by(Teams.id, rollup(Players.kind)).order_by(Teams.name).select(Teams.name.nullable())
    assert set(db.fetch_all(beside)) == {"red", "blue", "empty"}
    both = from_(Pairs).group_by(grouping_sets((Pairs.a, Pairs.b), cube((Pairs.a, Pairs.b)))).select(COUNT)
    assert sorted(db.fetch_all(both)) == [1] * 6 + [3]


def test_a_page_of_groups_is_sorted_by_their_keys_and_their_sets(db: Database) -> None:
    query = PLAYERS.group_by(cube(Players.team_id, Players.score)).select(
        Players.team_id.nullable(), Players.score.nullable(), fn.grouping(Players.team_id, Players.score), COUNT
    )
    pages = [db.fetch_page(query, number, 4) for number in range(1, 6)]
    rows = [row for page in pages for row in page.items]
    assert Counter(rows) == Counter(db.fetch_all(query))
    assert {page.total for page in pages} == {len(rows)}
    many = from_(Players).group_by(rollup(*[Players.score + number for number in range(40)])).select(COUNT)
    assert db.fetch_page(many, 1, 2).total == 3 * 40 + 1


def test_groups_of_several_sets_inside_another_query(db: Database) -> None:
    scores = (
        PLAYERS.correlate(Teams)
        .where(Players.team_id == Teams.id)
        .group_by(rollup(Players.score))
        .order_by(Players.score)
    )
    assert db.fetch_all(
        from_(Teams).order_by(Teams.id).select(Teams.name, scores.select(Players.score.nullable()).array())
    ) == [("red", [3, 5, None]), ("blue", [3, 5, None]), ("empty", [None])]
    total = scores.having(fn.grouping(Players.score) == 1).select(COUNT)
    assert db.fetch_all(from_(Teams).order_by(Teams.id).select(total.scalar())) == [2, 2, 0]
    assert db.fetch_all(from_(Teams).where(exists(total)).select(COUNT)) == [3]
    outer = scores.having(fn.grouping(Players.score) == 1).select(Teams.name + "!").scalar()
    assert db.fetch_all(from_(Teams).order_by(Teams.id).select(outer)) == ["red!", "blue!", "empty!"]


GROUPED = PLAYERS.group_by(rollup(Players.id))

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "no key": (rollup, "rollup takes at least one key"),
    "no set": (grouping_sets, "grouping_sets takes at least one key"),
    "a name": (lambda: cube("id"), "cube takes columns and expressions, and tuples of them, not a str"),
    "an order": (lambda: rollup(Players.id.desc()), "rollup takes columns and expressions, .*not an Order"),
    "a list": (lambda: rollup([Players.id]), "not a list"),
    "a rollup in a cube": (
        lambda: cube(rollup(Players.id)), r"cube takes keys and tuples of them: say grouping_sets\(…\) around rollup"),
    "an empty set": (lambda: rollup(()), "the empty set is one of rollup's already"),
    "a large cube": (lambda: cube(*[Players.id] * 13), "cube takes at most 12 keys, which are 4096 sets"),
    "many sets": (
        lambda: PLAYERS.group_by(cube(*[Players.id] * 12), rollup(Players.score)), "more than 4096 grouping sets"),
    "a key without an order": (lambda: PLAYERS.group_by(rollup(Players.score == 1, "x")), "not a str"),
    "an aggregate": (lambda: PLAYERS.group_by(rollup(COUNT)).select(COUNT).sql(), "an aggregate cannot stand in GROUP"),
    "another table's": (
        lambda: PLAYERS.group_by(rollup(Teams.id)).select(COUNT).sql(), "table teams is not in this query"),
    "a column that its key does not determine": (
        lambda: GROUPED.select(Players.name).sql(), r"players\.name is neither in group_by"),
    "a model whose key some sets lack": (lambda: GROUPED.select(Player).sql(), r"a model has no players\.id where"),
    "a model that its key does not determine": (
        lambda: PLAYERS.group_by(grouping_sets(Players.score)).select(Player).sql(), "is neither in group_by"),
    "a model of keys that some sets lack": (
        lambda: PLAYERS.group_by(rollup(Players.id, Players.name)).select(maybe(Named)).sql(),
        r"a model has no players\.id where a grouping set lacks it: select columns"),
    "a model of a key and one that some sets lack": (
        lambda: PLAYERS.group_by(Players.id, rollup(Players.name)).select(maybe(Named)).sql(),
        r"a model has no players\.name where a grouping set lacks it"),
    "grouping of no key": (fn.grouping, "grouping takes 1 to 31 keys"),
    "grouping of many keys": (lambda: fn.grouping(*[Players.id] * 32), "grouping takes 1 to 31 keys"),
    "grouping of a value": (lambda: fn.grouping(1), "grouping takes a column or an expression"),
    "grouping of what is no key": (
        lambda: GROUPED.select(fn.grouping(Players.score)).sql(), "grouping takes what group_by has"),
    "grouping of a key with another value": (
        lambda: PLAYERS.group_by(rollup(ODD)).select(fn.grouping(Players.score % 3)).sql(), "what group_by has"),
    "grouping without groups": (lambda: select(fn.grouping(Players.id)).sql(), "grouping takes what group_by has"),
    "grouping in where": (
        lambda: PLAYERS.where(fn.grouping(Players.id) == 1).select(Players.id).sql(), "cannot stand in WHERE"),
    "grouping in an aggregate": (
        lambda: GROUPED.select(fn.sum(fn.grouping(Players.id))).sql(), "an aggregate cannot stand inside sum"),
    "sets for an order": (lambda: PLAYERS.order_by(rollup(Players.id)), "order_by takes columns and expressions"),
    "sets in a select list": (lambda: PLAYERS.select(rollup(Players.id)), "cannot be selected"),
}  # fmt: skip


@pytest.mark.parametrize(("build", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_groups_is_refused(build: Callable[[], Any], problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        build()


def test_grouping_stands_in_no_check() -> None:
    with pytest.raises(SchemaError):
        check(fn.grouping(Players.id) == 1)
