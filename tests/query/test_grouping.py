"""Groups and aggregates are what Python groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

import pytest
from players import DATA, Kind, Pairs, Players, Team, Teams, players_database

from ferra_sync import Database, from_, maybe
from ferra_sync import functions as fn


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with players_database(server_url) as db:
        yield db


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


def test_dates_and_decimals_group_by_their_values(db: Database) -> None:
    day = fn.literal(dt.date(2024, 1, 1))
    money = fn.literal(Decimal("1.10"))
    assert db.fetch_all(from_(Players).select(day, money, maybe(Players.name)).limit(1))[0][:2] == (
        dt.date(2024, 1, 1),
        Decimal("1.10"),
    )
