from __future__ import annotations

import datetime as dt
import math
import operator
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import attrs
import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Database,
    FerraModel,
    QueryError,
    Table,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._database.executor import prepared

UTC = dt.UTC
NAIVE = dt.datetime.fromisoformat("2024-01-01T00:00:00")


class Numbers(Table):
    id = t.serial(primary_key=True)
    n = t.nullable(t.numeric())
    m = t.nullable(t.numeric())
    yes = t.nullable(t.boolean())


class Texts(Table):
    id = t.serial(primary_key=True)
    word = t.text()
    other = t.nullable(t.varchar(40))
    padded = t.char(4, default="")


class Kinds(Table):
    id = t.serial(primary_key=True)
    small = t.smallint(default=7)
    whole = t.integer(default=-7)
    big = t.bigint(default=2**40)
    exact = t.numeric(10, 2, default=Decimal("2.50"))
    short = t.real(default=0.1)
    double = t.double_precision(default=0.1)
    at = t.timestamptz(default=dt.datetime(2024, 1, 1, tzinfo=UTC))
    plain = t.timestamp(default=NAIVE)
    span = t.interval(default=dt.timedelta(hours=1))
    day = t.date(default=dt.date(2024, 1, 1))
    words = t.array(t.text(), default=["a"])
    data = t.jsonb(default={"a": 1})
    maybe_whole = t.nullable(t.integer())


@attrs.define
class Number(FerraModel[Numbers]):
    n: Decimal | None
    m: Decimal | None
    yes: bool | None
    id: int = SERVER_DEFAULT


@attrs.define
class Text(FerraModel[Texts]):
    word: str
    other: str | None = None
    id: int = SERVER_DEFAULT


@attrs.define
class Kind(FerraModel[Kinds]):
    maybe_whole: int | None = None
    id: int = SERVER_DEFAULT


ROWS = [
    (n, m, yes)
    for n, m in ((3, -2), (0, 0), (-7, 5), (None, 1), (2, None), (None, None), (1, 3), (5, 5))
    for yes in (True, False, None)
]


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Numbers, Texts, Kinds) as db:
        db.execute(insert_into(Numbers).values(*(Number(*row) for row in ROWS)))
        db.execute(insert_into(Kinds).values(Kind()))
        yield db


# --- what Python says of a tree, PostgreSQL says ---------------------------------------------------------------------


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


# --- text ------------------------------------------------------------------------------------------------------------

HOSTILE = st.text(st.sampled_from("ab%_\\'\"{}$1[]^*.?+()|\n\t A\u0130\u00df\u00e9😀-;"), max_size=5)
ANY_TEXT = HOSTILE | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)


@settings(max_examples=60, deadline=None)
@given(words=st.lists(ANY_TEXT, min_size=1, max_size=40), parts=st.lists(ANY_TEXT, min_size=1, max_size=8))
def test_parts_of_a_text_are_found_letter_for_letter(db: Database, words: list[str], parts: list[str]) -> None:
    parts = [*parts, words[0][:2], words[-1][1:]]
    with db.begin() as tx:
        rows = tx.fetch_all(insert_into(Texts).values(*map(Text, words)).returning(Texts.id))
        by_id = dict(zip(sorted(rows), words, strict=True))

        def found(predicate: Any) -> list[str]:
            return sorted(by_id[key] for key in tx.fetch_all(select(Texts.id).where(predicate)))

        for part in parts:
            assert found(Texts.word.contains(part)) == sorted(word for word in words if part in word)
            assert found(Texts.word.startswith(part)) == sorted(word for word in words if word.startswith(part))
            assert found(Texts.word.endswith(part)) == sorted(word for word in words if word.endswith(part))
            assert found(Texts.word == part) == sorted(word for word in words if word == part)
            assert found(~Texts.word.contains(part)) == sorted(word for word in words if part not in word)


ASCII = st.text(st.sampled_from("abAB%_\\'.*[]{}$ "), max_size=5)


@settings(max_examples=40, deadline=None)
@given(words=st.lists(ASCII, min_size=1, max_size=30), parts=st.lists(ASCII, min_size=1, max_size=6))
def test_the_i_variants_do_not_look_at_case(db: Database, words: list[str], parts: list[str]) -> None:
    with db.begin() as tx:
        tx.execute(insert_into(Texts).values(*(Text("-", word) for word in words)))
        for part in parts:
            low = part.lower()
            for predicate, python in (
                (Texts.other.icontains(part), lambda word: low in word.lower()),  # noqa: B023 - used at once
                (Texts.other.istartswith(part), lambda word: word.lower().startswith(low)),  # noqa: B023
                (Texts.other.iendswith(part), lambda word: word.lower().endswith(low)),  # noqa: B023
            ):
                found = tx.fetch_all(select(Texts.other).where(predicate))
                assert sorted(found) == sorted(filter(python, words))


