"""A stream of Redis has an entry for each change, once, in the order of the commits."""

from __future__ import annotations

import json

import pytest

from ferra_sync import ConfigError
from ferra_sync.cdc import Capture, CaptureOptions, RedisStreamSink


def test_each_change_is_an_entry(captured, slot, valkey):
    captured.do("ALTER TABLE posts REPLICA IDENTITY FULL", "INSERT INTO posts VALUES (1, 'a')")
    sink = RedisStreamSink(valkey.url, stream="changes")
    Capture(captured, slot, ["posts"], sink).catch_up()
    captured.do(
        "INSERT INTO posts VALUES (2, 'b')",
        "UPDATE posts SET id = 3 WHERE id = 2",
        "DELETE FROM posts",
        "TRUNCATE posts",
    )
    Capture(captured, slot, ["posts"], sink).catch_up()
    entries = [entry for _, entry in valkey.xrange("changes")]
    assert [(entry["operation"], entry.get("key"), entry.get("old_key")) for entry in entries] == [
        ("copy", "[1]", None),
        ("insert", "[2]", None),
        ("update", "[3]", "[2]"),
        ("delete", "[1]", None),
        ("delete", "[3]", None),
        ("truncate", None, None),
    ]
    assert json.loads(entries[2]["row"])["id"] == 3
    assert json.loads(entries[2]["old"])["id"] == 2
    assert {entry["table"] for entry in entries} == {"posts"}


def test_a_stream_is_cut_to_about_its_length(captured, slot, valkey):
    sink = RedisStreamSink(valkey.url, stream="changes", max_length=100)
    capture = Capture(captured, slot, ["posts"], sink, options=CaptureOptions(batch_rows=100))
    capture.catch_up()
    captured.do("INSERT INTO posts SELECT i, 'a' FROM generate_series(1, 1000) AS i")
    capture.catch_up()
    assert valkey.xlen("changes") < 400


@pytest.mark.parametrize("options", [{"stream": ""}, {"stream": "ferra_cdc:x"}, {"stream": "x", "max_length": 0}])
def test_a_stream_that_cannot_be_one_is_refused(options, valkey):
    with pytest.raises(ConfigError):
        RedisStreamSink(valkey.url, **options)
