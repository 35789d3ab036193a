"""Changes come as they were committed: first the rows that are there, then each change, in order, with its keys."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from captured_databases import opened
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from logical_servers import LogicalServer
from type_cases import EXAMPLES, SUBJECTS, same

from ferra_sync import Database, FerraModel, Table, insert_into, select
from ferra_sync import types as t
from ferra_sync.cdc import (
    CallableSink,
    Capture,
    CaptureOptions,
    Change,
    Deleted,
    Inserted,
    Position,
    Truncated,
    Updated,
)


class Posts(Table):
    id = t.integer(primary_key=True)
    title = t.text()
    body = t.nullable(t.text())
    likes = t.integer(default=0)


@attrs.define
class Post(FerraModel[Posts]):
    id: int
    title: str
    body: str | None = None


LARGE = "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 300) AS i)"
"""A text of 9,600 characters, which does not stay in its row."""


class Heard:
    """A sink's function, and what it was given."""

    def __init__(self) -> None:
        self.batches: list[list[Change[Any]]] = []

    def __call__(self, changes: Any) -> None:
        self.batches.append(list(changes))

    def take(self) -> list[Any]:
        """Return the changes since the last time, without their places."""
        taken, self.batches = [change for batch in self.batches for change in batch], []
        return [attrs.evolve(change, position=Position(0)) for change in taken]


HERE = Position(0)


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_the_rows_come_first_and_then_each_change_with_its_keys(captured, slot, heard):
    captured.do("INSERT INTO posts VALUES (1, 'a'), (2, 'b')")
    capture = Capture(captured, slot, [Post], CallableSink(heard))
    capture.catch_up()
    assert heard.take() == [
        Inserted("posts", (key,), Post(key, title), HERE, copied=True) for key, title in ((1, "a"), (2, "b"))
    ]
    captured.do(
        "INSERT INTO posts VALUES (3, 'c', 'text')",
        "UPDATE posts SET title = 'd' WHERE id = 1",
        "UPDATE posts SET id = 20 WHERE id = 2",
        "DELETE FROM posts WHERE id = 3",
        "TRUNCATE posts",
    )
    progress = capture.catch_up()
    assert heard.take() == [
        Inserted("posts", (3,), Post(3, "c", "text"), HERE),
        Updated("posts", (1,), Post(1, "d"), HERE),
        Updated("posts", (20,), Post(20, "b"), HERE, old_key=(2,)),
        Deleted("posts", (3,), HERE),
        Truncated("posts", HERE),
    ]
    assert (progress.state, progress.changes, progress.lag) == ("stopped", 5, 0)
    capture.catch_up()
    assert heard.take() == []


def test_a_table_by_name_comes_as_dicts_of_json_s_types(captured, slot, heard):
    captured.do(
        "CREATE SCHEMA app",
        """CREATE TABLE app."Odd ones" (b text, a integer, on_ boolean, weight float8, price numeric(9, 2), doc jsonb,
            at timestamptz, none text, PRIMARY KEY (a, b))""",
        """INSERT INTO app."Odd ones" VALUES ('x', 1, true, 'NaN', 9.9, '{"k": [1, null]}', '2024-02-29 12:00+02')""",
    )
    capture = Capture(captured, slot, ['app."Odd ones"'], CallableSink(heard))
    capture.catch_up()
    row = {"b": "x", "a": 1, "on_": True, "weight": "NaN", "price": "9.90", "doc": {"k": [1, None]}}
    row |= {"at": "2024-02-29 10:00:00+00", "none": None}
    assert heard.take() == [Inserted("app.Odd ones", (1, "x"), row, HERE, copied=True)]
    captured.do("""UPDATE app."Odd ones" SET weight = 0.5""", """DELETE FROM app."Odd ones\"""")
    capture.catch_up()
    assert heard.take() == [
        Updated("app.Odd ones", (1, "x"), row | {"weight": 0.5}, HERE),
        Deleted("app.Odd ones", (1, "x"), HERE),
    ]


def test_a_full_identity_tells_the_old_row_and_leaves_nothing_unsent(captured, slot, heard):
    captured.do("ALTER TABLE posts REPLICA IDENTITY FULL", f"INSERT INTO posts VALUES (1, 'a', {LARGE})")
    capture = Capture(captured, slot, [Post], CallableSink(heard))
    capture.catch_up()
    (first,) = heard.take()
    captured.do("UPDATE posts SET title = 'b'", "UPDATE posts SET id = 2", "DELETE FROM posts")
    capture.catch_up()
    body = first.row.body
    assert len(body) == 9600
    assert heard.take() == [
        Updated("posts", (1,), Post(1, "b", body), HERE, old=Post(1, "a", body)),
        Updated("posts", (2,), Post(2, "b", body), HERE, old_key=(1,), old=Post(1, "b", body)),
        Deleted("posts", (2,), HERE, old=Post(2, "b", body)),
    ]


@pytest.mark.parametrize("source", [Post, "posts"])
def test_a_large_value_that_was_not_sent_is_read_from_the_table(captured, slot, heard, source):
    captured.do(f"INSERT INTO posts VALUES (1, 'a', {LARGE}), (2, 'b', {LARGE})")
    capture = Capture(captured, slot, [source], CallableSink(heard))
    capture.catch_up()
    bodies = [change.row.body if source is Post else change.row["body"] for change in heard.take()]
    captured.do("UPDATE posts SET title = title || '!'", "DELETE FROM posts WHERE id = 2")
    capture.catch_up()
    updated, deleted = heard.take()
    assert (updated.row.body if source is Post else updated.row["body"]) == bodies[0]
    assert updated.unsent == frozenset()
    assert deleted == Deleted("posts", (2,), HERE)  # Its update is left out: of the row there is nothing to read.


