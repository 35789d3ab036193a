"""Posts, each of a user."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs

from ferra_sync import SERVER_DEFAULT, UNSET, Changeset, Constraint, FerraModel, Insertable, Table, Unset, index
from ferra_sync import functions as fn
from ferra_sync import types as t
from schema.users import Users


class Posts(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    user_id = t.uuid(references=Users.id, on_delete="cascade", index=True)
    title = t.varchar(255)
    content = t.text()
    published = t.boolean(default=False, index=True)
    subtitle = t.nullable(t.text())
    created_at = t.timestamptz(default=fn.now())
    updated_at = t.timestamptz(default=fn.now(), on_update=fn.now())

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (index(cls.created_at.desc(), where=cls.published, name="posts_published_newest_idx"),)


@attrs.define
class Post(FerraModel[Posts]):
    """A whole row."""

    user_id: UUID
    title: str
    content: str
    published: bool = False
    subtitle: str | None = None
    id: UUID = SERVER_DEFAULT
    created_at: datetime = SERVER_DEFAULT
    updated_at: datetime = SERVER_DEFAULT


@attrs.define
class NewPost(Insertable[Posts]):
    """A post to create."""

    user_id: UUID
    title: str
    content: str
    published: bool = False
    subtitle: str | None = None


@attrs.define
class PostPatch(Changeset[Posts]):
    """What may change in a post."""

    title: str | Unset = UNSET
    content: str | Unset = UNSET
    published: bool | Unset = UNSET
    subtitle: str | Unset | None = UNSET
