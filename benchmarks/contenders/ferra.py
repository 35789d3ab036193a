"""ferra_sync, as its README writes it."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import attrs

from benchmarks.case import POOL_SIZE, Contender
from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    DatabaseConfig,
    FerraModel,
    Insertable,
    PgRepository,
    Table,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Authors(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    username = t.varchar(50, unique=True)
    email = t.varchar(100)
    password_hash = t.varchar(255)
    created_at = t.timestamptz(default=fn.now())
    updated_at = t.timestamptz(default=fn.now())


class Articles(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    author_id = t.uuid(references=Authors.id, index=True)
    title = t.varchar(255)
    content = t.text()
    published = t.boolean(default=False)
    subtitle = t.nullable(t.text())
    created_at = t.timestamptz(default=fn.now())


class Notes(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    title = t.varchar(255)
    content = t.text()
    stars = t.integer()
    published = t.boolean()
    created_at = t.timestamptz(default=fn.now())


class Events(Table):
    id = t.bigint(primary_key=True)
    kind = t.integer()
    payload = t.text()
    happened_at = t.timestamptz()


class Users(Table):
    id = t.serial(primary_key=True)
    name = t.text()
    hair_color = t.nullable(t.text(index=True))


class Posts(Table):
    id = t.serial(primary_key=True)
    user_id = t.integer(references=Users.id, index=True)
    title = t.text()
    body = t.nullable(t.text())


class Comments(Table):
    id = t.serial(primary_key=True)
    post_id = t.integer(references=Posts.id)
    text = t.text()


@attrs.define
class Note(FerraModel[Notes]):
    title: str
    content: str
    stars: int
    published: bool
    id: UUID = SERVER_DEFAULT
    created_at: dt.datetime = SERVER_DEFAULT


@attrs.define
class Event(FerraModel[Events]):
    id: int
    kind: int
    payload: str
    happened_at: dt.datetime


@attrs.define
class User(FerraModel[Users]):
    id: int
    name: str
    hair_color: str | None


@attrs.define
class NewUser(Insertable[Users]):
    name: str
    hair_color: str | None


@attrs.define
class Post(FerraModel[Posts]):
    id: int
    user_id: int
    title: str
    body: str | None


@attrs.define
class Comment(FerraModel[Comments]):
    id: int
    post_id: int
    text: str


@attrs.define
class Author(FerraModel[Authors]):
    id: UUID
    username: str
    email: str
    password_hash: str
    created_at: dt.datetime
    updated_at: dt.datetime


@attrs.define
class Article(FerraModel[Articles]):
    author_id: UUID
    title: str
    content: str
    published: bool = False
    subtitle: str | None = None
    id: UUID = SERVER_DEFAULT
    created_at: dt.datetime = SERVER_DEFAULT


class Ferra(Contender):
    slug = "ferra"
    name = "ferra_sync"
    order = 1

    def __init__(self, url: str) -> None:
        self.db = Database.connect(url, config=DatabaseConfig(min_connections=1, max_connections=POOL_SIZE))
        self.authors = PgRepository(Author, self.db)
        self.articles = PgRepository(Article, self.db)
        self.notes = PgRepository(Note, self.db)

    def close(self) -> None:
        self.db.close()


CONTENDERS = [Ferra]
