"""What Python says of an expression, PostgreSQL says."""

from __future__ import annotations

import datetime as dt
import math
import operator
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from columns_of_kinds import NAIVE, ROWS, UTC, Kind, Kinds, Number, Numbers, Texts
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import Database, from_, insert_into, select, update
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._database.runner import prepared


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Numbers, Texts, Kinds) as db:
        db.execute(insert_into(Numbers).values(*(Number(*row) for row in ROWS)))
        db.execute(insert_into(Kinds).values(Kind()))
        yield db


class Node(NamedTuple):
    """An expression, and what it means: a row → its value, None for NULL."""

    expr: Any
    meaning: Callable[[tuple[Any, ...]], Any]


def strict(function: Callable[..., Any], *nodes: Node) -> Callable[[tuple[Any, ...]], Any]:
    """Return the meaning of an operator that is NULL where an operand is."""

    def meaning(row: tuple[Any, ...]) -> Any:
        values = [node.meaning(row) for node in nodes]
        return None if None in values else function(*values)

    return meaning


def remainder(a: Decimal, b: Decimal) -> Decimal | None:
    return a % b  # Decimal's sign is that of the dividend, as PostgreSQL's.


def both(a: Any, b: Any) -> Any:
    return False if a is False or b is False else (None if a is None or b is None else True)


def either(a: Any, b: Any) -> Any:
    return True if a is True or b is True else (None if a is None or b is None else False)


