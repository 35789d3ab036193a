"""PyPika to write the SQL of each call, psycopg to run it; rows by position into attrs classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool
from pypika import Order, PostgreSQLQuery, Table
from pypika.terms import Parameter

from benchmarks.case import POOL_SIZE, Contender, Run
from benchmarks.cases.filter import LIMIT, Wanted
from benchmarks.contenders.psycopg_floor import (
    ARTICLE_COLUMNS,
    AUTHOR_COLUMNS,
    RowFactory,
    article,
    author,
    user,
)

_AUTHORS, _ARTICLES, _USERS = Table("authors"), Table("articles"), Table("users")
_OF_AUTHOR, _OF_ARTICLE = AUTHOR_COLUMNS.split(", "), ARTICLE_COLUMNS.split(", ")


class PypikaPsycopg(Contender):
    slug = "pypika"
    name = "PyPika + psycopg"
    order = 10

    def __init__(self, url: str) -> None:
        self.pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            url, min_size=1, max_size=POOL_SIZE, kwargs={"autocommit": True}, open=True
        )

    def close(self) -> None:
        self.pool.close()

    def _rows(self, query: Any, params: Sequence[Any], factory: RowFactory) -> list[Any]:
        with self.pool.connection() as connection, connection.cursor(row_factory=factory) as cursor:
            return cursor.execute(query.get_sql().encode(), params).fetchall()

    def find_by_id(self) -> Run:
        def run(key: object) -> object:
            query = PostgreSQLQuery.from_(_AUTHORS).select(*_OF_AUTHOR).where(_AUTHORS.id == Parameter("%s"))
            return self._rows(query, (key,), author)[0]

        return run

    def fetch_all(self) -> Run:
        return lambda _: self._rows(PostgreSQLQuery.from_(_AUTHORS).select(*_OF_AUTHOR), (), author)

    def trivial(self) -> Run:
        return lambda _: self._rows(PostgreSQLQuery.from_(_USERS).select("id", "name", "hair_color"), (), user)

    def filter(self) -> Run:
        def run(wanted: Wanted) -> object:
            query, params = _filtered(wanted)
            return self._rows(query.orderby(_ARTICLES.created_at, order=Order.desc).limit(LIMIT), params, article)

        return run

    def insert(self) -> Run:
        def run(values: Sequence[Any]) -> object:
            columns = ("author_id", "title", "content", "published")
            query = PostgreSQLQuery.into(_ARTICLES).columns(*columns).insert(*(Parameter("%s") for _ in columns))
            return self._rows(query.returning(*_OF_ARTICLE), values, article)[0]

        return run


def _filtered(wanted: Wanted) -> tuple[Any, list[Any]]:
    place = Parameter("%s")
    predicates = [
        (_ARTICLES.author_id == place, wanted.author),
        (_ARTICLES.published == place, wanted.published),
        (_ARTICLES.created_at >= place, wanted.since),
        (_ARTICLES.created_at < place, wanted.until),
        (_ARTICLES.title.like(place), None if wanted.title is None else f"{wanted.title}%"),
        (_ARTICLES.id != place, wanted.other_than),
        (_ARTICLES.content.like(place), None if wanted.content is None else f"%{wanted.content}%"),
    ]
    query = PostgreSQLQuery.from_(_ARTICLES).select(*_OF_ARTICLE)
    params = []
    for predicate, value in predicates:
        if value is not None:
            query = query.where(predicate)
            params.append(value)
    return query.where(_ARTICLES.subtitle.notnull()) if wanted.subtitled else query, params


CONTENDERS = [PypikaPsycopg]
