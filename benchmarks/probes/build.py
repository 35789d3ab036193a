from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from benchmarks.cases.filter import Budgeted, query_of
from benchmarks.contenders.ferra import Article, Articles, Author, Authors
from benchmarks.probe import Probe, Reading
from ferra_sync import RowQuery, from_
from ferra_sync import functions as fn
from ferra_sync._database.runner import prepared

BLOCK = 500


class Build(Probe):
    name = "build"
    title = "client CPU of a query, nothing sent"
    order = 10

    def readings(self, url: str, connection: psycopg.Connection[object], *, quick: bool) -> list[Reading]:  # noqa: ARG002
        blocks = 20 if quick else 100
        wanted = Budgeted(3, "", "", 0).arguments(BLOCK, random.Random(0))
        return [
            Reading("build and lookup of three predicates", _median(query_of, wanted, blocks), "µs", 12),
            Reading("build and lookup of ten clauses", _median(_ten_clauses, range(BLOCK), blocks), "µs", 20),
            Reading("build and lookup of ten clauses with groups", _median(_grouped, range(BLOCK), blocks), "µs", 20),
        ]


def _median(build: Callable[[Any], RowQuery[Any]], arguments: Sequence[Any], blocks: int) -> float:
    taken = []
    for _ in range(blocks):
        start = time.process_time()
        for each in arguments:
            prepared(build(each))
        taken.append((time.process_time() - start) / len(arguments) * 1e6)
    return statistics.median(taken)


def _ten_clauses(number: int) -> RowQuery[tuple[Article, Author]]:
    """Return a query of FROM, a join, three predicates, two orders, a select list, LIMIT and OFFSET."""
    return (
        from_(Articles)
        .inner_join(Authors)
        .where(Articles.published == True)  # noqa: E712 - a column
        .where(Articles.title != f"title {number}")
        .where(Authors.username.startswith("a"))
        .order_by(Articles.created_at.desc())
        .order_by(Articles.id)
        .select(Article, Author)
        .limit(10)
        .offset(number)
    )


def _grouped(number: int) -> RowQuery[tuple[str, int]]:
    """Return a query of FROM, a join, two predicates, GROUP BY, HAVING, an order, a select list, LIMIT and OFFSET."""
    articles = fn.count()
    return (
        from_(Articles)
        .inner_join(Authors)
        .where(Articles.published == True)  # noqa: E712 - a column
        .where(Articles.title != f"title {number}")
        .group_by(Authors.username)
        .having(articles > 1)
        .order_by(articles.desc())
        .select(Authors.username, articles)
        .limit(10)
        .offset(number)
    )


PROBES: list[Probe] = [Build()]