def test_a_transaction_of_a_batch_comes_whole_and_a_greater_one_in_parts(captured, slot, heard):
    capture = Capture(captured, slot, ["posts"], CallableSink(heard), options=CaptureOptions(batch_rows=100))
    capture.catch_up()
    captured.do(
        "INSERT INTO posts SELECT i, 'few' FROM generate_series(1, 100) AS i",
        "INSERT INTO posts SELECT i, 'many' FROM generate_series(101, 1000) AS i",
    )
    capture.catch_up()
    assert {len(batch) for batch in heard.batches[1:]} <= {100, 200}
    assert [change.row["title"] for change in heard.batches[0]] == ["few"] * 100
    places = [change.position for batch in heard.batches for change in batch]
    assert places == sorted(places)
    assert [place.offset for place in places] == [*range(100), *range(900)]


def test_batches_are_bounded_in_bytes_too(captured, slot, heard):
    capture = Capture(captured, slot, ["posts"], CallableSink(heard), options=CaptureOptions(batch_bytes=10_000))
    capture.catch_up()
    captured.do("INSERT INTO posts SELECT i, repeat('x', 1000) FROM generate_series(1, 100) AS i")
    capture.catch_up()
    assert max(map(len, heard.batches)) < 25


def test_what_a_function_did_not_take_comes_again(captured, slot):
    taken: list[int] = []

    def work(changes: Any) -> None:
        if len(taken) == 2:
            taken.append(0)
            raise LookupError
        taken.extend(change.row["id"] for change in changes)

    capture = Capture(captured, slot, ["posts"], CallableSink(work))
    capture.catch_up()
    captured.do("INSERT INTO posts VALUES (1, 'a'), (2, 'b')")
    capture.catch_up()
    captured.do("INSERT INTO posts VALUES (3, 'c'), (4, 'd')")
    with pytest.raises(LookupError):
        capture.catch_up()
    capture.catch_up()
    assert taken == [1, 2, 0, 3, 4]


def test_tables_that_are_not_followed_are_left_out(captured, slot, heard):
    captured.do(
        "CREATE TABLE other (id integer PRIMARY KEY)",
        f"CREATE PUBLICATION {slot} FOR TABLE posts, other WITH (publish_via_partition_root = true)",
    )
    capture = Capture(captured, slot, ["posts"], CallableSink(heard))
    capture.catch_up()
    captured.do("INSERT INTO other VALUES (1)", "INSERT INTO posts VALUES (1, 'a')", "TRUNCATE other, posts")
    capture.catch_up()
    assert [type(change) for change in heard.take()] == [Inserted, Truncated]


def test_a_partitioned_table_comes_as_one(captured, slot, heard):
    captured.do(
        "CREATE TABLE events (id integer, kind text, PRIMARY KEY (id)) PARTITION BY RANGE (id)",
        "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (10) TO (20)",
        "INSERT INTO events VALUES (1, 'a'), (11, 'b')",
    )
    capture = Capture(captured, slot, ["events"], CallableSink(heard))
    capture.catch_up()
    captured.do("INSERT INTO events VALUES (2, 'c'), (12, 'd')")
    capture.catch_up()
    assert [(change.table, change.key) for change in heard.take()] == [("events", (key,)) for key in (1, 11, 2, 12)]


def test_columns_that_come_and_go_are_in_what_follows(captured, slot, heard):
    capture = Capture(captured, slot, ["posts"], CallableSink(heard))
    capture.catch_up()
    captured.do(
        "ALTER TABLE posts ADD tag text DEFAULT 'new'",
        "INSERT INTO posts VALUES (1, 'a')",
        "ALTER TABLE posts DROP body",
        "INSERT INTO posts VALUES (2, 'b')",
    )
    capture.catch_up()
    first, second = heard.take()
    assert first.row == {"id": 1, "title": "a", "body": None, "likes": 0, "tag": "new"}
    assert second.row == {"id": 2, "title": "b", "likes": 0, "tag": "new"}


@pytest.fixture(scope="module")
def of_every_type(logical_server: LogicalServer):
    with opened(logical_server, *(each.table for each in SUBJECTS)) as db:
        heard = Heard()
        capture = Capture(db, "every_type", [each.model for each in SUBJECTS], CallableSink(heard))
        capture.catch_up()
        yield db, capture, heard


def check_every_type(of_every_type: tuple[Database, Capture, Heard], values: list[list[Any]]) -> None:
    db, capture, heard = of_every_type
    with db.transaction() as tx:
        for subject, (first, second) in zip(SUBJECTS, values, strict=True):
            tx.execute(insert_into(subject.table).values(subject.model(first, [first, second], second)))
    capture.catch_up()
    changes = heard.take()
    assert len(changes) == len(SUBJECTS)
    for subject, change in zip(SUBJECTS, changes, strict=True):
        stored = db.fetch_one(select(subject.model).order_by(subject.table.id.desc()))
        assert same([change.row.value, change.row.other], [stored.value, stored.other]), subject.case.name
        assert same(change.row.many, stored.many), subject.case.name
        assert change.key == (stored.id,)


def test_an_example_of_every_type_comes_as_a_query_reads_it(of_every_type):
    check_every_type(of_every_type, [[EXAMPLES[each.case.name][0]] * 2 for each in SUBJECTS])


@given(data=st.data())
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
def test_values_of_every_type_come_as_a_query_reads_them(of_every_type, data):
    check_every_type(of_every_type, [[data.draw(each.case.values) for _ in range(2)] for each in SUBJECTS])
