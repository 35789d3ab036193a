"""Functions that return rows: what they need, and that their columns are those that the server says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from databases import database_with

from ferra_sync import Database, QueryError, SetReturning, Table
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._compiler.expressions import Lowering
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._postgres.adapters import ADAPTERS
from ferra_sync._postgres.conversions import dump_of, load_of


class Bags(Table):
    size = t.smallint()
    total = t.bigint()
    weight = t.double_precision()
    name = t.text()
    tags = t.array(t.text())
    marks = t.array(t.nullable(t.integer()))
    plain = t.json()
    extra = t.jsonb()


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Bags) as db:
        yield db


def document(value: Any) -> Any:
    return fn.literal(value, t.jsonb())


def rows_of(db: Database, given: Any) -> tuple[list[int], list[tuple[Any, ...]]]:
    """Run it in FROM; return the types' numbers of its columns, and the rows."""
    lowering = Lowering(())
    text = f"SELECT * FROM {lowering.term(given.shape).get_sql()} AS found"
    values = [
        value if (dump := dump_of(of)) is None else dump(value)
        for value, of in zip(given.params, lowering.parameter_types, strict=True)
    ]
    with db.connection() as connection:
        cursor = psycopg.RawCursor(connection)
        cursor._tx = psycopg.adapt.Transformer.from_context(psycopg.adapt.AdaptersMap(ADAPTERS))
        found = cursor.execute(text.encode(), values)
        assert found.description is not None
        types = [column.type_code for column in found.description]
        loads = [load_of(column.type) or (lambda value: value) for column in given.columns]
        return types, [tuple(load(value) for load, value in zip(loads, row, strict=True)) for row in found.fetchall()]


def oid_of(sql_type: SqlType[Any]) -> int:
    element = sql_type.element
    return (
        psycopg.adapters.types[sql_type.cast].oid if element is None else psycopg.adapters.types[element.cast].array_oid
    )


NOON = dt.datetime(2024, 1, 31, 12, tzinfo=dt.UTC).replace(tzinfo=None)
DAY = dt.timedelta(days=1)
CASES: list[tuple[Any, list[Any]]] = [
    (fn.generate_series(1, 3), [1, 2, 3]),
    (fn.generate_series(5, 1, -2), [5, 3, 1]),
    (fn.generate_series(2**40, 2**40 + 1), [2**40, 2**40 + 1]),
    (fn.generate_series(fn.literal(1), 2), [1, 2]),
    (fn.generate_series(fn.literal(1, t.smallint()), fn.literal(2, t.smallint())), [1, 2]),
    (fn.generate_series(Decimal("0.5"), 2), [Decimal("0.5"), Decimal("1.5")]),
    (fn.generate_series(NOON, NOON + DAY, DAY), [NOON, NOON + DAY]),
    (fn.generate_series(NOON, NOON + 31 * DAY, fn.interval(months=1)), [NOON, NOON + 29 * DAY]),
    (fn.generate_series(1, fn.literal(None, t.nullable(t.integer()))), []),
    (fn.unnest(fn.literal(["a", "b"], t.array(t.text()))), ["a", "b"]),
    (fn.unnest(fn.literal([1, None], t.array(t.nullable(t.integer())))), [1, None]),
    (
        fn.unnest(fn.literal(["a", "b"], t.array(t.text())), fn.literal([1], t.array(t.integer()))),
        [("a", 1), ("b", None)],
    ),
    (fn.jsonb_array_elements(document([1, {"a": None}])), [1, {"a": None}]),
    (fn.jsonb_array_elements_text(document([1, "x", None])), ["1", "x", None]),
    (fn.jsonb_each(document({"a": 1, "b": [2]})), [("a", 1), ("b", [2])]),
    (fn.jsonb_each_text(document({"a": 1, "b": None})), [("a", "1"), ("b", None)]),
    (fn.jsonb_object_keys(document({"a": 1, "b": 2})), ["a", "b"]),
    (fn.regexp_matches(fn.literal("ab12"), "([a-z])([0-9])?"), [["a", None]]),
    (fn.regexp_matches(fn.literal("ab12"), "[a-z]", "g"), [["a"], ["b"]]),
    (fn.regexp_split_to_table(fn.literal("a1b22c"), "[0-9]+"), ["a", "b", "c"]),
    (fn.string_to_table(fn.literal("a,b"), ","), ["a", "b"]),
]


@pytest.mark.parametrize(("given", "expected"), CASES, ids=repr)
def test_its_rows_and_their_types_are_those_of_the_server(db: Database, given: Any, expected: list[Any]) -> None:
    types, rows = rows_of(db, given)
    assert rows == [each if len(given.columns) > 1 else (each,) for each in expected]
    assert types == [oid_of(column.type) for column in given.columns]
    for number, column in enumerate(given.columns):
        assert column.nullable or all(row[number] is not None for row in rows)


def test_it_tells_how_postgresql_names_its_columns() -> None:
    assert [column.name for column in fn.jsonb_each(Bags.extra).columns] == ["key", "value"]
    assert [column.name for column in fn.generate_series(1, 2).columns] == ["generate_series"]


def test_an_element_may_be_null_where_its_array_says_so_or_another_is_longer() -> None:
    assert [column.nullable for column in fn.unnest(Bags.tags).columns] == [False]
    assert [column.nullable for column in fn.unnest(Bags.marks).columns] == [True]
    assert [column.nullable for column in fn.unnest(Bags.tags, Bags.tags).columns] == [True, True]


def test_its_shape_says_nothing_of_its_values() -> None:
    one, other = fn.generate_series(1, 3), fn.generate_series(2, 9)
    assert isinstance(one, SetReturning)
    assert (one.shape, one.params, other.params) == (other.shape, (1, 3), (2, 9))
    assert "3" not in repr(one)


WRONG: Any = fn  # No checker takes what is refused here.


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: WRONG.generate_series(1.5, 3), "takes no floats"),
        (lambda: WRONG.generate_series(Bags.weight, 3), "takes no floats"),
        (lambda: WRONG.generate_series(1, 3, DAY), "a number as its step, not interval"),
        (lambda: WRONG.generate_series(NOON, NOON), "takes a step"),
        (lambda: WRONG.generate_series(NOON, NOON, 1), "takes a step"),
        (lambda: WRONG.generate_series(NOON, NOON.replace(tzinfo=dt.UTC), DAY), "timestamp to timestamptz"),
        (lambda: WRONG.generate_series(NOON.date(), NOON.date(), DAY), "date to date"),
        (WRONG.unnest, "takes an array"),
        (lambda: WRONG.unnest(Bags.name), "takes arrays, not text"),
        (lambda: WRONG.unnest([1]), "not list"),
        (lambda: WRONG.jsonb_each(Bags.plain), r"not json: say \.cast\(t\.jsonb\(\)\)"),
        (lambda: WRONG.jsonb_object_keys(Bags.name), "takes jsonb, not text"),
        (lambda: WRONG.string_to_table(Bags.size, ","), "takes text, not smallint"),
        (lambda: Bags.size == WRONG.generate_series(1, 2), "not SetReturning"),
    ],
)
def test_what_makes_no_rows_is_refused(wrong: Any, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        wrong()


def test_it_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="stands in FROM"):
        bool(fn.generate_series(1, 2))
