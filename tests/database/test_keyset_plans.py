"""A keyset page reads an index from its token on: as many rows on the last page as on the first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from databases import fresh_database

from ferra_sync import Constraint, Database, Plan, Select, Table, from_, index, select
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._database.keyset import KeysetWalk
from ferra_sync._query.rows_after import rows_after

COUNT = 20_000


class Owners(Table):
    id = t.integer(primary_key=True)
    name = t.text()


class Tickets(Table):
    id = t.integer(primary_key=True)
    owner_id = t.integer(references=Owners.id)
    code = t.text(unique=True)
    made_at = t.timestamptz()
    level = t.integer()
    score = t.nullable(t.integer())

    @classmethod
    def __constraints__(cls) -> list[Constraint[Any]]:
        return [
            index(cls.made_at, cls.id, name="by_moment"),
            index(cls.level, cls.id.desc(), name="by_level"),
            index(cls.score, cls.id, name="by_score"),
            index(fn.lower(cls.code), cls.id, name="by_lower"),
        ]


ROWS = f"""
INSERT INTO owners SELECT n, 'o' || n FROM generate_series(1, 100) AS n;
INSERT INTO tickets SELECT n, n % 100 + 1, md5(n::text), '2024-01-01 00:00+00'::timestamptz + n / 3 * interval '1 s',
    n / 10, nullif(n, n / 10 * 10) FROM generate_series(1, {COUNT}) AS n;
ANALYZE
"""


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with fresh_database(server_url, Owners, Tickets, script=ROWS) as url, Database.connect(url) as db:
        yield db


def plans(db: Database, query: Select[Any, Any, Any], number: int) -> list[Plan]:
    """Return the plans of the statements that read the page after the row of this number."""
    walk = KeysetWalk(query)
    position = walk.position_at(db, number)
    assert position is not None
    predicates = rows_after(walk._keys, position)
    return [walk._kept(walk._forward, each).limit(21).explain(db, analyze=True) for each in predicates]


def reads(plan: Plan) -> list[tuple[str | None, str]]:
    """Return the index of each scan with its condition."""
    return [
        (node.index, next((each for each in node.conditions if each.startswith("Index Cond")), ""))
        for node in plan.root.walk()
        if node.relation == "tickets"
    ]


MOMENT = "…::timestamp with time zone"
READS: dict[str, tuple[Any, list[list[tuple[str, str]]]]] = {
    "one direction": (
        select(Tickets.id).order_by(Tickets.made_at),
        [[("by_moment", f"Index Cond: (ROW(made_at, id) > ROW({MOMENT}, …))")]],
    ),
    "backward": (
        select(Tickets.id).order_by(Tickets.made_at.desc()),
        [[("by_moment", f"Index Cond: (ROW(made_at, id) < ROW({MOMENT}, …))")]],
    ),
    "a unique column": (
        select(Tickets.id).order_by(Tickets.code),
        [[("tickets_code_key", "Index Cond: (code > …::text)")]],
    ),
    "two directions": (
        select(Tickets.id).order_by(Tickets.level, Tickets.id.desc()),
        [[("by_level", "Index Cond: (level >= …)")]],
    ),
    "NULLs last": (
        select(Tickets.id).order_by(Tickets.score),
        [[("by_score", "Index Cond: (ROW(score, id) > ROW(…, …))")], [("by_score", "Index Cond: (score IS NULL)")]],
    ),
    "an expression": (
        select(Tickets.id).order_by(fn.lower(Tickets.code)),
        [[("by_lower", "Index Cond: (ROW(lower(code), id) > ROW(…::text, …))")]],
    ),
    "a join": (
        from_(Tickets).inner_join(Owners).order_by(Tickets.made_at).select(Tickets.id, Owners.name),
        [[("by_moment", f"Index Cond: (ROW(made_at, id) > ROW({MOMENT}, …))")]],
    ),
}


@pytest.mark.parametrize(("query", "expected"), READS.values(), ids=READS.keys())
@pytest.mark.parametrize("number", [50, COUNT - 5000])
def test_a_page_begins_in_the_index_at_its_token(db: Database, query: Any, expected: Any, number: int) -> None:
    found = plans(db, query, number)
    assert [reads(plan) for plan in found] == expected
    assert all(node.rows is not None and node.rows <= 100 for plan in found for node in plan.root.walk())


def test_a_page_among_the_nulls_of_its_first_key_begins_there_too(db: Database) -> None:
    (plan,) = plans(db, select(Tickets.id).order_by(Tickets.score), COUNT - 500)
    assert reads(plan) == [("by_score", "Index Cond: ((score IS NULL) AND (id > …))")]


def test_a_page_of_groups_leaves_out_those_before_it_while_it_groups(db: Database) -> None:
    query = from_(Tickets).group_by(Tickets.level).order_by(Tickets.level).select(Tickets.level, fn.count())
    (plan,) = plans(db, query, 1500)
    assert reads(plan) == [("by_level", "Index Cond: (level > …)")]
