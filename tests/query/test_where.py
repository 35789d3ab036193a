"""Which rows a query keeps: where, find and belonging_to, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from players import LooseRow, Pair, Pairs, Player, Players, Team, Teams, players_database

from ferra_sync import Database, NotFound, QueryError, SchemaError, from_, select
from ferra_sync import functions as fn


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with players_database(server_url) as db:
        yield db


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
