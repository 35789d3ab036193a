from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from benchmarks.case import Case, Run
from benchmarks.contenders.ferra import Article, Articles, Author, Authors, Ferra
from benchmarks.contenders.psycopg_floor import ARTICLE_COLUMNS, AUTHOR_COLUMNS, Floor
from benchmarks.contenders.psycopg_floor import Article as FloorArticle
from benchmarks.contenders.psycopg_floor import Author as FloorAuthor
from ferra_sync import from_


def _pair(_cursor: object) -> Callable[[Sequence[Any]], tuple[FloorArticle, FloorAuthor]]:
    def pair(values: Sequence[Any]) -> tuple[FloorArticle, FloorAuthor]:
        a, b, c, d, e, f, g, h, i, j, k, m, n = values
        return FloorArticle(a, b, c, d, e, f, g), FloorAuthor(h, i, j, k, m, n)

    return pair


def _qualified(table: str, columns: str) -> str:
    return ", ".join(f"{table}.{column}" for column in columns.split(", "))


class Join(Case):
    name = "join"
    title = "10,000 (article, author) pairs by an inner join"
    order = 30
    budget = 1.15
    factors: ClassVar = {"sqlalchemy_orm": 2.5, "django": 2.5, "peewee": 2.5}

    def plain(self, result: Any) -> object:
        return sorted(
            (article.id, article.author_id, article.title, article.created_at, author.id, author.email)
            for article, author in result
        )

    def floor(self, floor: Floor) -> Run:
        columns = f"{_qualified('articles', ARTICLE_COLUMNS)}, {_qualified('authors', AUTHOR_COLUMNS)}"
        sql = f"SELECT {columns} FROM articles JOIN authors ON articles.author_id = authors.id".encode()
        return lambda _: floor.all(sql, (), _pair)

    def ferra(self, ferra: Ferra) -> Run:
        return lambda _: ferra.db.fetch_all(from_(Articles).inner_join(Authors).select(Article, Author))


CASES = [Join()]
