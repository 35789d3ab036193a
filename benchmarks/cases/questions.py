"""Five questions that an ORM seldom has words for, built anew for each call and asked with other values."""

from __future__ import annotations

import datetime as dt
import random
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import attrs
import psycopg
from psycopg.types.json import Jsonb

from benchmarks.case import Case, Run
from benchmarks.contenders.ferra import Articles, Author, Authors, Ferra
from benchmarks.contenders.psycopg_floor import AUTHOR_COLUMNS, Floor, author
from benchmarks.data import ARTICLES, ARTICLES_EACH, FIRST_DAY
from ferra_sync import Derived, FerraModel, RowQuery, Table, exists, from_, select, window
from ferra_sync import functions as fn
from ferra_sync import types as t

BUDGET = 1.15
NEWEST = 3
SPAN = dt.timedelta(hours=10 * ARTICLES_EACH)
"""What ten authors write in."""


class Ranked(Derived):
    author_id = t.uuid()
    title = t.varchar(255)
    place = t.bigint()


class Newest(Derived):
    title = t.varchar(255)
    created_at = t.timestamptz()


class Documents(Table):
    id = t.integer(primary_key=True)
    data = t.jsonb()


@attrs.define
class Document(FerraModel[Documents]):
    id: int
    data: Any


AUTHORS_OF_DOCUMENTS = 100

_DOCUMENTS = b"""
CREATE TABLE documents (id int PRIMARY KEY, data jsonb NOT NULL);
INSERT INTO documents SELECT n, jsonb_build_object(
    'kind', CASE WHEN n % 2 = 0 THEN 'letter' ELSE 'note' END,
    'author', jsonb_build_object('name', 'author ' || n % 100), 'stars', n % 5
) FROM generate_series(1, 10000) AS n;
ANALYZE documents
"""


def _tuples(_cursor: object) -> Callable[[Sequence[Any]], Any]:
    return tuple


def _documents(_cursor: object) -> Callable[[Sequence[Any]], Document]:
    return lambda values: Document(*values)


class Question(Case):
    """A question about the articles of some days, which are its argument."""

    budget = BUDGET
    sql: bytes

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:
        days = (rng.randrange(ARTICLES - 10 * ARTICLES_EACH) for _ in range(calls))
        return [FIRST_DAY + dt.timedelta(hours=day) for day in days]

    def values(self, since: dt.datetime) -> Sequence[Any]:
        """Return the parameters of the text."""
        return since, since + SPAN

    @abstractmethod
    def query(self, since: dt.datetime) -> RowQuery[Any]:
        """Return the same question in ours."""

    def floor(self, floor: Floor) -> Run:
        return lambda since: floor.all(self.sql, self.values(since), _tuples)

    def ferra(self, ferra: Ferra) -> Run:
        return lambda since: ferra.db.fetch_all(self.query(since))


class Exists(Question):
    name = "exists"
    title = "authors with an article of these days, by a correlated EXISTS"
    order = 41
    sql = f"""
SELECT {AUTHOR_COLUMNS} FROM authors WHERE EXISTS (
    SELECT 1 FROM articles
    WHERE articles.author_id = authors.id AND created_at >= $1::timestamptz AND created_at < $2::timestamptz
) ORDER BY username LIMIT $3::bigint""".encode()

    def values(self, since: dt.datetime) -> Sequence[Any]:
        return since, since + SPAN, 20

    def query(self, since: dt.datetime) -> RowQuery[Author]:
        written = (
            from_(Articles)
            .correlate(Authors)
            .where(Articles.author_id == Authors.id, Articles.created_at >= since, Articles.created_at < since + SPAN)
        )
        return from_(Authors).where(exists(written)).order_by(Authors.username).limit(20).select(Author)

    def floor(self, floor: Floor) -> Run:
        return lambda since: floor.all(self.sql, self.values(since), author)

    def plain(self, result: Any) -> object:
        return [(each.id, each.username, each.created_at) for each in result]


class Windowed(Question):
    name = "cte_window"
    title = "the three newest articles of each author of these days, by a CTE with a window"
    order = 42
    sql = b"""
WITH ranked(author_id, title, place) AS (
    SELECT author_id, title, row_number() OVER (PARTITION BY author_id ORDER BY created_at DESC)
    FROM articles WHERE created_at >= $1::timestamptz AND created_at < $2::timestamptz
) SELECT author_id, title, place FROM ranked WHERE place <= $3::bigint ORDER BY title"""

    def values(self, since: dt.datetime) -> Sequence[Any]:
        return since, since + SPAN, NEWEST

    def query(self, since: dt.datetime) -> RowQuery[Any]:
        place = fn.row_number().over(window(partition_by=Articles.author_id, order_by=Articles.created_at.desc()))
        days = from_(Articles).where(Articles.created_at >= since, Articles.created_at < since + SPAN)
        ranked = Ranked.cte(days.select(Articles.author_id, Articles.title, place))
        first = from_(ranked).where(Ranked.place <= NEWEST).order_by(Ranked.title)
        return first.select(Ranked.author_id, Ranked.title, Ranked.place)


