"""Expressions that cannot mean anything, and what no expression shows."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable
from typing import Any

import pytest
from columns_of_kinds import NAIVE, UTC, Kind, Kinds, Texts

from ferra_sync import SERVER_DEFAULT, UNSET, QueryError
from ferra_sync import functions as fn
from ferra_sync import types as t


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
        (lambda: Kinds.day == dt.datetime(2024, 1, 1, tzinfo=UTC), r"^kinds\.day takes a datetime without"),
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
        (lambda: Kinds.id & (Kinds.id == 1), r"^& takes smallint, integer and bigint; the expression is boolean$"),
        (lambda: (Kinds.id == 1) | Kinds.id, r"^or takes predicates; kinds\.id is integer$"),
        (lambda: (Kinds.id == 1) & True, r"^and takes two predicates, not bool; bracket them"),
        (lambda: (Kinds.id == 1) & 5, r"^and takes two predicates, not int; bracket them"),
        (lambda: ~Texts.word, r"^~ takes predicates; texts\.word is text$"),
        (lambda: -Texts.word, r"^- takes numbers; texts\.word is text$"),
        (lambda: Texts.word - "a", r"^- takes numbers; texts\.word is text$"),
        (lambda: Texts.word * 2, r"^\* takes numbers; texts\.word is text$"),
        (lambda: Texts.word + 5, r"^texts\.word is text \(str\), not int$"),
        (lambda: Texts.word + Kinds.id, r"^texts\.word is text; kinds\.id is integer$"),
        (lambda: Kinds.id + "a", r"^kinds\.id is integer \(int\), not str$"),
        (lambda: "a" + Kinds.id, r"^kinds\.id is integer \(int\), not str$"),
        (lambda: Kinds.id + None, r"kinds\.id"),
        (lambda: Kinds.data * 1, r"takes numbers; kinds\.data is jsonb$"),
        (lambda: Kinds.at + 5, r"kinds\.at .*interval"),
        (lambda: Kinds.at + Kinds.at, r"kinds\.at"),
        (lambda: Kinds.at - Kinds.whole, r"kinds\.at"),
        (lambda: Kinds.span * Kinds.span, r"takes numbers"),
        (lambda: Kinds.span % Kinds.span, r"takes numbers"),
        (lambda: Kinds.id.like("1%"), r"^like takes text; kinds\.id is integer$"),
        (lambda: Kinds.id.contains("1"), r"takes text, documents, arrays, hstore and ranges; kinds\.id is integer$"),
        (lambda: Kinds.data.icontains("1"), r"takes text; kinds\.data is jsonb$"),
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
