"""Random functions over windows, each said twice, over rows whose order is determined."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from differential_sources import KINDS, ORDERED, Source, Term, literal
from differential_terms import Terms

from ferra_sync import (
    current_row,
    following,
    groups,
    preceding,
    range_,
    rows,
    unbounded_following,
    unbounded_preceding,
)
from ferra_sync import functions as fn

_MODES = {"ROWS": rows, "GROUPS": groups, "RANGE": range_}
_EXCLUSIONS = (None, None, None, "current row", "group", "ties", "no others")


def windowed(dice: Random, terms: Terms, sources: Sequence[Source]) -> Term:
    """Return a function over a window of the rows of these sources."""
    keys = [term for term in (terms.any() for _ in range(dice.choice([0, 1, 1, 2]))) if term.kind.family in ORDERED]
    orders = [(source.id, dice.choice(["", " DESC"])) for source in sources]
    loose = terms.of(ORDERED)
    if dice.random() < 0.5 and loose is not None:
        orders.insert(0, (loose, dice.choice(["", " DESC"])))
    frame, spelled_frame = _frame(dice)
    partition = f"PARTITION BY {', '.join(key.sql for key in keys)} " if keys else ""
    over = f"{partition}ORDER BY {', '.join(term.sql + way for term, way in orders)}{spelled_frame}"
    called, name, kind = dice.choice([_numbered, _beside, _of_frame, _aggregated])(dice, terms)
    item = called.over(
        partition_by=[key.expr for key in keys],
        order_by=[term.expr.desc() if way else term.expr for term, way in orders],
        frame=frame,
    )
    suffix = f"::{kind.name}" if kind.family == "whole" else ""
    return Term(item, f"({name} OVER ({over})){suffix}", kind)


def _frame(dice: Random) -> tuple[Any, str]:
    if dice.random() < 0.4:
        return None, ""
    mode = dice.choice(list(_MODES))
    bounds = [
        (unbounded_preceding, "UNBOUNDED PRECEDING"),
        *([] if mode == "RANGE" else _offsets(dice, preceding, "PRECEDING")),
        (current_row, "CURRENT ROW"),
        *([] if mode == "RANGE" else reversed(_offsets(dice, following, "FOLLOWING"))),
        (unbounded_following, "UNBOUNDED FOLLOWING"),
    ]
    first = dice.randrange(len(bounds) - 1)
    last = dice.randrange(max(first, 1), len(bounds))
    exclude: Any = dice.choice(_EXCLUSIONS)
    spelled = "" if exclude is None else f" EXCLUDE {exclude.upper()}"
    (start, from_start), (end, to_end) = bounds[first], bounds[last]
    return _MODES[mode](start, end, exclude=exclude), f" {mode} BETWEEN {from_start} AND {to_end}{spelled}"


def _offsets(dice: Random, bound: Any, word: str) -> list[tuple[Any, str]]:
    return [(bound(offset), f"{offset} {word}") for offset in sorted(dice.sample(range(4), 2), reverse=True)]


def _numbered(dice: Random, _terms: Terms) -> tuple[Any, str, Any]:
    if dice.random() < 0.2:
        buckets = dice.randint(1, 4)
        return fn.ntile(buckets), f"ntile({buckets})", KINDS["integer"]
    name = dice.choice(["row_number", "rank", "dense_rank", "percent_rank", "cume_dist"])
    kind = KINDS["double precision" if name in {"percent_rank", "cume_dist"} else "bigint"]
    return getattr(fn, name)(), f"{name}()", kind


def _beside(dice: Random, terms: Terms) -> tuple[Any, str, Any]:
    name, offset = dice.choice(["lag", "lead"]), dice.randint(0, 3)
    term = dice.choice(terms.columns)
    if dice.random() < 0.5:
        return getattr(fn, name)(term.expr, offset), f"{name}({term.sql}, {offset})", term.kind
    value = terms.value(term.kind)
    spelled = f"{name}({term.sql}, {offset}, {literal(value, term.kind)})"
    return getattr(fn, name)(term.expr, offset, default=value), spelled, term.kind


def _of_frame(dice: Random, terms: Terms) -> tuple[Any, str, Any]:
    term = terms.any()
    if dice.random() < 0.3:
        number = dice.randint(1, 3)
        return fn.nth_value(term.expr, number), f"nth_value({term.sql}, {number})", term.kind
    name = dice.choice(["first_value", "last_value"])
    return getattr(fn, name)(term.expr), f"{name}({term.sql})", term.kind


def _aggregated(dice: Random, terms: Terms) -> tuple[Any, str, Any]:
    term = terms.any()
    if term.kind.family == "whole" and dice.random() < 0.7:
        called, spelled, kind = fn.sum(term.expr), f"sum({term.sql})", KINDS["bigint"]
    elif term.kind.family in {"whole", "text", "date", "timestamptz"}:
        called, spelled, kind = fn.max(term.expr), f"max({term.sql})", term.kind
    else:
        called, spelled, kind = fn.count(term.expr), f"count({term.sql})", KINDS["bigint"]
    if dice.random() < 0.5:
        return called, spelled, kind
    predicate = terms.predicate()
    return called.filter(predicate.expr), f"{spelled} FILTER (WHERE {predicate.sql})", kind
