from __future__ import annotations

import re
from typing import Any

import pytest
from players import Player, Players, Team, Teams

from ferra_sync import case, delete_from, exists, from_, insert_into, maybe, select, update
from ferra_sync import functions as fn

own = from_(Players).correlate(Teams).where(Players.team_id == Teams.id)

EVERY_CLAUSE = (
    from_(Players)
    .left_join(Teams)
    .where((Players.score > 3) | (Players.name == "hunter2"), Players.id.between(1, 3))
    .group_by(Players.id, Teams.id)
    .having(fn.count() > 1)
    .order_by(Teams.name.desc(), Players.id)
    .select(Player, maybe(Team))
    .limit(3)
    .offset(2)
)
QUERIES = (
    EVERY_CLAUSE,
    select(Player).for_update(skip_locked=True),
    from_(Teams).where(exists(own), ~exists(own)).select(Teams.id, own.select(fn.count()).scalar()),
    select(Players.id).union(select(Teams.id)).except_(select(Players.score)).order_by(Players.id).limit(3),
    update(Players).find(3).set(Players.name.to("hunter2")).returning(Player),
    delete_from(Players).where(Players.team_id.is_in(select(Teams.id))),
    insert_into(Players).values(Player("hunter2", 1), Player("b", 2)).returning(Players.id),
    from_(Players).select(fn.row_number().over(partition_by=Players.team_id, order_by=Players.score)),
    from_(Players).select(case((Players.score.between(1, 2), Players.name), otherwise="hunter2")),
)
each = pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))


def test_a_query_shows_each_clause_on_a_line_of_its_own() -> None:
    assert repr(EVERY_CLAUSE).splitlines() == [
        "SELECT",
        '    "players"."name",',
        '    "players"."score",',
        '    "players"."team_id",',
        '    CAST("players"."kind" AS text),',
        '    "players"."id",',
        '    "teams"."name",',
        '    "teams"."id"',
        'FROM "players"',
        'LEFT OUTER JOIN "teams" ON ("players"."team_id" = "teams"."id")',
        "WHERE (",
        '    (("players"."score" > $1::integer) OR ("players"."name" = $2))',
        '    AND ("players"."id" BETWEEN $3::integer AND $4::integer)',
        ")",
        'GROUP BY "players"."id", "teams"."id"',
        'HAVING (("count"(*) > $5::bigint))',
        'ORDER BY "teams"."name" DESC, "players"."id" ASC',
        "LIMIT $6::bigint",
        "OFFSET $7::bigint",
    ]


def test_queries_inside_a_query_are_indented() -> None:
    query = from_(Teams).where(exists(own), Teams.id != 1).select(own.select(fn.count()).scalar())
    assert repr(query).splitlines() == [
        "SELECT (",
        '    SELECT "count"(*)',
        '    FROM "players"',
        '    WHERE (("players"."team_id" = "teams"."id"))',
        ")",
        'FROM "teams"',
        "WHERE (",
        "    EXISTS (",
        "        SELECT 1",
        '        FROM "players"',
        '        WHERE (("players"."team_id" = "teams"."id"))',
        "    )",
        '    AND ("teams"."id" <> $1::integer)',
        ")",
    ]


def test_the_queries_of_a_set_operation_stand_in_brackets() -> None:
    query = select(Players.id).union_all(select(Teams.id)).limit(3)
    assert repr(query).splitlines() == [
        "(",
        '    SELECT "players"."id"',
        '    FROM "players"',
        ")",
        "UNION ALL (",
        '    SELECT "teams"."id"',
        '    FROM "teams"',
        ")",
        "LIMIT $1::bigint",
    ]


def test_writes_show_themselves_too() -> None:
    assert repr(update(Players).find(3).set(Players.name.to("hunter2"), Players.score.to(1))).splitlines() == [
        'UPDATE "players"',
        'SET "name"=$1::text, "score"=$2::integer',
        'WHERE (("players"."id" = $3::integer))',
    ]
    assert repr(delete_from(Players).all_rows()) == 'DELETE FROM "players"'
    assert (
        repr(insert_into(Teams).values(Team("hunter2")))
        == 'INSERT INTO "teams" ("name", "id")\nVALUES ($1::text, DEFAULT)'
    )


@each
def test_nothing_but_blanks_tells_what_is_shown_from_what_is_sent(query: Any) -> None:
    shown = repr(query)
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", query.sql().text)
    assert "hunter2" not in shown
    assert not re.search(r"[ \t]$", shown, re.MULTILINE)


@each
def test_a_notebook_gets_the_same_escaped(query: Any) -> None:
    html = query._repr_html_()
    assert html.startswith("<pre>")
    assert html.endswith("</pre>")
    assert "<" not in html.removeprefix("<pre>").removesuffix("</pre>")
    assert "&lt;&gt;" in select(Players.id).where(Players.id != 1)._repr_html_()


def test_a_query_that_is_none_yet_says_what_it_lacks() -> None:
    lacking = {
        repr(from_(Players)): "<From on players: nothing is selected from players: say .select(…)>",
        repr(update(Players)): "<Update on players: nothing to set in players: say .set(…)>",
        repr(delete_from(Players)): "<Delete on players: delete every row of players? Say .where(…), or .all_rows()>",
        repr(insert_into(Players)): "<Insert on players: nothing to insert into players: say .values(…)>",
    }
    assert list(lacking) == list(lacking.values())
    assert repr(own.select(Players.id)).startswith("<CorrelatedSelect on players: a query correlated to teams stands")
    assert "&lt;From on players" in from_(Players)._repr_html_()


def test_a_query_that_cannot_mean_anything_says_why() -> None:
    query: Any = from_(Players).where(fn.count() > 4711)  # type: ignore[arg-type]
    assert re.fullmatch(r"<Select on players: .*aggregate.*>", repr(query.select(Player)))
    assert "4711" not in repr(query.select(Player))
    deep = Players.score > 1
    for _ in range(100_000):
        deep = ~deep
    assert repr(select(Player).where(deep)) == "<Select on players: the expression is nested too deeply>"
