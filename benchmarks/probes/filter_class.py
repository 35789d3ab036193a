from __future__ import annotations

import datetime as dt
import random
import statistics
import time
from collections.abc import Callable, Sequence
from uuid import UUID

import attrs
import psycopg

from benchmarks.cases.filter import Budgeted, Wanted
from benchmarks.contenders.ferra import Article, Articles
from benchmarks.probe import Probe, Reading
from ferra_sync import Filter, RowQuery, Unset, by, select
from ferra_sync._database.runner import prepared

BLOCK = 500


@attrs.define
class ArticleFilter(Filter[Articles]):
    author: UUID | Unset = by(Articles.author_id)
    published: bool | Unset = by(Articles.published)
    since: dt.datetime | Unset = by(Articles.created_at.__ge__)
    until: dt.datetime | Unset = by(Articles.created_at.__lt__)
    title: str | Unset = by(Articles.title.startswith)


def _by_hand(wanted: Wanted) -> RowQuery[Article]:
    return select(Article).where(
        Articles.author_id == wanted.author,
        Articles.published == wanted.published,
        Articles.created_at >= wanted.since,
        Articles.created_at < wanted.until,
        Articles.title.startswith(wanted.title or ""),
    )


def _by_class(wanted: Wanted) -> RowQuery[Article]:
    return select(Article).filter(ArticleFilter(*wanted[:5]))


def _parsed(wanted: Wanted) -> object:
    return ArticleFilter.parse(
        f"author={wanted.author}&published=true&since=2024-05-06T07:08:09Z&until=2024-05-07T07:08:09Z&title=Article"
    )


class FilterClass(Probe):
    name = "filter_class"
    title = "client CPU of a filter class of five fields, nothing sent"
    order = 11

    def readings(self, url: str, connection: psycopg.Connection[object], *, quick: bool) -> list[Reading]:  # noqa: ARG002
        blocks = 20 if quick else 100
        wanted = Budgeted(5, "", "", 0).arguments(BLOCK, random.Random(0))
        pairs = [(_taken(_prepared(_by_hand), wanted), _taken(_prepared(_by_class), wanted)) for _ in range(blocks)]
        return [
            Reading("the same query by hand", statistics.median(hand for hand, _ in pairs), "µs"),
            Reading("what the class adds to it", statistics.median(ours - hand for hand, ours in pairs), "µs", 6),
            Reading("parse of a query string", statistics.median(_taken(_parsed, wanted) for _ in range(blocks)), "µs"),
        ]


def _prepared(build: Callable[[Wanted], RowQuery[Article]]) -> Callable[[Wanted], object]:
    return lambda wanted: prepared(build(wanted))


def _taken(run: Callable[[Wanted], object], arguments: Sequence[Wanted]) -> float:
    start = time.process_time()
    for each in arguments:
        run(each)
    return (time.process_time() - start) / len(arguments) * 1e6


PROBES: list[Probe] = [FilterClass()]
