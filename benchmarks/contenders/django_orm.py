"""Django's ORM over psycopg 3, with its default settings and its pool.

A thread keeps its connection until it closes it, as the end of a request does.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

import django
from django.conf import settings
from django.core.paginator import Paginator
from django.db import connection, models
from psycopg import conninfo

from benchmarks.case import POOL_SIZE, Contender, Given, Run
from benchmarks.cases.filter import LIMIT, Wanted
from benchmarks.cases.page import PER_PAGE
from benchmarks.cases.stream import BATCH, CHUNK, total

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "postgres", "CONN_MAX_AGE": 0}},
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()


class Author(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    username = models.CharField(max_length=50, unique=True)
    email = models.CharField(max_length=100)
    password_hash = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "benchmarks"
        db_table = "authors"


class Article(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    title = models.CharField(max_length=255)
    content = models.TextField()
    published = models.BooleanField(default=False)
    subtitle = models.TextField(null=True)  # noqa: DJ001 - the table is given
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "benchmarks"
        db_table = "articles"


class Note(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    title = models.CharField(max_length=255)
    content = models.TextField()
    stars = models.IntegerField()
    published = models.BooleanField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "benchmarks"
        db_table = "notes"


class Event(models.Model):
    id = models.BigIntegerField(primary_key=True)
    kind = models.IntegerField()
    payload = models.TextField()
    happened_at = models.DateTimeField()

    class Meta:
        app_label = "benchmarks"
        db_table = "events"


class User(models.Model):
    name = models.TextField()
    hair_color = models.TextField(null=True)  # noqa: DJ001 - the table is given

    class Meta:
        app_label = "benchmarks"
        db_table = "users"


class Post(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts")
    title = models.TextField()
    body = models.TextField(null=True)  # noqa: DJ001 - the table is given

    class Meta:
        app_label = "benchmarks"
        db_table = "posts"


class Comment(models.Model):
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="comments")
    text = models.TextField()

    class Meta:
        app_label = "benchmarks"
        db_table = "comments"


class DjangoOrm(Contender):
    slug = "django"
    name = "Django ORM"
    order = 30
    _NAMES: ClassVar = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}

    def __init__(self, url: str) -> None:
        parameters = conninfo.conninfo_to_dict(url)
        given = {self._NAMES[key]: str(parameters.pop(key)) for key in self._NAMES if parameters.get(key) is not None}
        connection.settings_dict.update(given)
        connection.settings_dict["OPTIONS"] = {**parameters, "pool": {"min_size": 1, "max_size": POOL_SIZE}}

    def close(self) -> None:
        connection.close()

    def after_thread_call(self) -> None:
        """Give the thread's connection back to the pool, as the end of a request does."""
        connection.close()

    def find_by_id(self) -> Run:
        return lambda key: Author.objects.get(pk=key)

    def fetch_all(self) -> Run:
        return lambda _: list(Author.objects.all())

    def join(self) -> Run:
        return lambda _: [(article, article.author) for article in Article.objects.select_related("author")]

    def filter(self) -> Run:
        return lambda wanted: list(_query(wanted))

    def insert(self) -> Run:
        def run(values: tuple[Any, ...]) -> object:
            author, title, content, published = values
            return Article.objects.create(author_id=author, title=title, content=content, published=published)

        return run

    def insert_many(self) -> Run:
        return lambda rows: Note.objects.bulk_create(_notes(rows))

    def copy_in(self) -> Run:
        return Given(_notes, lambda notes: len(Note.objects.bulk_create(notes, batch_size=1000)))

    def upsert_many(self) -> Run:
        return Given(
            _keyed_notes,
            lambda notes: Note.objects.bulk_create(
                notes, batch_size=1000, update_conflicts=True, unique_fields=["id"], update_fields=_WRITTEN
            ),
        )

    def update_many(self) -> Run:
        return Given(_keyed_notes, lambda notes: Note.objects.bulk_update(notes, _WRITTEN, batch_size=1000))

    def is_in(self) -> Run:
        return lambda keys: Article.objects.filter(pk__in=keys).update(subtitle="changed")

    def page(self) -> Run:
        def run(number: int) -> object:
            page = Paginator(Author.objects.order_by("id"), PER_PAGE).page(number)
            return list(page), page.paginator.count

        return run

    def stream(self) -> Run:
        return lambda _: total(Event.objects.iterator(chunk_size=CHUNK))

    def batches(self) -> Run:
        return lambda _: total(Event.objects.order_by("pk").iterator(chunk_size=BATCH))

    def keyset(self) -> Run:
        rows = Event.objects.order_by("-happened_at", "-id")
        return lambda before: list(rows[before : before + 20])

    def trivial(self) -> Run:
        return lambda _: list(User.objects.all())

    def medium(self) -> Run:
        def run(color: str) -> object:
            # A list by `to_attr` is what Django's documentation has for speed; a query set for each user is slower.
            users = User.objects.filter(hair_color=color).prefetch_related(
                models.Prefetch("posts", to_attr="post_list")
            )
            return [(user, post) for user in users for post in user.post_list or [None]]

        return run

    def associations(self) -> Run:
        return lambda _: list(User.objects.prefetch_related("posts__comments"))

    def insert_users(self) -> Run:
        def run(rows: Any) -> object:
            return len(User.objects.bulk_create([User(name=name, hair_color=color) for name, color in rows]))

        return run


def _notes(rows: Iterable[tuple[Any, ...]]) -> list[Note]:
    return [Note(title=a, content=b, stars=c, published=d) for a, b, c, d in rows]


_WRITTEN = ["title", "content", "stars", "published"]


def _keyed_notes(rows: Iterable[tuple[Any, ...]]) -> list[Note]:
    return [Note(id=key, title=a, content=b, stars=c, published=d) for key, a, b, c, d in rows]


def _query(wanted: Wanted) -> Any:  # noqa: C901 - one `if` for each field
    query = Article.objects.all()
    if wanted.author is not None:
        query = query.filter(author_id=wanted.author)
    if wanted.published is not None:
        query = query.filter(published=wanted.published)
    if wanted.since is not None:
        query = query.filter(created_at__gte=wanted.since)
    if wanted.until is not None:
        query = query.filter(created_at__lt=wanted.until)
    if wanted.title is not None:
        query = query.filter(title__startswith=wanted.title)
    if wanted.subtitled:
        query = query.filter(subtitle__isnull=False)
    if wanted.other_than is not None:
        query = query.exclude(pk=wanted.other_than)
    if wanted.content is not None:
        query = query.filter(content__contains=wanted.content)
    return query.order_by("-created_at")[:LIMIT]


CONTENDERS = [DjangoOrm]
