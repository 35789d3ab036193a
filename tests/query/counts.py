"""Derived tables over writers and posts."""

from __future__ import annotations

from typing import Any

import attrs
from writers import Posts, Writers

from ferra_sync import Derived, FerraModel, from_
from ferra_sync import functions as fn
from ferra_sync import types as t


class Counts(Derived):
    writer_id = t.integer(references=Writers.id)
    posts = t.bigint()


class OtherCounts(Counts, alias="other_counts"):
    """The counts a second time."""


@attrs.frozen
class Count(FerraModel[Counts]):
    writer_id: int
    posts: int


class Ids(Derived):
    id = t.integer()


class OtherIds(Ids, alias="other_ids"):
    """The ids a second time."""


class Paths(Derived):
    id = t.integer()
    path = t.text()


class Loose(Derived):
    """All its columns may be NULL."""

    likes = t.nullable(t.integer())
    word = t.nullable(t.text())


@attrs.frozen
class LooseRow(FerraModel[Loose]):
    likes: int | None
    word: str | None


class Words(Derived):
    word = t.nullable(t.text())


@attrs.frozen
class Word(FerraModel[Words]):
    word: str | None


PER_WRITER = from_(Posts).group_by(Posts.writer_id).select(Posts.writer_id, fn.count())
TWO, THREE = Count(1, 2), Count(2, 3)


def at_least(posts: int) -> Any:
    """Return the counts of writers with so many posts."""
    return from_(Posts).group_by(Posts.writer_id).having(fn.count() >= posts).select(Posts.writer_id, fn.count())
