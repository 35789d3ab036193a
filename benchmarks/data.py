"""The tables and what is in them: the same rows on every machine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import psycopg

AUTHORS: Final = 10_000
ARTICLES: Final = 10_000
ARTICLES_EACH: Final = 10
"""How many articles an author has who has any."""

FIRST_DAY: Final = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
WRITTEN: Final = "written by the benchmark"
"""The content of every article that a case inserts, so that it can be removed again."""

_TABLES: Final = b"""
CREATE TABLE authors (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    username varchar(50) NOT NULL UNIQUE,
    email varchar(100) NOT NULL,
    password_hash varchar(255) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_enabled = false);
CREATE TABLE articles (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    author_id uuid NOT NULL REFERENCES authors,
    title varchar(255) NOT NULL,
    content text NOT NULL,
    published boolean NOT NULL DEFAULT false,
    subtitle text,
    created_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_enabled = false);
CREATE TABLE notes (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    title varchar(255) NOT NULL,
    content text NOT NULL,
    stars integer NOT NULL,
    published boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_enabled = false);
CREATE TABLE users (id serial PRIMARY KEY, name varchar NOT NULL, hair_color varchar)
    WITH (autovacuum_enabled = false);
CREATE TABLE posts (id serial PRIMARY KEY, user_id int NOT NULL REFERENCES users, title varchar NOT NULL, body text)
    WITH (autovacuum_enabled = false);
CREATE TABLE comments (id serial PRIMARY KEY, post_id int NOT NULL REFERENCES posts, text text NOT NULL)
    WITH (autovacuum_enabled = false);
CREATE INDEX ON users (hair_color);
CREATE INDEX ON posts (user_id);
CREATE TABLE events (id bigint PRIMARY KEY, kind int NOT NULL, payload text NOT NULL, happened_at timestamptz NOT NULL)
    WITH (autovacuum_enabled = false);
"""

_INDEXES: Final = b"CREATE INDEX ON articles (author_id);"


def author_id(number: int) -> UUID:
    """Return the key of an author, numbered from 0."""
    return UUID(int=(number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128, version=4)


def article_id(number: int) -> UUID:
    """Return the key of an article, numbered from 0."""
    return author_id(number + 0x100000)


def load(connection: psycopg.Connection[Any]) -> None:
    """Make the tables and fill them."""
    connection.execute(_TABLES)
    _copy(connection, b"COPY authors FROM STDIN", (_author(number) for number in range(AUTHORS)))
    _copy(connection, b"COPY articles FROM STDIN", (_article(number) for number in range(ARTICLES)))
    connection.execute(_INDEXES)
    connection.execute(b"VACUUM ANALYZE")


def _copy(connection: psycopg.Connection[Any], command: bytes, rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor().copy(command) as sink:
        for row in rows:
            sink.write_row(row)


def _author(number: int) -> Sequence[Any]:
    name, moment = f"author{number}", FIRST_DAY + dt.timedelta(minutes=number, microseconds=number)
    return author_id(number), name, f"{name}@example.org", f"{number:060x}", moment, moment


def _article(number: int) -> Sequence[Any]:
    moment = FIRST_DAY + dt.timedelta(hours=number, microseconds=number)
    subtitle = f"part {number}" if number % 3 else None
    content = f"What article {number} has to say, in a line or two. " * 2
    author = author_id(number // ARTICLES_EACH)
    return article_id(number), author, f"Article {number}", content, number % 4 != 0, subtitle, moment


def remove_written(connection: psycopg.Connection[Any]) -> None:
    """Remove the articles that a case has inserted."""
    connection.execute("DELETE FROM articles WHERE content = %s", (WRITTEN,))
    connection.execute(b"VACUUM articles")


def load_users(connection: psycopg.Connection[Any], number: int) -> None:
    """Fill diesel_bench's `users` with `number` rows, black and brown hair by turns; nobody has posts."""
    connection.execute("TRUNCATE users, posts, comments RESTART IDENTITY")
    connection.execute(
        "INSERT INTO users (name, hair_color) SELECT 'User ' || n, CASE WHEN n %% 2 = 0 THEN 'black' ELSE 'brown' END"
        " FROM generate_series(0, %s::int - 1) n ORDER BY n",
        (number,),
    )
    connection.execute("VACUUM ANALYZE users, posts, comments")


def load_associations(connection: psycopg.Connection[Any]) -> None:
    """Fill diesel_bench's tables: 100 users with 10 posts each, each of them with 10 comments."""
    load_users(connection, 100)
    connection.execute(
        "INSERT INTO posts (user_id, title, body) SELECT u.id, 'Post ' || n || ' for user ' || u.id, NULL"
        " FROM users u, generate_series(0, 9) n ORDER BY u.id, n"
    )
    connection.execute(
        "INSERT INTO comments (post_id, text) SELECT p.id, 'Comment ' || n || ' on post ' || p.id"
        " FROM posts p, generate_series(0, 9) n ORDER BY p.id, n"
    )
    connection.execute("VACUUM ANALYZE users, posts, comments")


def load_events(connection: psycopg.Connection[Any], number: int) -> None:
    """Fill `events` with `number` rows, unless it has them."""
    row = connection.execute("SELECT count(*) FROM events").fetchone()
    if row == (number,):
        return
    connection.execute("TRUNCATE events")
    connection.execute(
        "INSERT INTO events"
        " SELECT n, n %% 97, 'event number ' || n, timestamptz '2024-01-01 00:00Z' + n * interval '1 s'"
        " FROM generate_series(1, %s::bigint) n",
        (number,),
    )
    connection.execute("VACUUM ANALYZE events")