SMALL = st.integers(-9, 9).map(Decimal)
COLUMNS = st.sampled_from(
    [
        Node(Numbers.n, lambda row: None if row[0] is None else Decimal(row[0])),
        Node(Numbers.m, lambda row: None if row[1] is None else Decimal(row[1])),
    ]
)
LITERALS = SMALL.map(lambda value: Node(fn.literal(value), lambda _row: value))
ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul}
COMPARISONS = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def binary(operators: dict[str, Any], operands: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def build(name: str, a: Node, b: Node) -> Node:
        return Node(operators[name](a.expr, b.expr), strict(operators[name], a, b))

    return st.builds(build, st.sampled_from(sorted(operators)), operands, operands)


def with_value(operators: dict[str, Any], operands: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Return trees with a bare Python value on the right, or on the left."""

    def build(name: str, a: Node, value: Decimal, is_left: bool) -> Node:
        function = operators[name]
        if is_left:
            return Node(function(value, a.expr), strict(lambda x: function(value, x), a))
        return Node(function(a.expr, value), strict(lambda x: function(x, value), a))

    return st.builds(build, st.sampled_from(sorted(operators)), operands, SMALL, st.booleans())


def grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    negated = inner.map(lambda a: Node(-a.expr, strict(operator.neg, a)))
    modulo = st.builds(
        lambda a, b: Node(a.expr % b, strict(lambda x: remainder(x, b), a)),
        inner,
        st.sampled_from([Decimal(-3), Decimal(2), Decimal(7)]),
    )
    filled = st.builds(
        lambda a, b: Node(
            fn.coalesce(a.expr, b.expr), lambda row: a.meaning(row) if a.meaning(row) is not None else b.meaning(row)
        ),
        inner,
        inner,
    )
    return binary(ARITHMETIC, inner) | with_value(ARITHMETIC, inner) | negated | modulo | filled


NUMBERS = st.recursive(COLUMNS | LITERALS, grown, max_leaves=8)


def judged(a: Node, b: Node, values: list[Decimal], which: int) -> Node:
    distinct = lambda row: a.meaning(row) != b.meaning(row)  # noqa: E731 - one of a list
    return [
        Node(a.expr.is_null(), lambda row: a.meaning(row) is None),
        Node(a.expr.is_not_null(), lambda row: a.meaning(row) is not None),
        Node(a.expr.is_distinct_from(b.expr), distinct),
        Node(a.expr.is_not_distinct_from(b.expr), lambda row: not distinct(row)),
        Node(a.expr.is_in(values), lambda row: None if a.meaning(row) is None and values else a.meaning(row) in values),
        Node(
            a.expr.is_not_in(values),
            lambda row: None if a.meaning(row) is None and values else a.meaning(row) not in values,
        ),
        Node(a.expr.is_distinct_from(None), lambda row: a.meaning(row) is not None),
    ][which]


def ranged(a: Node, b: Node, c: Node) -> Node:
    def meaning(row: tuple[Any, ...]) -> Any:
        x, low, high = a.meaning(row), b.meaning(row), c.meaning(row)
        return both(None if x is None or low is None else x >= low, None if x is None or high is None else x <= high)

    return Node(a.expr.between(b.expr, c.expr), meaning)


PREDICATES = (
    st.just(Node(Numbers.yes, lambda row: row[2]))
    | st.booleans().map(lambda value: Node(fn.literal(value), lambda _row: value))
    | binary(COMPARISONS, NUMBERS)
    | st.builds(judged, NUMBERS, NUMBERS, st.lists(SMALL, max_size=4), st.integers(0, 6))
    | st.builds(ranged, NUMBERS, NUMBERS, NUMBERS)
)


def combined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return (
        st.builds(lambda a, b: Node(a.expr & b.expr, lambda row: both(a.meaning(row), b.meaning(row))), inner, inner)
        | st.builds(
            lambda a, b: Node(a.expr | b.expr, lambda row: either(a.meaning(row), b.meaning(row))), inner, inner
        )
        | inner.map(lambda a: Node(~a.expr, strict(operator.not_, a)))
    )


TREES = st.recursive(PREDICATES, combined, max_leaves=10)


# --- what Python says of a tree, PostgreSQL says ---------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(tree=NUMBERS)
def test_arithmetic_is_what_python_calls_it(db: Database, tree: Node) -> None:
    assert db.fetch_all(from_(Numbers).order_by(Numbers.id).select(tree.expr)) == [tree.meaning(row) for row in ROWS]


@settings(max_examples=200, deadline=None)
@given(tree=TREES)
def test_logic_is_three_valued_and_brackets_are_kept(db: Database, tree: Node) -> None:
    expected = [tree.meaning(row) for row in ROWS]
    assert db.fetch_all(from_(Numbers).order_by(Numbers.id).select(tree.expr)) == expected
    kept = db.fetch_all(select(Numbers.id).where(tree.expr))
    assert len(kept) == expected.count(True)
    assert len(db.fetch_all(select(Numbers.id).where(~tree.expr))) == expected.count(False)


@settings(max_examples=40, deadline=None)
@given(tree=TREES, number=NUMBERS)
def test_an_update_computes_what_a_select_does(db: Database, tree: Node, number: Node) -> None:
    with db.begin() as tx:
        affected = tx.execute(update(Numbers).where(tree.expr).set(Numbers.n.to(number.expr)))
        expected = [number.meaning(row) if tree.meaning(row) else row[0] for row in ROWS]
        assert affected == sum(tree.meaning(row) is True for row in ROWS)
        assert tx.fetch_all(select(Numbers.n).order_by(Numbers.id)) == expected


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (-(Numbers.n + 5), -8),
        (Numbers.n - (-Numbers.m), 1),
        (operator.neg(-Numbers.n), 3),
        (Numbers.n - (Numbers.m - 1), 6),
        (2 * (Numbers.n + Numbers.m), 2),
        ((Numbers.n - 1) * -1, -2),
        (10 - Numbers.n - 1, 6),
        (10 - (Numbers.n - 1), 8),
        (12 / (Numbers.n / 1), 4),
        ((Numbers.n + 2) % 3 - 1, 1),
    ],
)
def test_nothing_depends_on_which_operator_binds_tighter(db: Database, expr: Any, expected: int) -> None:
    assert db.fetch_one(from_(Numbers).order_by(Numbers.id).select(expr)) == expected


# --- types of results ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (Kinds.whole / 2, -3),
        (Kinds.whole % 4, -3),
        (Kinds.small + Kinds.big, 2**40 + 7),
        (Kinds.big + Kinds.small, 2**40 + 7),
        (Kinds.small * Kinds.exact, Decimal("17.5")),
        (Kinds.exact / 2, Decimal("1.25")),
        (Kinds.exact + 1, Decimal("3.50")),
        (Kinds.double * 2, 0.2),
        (Kinds.double + Kinds.exact, 2.6),
        (Kinds.span + dt.timedelta(minutes=5), dt.timedelta(hours=1, minutes=5)),
        (Kinds.at + dt.timedelta(days=1), dt.datetime(2024, 1, 2, tzinfo=UTC)),
        (Kinds.at - Kinds.span, dt.datetime(2023, 12, 31, 23, tzinfo=UTC)),
        (Kinds.at - (Kinds.at - dt.timedelta(days=3)), dt.timedelta(days=3)),
        (Kinds.plain + Kinds.span, NAIVE + dt.timedelta(hours=1)),
        (Kinds.plain - Kinds.plain, dt.timedelta(0)),
        (operator.add(Kinds.words, ["b", '"']), ["a", "b", '"']),
        (Kinds.words + Kinds.words, ["a", "a"]),
        (Kinds.whole.cast(t.text()) + "!", "-7!"),
        (Kinds.whole.cast(t.numeric()), Decimal(-7)),
        (Kinds.exact.cast(t.integer()), 3),
        (Kinds.at.cast(t.date()), dt.date(2024, 1, 1)),
        (Kinds.day.cast(t.timestamp()), NAIVE),
        (fn.literal("abcdef").cast(t.varchar(3)), "abc"),
        (fn.literal("12").cast(t.integer()) + 1, 13),
        (Kinds.maybe_whole.cast(t.nullable(t.text())), None),
        (Kinds.whole.cast(t.bigint()) * 2**40, -7 * 2**40),
    ],
)
def test_an_expression_has_the_value_and_the_type_that_it_promises(db: Database, expr: Any, expected: Any) -> None:
    value = db.fetch_one(from_(Kinds).select(expr))
    assert type(value) is type(expected)
    assert value == pytest.approx(expected) if isinstance(expected, float) else value == expected


def test_an_expression_s_own_type_is_what_a_value_is_compared_as(db: Database) -> None:
    found = [
        (Kinds.short + Kinds.whole) == 0.10000000149011612 - 7,
        (Kinds.small + Kinds.big) > 2**39,
        (Kinds.small * Kinds.exact) == Decimal("17.50"),
        (Kinds.at - dt.timedelta(days=1)) < dt.datetime(2024, 1, 1, tzinfo=UTC),
        (Kinds.whole.cast(t.text()) + "!").contains("7!"),
        fn.length(Kinds.whole.cast(t.text())) == 2,
        Kinds.words == ["a"],
        Kinds.data == {"a": 1},
        Kinds.short == 0.1,
    ]
    for predicate in found:
        assert db.fetch_all(select(Kinds.id).where(predicate)) == [1]


@pytest.mark.parametrize(
    "value",
    [True, 5, -(2**62), 1.5, Decimal("1.10"), "text", b"\x00", dt.date(2024, 2, 29), dt.time(1, 2), dt.timedelta(1),
     NAIVE, dt.datetime(2024, 1, 1, tzinfo=UTC)],
)  # fmt: skip
def test_a_literal_comes_back_as_it_is(db: Database, value: Any) -> None:
    back = db.fetch_one(from_(Kinds).select(fn.literal(value)))
    assert type(back) is type(value)
    assert back == value


def test_a_literal_of_a_named_type_may_be_null_or_anything_of_it(db: Database) -> None:
    items = (
        fn.literal(None, t.nullable(t.text())),
        fn.literal([1, 2], t.array(t.integer())),
        fn.literal([{"a": 1}], t.jsonb()),
    )
    assert db.fetch_one(from_(Kinds).select(*items)) == (None, [1, 2], [{"a": 1}])


# --- sorting ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Kinds.maybe_whole, [1, 2, None]),
        (Kinds.maybe_whole.asc(), [1, 2, None]),
        (Kinds.maybe_whole.asc(nulls="first"), [None, 1, 2]),
        (Kinds.maybe_whole.asc(nulls="last"), [1, 2, None]),
        (Kinds.maybe_whole.desc(), [None, 2, 1]),
        (Kinds.maybe_whole.desc(nulls="first"), [None, 2, 1]),
        (Kinds.maybe_whole.desc(nulls="last"), [2, 1, None]),
        ((-Kinds.maybe_whole).asc(nulls="first"), [None, 2, 1]),
        (Kinds.maybe_whole.is_null().desc(), [None, 2, 1]),
    ],
)
def test_nulls_are_sorted_where_the_order_says(db: Database, order: Any, expected: list[Any]) -> None:
    with db.begin() as tx:
        tx.execute(update(Kinds).all_rows().set(Kinds.maybe_whole.to(2)))
        tx.execute(insert_into(Kinds).values(Kind(None), Kind(1)))
        assert tx.fetch_all(select(Kinds.maybe_whole).order_by(order, Kinds.id)) == expected


# --- membership ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 2, 10_000])
def test_membership_has_one_shape_for_every_number_of_values(db: Database, size: int) -> None:
    query = select(Kinds.id).where(Kinds.id.is_in(range(1, size + 1)))
    assert prepared(query)[0] is prepared(select(Kinds.id).where(Kinds.id.is_in([3])))[0]
    assert db.fetch_all(query) == [1][:size]
    assert db.fetch_all(select(Kinds.id).where(Kinds.id.is_not_in(range(1, size + 1)))) == ([] if size else [1])


@pytest.mark.parametrize("values", [[1], (1,), {1}, frozenset({1}), {1: "x"}, {1: "x"}.keys(), range(1, 2)])
def test_membership_takes_any_collection(db: Database, values: Any) -> None:
    assert db.fetch_all(select(Kinds.id).where(Kinds.id.is_in(values))) == [1]


def test_what_is_changed_after_a_query_was_built_does_not_change_the_query(db: Database) -> None:
    values = [1]
    query = select(Kinds.id).where(Kinds.id.is_in(values))
    values.clear()
    assert db.fetch_all(query) == [1]


# --- what is refused -------------------------------------------------------------------------------------------------


def test_nan_is_equal_to_itself_in_postgresql(db: Database) -> None:
    nan = math.nan
    with db.begin() as tx:
        tx.execute(update(Kinds).all_rows().set(Kinds.double.to(nan), Kinds.exact.to(Decimal("NaN"))))
        assert tx.fetch_all(select(Kinds.id).where(Kinds.double == nan, Kinds.exact == Decimal("NaN"))) == [1]
        assert tx.fetch_all(select(Kinds.id).where(Kinds.double > math.inf)) == [1]