class Lateral(Question):
    name = "lateral"
    title = "the three newest articles of each of ten authors, by LATERAL"
    order = 43
    sql = b"""
SELECT username, newest.title FROM authors JOIN LATERAL (
    SELECT title, created_at FROM articles WHERE articles.author_id = authors.id
    ORDER BY created_at DESC LIMIT $1::bigint
) AS newest ON true
WHERE authors.created_at >= $2::timestamptz AND authors.created_at < $3::timestamptz
ORDER BY username, newest.created_at"""

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:
        writers = ARTICLES // ARTICLES_EACH
        return [FIRST_DAY + dt.timedelta(minutes=rng.randrange(writers - 10)) for _ in range(calls)]

    def values(self, since: dt.datetime) -> Sequence[Any]:
        return NEWEST, since, since + dt.timedelta(minutes=10)

    def query(self, since: dt.datetime) -> RowQuery[Any]:
        own = from_(Articles).correlate(Authors).where(Articles.author_id == Authors.id)
        newest = Newest.lateral(
            own.order_by(Articles.created_at.desc()).limit(NEWEST).select(Articles.title, Articles.created_at)
        )
        ten = (
            from_(Authors)
            .inner_join(newest)
            .where(Authors.created_at >= since, Authors.created_at < since + dt.timedelta(minutes=10))
        )
        return ten.order_by(Authors.username, Newest.created_at).select(Authors.username, Newest.title)


class Union(Question):
    name = "union"
    title = "the authors and the articles of these days, and those of the next, by a UNION of three"
    order = 44
    sql = b"""
(SELECT title FROM articles WHERE created_at >= $1::timestamptz AND created_at < $2::timestamptz)
UNION (SELECT title FROM articles WHERE created_at >= $3::timestamptz AND created_at < $4::timestamptz)
UNION (SELECT username FROM authors WHERE created_at >= $5::timestamptz AND created_at < $6::timestamptz)
ORDER BY 1 LIMIT $7::bigint"""

    def values(self, since: dt.datetime) -> Sequence[Any]:
        return since, since + SPAN, since + SPAN, since + 2 * SPAN, since, since + SPAN, 50

    def query(self, since: dt.datetime) -> RowQuery[str]:
        until = since + SPAN
        articles, authors = from_(Articles), from_(Authors)
        these = articles.where(Articles.created_at >= since, Articles.created_at < until).select(Articles.title)
        next_ = articles.where(Articles.created_at >= until, Articles.created_at < until + SPAN).select(Articles.title)
        names = authors.where(Authors.created_at >= since, Authors.created_at < until).select(Authors.username)
        return these.union(next_).union(names).order_by(Articles.title).limit(50)

    def floor(self, floor: Floor) -> Run:
        return lambda since: floor.all(self.sql, self.values(since), lambda _: lambda values: values[0])


class Documented(Question):
    name = "jsonb"
    title = "documents that contain a document, by a value inside them"
    order = 45
    sql = b"""
SELECT id, data FROM documents
WHERE data @> $1::jsonb AND data -> 'author' ->> 'name' = $2 AND (data -> 'stars')::integer >= $3::integer
ORDER BY id LIMIT $4::bigint"""

    def prepare(self, connection: psycopg.Connection[Any], *, quick: bool) -> None:  # noqa: ARG002 - as many for both
        connection.execute(_DOCUMENTS)

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:
        return [rng.randrange(AUTHORS_OF_DOCUMENTS) for _ in range(calls)]

    def values(self, author: Any) -> Sequence[Any]:
        return Jsonb({"kind": "letter"}), f"author {author}", 1, 20

    def query(self, author: Any) -> RowQuery[Document]:
        asked = select(Document).where(
            Documents.data.contains({"kind": "letter"}),
            Documents.data.text("author", "name") == f"author {author}",
            Documents.data.get("stars").cast(t.integer()) >= 1,
        )
        return asked.order_by(Documents.id).limit(20)

    def floor(self, floor: Floor) -> Run:
        return lambda author: floor.all(self.sql, self.values(author), _documents)

    def plain(self, result: Any) -> object:
        return [(each.id, each.data) for each in result]


CASES = [Exists(), Windowed(), Lateral(), Union(), Documented()]
