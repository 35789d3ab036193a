"""The cases of diesel_bench, with its tables: users, posts and comments with serial keys."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import psycopg

from benchmarks.case import Case, Run, plain_rows
from benchmarks.contenders.ferra import Comment, Ferra, NewUser, Post, Posts, User, Users
from benchmarks.contenders.psycopg_floor import Comment as FloorComment
from benchmarks.contenders.psycopg_floor import Floor, comment, post, user
from benchmarks.contenders.psycopg_floor import Post as FloorPost
from benchmarks.contenders.psycopg_floor import User as FloorUser
from benchmarks.data import load_associations, load_users
from ferra_sync import from_, insert_into, maybe, select

READ_SIZES = (1, 10, 100, 1_000, 10_000)
INSERT_SIZES = (1, 10, 25, 50, 100)


class Trivial(Case):
    """All rows of a table of `size` rows."""

    method = "trivial"

    def __init__(self, size: int, order: int) -> None:
        self._size = size
        self.name = f"trivial_{size}"
        self.title = f"diesel_bench trivial, {size:,} rows"
        self.order = order

    def prepare(self, connection: psycopg.Connection[Any], *, quick: bool) -> None:  # noqa: ARG002 - always the same
        load_users(connection, self._size)

    def plain(self, result: Any) -> object:
        return sorted(plain_rows(result, "id", "name", "hair_color"))

    def floor(self, floor: Floor) -> Run:
        return lambda _: floor.all(b"SELECT id, name, hair_color FROM users", (), user)

    def ferra(self, ferra: Ferra) -> Run:
        return lambda _: ferra.db.fetch_all(select(User))


class Medium(Case):
    """A left join to an empty table, for the half of the users that have black hair."""

    method = "medium"

    def __init__(self, size: int, order: int) -> None:
        self._size = size
        self.name = f"medium_{size}"
        self.title = f"diesel_bench medium, {size:,} users"
        self.order = order

    def prepare(self, connection: psycopg.Connection[Any], *, quick: bool) -> None:  # noqa: ARG002 - always the same
        load_users(connection, self._size)

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:  # noqa: ARG002 - always the same
        return ["black"] * calls

    def plain(self, result: Any) -> object:
        return sorted((user.id, user.name, user.hair_color, post) for user, post in result)

    def floor(self, floor: Floor) -> Run:
        sql = (
            b"SELECT u.id, u.name, u.hair_color, p.id, p.user_id, p.title, p.body"
            b" FROM users u LEFT JOIN posts p ON p.user_id = u.id WHERE u.hair_color = $1::varchar"
        )
        return lambda color: floor.all(sql, (color,), _user_with_post)

    def ferra(self, ferra: Ferra) -> Run:
        return lambda color: ferra.db.fetch_all(
            from_(Users).left_join(Posts).where(Users.hair_color == color).select(User, maybe(Post))
        )


class Associations(Case):
    """100 users with 10 posts each with 10 comments each: three queries, put together in memory."""

    name = "associations"
    title = "diesel_bench associations, 100 users, 1,000 posts, 10,000 comments"
    order = 320

    def prepare(self, connection: psycopg.Connection[Any], *, quick: bool) -> None:  # noqa: ARG002 - always the same
        load_associations(connection)

    def plain(self, result: Any) -> object:
        return sorted(
            (
                user.id,
                user.name,
                sorted((post.title, sorted(each.text for each in comments)) for post, comments in posts),
            )
            for user, posts in map(_unfolded, result)
        )

    def floor(self, floor: Floor) -> Run:
        def run(_: object) -> object:
            users: list[FloorUser] = floor.all(b"SELECT id, name, hair_color FROM users", (), user)
            posts: list[FloorPost] = floor.all(
                b"SELECT id, user_id, title, body FROM posts WHERE user_id = ANY($1::int[])",
                (_literal([each.id for each in users]),),
                post,
            )
            comments: list[FloorComment] = floor.all(
                b"SELECT id, post_id, text FROM comments WHERE post_id = ANY($1::int[])",
                (_literal([each.id for each in posts]),),
                comment,
            )
            return _together(users, posts, comments)

        return run

    def ferra(self, ferra: Ferra) -> Run:
        def run(_: object) -> object:
            users = ferra.db.fetch_all(select(User))
            posts = ferra.db.fetch_all(select(Post).belonging_to(users))
            comments = ferra.db.fetch_all(select(Comment).belonging_to(posts))
            return _together(users, posts, comments)

        return run


class Insert(Case):
    """Rows without RETURNING, the building of the rows included."""

    method = "insert_users"

    def __init__(self, size: int, order: int) -> None:
        self._size = size
        self.name = f"insert_{size}"
        self.title = f"diesel_bench insert, {size} row{'s'[: size > 1]}"
        self.order = order

    def prepare(self, connection: psycopg.Connection[Any], *, quick: bool) -> None:  # noqa: ARG002 - always the same
        load_users(connection, 0)

    def arguments(self, calls: int, rng: random.Random) -> Sequence[Any]:  # noqa: ARG002 - always the same
        return [[(f"User {number}", "black") for number in range(self._size)]] * calls

    def after_block(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute("DELETE FROM users")
        connection.execute("VACUUM users")

    def floor(self, floor: Floor) -> Run:
        several = b"INSERT INTO users (name, hair_color) SELECT * FROM unnest($1::varchar[], $2::varchar[])"
        one = b"INSERT INTO users (name, hair_color) VALUES ($1::varchar, $2::varchar)"

        def run(rows: Any) -> object:
            connection = floor.pool.getconn()
            try:
                cursor = psycopg.RawCursor(connection)
                if len(rows) == 1:
                    return cursor.execute(one, rows[0]).rowcount
                return cursor.execute(several, [list(column) for column in zip(*rows, strict=True)]).rowcount
            finally:
                floor.pool.putconn(connection)

        return run

    def ferra(self, ferra: Ferra) -> Run:
        return lambda rows: ferra.db.execute(insert_into(Users).values(*[NewUser(*row) for row in rows]))


def _user_with_post(_cursor: object) -> Callable[[Sequence[Any]], tuple[FloorUser, FloorPost | None]]:
    def pair(values: Sequence[Any]) -> tuple[FloorUser, FloorPost | None]:
        a, b, c, d, e, f, g = values
        return FloorUser(a, b, c), None if d is None else FloorPost(d, e, f, g)

    return pair


def _literal(numbers: Iterable[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"


def _together(users: Iterable[Any], posts: Iterable[Any], comments: Iterable[Any]) -> list[tuple[Any, list[Any]]]:
    of_post: dict[int, list[Any]] = defaultdict(list)
    for each in comments:
        of_post[each.post_id].append(each)
    of_user: dict[int, list[Any]] = defaultdict(list)
    for each in posts:
        of_user[each.user_id].append((each, of_post[each.id]))
    return [(each, of_user[each.id]) for each in users]


def _unfolded(row: Any) -> tuple[Any, list[tuple[Any, Any]]]:
    """Return a user with its posts and their comments, whether they come as tuples or as attributes."""
    if isinstance(row, tuple):
        return row
    return row, [(post, _listed(post.comments)) for post in _listed(row.posts)]


def _listed(related: Any) -> list[Any]:
    return list(related.all() if hasattr(related, "all") else related)


CASES: Sequence[Case] = [
    *(Trivial(size, 300 + place) for place, size in enumerate(READ_SIZES)),
    *(Medium(size, 310 + place) for place, size in enumerate(READ_SIZES)),
    Associations(),
    *(Insert(size, 330 + place) for place, size in enumerate(INSERT_SIZES)),
]
