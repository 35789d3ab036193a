"""Filters of one to eight predicates, put together anew for each call, as a list page with search fields does."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from benchmarks.case import Case, Run, plain_rows
from benchmarks.contenders.ferra import Article, Articles, Ferra
from benchmarks.contenders.psycopg_floor import ARTICLE_COLUMNS, Floor, article
from benchmarks.data import ARTICLES, ARTICLES_EACH, FIRST_DAY, article_id, author_id
from ferra_sync import Select, select

LIMIT = 20


class Wanted(NamedTuple):
    """What a visitor asks for; None: does not matter. A predicate for each field."""

    author: UUID | None = None
    published: bool | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    title: str | None = None
    subtitled: bool | None = None
    other_than: UUID | None = None
    content: str | None = None


class Filter(Case):
    method = "filter"

    def __init__(self, predicates: int, name: str, title: str, order: int) -> None:
        self._predicates = predicates
        self.name = name
        self.title = title
        self.order = order

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:
        return [_wanted(rng.randrange(ARTICLES // ARTICLES_EACH), self._predicates) for _ in range(calls)]

    def plain(self, result: Any) -> object:
        return plain_rows(result, "id", "author_id", "title", "content", "published", "subtitle", "created_at")

    def floor(self, floor: Floor) -> Run:
        def run(wanted: Wanted) -> object:
            sql, params = _sql(wanted)
            return floor.all(sql.encode(), params, article)

        return run

    def ferra(self, ferra: Ferra) -> Run:
        return lambda wanted: ferra.db.fetch_all(query_of(wanted))


class Budgeted(Filter):
    budget = 1.25
    factors: ClassVar = {"sqlalchemy_orm": 1.5, "django": 1.5, "peewee": 1.5}


def _wanted(number: int, predicates: int) -> Wanted:
    since = FIRST_DAY + dt.timedelta(hours=number * ARTICLES_EACH + 1)
    until = since + dt.timedelta(hours=ARTICLES_EACH)
    every: tuple[Any, ...] = (
        author_id(number),
        True,
        since,
        until,
        "Article ",
        True,
        article_id(number * ARTICLES_EACH),
        "say",
    )
    return Wanted(*every[:predicates])


def _sql(wanted: Wanted) -> tuple[str, list[Any]]:  # noqa: C901 - one `if` for each field
    predicates: list[str] = []
    params: list[Any] = []

    def add(predicate: str, value: object) -> None:
        params.append(value)
        predicates.append(predicate % len(params))

    if wanted.author is not None:
        add("author_id = $%d::uuid", wanted.author)
    if wanted.published is not None:
        add("published = $%d::boolean", wanted.published)
    if wanted.since is not None:
        add("created_at >= $%d::timestamptz", wanted.since)
    if wanted.until is not None:
        add("created_at < $%d::timestamptz", wanted.until)
    if wanted.title is not None:
        add("title LIKE $%d::text", f"{_escaped(wanted.title)}%")
    if wanted.subtitled:
        predicates.append("subtitle IS NOT NULL")
    if wanted.other_than is not None:
        add("id <> $%d::uuid", wanted.other_than)
    if wanted.content is not None:
        add("content LIKE $%d::text", f"%{_escaped(wanted.content)}%")
    params.append(LIMIT)
    where = " AND ".join(predicates)
    return f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE {where} ORDER BY created_at DESC LIMIT ${len(params)}", params


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def query_of(wanted: Wanted) -> Select[Any, Any, Article]:  # noqa: C901 - one `if` for each field
    query = select(Article)
    if wanted.author is not None:
        query = query.where(Articles.author_id == wanted.author)
    if wanted.published is not None:
        query = query.where(Articles.published == wanted.published)
    if wanted.since is not None:
        query = query.where(Articles.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Articles.created_at < wanted.until)
    if wanted.title is not None:
        query = query.where(Articles.title.startswith(wanted.title))
    if wanted.subtitled:
        query = query.where(Articles.subtitle.is_not_null())
    if wanted.other_than is not None:
        query = query.where(Articles.id != wanted.other_than)
    if wanted.content is not None:
        query = query.where(Articles.content.contains(wanted.content))
    return query.order_by(Articles.created_at.desc()).limit(LIMIT)


CASES: Sequence[Case] = [
    Budgeted(3, "filter", "a filter of three predicates, order and limit, built anew for each call", order=40),
    *(Filter(n, f"filter_{n}", f"a filter of {n} predicate{'s'[: n > 1]}", order=200 + n) for n in range(1, 9)),
]
