"""Random tables and expressions, each said twice: in ferra_sync, and as SQL written by hand here, values and all.

The SQL is the judge. It shares nothing with the compiler: names are qualified and values are literals with their type.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import differential_ranges as ranges
from differential_sources import _PATTERNS, _TEXTS, KINDS, ORDERED, RANGES, Kind, Term, literal

from ferra_sync import case, row
from ferra_sync import functions as fn
from ferra_sync import types as t


class Terms:
    """Makes random terms over some columns."""

    def __init__(self, dice: Random, columns: Sequence[Term]) -> None:
        self.dice = dice
        self.columns = columns

    def any(self, depth: int = 2) -> Term:
        """Return a term of any kind: mostly a column."""
        column = self.dice.choice(self.columns)
        if depth == 0 or self.dice.random() < 0.4:
            return column
        return self.dice.choice(MAKERS.get(column.kind.family, (_cast, _coalesce)))(self, column, depth - 1)

    def of(self, families: Sequence[str], depth: int = 1) -> Term | None:
        """Return a term of one of these families, or None where none was found."""
        found = (self.any(depth) for _ in range(4))
        return next((term for term in found if term.kind.family in families), None)

    def value(self, kind: Kind) -> Any:
        return self.dice.choice(kind.values)

    def predicate(self, depth: int = 2) -> Term:
        """Return a predicate."""
        if depth and self.dice.random() < 0.35:
            return self._connected(depth - 1)
        term = self.any(1)
        choices = [_null, _member, _distinct_from] if term.kind.family != "jsonb" else [_null, _distinct_from]
        if term.kind.family in ORDERED:
            choices += [_compared, _between, _compared, _row]
        if term.kind.family == "text":
            choices += [_like, _like]
        choices += PREDICATES.get(term.kind.family, ())
        if term.kind.family in RANGES:
            choices += [_ranged, _ranged]
        if term.kind.family == "boolean":
            return term
        return self.dice.choice(choices)(self, term)

    def _connected(self, depth: int) -> Term:
        one, other = self.predicate(depth), self.predicate(depth)
        match self.dice.randrange(3):
            case 0:
                return _boolean(one.expr & other.expr, f"({one.sql} AND {other.sql})")
            case 1:
                return _boolean(one.expr | other.expr, f"({one.sql} OR {other.sql})")
            case _:
                return _boolean(~one.expr, f"(NOT {one.sql})")


def _boolean(expr: Any, sql: str) -> Term:
    return Term(expr, sql, KINDS["boolean"])


def _null(terms: Terms, term: Term) -> Term:
    if terms.dice.random() < 0.5:
        return _boolean(term.expr.is_null(), f"({term.sql} IS NULL)")
    return _boolean(term.expr.is_not_null(), f"({term.sql} IS NOT NULL)")


def _row(terms: Terms, term: Term) -> Term:
    """Compare a row of two or three, or look for it among others."""
    items = [term, *(each for each in (terms.of(ORDERED) for _ in range(terms.dice.randint(1, 2))) if each is not None)]
    if len(items) == 1:
        return _null(terms, term)
    rows = [[terms.value(item.kind) for item in items] for _ in range(terms.dice.randint(1, 3))]
    spelled = [
        f"({', '.join(literal(value, item.kind) for value, item in zip(each, items, strict=True))})" for each in rows
    ]
    left, sql = row(*(item.expr for item in items)), f"ROW({', '.join(item.sql for item in items)})"
    if terms.dice.random() < 0.3:
        return _boolean(left.is_in([tuple(each) for each in rows]), f"({sql} IN ({', '.join(spelled)}))")
    right, theirs = row(*rows[0]), f"ROW{spelled[0]}"
    if terms.dice.random() < 0.2:
        return _boolean(left.is_distinct_from(right), f"({sql} IS DISTINCT FROM {theirs})")
    name = terms.dice.choice(list(_COMPARISONS))
    return _boolean(_COMPARISONS[name](left, right), f"({sql} {name} {theirs})")


def _member(terms: Terms, term: Term) -> Term:
    if term.kind.family == "array":
        return _null(terms, term)
    values = [terms.value(term.kind) for _ in range(terms.dice.randint(0, 3))]
    listed = ", ".join(literal(value, term.kind) for value in values)
    if not values:
        return _boolean(term.expr.is_in(values), f"({term.sql} = ANY(ARRAY[]::{term.kind.name}[]))")
    if terms.dice.random() < 0.5:
        return _boolean(term.expr.is_in(values), f"({term.sql} IN ({listed}))")
    return _boolean(term.expr.is_not_in(values), f"({term.sql} NOT IN ({listed}))")


def _distinct_from(terms: Terms, term: Term) -> Term:
    value = None if terms.dice.random() < 0.3 else terms.value(term.kind)
    spelled = literal(value, term.kind)
    return _boolean(term.expr.is_distinct_from(value), f"({term.sql} IS DISTINCT FROM {spelled})")


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def _compared(terms: Terms, term: Term) -> Term:
    op = terms.dice.choice(list(_COMPARISONS))
    alike = [each for each in terms.columns if each.kind.family == term.kind.family and each.kind.family != "char"]
    if alike and terms.dice.random() < 0.3:
        other = terms.dice.choice(alike)
        return _boolean(_COMPARISONS[op](term.expr, other.expr), f"({term.sql} {op} {other.sql})")
    value = terms.value(term.kind)
    return _boolean(_COMPARISONS[op](term.expr, value), f"({term.sql} {op} {literal(value, term.kind)})")


def _between(terms: Terms, term: Term) -> Term:
    low, high = terms.value(term.kind), terms.value(term.kind)
    spelled = f"({term.sql} BETWEEN {literal(low, term.kind)} AND {literal(high, term.kind)})"
    return _boolean(term.expr.between(low, high), spelled)


def _like(terms: Terms, term: Term) -> Term:
    part = terms.dice.choice(_TEXTS)
    if terms.dice.random() < 0.3:
        op, pattern = terms.dice.choice(["~", "~*"]), terms.dice.choice(_PATTERNS)
        made = term.expr.matches(pattern) if op == "~" else term.expr.imatches(pattern)
        return _boolean(made, f"({term.sql} {op} {literal(pattern, 'text')})")
    if terms.dice.random() < 0.5:
        return _boolean(term.expr.contains(part), f"(position({literal(part, 'text')} in {term.sql}) > 0)")
    spelled = f"(left({term.sql}, length({literal(part, 'text')})) = {literal(part, 'text')})"
    return _boolean(term.expr.startswith(part), spelled)


def _ranged(terms: Terms, term: Term) -> Term:
    if terms.dice.random() < 0.2:
        number = terms.value(KINDS["integer"])
        return _boolean(term.expr.contains(number), f"({term.sql} @> {number})")
    op = terms.dice.choice(list(ranges.OPERATORS))
    alike = [each for each in terms.columns if each.kind.family in RANGES]
    if alike and terms.dice.random() < 0.5:
        other = terms.dice.choice(alike)
        return _boolean(ranges.OPERATORS[op](term.expr, other.expr), f"({term.sql} {op} {other.sql})")
    kind = KINDS[terms.dice.choice(["int4range", "int4multirange"])]
    value = terms.value(kind)
    return _boolean(ranges.OPERATORS[op](term.expr, value), f"({term.sql} {op} {literal(value, kind)})")


def _bound(terms: Terms, term: Term, _depth: int) -> Term:
    name = terms.dice.choice(["lower", "upper"])
    return Term(getattr(fn, name)(term.expr), f"{name}({term.sql})", KINDS["integer"])


def _shared(terms: Terms, term: Term, _depth: int) -> Term:
    value = terms.value(term.kind)
    return Term(term.expr * value, f"({term.sql} * {literal(value, term.kind)})", term.kind)


def _united(terms: Terms, term: Term, _depth: int) -> Term:
    value = terms.value(term.kind)
    spelled, op = literal(value, term.kind), terms.dice.choice("+-")
    return Term(term.expr + value if op == "+" else term.expr - value, f"({term.sql} {op} {spelled})", term.kind)


def _cast(terms: Terms, term: Term, _depth: int) -> Term:
    if terms.dice.random() < 0.5 or term.kind.family not in {"text", "whole"}:
        return Term(term.expr.cast(t.nullable(t.text())), f"({term.sql})::text", KINDS["text"])
    if term.kind.family == "whole":
        return Term(term.expr.cast(t.nullable(t.numeric())), f"({term.sql})::numeric", KINDS["numeric"])
    return Term(term.expr.cast(t.nullable(t.varchar(1))), f"({term.sql})::varchar(1)", KINDS["text"])


def _coalesce(terms: Terms, term: Term, _depth: int) -> Term:
    value = terms.value(term.kind)
    kind = KINDS["text"] if term.kind.family == "text" else term.kind
    return Term(fn.coalesce(term.expr, value), f"coalesce({term.sql}, {literal(value, kind)})", kind)


def _cased(terms: Terms, term: Term, _depth: int) -> Term:
    name = terms.dice.choice(["lower", "upper"])
    return Term(getattr(fn, name)(term.expr), f"{name}({term.sql})", KINDS["text"])


def _length(_terms: Terms, term: Term, _depth: int) -> Term:
    return Term(fn.length(term.expr), f"length({term.sql})", KINDS["integer"])


def _joined(terms: Terms, term: Term, depth: int) -> Term:
    part = terms.dice.choice(_TEXTS)
    if depth and terms.dice.random() < 0.5:
        other = terms.of(("text",), depth - 1)
        if other is not None:
            return Term(term.expr + other.expr, f"({term.sql}::text || {other.sql}::text)", KINDS["text"])
    return Term(term.expr + part, f"({term.sql}::text || {literal(part, 'text')})", KINDS["text"])


def _calculated(terms: Terms, term: Term, _depth: int) -> Term:
    op = terms.dice.choice("+-*")
    whole = KINDS["numeric"] if term.kind.family == "number" else term.kind
    value = terms.dice.choice([1, 2, 3]) if term.kind.family == "whole" else terms.value(whole)
    other = literal(value, whole)
    made = {"+": lambda: term.expr + value, "-": lambda: term.expr - value, "*": lambda: term.expr * value}[op]()
    return Term(made, f"({term.sql} {op} {other})", whole)


def _divided(terms: Terms, term: Term, _depth: int) -> Term:
    name, value = terms.dice.choice(["gcd", "lcm"]), terms.dice.choice([1, 2, 6])
    kind = KINDS["integer"] if term.kind.name == "smallint" else term.kind
    return Term(getattr(fn, name)(term.expr, value), f"{name}({term.sql}::{kind.name}, {value}::{kind.name})", kind)


def _masked(terms: Terms, term: Term, _depth: int) -> Term:
    op, value = terms.dice.choice("&|#"), terms.dice.choice([1, 2, 6])
    made = {"&": operator.and_, "|": operator.or_, "#": operator.xor}[op](term.expr, value)
    if terms.dice.random() < 0.2:
        return Term(~term.expr, f"(~ {term.sql})", term.kind)
    return Term(made, f"({term.sql} {op} {value}::{term.kind.name})", term.kind)


def _moved(terms: Terms, term: Term, _depth: int) -> Term:
    days = terms.dice.choice([-1, 1, 2])
    step = dt.timedelta(days=days)
    moved = term.expr + step if terms.dice.random() < 0.5 else term.expr - -step
    return Term(moved, f"({term.sql} + make_interval(days => {days}))", term.kind)


def _chosen(terms: Terms, term: Term, depth: int) -> Term:
    predicate, value = terms.predicate(depth), terms.value(term.kind)
    kind = KINDS["text"] if term.kind.family == "text" else term.kind
    if terms.dice.random() < 0.3:
        return Term(case((predicate.expr, term.expr)), f"(CASE WHEN {predicate.sql} THEN {term.sql} END)", kind)
    spelled = f"(CASE WHEN {predicate.sql} THEN {term.sql} ELSE {literal(value, kind)} END)"
    return Term(case((predicate.expr, term.expr), otherwise=value), spelled, kind)


def _extreme(terms: Terms, term: Term, _depth: int) -> Term:
    name, value = terms.dice.choice(["greatest", "least"]), terms.value(term.kind)
    return Term(getattr(fn, name)(term.expr, value), f"{name}({term.sql}, {literal(value, term.kind)})", term.kind)


def _cut(terms: Terms, term: Term, _depth: int) -> Term:
    number, part = terms.dice.choice([1, 2, 3]), terms.dice.choice(_TEXTS)
    of = literal(part, "text")
    expr, spelled = terms.dice.choice(
        [
            (fn.left(term.expr, number), f"left({term.sql}, {number})"),
            (fn.substring(term.expr, number, 2), f"substring({term.sql} FROM {number} FOR 2)"),
            (fn.replace(term.expr, part, "x"), f"replace({term.sql}, {of}, 'x')"),
            (fn.trim(term.expr), f"trim({term.sql})"),
            (fn.translate(term.expr, "ab", part), f"translate({term.sql}, 'ab', {of})"),
            (term.expr.collate("C"), f'({term.sql} COLLATE "C")'),
            (fn.concat(term.expr, part), f"concat({term.sql}, {of})"),
        ]
    )
    return Term(expr, spelled, KINDS["text"])


def _rounded(terms: Terms, term: Term, _depth: int) -> Term:
    name = terms.dice.choice(["abs", "sign", "ceil", "floor", "round", "trunc"])
    return Term(getattr(fn, name)(term.expr), f"{name}({term.sql})", KINDS["numeric"])


def _begun(terms: Terms, term: Term, _depth: int) -> Term:
    unit: Any = terms.dice.choice(["hour", "day", "month"])
    return Term(fn.date_trunc(unit, term.expr), f"date_trunc('{unit}', {term.sql})", term.kind)


MAKERS: dict[str, tuple[Callable[[Terms, Term, int], Term], ...]] = {
    "text": (_cast, _coalesce, _cased, _length, _joined, _joined, _cut, _chosen),
    "char": (_cast, _joined),  # Of '' and '    ', which are one to DISTINCT, either may stay.
    "whole": (_cast, _coalesce, _calculated, _calculated, _divided, _masked, _extreme, _chosen),
    "number": (_cast, _coalesce, _calculated, _rounded, _chosen),
    "float": (_coalesce, _calculated, _extreme),
    "timestamp": (_coalesce, _moved, _begun),
    "timestamptz": (_coalesce, _moved, _begun, _extreme),
    "date": (_cast, _coalesce, _extreme, _chosen),
    "jsonb": (_cast,),
    "array": (_cast, _coalesce),
    "range": (_cast, _coalesce, _extreme, _bound, _shared, _chosen),
    "multirange": (_cast, _coalesce, _bound, _shared, _united, _chosen),
}
PREDICATES: dict[str, tuple[Callable[[Terms, Term], Term], ...]] = {}
"""Those of a family that has more than all have."""
