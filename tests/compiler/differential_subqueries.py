"""Random queries inside queries, each said twice: predicates and values, correlated to a table of the query around."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

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


def inner(dice: Random, sources: Sequence[Source], joined: Sequence[Source]) -> Inner:
    """Return a query of a table that is not `joined`, and that names one that is, or none."""
    table = dice.choice([source for source in sources if source not in joined])
    own = Terms(dice, table.columns)
    if dice.random() < 0.3:
        predicate = own.predicate()
        return Inner(from_(table.table).where(predicate.expr), f'FROM "{table.name}" WHERE {predicate.sql}', table, own)
    outer = dice.choice(joined)
    predicate = Terms(dice, [*table.columns, *outer.columns]).predicate()
    query = from_(table.table).correlate(outer.table).where(predicate.expr)
    sql = f'FROM "{table.name}" WHERE {predicate.sql}'
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
        made, sql = exists(inside.query), f"EXISTS (SELECT {inside.sql})"
    elif dice.random() < 0.5:
        query, listed = inside.query.select(right.expr), f"(SELECT {right.sql} {inside.sql})"
        positive = dice.random() < 0.5
        made = left.expr.is_in(query) if positive else left.expr.is_not_in(query)
        sql = f"({left.sql} {'IN' if positive else 'NOT IN'} {listed})"
    else:
        query, listed = inside.query.select(right.expr), f"(SELECT {right.sql} {inside.sql})"
        made, sql = dice.choice([
            (left.expr > any_(query), f"({left.sql} > ANY {listed})"),
            (left.expr <= all_(query), f"({left.sql} <= ALL {listed})"),
            (left.expr != all_(query), f"({left.sql} <> ALL {listed})"),
            (any_(query) == left.expr, f"({left.sql} = ANY {listed})"),
        ])  # fmt: skip
    return Term(~made, f"(NOT {sql})", KINDS["boolean"]) if dice.random() < 0.2 else Term(made, sql, KINDS["boolean"])


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
