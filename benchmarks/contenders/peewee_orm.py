"""Peewee over psycopg 3, with its pool."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from peewee import (
    JOIN,
    BigIntegerField,
    BooleanField,
    CharField,
    DatabaseProxy,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
    UUIDField,
    chunked,
    prefetch,
)
from playhouse.postgres_ext import DateTimeTZField, PooledPostgresqlExtDatabase, ServerSide
from psycopg import conninfo

from benchmarks.case import POOL_SIZE, Contender, Given, Run
from benchmarks.cases.filter import LIMIT, Wanted
from benchmarks.cases.page import PER_PAGE
from benchmarks.cases.stream import BATCH, CHUNK, total


def now() -> dt.datetime:
    """Return the moment, in UTC."""
    return dt.datetime.now(dt.UTC)


database = DatabaseProxy()


class _Model(Model):
    class Meta:
        database = database


class Author(_Model):
    id = UUIDField(primary_key=True, default=uuid.uuid4)
    username = CharField(50, unique=True)
    email = CharField(100)
    password_hash = CharField(255)
    created_at = DateTimeTZField(default=now)
    updated_at = DateTimeTZField(default=now)

    class Meta:
        table_name = "authors"


class Article(_Model):
    id = UUIDField(primary_key=True, default=uuid.uuid4)
    author = ForeignKeyField(Author)
    title = CharField(255)
    content = TextField()
    published = BooleanField(default=False)
    subtitle = TextField(null=True)
    created_at = DateTimeTZField(default=now)

    class Meta:
        table_name = "articles"


class Note(_Model):
    id = UUIDField(primary_key=True, default=uuid.uuid4)
    title = CharField(255)
    content = TextField()
    stars = IntegerField()
    published = BooleanField()
    created_at = DateTimeTZField(default=now)

    class Meta:
        table_name = "notes"


class Event(_Model):
    id = BigIntegerField(primary_key=True)
    kind = IntegerField()
    payload = TextField()
    happened_at = DateTimeTZField()

    class Meta:
        table_name = "events"


class User(_Model):
    name = TextField()
    hair_color = TextField(null=True)

    class Meta:
        table_name = "users"


class Post(_Model):
    user = ForeignKeyField(User, backref="posts")
    title = TextField()
    body = TextField(null=True)

    class Meta:
        table_name = "posts"


class Comment(_Model):
    post = ForeignKeyField(Post, backref="comments")
    text = TextField()

    class Meta:
        table_name = "comments"


class Peewee(Contender):
    slug = "peewee"
    name = "Peewee"
    order = 40

    def __init__(self, url: str) -> None:
        parameters = conninfo.conninfo_to_dict(url)
        self.database = PooledPostgresqlExtDatabase(
            parameters.pop("dbname"), prefer_psycopg3=True, max_connections=POOL_SIZE, timeout=30, **parameters
        )
        database.initialize(self.database)
        self.database.connect()

    def close(self) -> None:
        self.database.close_all()

    def after_thread_call(self) -> None:
        """Give the thread's connection back to the pool, as the end of a request does."""
        self.database.close()

    def find_by_id(self) -> Run:
        find: Run = Author.get_by_id
        return find

    def fetch_all(self) -> Run:
        return lambda _: list(Author.select())

    def join(self) -> Run:
        return lambda _: [(article, article.author) for article in Article.select(Article, Author).join(Author)]

    def filter(self) -> Run:
        return lambda wanted: list(_query(wanted))

    def insert(self) -> Run:
        def run(values: tuple[Any, ...]) -> object:
            author, title, content, published = values
            return Article.create(author=author, title=title, content=content, published=published)

        return run

    def insert_many(self) -> Run:
        def run(rows: Any) -> object:
            notes = [Note(title=a, content=b, stars=c, published=d) for a, b, c, d in rows]
            with self.database.atomic():
                Note.bulk_create(notes, batch_size=1000)
            return notes

        return run

    def copy_in(self) -> Run:
        fields = [Note.title, Note.content, Note.stars, Note.published]

        def run(rows: Any) -> object:
            with self.database.atomic():
                for batch in chunked(rows, 100):
                    Note.insert_many(batch, fields=fields).execute()
            return len(rows)

        return run

    def upsert_many(self) -> Run:
        written = [Note.title, Note.content, Note.stars, Note.published]

        def run(rows: Any) -> object:
            with self.database.atomic():
                for batch in chunked(rows, 1000):
                    insert = Note.insert_many(batch, fields=[Note.id, *written])
                    insert.on_conflict(conflict_target=[Note.id], preserve=written).execute()
            return rows

        return run

    def update_many(self) -> Run:
        def run(notes: Any) -> object:
            with self.database.atomic():
                return Note.bulk_update(notes, ["title", "content", "stars", "published"], batch_size=100)

        return Given(
            lambda rows: [Note(id=key, title=a, content=b, stars=c, published=d) for key, a, b, c, d in rows], run
        )

    def is_in(self) -> Run:
        return lambda keys: Article.update(subtitle="changed").where(Article.id.in_(keys)).execute()

    def page(self) -> Run:
        def run(page: int) -> object:
            query = Author.select().order_by(Author.id)
            return list(query.paginate(page, PER_PAGE)), query.count()

        return run

    def stream(self) -> Run:
        def run(_: object) -> object:
            with self.database.atomic():
                return total(ServerSide(Event.select(), array_size=CHUNK))

        return run

    def batches(self) -> Run:
        def run(_: object) -> object:
            with self.database.atomic():
                return total(ServerSide(Event.select().order_by(Event.id), array_size=BATCH))

        return run

    def keyset(self) -> Run:
        rows = Event.select().order_by(Event.happened_at.desc(), Event.id.desc())
        return lambda before: list(rows.limit(20).offset(before))

    def trivial(self) -> Run:
        return lambda _: list(User.select())

    def medium(self) -> Run:
        def run(color: str) -> object:
            wanted = User.select(User, Post).join(Post, JOIN.LEFT_OUTER).where(User.hair_color == color)
            return [(user, getattr(user, "post", None)) for user in wanted]

        return run

    def associations(self) -> Run:
        return lambda _: prefetch(User.select(), Post.select(), Comment.select())

    def insert_users(self) -> Run:
        def run(rows: Any) -> object:
            User.insert_many(rows, fields=[User.name, User.hair_color]).execute()
            return len(rows)

        return run


def _query(wanted: Wanted) -> Any:  # noqa: C901 - one `if` for each field
    query = Article.select()
    if wanted.author is not None:
        query = query.where(Article.author == wanted.author)
    if wanted.published is not None:
        query = query.where(Article.published == wanted.published)
    if wanted.since is not None:
        query = query.where(Article.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Article.created_at < wanted.until)
    if wanted.title is not None:
        query = query.where(Article.title.startswith(wanted.title))
    if wanted.subtitled:
        query = query.where(Article.subtitle.is_null(is_null=False))
    if wanted.other_than is not None:
        query = query.where(Article.id != wanted.other_than)
    if wanted.content is not None:
        query = query.where(Article.content.contains(wanted.content))
    return query.order_by(Article.created_at.desc()).limit(LIMIT)


CONTENDERS = [Peewee]
