"""Changes as they are followed: what both checkers accept and, in the marked lines, reject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never, assert_type

from domain import Post, User, Users

from ferra_sync import Database
from ferra_sync.cdc import (
    CallableSink,
    Capture,
    CaptureOptions,
    Change,
    Deleted,
    Inserted,
    Position,
    Progress,
    RedisSink,
    RedisStreamSink,
    Sink,
    Truncated,
    Updated,
    drop,
)

db = Database.connect("postgresql://localhost/app")


def work(changes: Sequence[Change[Post]]) -> None:
    for change in changes:
        match change:
            case Inserted():
                assert_type(change.row, Post)
            case Updated():
                assert_type(change.row, Post)
                assert_type(change.old, Post | None)
                assert_type(change.old_key, tuple[Any, ...] | None)
            case Deleted():
                assert_type(change.old, Post | None)
            case Truncated():
                assert_type(change.table, str)
            case _:
                assert_never(change)
        assert_type(change.position, Position)


sink: Sink = CallableSink(work)
sink = RedisSink("redis://localhost/0", format="hash", keys={"posts": "post:{id}"})
sink = RedisStreamSink("redis://localhost/0", stream="changes")
capture = Capture(db, "cache", [Post, User, "app.tags"], sink, options=CaptureOptions(way="peek"))
assert_type(capture.catch_up(), Progress)
assert_type(capture.progress.position, Position | None)
assert_type(drop(db, "cache", sink=sink), bool)


def first(change: Change[Post]) -> Post | None:
    return change.row  # R953 an emptied table has no row


# Rejected

Capture(db, "cache", [Users], sink)  # R954 a table for a model of it
Capture(db, "cache", [Post], "redis://localhost")  # R955 a URL for a sink
Capture("postgresql://localhost", "cache", [Post], sink)  # R956 a URL for a database
RedisSink("redis://localhost", format="xml")  # R957 a format that is none
CaptureOptions(way="push")  # R958 a way that is none
CaptureOptions(batch_rows="many")  # R959 a text for a number
CallableSink(lambda: None)  # R960 a function that takes no changes
