"""Where the slot or rows of the sink are lost the tables are copied anew, loudly, and nothing else is left."""

from __future__ import annotations

from typing import Any

import pytest
from test_captures import LARGE
from test_redis_rows import rows, selected

from ferra_sync.cdc import (
    Capture,
    CaptureOptions,
    Event,
    EventKind,
    Position,
    RedisSink,
    RedisStreamSink,
    SinkError,
    TakenOverError,
)


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def capture(captured, slot, valkey, told):
    options = CaptureOptions(on_event=told.append)
    return Capture(captured, slot, ["posts"], RedisSink(valkey.url), options=options)


@pytest.fixture
def copied(captured, capture, told):
    """A capture that has copied a table of three rows."""
    captured.do("INSERT INTO posts VALUES (1, 'a'), (2, 'b'), (3, 'c')")
    capture.catch_up()
    told.clear()
    return capture


def reason(told: list[Event]) -> str:
    """Return why there was a copy: the one event that is loud."""
    (loud,) = [event for event in told if event.is_loud]
    assert loud.kind is EventKind.RESYNC
    return loud.message


def test_a_first_copy_is_told_and_is_not_loud(captured, capture, told):
    captured.do("INSERT INTO posts VALUES (1, 'a')")
    capture.catch_up()
    assert [event.kind for event in told] == [EventKind.COPYING, EventKind.COPIED, EventKind.STREAMING]
    assert str(told[1]) == "copied: 1 rows are copied"


def test_a_slot_that_is_gone_is_made_anew_and_rows_that_went_meanwhile_go(captured, slot, copied, valkey, told):
    captured.do(
        f"SELECT pg_drop_replication_slot('{slot}')",
        "DELETE FROM posts WHERE id = 2",
        "INSERT INTO posts VALUES (4, 'd')",
    )
    copied.catch_up()
    assert rows(valkey) == selected(captured)
    assert f"slot {slot} is gone" in reason(told)
    assert not valkey.exists(f"ferra_cdc:{slot}:copied")


def test_a_slot_whose_log_the_server_has_thrown_away_is_made_anew(captured, slot, copied, valkey, told):
    captured.do("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'", "SELECT pg_reload_conf()")
    try:
        for _ in range(3):
            captured.do("INSERT INTO posts SELECT 100 + max(id), 'x' FROM posts", "SELECT pg_switch_wal()")
        captured.do("CHECKPOINT")
        copied.catch_up()
    finally:
        captured.do("ALTER SYSTEM RESET max_slot_wal_keep_size", "SELECT pg_reload_conf()")
    assert rows(valkey) == selected(captured)
    assert f"slot {slot} is lost" in reason(told)


def test_a_publication_that_was_gone_for_a_while_is_a_new_copy(captured, slot, copied, valkey, told):
    captured.do(f"DROP PUBLICATION {slot}", "INSERT INTO posts VALUES (4, 'd')")
    copied.catch_up()
    assert rows(valkey) == selected(captured)
    assert f"slot {slot} is gone" in reason(told)


def test_a_publication_that_is_another_is_a_new_copy(captured, slot, copied, valkey, told):
    captured.do(f"DROP PUBLICATION {slot}", "INSERT INTO posts VALUES (4, 'd')")
    captured.do(f"CREATE PUBLICATION {slot} FOR TABLE posts WITH (publish_via_partition_root = true)")
    copied.catch_up()
    assert rows(valkey) == selected(captured)
    assert reason(told)


def test_a_publication_that_goes_while_the_stream_runs_is_a_new_copy(captured, slot, copied, valkey, told):
    drop = [f"DROP PUBLICATION {slot}", "INSERT INTO posts VALUES (5, 'e')"]

    class Dropping(RedisSink):
        def apply(self, changes: Any, position: Any) -> None:
            super().apply(changes, position)
            commands = [drop.pop(0) for _ in drop[:]] if changes else []
            captured.do(*commands)

    captured.do("INSERT INTO posts VALUES (4, 'd')")
    Capture(captured, slot, ["posts"], Dropping(valkey.url), options=CaptureOptions(on_event=told.append)).catch_up()
    assert rows(valkey) == selected(captured)
    assert "the publication was dropped, or lost a table" in reason(told)


def test_a_redis_that_is_empty_is_filled_again(captured, copied, valkey, told):
    valkey.flushall()
    captured.do("INSERT INTO posts VALUES (4, 'd')")
    copied.catch_up()
    assert rows(valkey) == selected(captured)
    assert "the sink has nothing" in reason(told)


def test_a_redis_that_is_behind_the_slot_is_filled_again(captured, slot, copied, valkey, told):
    before = valkey.hget(f"ferra_cdc:{slot}", "position")
    captured.do("INSERT INTO posts VALUES (4, 'd')")
    copied.catch_up()
    valkey.hset(f"ferra_cdc:{slot}", "position", before)
    valkey.delete("posts:4")
    copied.catch_up()
    assert rows(valkey) == selected(captured)
    assert "behind the slot" in reason(told)


def test_a_redis_that_has_what_the_server_lost_is_filled_again(captured, slot, copied, valkey, told):
    valkey.hset(f"ferra_cdc:{slot}", "position", str(Position(2**60)))
    valkey.set("posts:9", "{}")
    copied.catch_up()
    assert rows(valkey) == selected(captured)
    assert "where the server has not been" in reason(told)


