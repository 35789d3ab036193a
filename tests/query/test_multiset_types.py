"""Values of every type come back from a multiset as they do from a flat row, at any depth."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st
from type_cases import SUBJECTS, Subject, every_type, same

from ferra_sync import Database, Derived, exists, from_, select
from ferra_sync import functions as fn
from ferra_sync import types as t


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, *(of.table for of in SUBJECTS)) as db:
        yield db


@every_type
def test_values_of_every_type_nest_as_they_stand_in_a_flat_row(db: Database, of: Subject) -> None:
    case = of.case
    columns = {"value": case.declare(), "other": t.nullable(case.declare()), "many": t.array(case.declare())}
    rows = types.new_class(f"Nested{case.name}", (Derived,), exec_body=lambda body: body.update(columns))

    @given(st.lists(st.tuples(case.values, st.none() | case.values, st.lists(case.values, max_size=2)), max_size=3))
    @settings(max_examples=4, deadline=None)
    def check(listed: list[Any]) -> None:
        there = ~exists(from_(of.table))  # The table is empty, and the statement knows the type of its enum.
        flat: Any = from_(rows.values(listed)).where(there).select(rows.value, rows.other, rows.many)
        values: Any = from_(rows.values(listed)).where(there).select(rows.many)
        inner = select(flat.multiset(), values.multiset()).multiset()
        (one,) = db.fetch_all(select(fn.now(), flat.multiset(), inner))
        expected, arrays = list(map(list, db.fetch_all(flat))), db.fetch_all(values)
        assert same(list(map(list, one[1])), expected)
        ((twice, alone),) = one[2]
        assert same(list(map(list, twice)), expected)
        assert same(alone, arrays)

    check()
