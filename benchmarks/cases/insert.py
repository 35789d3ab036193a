from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, ClassVar

import psycopg

from benchmarks.case import Case, Run
from benchmarks.contenders.ferra import Article, Ferra
from benchmarks.contenders.psycopg_floor import ARTICLE_COLUMNS, Floor, article
from benchmarks.data import AUTHORS, WRITTEN, author_id, remove_written


class Insert(Case):
    name = "insert"
    title = "insert a row, and return the model as the server has it"
    order = 50
    budget = 1.25
    factors: ClassVar = {"sqlalchemy_orm": 1.5, "django": 1.5, "peewee": 1.5}

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:
        return [(author_id(rng.randrange(AUTHORS)), f"Article {number}", WRITTEN, True) for number in range(calls)]

    def plain(self, result: Any) -> object:
        made = (type(result.id), type(result.created_at))
        return (result.author_id, result.title, result.content, result.published, result.subtitle, *made)

    def after_block(self, connection: psycopg.Connection[Any]) -> None:
        remove_written(connection)

    def floor(self, floor: Floor) -> Run:
        sql = (
            "INSERT INTO articles (author_id, title, content, published)"
            f" VALUES ($1::uuid, $2::varchar, $3::text, $4::boolean) RETURNING {ARTICLE_COLUMNS}"
        ).encode()
        return lambda values: floor.one(sql, values, article)

    def ferra(self, ferra: Ferra) -> Run:
        insert = ferra.articles.insert
        return lambda values: insert(Article(*values))


CASES = [Insert()]
