from __future__ import annotations

import pickle
from typing import Any

import pytest

from ferra_sync import Plan
from ferra_sync._query.plan import masked


def node(kind: str, cost: float, time: float | None = None, *plans: dict[str, Any], **more: Any) -> dict[str, Any]:
    ran = {} if time is None else {"Actual Total Time": time, "Actual Rows": 1.0, "Actual Loops": more.pop("loops", 1)}
    named = {name.replace("_", " ").title().replace("Cte", "CTE"): value for name, value in more.items()}
    return {"Node Type": kind, "Total Cost": cost, "Plan Rows": 7, **ran, **named, "Plans": list(plans)}


BLOCKS = {f"shared_{what}_blocks": 3 if what == "hit" else 0 for what in ("hit", "read", "dirtied", "written")}


@pytest.mark.parametrize(
    ("spelled", "shown"),
    [
        ("((score > 3) AND (name <> 'x''y'::text))", "((score > …) AND (name <> …::text))"),
        ("(id = ANY ('{1,2}'::integer[]))", "(id = ANY (…::integer[]))"),
        (r"(note = E'a\\b''c'::text)", "(note = …::text)"),
        ("(bits = B'101'::\"bit\")", '(bits = …::"bit")'),
        ("(ratio > 1.5::double precision)", "(ratio > …::double precision)"),
        ("((x IS NULL) = NULL::boolean)", "((x IS NULL) = …::boolean)"),
        ("(false AND truest AND ok2 = true)", "(… AND truest AND ok2 = …)"),
        ('("it\'s 5" = (InitPlan 1).col1)', '("it\'s 5" = (InitPlan 1).col1)'),
        ("(id = $0) OR (SubPlan 12)", "(id = $0) OR (SubPlan 12)"),
        ("'SubPlan 1'::text", "…::text"),
        ("(größe > 5)", "(größe > …)"),
    ],
)
def test_every_constant_of_a_condition_is_left_out(spelled: str, shown: str) -> None:
    assert masked(spelled) == shown


def test_the_tree_marks_what_costs_most_by_itself() -> None:
    scan = node("Seq Scan", 50.0, relation_name="users", alias="u", filter="(id = 4711)")
    plan = Plan.of({"Plan": node("Sort", 60.0, None, scan, sort_key=["u.id", "u.name DESC"])})
    assert repr(plan).splitlines() == [
        "Sort  cost 60.00, 7 rows",
        "│    Sort Key: u.id, u.name DESC",
        "└─ Seq Scan on users u  cost 50.00, 7 rows  ◀ costs most: 50.00 by itself",
        "        Filter: (id = …)",
    ]
    assert plan.slowest.relation == "users"
    assert (plan.execution_time, plan.root.time, plan.root.own_cost) == (None, None, 10.0)


def test_the_tree_marks_what_took_longest_by_itself_over_all_its_loops() -> None:
    inner = node("Index Scan", 1.0, 2.0, index_name="p_key", relation_name="posts", loops=5)
    never = node("Result", 1.0, 0.0, loops=0)
    plan = Plan.of(
        {
            "Plan": node("Nested Loop", 9.0, 12.0, inner, never, join_type="Left", **BLOCKS),
            "Planning Time": 0.5,
            "Execution Time": 13.0,
        }
    )
    assert repr(plan).splitlines() == [
        "Nested Loop Left Join  12.000 ms, 1 row (7 expected), 3 blocks hit, 0 read",
        "├─ Index Scan using p_key on posts  10.000 ms, 1 row (7 expected), 5 times  ◀ slowest: 10.000 ms by itself",
        "└─ Result  never run, 7 rows expected",
        "planning 0.500 ms, execution 13.000 ms",
    ]
    assert (plan.root.own_time, plan.planning_time) == (2.0, 0.5)


def test_the_time_of_a_cte_is_its_own_and_not_that_of_who_scans_it() -> None:
    cte = node("Seq Scan", 5.0, 6.0, subplan_name="CTE recent", relation_name="posts")
    scan = node("CTE Scan", 6.0, 7.0, cte_name="recent", alias="recent")
    again = node("CTE Scan", 6.0, 1.0, cte_name="recent", alias="recent")
    root = Plan.of({"Plan": node("Hash Join", 20.0, 9.0, cte, scan, again)}).root
    assert [each.own_time for each in root.walk()] == [1.0, 6.0, 1.0, 1.0]
    assert [each.label for each in root.walk()][1:3] == ["CTE recent: Seq Scan on posts", "CTE Scan on recent"]


def test_a_plan_goes_everywhere_and_a_notebook_gets_it_escaped() -> None:
    plan = Plan.of({"Plan": node("Seq Scan", 5.0, filter="(a <> b)")})
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert plan._repr_html_().startswith("<pre>Seq Scan  cost 5.00")
    assert "(a &lt;&gt; b)" in plan._repr_html_()
