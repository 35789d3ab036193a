"""The demo's tables and models: films, users with their posts, and the characters of Unicode."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import attrs

from ferra_sync import SERVER_DEFAULT, UNSET, Changeset, FerraModel, Insertable, Table, Unset
from ferra_sync import functions as fn
from ferra_sync import types as t


class Films(Table):
    """Films."""

    id = t.serial(primary_key=True)
    title = t.text(unique=True)
    release_year = t.nullable(t.integer())
    archived = t.boolean(default=False)


class Users(Table):
    """Users."""

    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    username = t.varchar(50, unique=True)
    email = t.varchar(100, unique=True)
    password_hash = t.varchar(255, secret=True)
    created_at = t.timestamptz(default=fn.now())
    updated_at = t.timestamptz(default=fn.now(), on_update=fn.now())


class Posts(Table):
    """Posts, each of a user."""

    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    user_id = t.uuid(references=Users.id, on_delete="cascade", index=True)
    title = t.varchar(255)
    content = t.text()
    published = t.boolean(default=False, index=True)
    created_at = t.timestamptz(default=fn.now())
    updated_at = t.timestamptz(default=fn.now(), on_update=fn.now())


class Characters(Table):
    """Unicode's characters, by code point."""

    code_point = t.integer(primary_key=True)
    name = t.text(unique=True)
    category = t.varchar(2, index=True)
    numeric_value = t.nullable(t.double_precision())
    favourite = t.boolean(default=False)


@attrs.define
class Film(FerraModel[Films]):
    """A film."""

    title: str
    release_year: int | None = None
    archived: bool = False
    id: int = SERVER_DEFAULT


@attrs.define
class User(FerraModel[Users]):
    """A user, without the password's hash."""

    id: UUID
    username: str
    email: str
    created_at: datetime
    updated_at: datetime


@attrs.define
class NewUser(Insertable[Users]):
    """A user to create."""

    username: str
    email: str
    password_hash: str


@attrs.define
class Post(FerraModel[Posts]):
    """A post."""

    user_id: UUID
    title: str
    content: str
    published: bool = False
    id: UUID = SERVER_DEFAULT


@attrs.define
class PostPatch(Changeset[Posts]):
    """What may change in a post."""

    title: str | Unset = UNSET
    published: bool | Unset = UNSET


@attrs.frozen
class Character(FerraModel[Characters]):
    """A character."""

    code_point: int
    name: str
    category: str
    numeric_value: float | None
    favourite: bool = False