def as_regex(pattern: str) -> str:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return "".join(wild.get(part, re.escape(part[-1])) for part in parts)


PATTERNS = st.lists(st.sampled_from(["a", "B", "%", "_", "\\%", "\\_", "\\\\", "'", ".", "\n"]), max_size=5).map(
    "".join
)


@settings(max_examples=60, deadline=None)
@given(words=st.lists(ASCII, min_size=1, max_size=20), patterns=st.lists(PATTERNS, min_size=1, max_size=5))
def test_like_takes_a_raw_pattern(db: Database, words: list[str], patterns: list[str]) -> None:
    with db.begin() as tx:
        tx.execute(insert_into(Texts).values(*map(Text, words)))
        for pattern in patterns:
            regex, caseless = (
                re.compile(as_regex(pattern), re.DOTALL),
                re.compile(as_regex(pattern), re.DOTALL | re.IGNORECASE),
            )
            assert sorted(tx.fetch_all(select(Texts.word).where(Texts.word.like(pattern)))) == sorted(
                filter(regex.fullmatch, words)
            )
            assert sorted(tx.fetch_all(select(Texts.word).where(Texts.word.ilike(pattern)))) == sorted(
                filter(caseless.fullmatch, words)
            )


@settings(max_examples=40, deadline=None)
@given(left=ANY_TEXT, right=ANY_TEXT)
def test_texts_are_joined_by_plus_on_either_side(db: Database, left: str, right: str) -> None:
    with db.begin() as tx:
        tx.execute(insert_into(Texts).values(Text(left, right)))
        query = from_(Texts).select(
            Texts.word + right, left + Texts.other, Texts.word + Texts.other, Texts.other + left
        )
        assert tx.fetch_one(query) == (left + right, left + right, left + right, right + left)


def test_a_padded_text_equals_what_was_written_without_its_blanks(db: Database) -> None:
    with db.begin() as tx:
        tx.execute(insert_into(Texts).values(Text("w")))
        tx.execute(update(Texts).all_rows().set(Texts.padded.to("ab")))
        assert tx.fetch_one(select(Texts.padded).where(Texts.padded == "ab", Texts.padded.is_in(["ab"]))) == "ab  "


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


@pytest.mark.parametrize("use", [bool, lambda expr: expr and 1, lambda expr: not expr, lambda expr: 1 < expr < 3])
def test_an_expression_has_no_truth_value(use: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError, match=r"combine with & | ~"):
        use(Kinds.id)


