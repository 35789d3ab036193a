"""Rows inside rows in one query, beside three queries that are put together by hand."""

from __future__ import annotations

from typing import Any

import psycopg

from benchmarks.case import Run
from benchmarks.cases.diesel_bench import Associations
from benchmarks.contenders.ferra import Comment, Comments, Ferra, Post, Posts, User, Users
from ferra_sync import from_


class Multiset(Associations):
    """The associations of diesel_bench; each foreign key has an index."""

    name = "multiset"
    title = "100 users with 10 posts with 10 comments each, nested by the server"
    method = "associations"
    order = 321
    budget = 0.9

    def prepare(self, connection: psycopg.Connection[Any], *, quick: bool) -> None:
        connection.execute("CREATE INDEX IF NOT EXISTS comments_post_id ON comments (post_id)")
        super().prepare(connection, quick=quick)

    def ferra(self, ferra: Ferra) -> Run:
        def run(_: object) -> object:
            comments = from_(Comments).correlate(Posts).where(Comments.post_id == Posts.id).select(Comment)
            posts = from_(Posts).correlate(Users).where(Posts.user_id == Users.id).select(Post, comments.multiset())
            return ferra.db.fetch_all(from_(Users).select(User, posts.multiset()))

        return run


CASES = [Multiset()]
