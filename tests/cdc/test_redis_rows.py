"""Redis holds each row as the table does: as JSON or as a hash, under a key of its own, and nothing that is no row."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from test_captures import LARGE, Post

from ferra_sync import ConfigError, Database, FerraModel, Table, select, to_json
from ferra_sync import types as t
from ferra_sync.cdc import Capture, CaptureOptions, RedisSink, drop


class Users(Table):
    id = t.integer(primary_key=True)
    name = t.text()
    password = t.text(secret=True)


@attrs.define
class User(FerraModel[Users]):
    id: int
    name: str
    password: str


def rows(valkey: Any, pattern: str = "posts:*") -> dict[str, Any]:
    """Return what is stored of a table, as JSON."""
    keys = valkey.keys(pattern)
    return {key: json.loads(row) for key, row in zip(keys, valkey.mget(keys) if keys else (), strict=True)}


def selected(db: Database) -> dict[str, Any]:
    with db.connection() as connection:
        found = connection.execute("SELECT id, to_json(posts) FROM posts").fetchall()
    return {f"posts:{key}": row for key, row in found}


@pytest.fixture
def capture(captured, slot, valkey):
    return Capture(captured, slot, ["posts"], RedisSink(valkey.url))


def test_rows_are_those_of_the_table(captured, capture, valkey):
    captured.do("INSERT INTO posts SELECT i, 'title ' || i FROM generate_series(1, 50) AS i")
    capture.catch_up()
    assert rows(valkey) == selected(captured)
    captured.do(
        "UPDATE posts SET likes = id, title = 'ü \"quoted\" \\'",
        "UPDATE posts SET id = -id WHERE id < 10",
        "DELETE FROM posts WHERE id > 40",
        "INSERT INTO posts VALUES (50, 'again'), (51, 'gone')",
        "DELETE FROM posts WHERE id = 51",
    )
    capture.catch_up()
    assert rows(valkey) == selected(captured)
    assert len(rows(valkey)) == 41


def test_keys_that_change_places_end_where_the_table_has_them(captured, capture, valkey):
    captured.do("INSERT INTO posts VALUES (1, 'a'), (2, 'b')")
    capture.catch_up()
    captured.do(
        "UPDATE posts SET id = 3 WHERE id = 1; UPDATE posts SET id = 1 WHERE id = 2;"
        " UPDATE posts SET id = 2 WHERE id = 3"
    )
    capture.catch_up()
    assert rows(valkey) == selected(captured)


def test_truncate_removes_the_rows_of_that_table_alone(captured, slot, valkey):
    captured.do("CREATE TABLE tags (id integer PRIMARY KEY)", "INSERT INTO tags VALUES (1)")
    captured.do("INSERT INTO posts SELECT i, 'a' FROM generate_series(1, 3000) AS i")
    capture = Capture(captured, slot, ["posts", "tags"], RedisSink(valkey.url))
    capture.catch_up()
    captured.do(
        "INSERT INTO posts VALUES (0, 'b'); TRUNCATE posts; INSERT INTO posts VALUES (1, 'after'), (2, 'after')"
    )
    capture.catch_up()
    assert rows(valkey) == selected(captured)
    assert valkey.get("tags:1") == '{"id":1}'


def test_large_values_that_were_not_sent_stay_as_they_are(captured, capture, valkey):
    captured.do(f"INSERT INTO posts VALUES (1, 'a', {LARGE}), (2, 'b', {LARGE})")
    capture.catch_up()
    captured.do(
        "UPDATE posts SET title = 'c' WHERE id = 1",
        "UPDATE posts SET likes = 1 WHERE id = 1; UPDATE posts SET id = 10 WHERE id = 1; UPDATE posts SET likes = 2",
        "UPDATE posts SET id = 20 WHERE id = 2",
    )
    capture.catch_up()
    assert rows(valkey) == selected(captured)
    assert list(json.loads(valkey.get("posts:10"))) == ["id", "title", "body", "likes"]


def test_a_hash_has_a_field_for_each_column_that_is_not_null(captured, slot, valkey):
    captured.do(
        "ALTER TABLE posts ADD extra jsonb",
        f"INSERT INTO posts VALUES (1, 'a', {LARGE}, 5, '[1, null]')",
        "INSERT INTO posts VALUES (2, 'b')",
    )
    capture = Capture(captured, slot, ["posts"], RedisSink(valkey.url, format="hash"))
    capture.catch_up()
    body = valkey.hget("posts:1", "body")
    assert len(body) == 9600
    assert valkey.hgetall("posts:2") == {"id": "2", "title": "b", "likes": "0"}
    captured.do(
        "UPDATE posts SET title = 'c', extra = NULL, id = 3 WHERE id = 1", "UPDATE posts SET body = 'x' WHERE id = 2"
    )
    capture.catch_up()
    assert valkey.hgetall("posts:3") == {"id": "3", "title": "c", "body": body, "likes": "5"}
    assert valkey.hgetall("posts:2") == {"id": "2", "title": "b", "body": "x", "likes": "0"}
    assert not valkey.exists("posts:1")


def test_a_model_is_what_to_json_says_of_it_and_a_secret_stays_out(captured, slot, valkey):
    captured.do("CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, password text NOT NULL)")
    captured.do("INSERT INTO users VALUES (1, 'al', 'hidden')", f"INSERT INTO posts VALUES (7, 'a', {LARGE}, 3)")
    sink = RedisSink(valkey.url, keys={"users": "user:{id}:row"})
    capture = Capture(captured, slot, [User, Post], sink)
    capture.catch_up()
    captured.do("UPDATE posts SET title = 'b'")
    capture.catch_up()
    assert valkey.get("user:1:row") == '{"id":1,"name":"al"}'
    assert valkey.get("posts:7") == to_json(captured.fetch_one(select(Post)))


def test_keys_of_several_columns_are_never_the_same(captured, slot, valkey):
    captured.do(
        "CREATE TABLE pairs (a text, b text, PRIMARY KEY (b, a))",
        "INSERT INTO pairs VALUES ('x:y', 'z'), ('x', 'y:z'), ('x%3Ay', 'z')",
    )
    sink = RedisSink(valkey.url, keys={"pairs": "p:{a}:{b}"})
    Capture(captured, slot, ["pairs"], sink).catch_up()
    assert sorted(valkey.keys("p:*")) == ["p:x%253Ay:z", "p:x%3Ay:z", "p:x:y%3Az"]


def test_nothing_is_written_twice_where_a_part_of_a_transaction_is_there(captured, slot, valkey):
    sink = RedisSink(valkey.url)
    options = CaptureOptions(batch_rows=10)
    Capture(captured, slot, ["posts"], sink, options=options).catch_up()
    captured.do("INSERT INTO posts SELECT i, 'a' FROM generate_series(1, 100) AS i")
    applied: list[Any] = []

    class Failing(RedisSink):
        def apply(self, changes: Any, position: Any) -> None:
            if len(applied) == 60:
                raise KeyboardInterrupt
            super().apply(changes, position)
            applied.extend(changes)

    with pytest.raises(KeyboardInterrupt):
        Capture(captured, slot, ["posts"], Failing(valkey.url), options=options).catch_up()
    assert valkey.hget(f"ferra_cdc:{slot}", "position").endswith("+60")
    applied.clear()
    Capture(captured, slot, ["posts"], Failing(valkey.url), options=options).catch_up()
    assert [change.row["id"] for change in applied] == list(range(61, 101))


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("post:{title}", "has the primary key, {id}, and nothing else"),
        ("post", "has the primary key, {id}, and nothing else"),
        ("{id}", "begins with a text of its own, such as posts:"),
        ("ferra_cdc:{id}", "begins with a text of its own"),
        ("post:{id!r}", "without formats"),
        ("post:{id", "has a brace without its other"),
    ],
)
def test_a_template_that_gives_no_key_is_refused(captured, slot, template, complaint, valkey):
    capture = Capture(captured, slot, ["posts"], RedisSink(valkey.url, keys={"posts": template}))
    with pytest.raises(ConfigError, match=complaint.replace("{", r"\{").replace("}", r"\}")):
        capture.catch_up()


def test_templates_that_two_tables_share_are_refused(captured, slot, valkey):
    captured.do("CREATE TABLE tags (a text, b text, PRIMARY KEY (a, b))")
    for keys, complaint in (
        ({"posts": "x:{id}", "tags": "x:y:{a}:{b}"}, "keys of tags begin with those of posts"),
        ({"tags": "tags:{a}-{b}"}, "has a colon between two columns"),
        ({"tag": "x:{id}"}, "there is a key for tag, which is not followed"),
    ):
        capture = Capture(captured, slot, ["posts", "tags"], RedisSink(valkey.url, keys=keys))
        with pytest.raises(ConfigError, match=complaint):
            capture.catch_up()


def test_dropping_a_capture_leaves_the_rows(captured, slot, capture, valkey):
    captured.do("INSERT INTO posts VALUES (1, 'a')")
    capture.catch_up()
    assert drop(captured, slot, sink=RedisSink(valkey.url))
    assert not drop(captured, slot)
    assert valkey.keys() == ["posts:1"]
    with captured.connection() as connection:
        assert connection.execute("SELECT count(*) FROM pg_publication").fetchone() == (0,)