def test_an_expression_is_not_hashable_and_not_iterable() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Kinds.id)
    with pytest.raises(TypeError):
        iter(Kinds.id)
    with pytest.raises(TypeError, match="no truth value"):
        operator.contains([Kinds.whole], Kinds.id)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Kinds.id == None, r"^kinds\.id = None is never true; use \.is_null\(\)"),  # noqa: E711 - what is refused
        (lambda: Kinds.id != None, r"^kinds\.id <> None is never true"),  # noqa: E711
        (lambda: Kinds.id < None, r"^kinds\.id < None is never true"),
        (lambda: Kinds.id.between(None, 3), r"^kinds\.id"),
        (lambda: Kinds.id.between(1, None), r"^kinds\.id"),
        (lambda: Kinds.id == "1", r"^kinds\.id is integer \(int\), not str$"),
        (lambda: Kinds.id == True, r"^kinds\.id is integer \(int\), not bool$"),  # noqa: E712
        (lambda: Kinds.id == 1.0, r"^kinds\.id is integer \(int\), not float$"),
        (lambda: Kinds.id == UNSET, r"^kinds\.id is integer \(int\), not Sentinel$"),
        (lambda: Kinds.id == SERVER_DEFAULT, r"^kinds\.id is integer \(int\), not Sentinel$"),
        (lambda: Kinds.id == Texts.word, r"^kinds\.id is integer; texts\.word is text$"),
        (lambda: Kinds.id == Kind, r"^kinds\.id is integer"),
        (lambda: Kinds.at == NAIVE, r"^kinds\.at takes a datetime with a time zone"),
        (lambda: Kinds.plain == dt.datetime(2024, 1, 1, tzinfo=UTC), r"^kinds\.plain takes a datetime without"),
        (lambda: Kinds.day == NAIVE, r"^kinds\.day is date"),
        (lambda: Kinds.id.is_in("123"), r"^kinds\.id: a collection of values is needed, not str$"),
        (lambda: Kinds.id.is_in(5), r"^kinds\.id: a collection of values is needed, not int$"),
        (lambda: Kinds.id.is_in(iter([1])), r"^kinds\.id: a collection of values is needed"),
        (lambda: Kinds.id.is_in([1, None]), r"^kinds\.id: None is never in a list; use \.is_null\(\)$"),
        (
            lambda: Kinds.id.is_in([1, "hunter2"]),
            r"^kinds\.id: the list holds an element that is integer \(int\), not str$",
        ),
        (lambda: Kinds.id.is_not_in([None]), r"^kinds\.id: None is never in a list"),
        (lambda: Kinds.words.is_in([["a"]]), r"^kinds\.words is an array"),
        (lambda: Kinds.id & (Kinds.id == 1), r"^and takes predicates; kinds\.id is integer$"),
        (lambda: (Kinds.id == 1) | Kinds.id, r"^or takes predicates; kinds\.id is integer$"),
        (lambda: (Kinds.id == 1) & True, r"^and takes two predicates, not bool; bracket them"),
        (lambda: (Kinds.id == 1) & 5, r"^and takes two predicates, not int; bracket them"),
        (lambda: ~Kinds.id, r"^~ takes predicates; kinds\.id is integer$"),
        (lambda: -Texts.word, r"^- takes numbers; texts\.word is text$"),
        (lambda: Texts.word - "a", r"^- takes numbers; texts\.word is text$"),
        (lambda: Texts.word * 2, r"^\* takes numbers; texts\.word is text$"),
        (lambda: Texts.word + 5, r"^texts\.word is text \(str\), not int$"),
        (lambda: Texts.word + Kinds.id, r"^texts\.word is text; kinds\.id is integer$"),
        (lambda: Kinds.id + "a", r"^kinds\.id is integer \(int\), not str$"),
        (lambda: "a" + Kinds.id, r"^kinds\.id is integer \(int\), not str$"),
        (lambda: Kinds.id + None, r"kinds\.id"),
        (lambda: Kinds.data + 1, r"takes numbers; kinds\.data is jsonb$"),
        (lambda: Kinds.at + 5, r"kinds\.at .*interval"),
        (lambda: Kinds.at + Kinds.at, r"kinds\.at"),
        (lambda: Kinds.at - Kinds.whole, r"kinds\.at"),
        (lambda: Kinds.span * Kinds.span, r"takes numbers"),
        (lambda: Kinds.span % Kinds.span, r"takes numbers"),
        (lambda: Kinds.id.like("1%"), r"^like takes text; kinds\.id is integer$"),
        (lambda: Kinds.id.contains("1"), r"takes text; kinds\.id is integer$"),
        (lambda: Kinds.data.contains("1"), r"takes text; kinds\.data is jsonb$"),
        (lambda: Texts.word.contains(5), r"a string, not int$"),
        (lambda: Texts.word.contains(None), r"a string, not NoneType$"),
        (lambda: Texts.word.like(b"a"), r"a string, not bytes$"),
        (lambda: Texts.word.like(Texts.other), r"a string"),
        (lambda: Kinds.id.asc(nulls="middle"), r"^nulls is 'first' or 'last'$"),
        (lambda: Kinds.id.to("5"), r"^kinds\.id is integer \(int\), not str$"),
        (lambda: Kinds.id.to(None), r"^kinds\.id is not nullable$"),
        (lambda: Kinds.id.to(UNSET), r"^kinds\.id cannot be set to UNSET"),
        (lambda: Kinds.id.to(Texts.word), r"^kinds\.id is integer; texts\.word is text$"),
        (lambda: fn.literal(object()), r"^literal cannot tell the SQL type of a object"),
        (lambda: fn.literal([1]), r"^literal cannot tell the SQL type of a list"),
        (lambda: fn.literal(None), r"^literal cannot tell the SQL type of a NoneType"),
        (lambda: fn.literal("hunter2", t.integer()), r"^the literal is integer \(int\), not str$"),
    ],
)
def test_an_expression_that_cannot_mean_anything_is_refused(build: Callable[[], object], message: str) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        build()
    assert "hunter2" not in str(caught.value)


def test_a_cast_needs_a_type() -> None:
    for nothing in (int, "integer", None):
        with pytest.raises(QueryError, match="cast takes a type"):
            Kinds.id.cast(nothing)


def test_an_expression_s_repr_shows_no_value() -> None:
    shown = repr((Kinds.whole == 4711) & Texts.word.contains("hunter2") & Kinds.id.is_in([4711]))
    assert "hunter2" not in shown
    assert "4711" not in shown
    assert "kinds.whole" in shown


def test_nan_is_equal_to_itself_in_postgresql(db: Database) -> None:
    nan = math.nan
    with db.begin() as tx:
        tx.execute(update(Kinds).all_rows().set(Kinds.double.to(nan), Kinds.exact.to(Decimal("NaN"))))
        assert tx.fetch_all(select(Kinds.id).where(Kinds.double == nan, Kinds.exact == Decimal("NaN"))) == [1]
        assert tx.fetch_all(select(Kinds.id).where(Kinds.double > math.inf)) == [1]
