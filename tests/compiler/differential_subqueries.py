"""Random queries inside queries, each said twice: predicates and values, correlated to a table of the query around."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

from differential_derived import derived
from differential_sources import KINDS, ORDERED, Source, Term
from differential_terms import Terms

from ferra_sync import all_, any_, exists, from_
from ferra_sync import functions as fn


class Inner(NamedTuple):
    """A query inside another before its select list, said twice; `terms` are over its own table."""

    query: Any
    sql: str
    table: Source
    terms: Terms
    is_alone: bool = False
    """Whether it names no table of the query around it."""


_NUMBER = 9
"""Of a derived table inside: no other has it."""
_SET_OPERATORS = {"union": "UNION", "union_all": "UNION ALL", "except_": "EXCEPT", "intersect_all": "INTERSECT ALL"}


def inner(dice: Random, sources: Sequence[Source], joined: Sequence[Source], *, alone: bool = False) -> Inner:
    """Return a query of a table that is not `joined`, and that names one that is, or none: `alone` always none."""
    table = dice.choice([source for source in sources if source not in joined])
    if dice.random() < 0.2:
        table = derived(dice, table, _NUMBER)
    own = Terms(dice, table.columns)
    if alone or dice.random() < 0.3:
        predicate = own.predicate()
        query = from_(table.rows).where(predicate.expr)
        return Inner(query, f"FROM {table.sql} WHERE {predicate.sql}", table, own, is_alone=True)
    outer = dice.choice(joined)
    predicate = Terms(dice, [*table.columns, *outer.columns]).predicate()
    query = from_(table.rows).correlate(outer.table).where(predicate.expr)
    sql = f"FROM {table.sql} WHERE {predicate.sql}"
    if dice.random() < 0.5:
        query, sql = (
            query.where(table.columns[1].expr >= outer.id.expr),
            f"{sql} AND {table.columns[1].sql} >= {outer.id.sql}",
        )
    return Inner(query, sql, table, own)


def predicate(dice: Random, inside: Inner, around: Terms) -> Term:
    """Return a predicate with the query inside."""
    left = around.of(ORDERED)
    right = None if left is None else next((each for each in inside.table.columns if each.kind is left.kind), None)
    if left is None or right is None or left.kind.family == "char" or dice.random() < 0.3:
        made, sql = found(dice, inside)
    elif dice.random() < 0.5:
        query, listed = rows(dice, inside, right)
        positive = dice.random() < 0.5
        made = left.expr.is_in(query) if positive else left.expr.is_not_in(query)
        sql = f"({left.sql} {'IN' if positive else 'NOT IN'} {listed})"
    else:
        query, listed = rows(dice, inside, right)
        made, sql = dice.choice([
            (left.expr > any_(query), f"({left.sql} > ANY {listed})"),
            (left.expr <= all_(query), f"({left.sql} <= ALL {listed})"),
            (left.expr != all_(query), f"({left.sql} <> ALL {listed})"),
            (any_(query) == left.expr, f"({left.sql} = ANY {listed})"),
        ])  # fmt: skip
    return Term(~made, f"(NOT {sql})", KINDS["boolean"]) if dice.random() < 0.2 else Term(made, sql, KINDS["boolean"])


def found(dice: Random, inside: Inner) -> tuple[Any, str]:
    """Return whether the query has a row, or one of it with others."""
    if inside.is_alone and dice.random() < 0.4:
        query, sql = rows(dice, inside, inside.table.id)
        return exists(query), f"EXISTS {sql}"
    return exists(inside.query), f"EXISTS (SELECT {inside.sql})"


def rows(dice: Random, inside: Inner, column: Term) -> tuple[Any, str]:
    """Return a column of the query inside, alone or combined with the rows of another."""
    query, sql = inside.query.select(column.expr), f"SELECT {column.sql} {inside.sql}"
    if not inside.is_alone or dice.random() < 0.5:
        return query, f"({sql})"
    further, operator = inside.terms.predicate(), dice.choice(list(_SET_OPERATORS))
    other = inside.query.where(further.expr).select(column.expr)
    combined = getattr(query, operator)(other)
    return combined, f"({sql} {_SET_OPERATORS[operator]} {sql} AND {further.sql})"


def value(dice: Random, inside: Inner) -> Term:
    """Return a value that the query inside has."""
    key = inside.table.id
    match dice.randrange(4):
        case 0:
            return Term(inside.query.select(fn.count()).scalar(), f"(SELECT count(*) {inside.sql})", KINDS["bigint"])
        case 1:
            term = inside.terms.any()
            query = inside.query.order_by(key.expr).limit(1).select(term.expr)
            return Term(query.scalar(), f"(SELECT {term.sql} {inside.sql} ORDER BY {key.sql} LIMIT 1)", term.kind)
        case 2:
            query = inside.query.order_by(key.expr.desc()).select(key.expr)
            return Term(
                query.array(), f"ARRAY(SELECT {key.sql} {inside.sql} ORDER BY {key.sql} DESC)", KINDS["integer[]"]
            )
        case _:
            return Term(exists(inside.query), f"EXISTS (SELECT 1 {inside.sql})", KINDS["boolean"])