@pytest.mark.parametrize("change", ["ADD tag text DEFAULT 'new'", "DROP likes", "ALTER likes TYPE bigint"])
def test_other_columns_are_a_new_copy(captured, copied, valkey, told, change):
    captured.do("INSERT INTO posts VALUES (4, 'd')", f"ALTER TABLE posts {change}", "INSERT INTO posts VALUES (5, 'e')")
    copied.catch_up()
    assert rows(valkey) == selected(captured)
    assert "columns" in reason(told)


def test_columns_that_come_and_go_between_two_looks_are_a_new_copy_too(captured, copied, valkey, told):
    captured.do("ALTER TABLE posts ADD tag text", "INSERT INTO posts VALUES (5, 'e')", "ALTER TABLE posts DROP tag")
    copied.catch_up()
    assert rows(valkey) == selected(captured)
    assert reason(told) == "the columns of posts are others than before: the tables are copied anew"


def test_a_row_that_was_evicted_and_was_not_sent_whole_is_a_new_copy(captured, copied, valkey, told):
    captured.do(f"UPDATE posts SET body = {LARGE} WHERE id = 1")
    copied.catch_up()
    valkey.delete("posts:1")
    captured.do("UPDATE posts SET title = 'z' WHERE id = 1")
    copied.catch_up()
    assert rows(valkey) == selected(captured)
    assert "Redis lacks a row" in reason(told)


def test_a_copy_that_did_not_come_to_its_end_begins_anew_and_holds_no_slot(captured, slot, valkey):
    captured.do("INSERT INTO posts SELECT i, 'a' FROM generate_series(1, 5000) AS i")

    class Failing(RedisSink):
        def end_copy(self, _position: Position) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Capture(captured, slot, ["posts"], Failing(valkey.url)).catch_up()
    with captured.connection() as connection:
        assert connection.execute(
            "SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE %s", (f"{slot}%",)
        ).fetchone() == (0,)
    captured.do("DELETE FROM posts WHERE id > 10")
    Capture(captured, slot, ["posts"], RedisSink(valkey.url)).catch_up()
    assert rows(valkey) == selected(captured)


def test_a_stream_gets_its_rows_again_and_other_columns_are_none_of_its_business(captured, slot, valkey, told):
    captured.do("INSERT INTO posts VALUES (1, 'a')")
    sink = RedisStreamSink(valkey.url, stream="changes")
    capture = Capture(captured, slot, ["posts"], sink, options=CaptureOptions(on_event=told.append))
    capture.catch_up()
    captured.do("ALTER TABLE posts ADD tag text", "INSERT INTO posts VALUES (2, 'b')")
    capture.catch_up()
    assert not any(event.is_loud for event in told)
    captured.do(f"SELECT pg_drop_replication_slot('{slot}')")
    capture.catch_up()
    assert [entry["operation"] for _, entry in valkey.xrange("changes")] == ["copy", "insert", "copy", "copy"]
    assert "is gone" in reason(told)


def opened(sink: RedisSink, slot: str) -> RedisSink:
    sink.open(slot, ())
    return sink


def test_a_consumer_that_another_has_taken_over_from_writes_nothing_more(slot, valkey):
    old, new = (opened(RedisSink(valkey.url), slot) for _ in range(2))
    try:
        old.claim()
        old.apply((), Position(1))
        assert new.claim().position == Position(1)
        with pytest.raises(TakenOverError):
            old.apply((), Position(2))
        new.apply((), Position(2))
        assert new.stored().position == Position(2)
        valkey.hset(f"ferra_cdc:{slot}", "position", str(Position(1)))
        with pytest.raises(SinkError, match="lost what was written to it last"):
            new.apply((), Position(3))
        valkey.flushall()
        with pytest.raises(SinkError, match="lost what was written to it"):
            new.apply((), Position(3))
    finally:
        old.close()
        new.close()


def test_what_redis_refuses_is_named_without_values(captured, slot, valkey):
    captured.do("INSERT INTO posts VALUES (1, 'secret')")
    valkey.config_set("maxmemory", 1)
    try:
        with pytest.raises(SinkError) as caught:
            Capture(captured, slot, ["posts"], RedisSink(valkey.url)).catch_up()
    finally:
        valkey.config_set("maxmemory", 0)
    assert str(caught.value) == "Redis refuses: OutOfMemoryError"


def test_a_redis_that_is_not_there_is_named_without_its_password(captured, slot):
    with pytest.raises(SinkError) as caught:
        Capture(captured, slot, ["posts"], RedisSink("redis://al:secret@127.0.0.1:1/0")).catch_up()
    assert str(caught.value) == "Redis cannot be reached (ConnectionError)"


def test_events_are_logged_where_nobody_hears_them(captured, slot, valkey, caplog: Any):
    capture = Capture(captured, slot, ["posts"], RedisSink(valkey.url))
    with caplog.at_level("INFO", "ferra_sync.cdc"):
        capture.catch_up()
        valkey.flushall()
        capture.catch_up()
    levels = [(record.levelname, record.message.partition(": ")[2].partition(":")[0]) for record in caplog.records]
    assert levels == [
        ("INFO", "copying"),
        ("INFO", "copied"),
        ("INFO", "streaming"),
        ("WARNING", "resync"),
        ("INFO", "copied"),
        ("INFO", "streaming"),
    ]
