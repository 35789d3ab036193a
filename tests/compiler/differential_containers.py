"""Random terms of documents and arrays, said twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from differential_sources import KINDS, Kind, Term, literal
from differential_terms import Terms

from ferra_sync import all_, any_
from ferra_sync import functions as fn

_PATHS: tuple[tuple[str | int, ...], ...] = (("a",), ("b",), (0,), (1,), (-1,), ("a", 0), (0, "a"))
_KEYS = ("a", "b", "x")
_WHOLES = KINDS["integer[]"]


def _chosen(terms: Terms, *choices: tuple[Any, str, Kind]) -> Term:
    return Term(*terms.dice.choice(choices))


def _steps(path: tuple[str | int, ...], last: str) -> str:
    spelled = [f"'{step}'" if isinstance(step, str) else f"({step})" for step in path]
    arrows = ["->"] * (len(path) - 1) + [last]
    return " ".join(f"{arrow} {step}" for arrow, step in zip(arrows, spelled, strict=True))


def _reached(terms: Terms, term: Term, _depth: int) -> Term:
    path, value = terms.dice.choice(_PATHS), terms.value(term.kind)
    jsonb = KINDS["jsonb"]
    return _chosen(
        terms,
        (term.expr.get(*path), f"({term.sql} {_steps(path, '->')})", jsonb),
        (term.expr.text(*path), f"({term.sql} {_steps(path, '->>')})", KINDS["text"]),
        (term.expr + value, f"({term.sql} || {literal(value, jsonb)})", jsonb),
        (fn.jsonb_typeof(term.expr), f"jsonb_typeof({term.sql})", KINDS["text"]),
        (fn.to_jsonb(term.expr), f"to_jsonb({term.sql})", jsonb),
        (fn.jsonb_build_array(term.expr, value), f"jsonb_build_array({term.sql}, {literal(value, jsonb)})", jsonb),
        (
            fn.jsonb_build_object("x", term.expr),
            f"jsonb_build_object('x', {term.sql})",
            jsonb,
        ),
    )


def _found(terms: Terms, term: Term) -> Term:
    keys, key = terms.dice.sample(_KEYS, terms.dice.randint(0, 2)), terms.dice.choice(_KEYS)
    value = terms.value(term.kind)
    listed, document = literal(keys, "text[]"), f"'{json.dumps(value)}'::jsonb"
    boolean = KINDS["boolean"]
    return _chosen(
        terms,
        (term.expr.contains(value), f"({term.sql} @> {document})", boolean),
        (term.expr.contained_by(value), f"({term.sql} <@ {document})", boolean),
        (term.expr.has_key(key), f"({term.sql} ? '{key}')", boolean),
        (term.expr.has_any(keys), f"({term.sql} ?| {listed})", boolean),
        (term.expr.has_all(keys), f"({term.sql} ?& {listed})", boolean),
        (fn.jsonb_path_exists(term.expr, "$.a"), f"jsonb_path_exists({term.sql}, '$.a')", boolean),
    )


def _taken(terms: Terms, term: Term, _depth: int) -> Term:
    place, value = terms.dice.choice((1, 2, 3)), terms.value(term.kind)
    integer = KINDS["integer"]
    return _chosen(
        terms,
        (term.expr[place], f"({term.sql})[{place}]", integer),
        (term.expr[place:], f"({term.sql})[{place}:]", _WHOLES),
        (term.expr[1:place], f"({term.sql})[1:{place}]", _WHOLES),
        (term.expr + value, f"({term.sql} || {literal(value, _WHOLES)})", _WHOLES),
        (fn.cardinality(term.expr), f"cardinality({term.sql})", integer),
        (fn.array_append(term.expr, place), f"array_append({term.sql}, {place})", _WHOLES),
        (fn.array_remove(term.expr, place), f"array_remove({term.sql}, {place})", _WHOLES),
        (fn.array_position(term.expr, place), f"array_position({term.sql}, {place})", integer),
    )


def _held(terms: Terms, term: Term) -> Term:
    value, number = terms.value(term.kind), terms.dice.choice((0, 1, 2))
    listed, boolean = literal(value, _WHOLES), KINDS["boolean"]
    wholes = [each for each in terms.columns if each.kind.family == "whole"] or [Term(fn.literal(1), "1", _WHOLES)]
    whole = terms.dice.choice(wholes)
    return _chosen(
        terms,
        (term.expr.contains(value), f"({term.sql} @> {listed})", boolean),
        (term.expr.contained_by(value), f"({term.sql} <@ {listed})", boolean),
        (term.expr.overlaps(value), f"({term.sql} && {listed})", boolean),
        (whole.expr == any_(term.expr), f"({whole.sql} = ANY ({term.sql}))", boolean),
        (whole.expr > all_(term.expr), f"({whole.sql} > ALL ({term.sql}))", boolean),
        (whole.expr != all_([number, 7]), f"({whole.sql} <> ALL (ARRAY[{number}, 7]))", boolean),
    )


MAKERS: dict[str, tuple[Callable[[Terms, Term, int], Term], ...]] = {
    "jsonb": (_reached, _reached),
    "array": (_taken, _taken),
}
PREDICATES: dict[str, tuple[Callable[[Terms, Term], Term], ...]] = {"jsonb": (_found, _found), "array": (_held, _held)}
