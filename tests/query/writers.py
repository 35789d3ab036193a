"""Writers, their posts and the remarks on these, for queries inside queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
from databases import database_with

from ferra_sync import Database, FerraModel, Table, from_, insert_into
from ferra_sync import types as t


class Writers(Table):
    id = t.integer(primary_key=True)
    name = t.text()
    boss_id = t.nullable(t.integer(references=lambda: Writers.id))
    joined_at = t.timestamptz()


class Bosses(Writers, alias="bosses"):
    pass


class Posts(Table):
    id = t.integer(primary_key=True)
    writer_id = t.integer(references=Writers.id)
    title = t.text()
    likes = t.nullable(t.integer())


class OtherPosts(Posts, alias="other_posts"):
    pass


class Remarks(Table):
    id = t.integer(primary_key=True)
    post_id = t.integer(references=Posts.id)
    tags = t.array(t.text())
    label = t.citext()


@attrs.frozen
class Writer(FerraModel[Writers]):
    id: int
    name: str
    boss_id: int | None


@attrs.frozen
class Post(FerraModel[Posts]):
    id: int
    writer_id: int
    title: str
    likes: int | None


OWN: Any = from_(Posts).correlate(Writers).where(Posts.writer_id == Writers.id)
LIKES = from_(Posts).where(Posts.likes.is_not_null()).select(Posts.likes)
"""What has been liked at all."""

WRITERS = [Writer(1, "ann", None), Writer(2, "bob", 1), Writer(3, "cid", 1), Writer(4, "dan", 2)]
POSTS = [Post(1, 1, "a", 5), Post(2, 1, "b", None), Post(3, 2, "c", 7), Post(4, 2, "d", 1), Post(5, 2, "e", 7)]


@contextmanager
def writers_database(server_url: str) -> Iterator[Database]:
    """Open a database with these rows; it is dropped at the end."""
    with database_with(server_url, Writers, Posts, Remarks) as db:
        with db.connection() as connection:
            connection.execute("""
                INSERT INTO writers VALUES (1, 'ann', NULL, '2024-01-01Z'), (2, 'bob', 1, '2024-02-01Z'),
                    (3, 'cid', 1, '2024-03-01Z'), (4, 'dan', 2, '2024-04-01Z')
            """)
        db.execute(insert_into(Posts).values(*POSTS))
        with db.connection() as connection:
            connection.execute("INSERT INTO remarks VALUES (1, 1, '{x,y}', 'Loud'), (2, 3, '{}', 'calm')")
        yield db
