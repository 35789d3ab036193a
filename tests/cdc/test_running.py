"""A capture that runs: one consumer at a time, progress that goes on, and both ways of reading a slot."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from logical_servers import Valkey
from test_captures import Heard
from test_redis_rows import rows, selected

from ferra_sync.cdc import (
    CallableSink,
    Capture,
    CaptureError,
    CaptureOptions,
    Change,
    Event,
    EventKind,
    Inserted,
    RedisSink,
    slot_status,
)

DEADLINE = 20.0


class Events:
    """Hears events, and lets a test wait for one."""

    def __init__(self) -> None:
        self._heard: list[EventKind] = []
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self._heard.append(event.kind)
            self._changed.notify_all()

    def wait(self, kind: EventKind, times: int = 1) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._heard.count(kind) >= times, DEADLINE), self._heard


class Seen:
    """A sink's function that lets a test wait for a key."""

    def __init__(self) -> None:
        self._keys: list[Any] = []
        self._changed = threading.Condition()

    def __call__(self, changes: Any) -> None:
        with self._changed:
            self._keys += [change.key for change in changes]
            self._changed.notify_all()

    def wait(self, *keys: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: all((key,) in self._keys for key in keys), DEADLINE), self._keys


@contextmanager
def running(capture: Capture) -> Iterator[Capture]:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            capture.run()
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield capture
    finally:
        capture.stop()
        thread.join(DEADLINE)
    assert not thread.is_alive()
    assert not failures


def test_changes_come_while_it_runs_and_it_stops_at_once(captured, slot):
    seen, events = Seen(), Events()
    capture = Capture(captured, slot, ["posts"], CallableSink(seen), options=CaptureOptions(on_event=events))
    assert capture.progress.state == "starting"
    with running(capture):
        events.wait(EventKind.STREAMING)
        captured.do("INSERT INTO posts VALUES (1, 'a')")
        seen.wait(1)
        with pytest.raises(CaptureError, match="runs already"):
            capture.catch_up()
        assert capture.progress.state == "streaming"
    assert (capture.progress.state, capture.progress.changes, capture.progress.lag) == ("stopped", 1, 0)
    status = slot_status(captured, slot)
    assert status is not None
    assert capture.progress.confirmed is not None
    assert (status.is_active, status.confirmed) == (False, capture.progress.confirmed.lsn)


@pytest.mark.parametrize("way", ["stream", "peek"])
def test_a_second_consumer_waits_and_takes_over(captured, slot, way):
    sinks, heard = [Seen(), Seen()], [Events(), Events()]
    captures = [
        Capture(captured, slot, ["posts"], CallableSink(sink), options=CaptureOptions(on_event=events, way=way))
        for sink, events in zip(sinks, heard, strict=True)
    ]
    with running(captures[0]):
        heard[0].wait(EventKind.STREAMING)
        with pytest.raises(CaptureError, match="another consumer has the slot"):
            captures[1].catch_up()
        with running(captures[1]):
            heard[1].wait(EventKind.WAITING)
            assert captures[1].progress.state == "waiting"
            captured.do("INSERT INTO posts VALUES (1, 'a')")
            sinks[0].wait(1)
            captures[0].stop()
            heard[1].wait(EventKind.STREAMING)
            captured.do("INSERT INTO posts VALUES (2, 'b')")
            sinks[1].wait(2)


def test_two_that_begin_at_once_copy_once(captured, slot, valkey):
    captured.do("INSERT INTO posts SELECT i, 'a' FROM generate_series(1, 2000) AS i")
    streaming = Events()
    options = CaptureOptions(on_event=streaming)
    captures = [Capture(captured, slot, ["posts"], RedisSink(valkey.url), options=options) for _ in range(2)]
    with running(captures[0]), running(captures[1]):
        captured.do("INSERT INTO posts VALUES (0, 'b')")
        streaming.wait(EventKind.STREAMING)
    Capture(captured, slot, ["posts"], RedisSink(valkey.url)).catch_up()
    assert rows(valkey) == selected(captured)


def test_the_position_goes_on_where_other_tables_change(captured, slot, valkey):
    beaten = threading.Semaphore(0)

    class Beating(RedisSink):
        def apply(self, changes: Any, position: Any) -> None:
            super().apply(changes, position)
            if not changes:
                beaten.release()

    events = Events()
    options = CaptureOptions(heartbeat=0.05, confirm_every=0.05, on_event=events)
    with running(Capture(captured, slot, ["posts"], Beating(valkey.url), options=options)) as capture:
        events.wait(EventKind.STREAMING)
        captured.do("CREATE TABLE quiet (id integer PRIMARY KEY)")
        for number in range(3):
            captured.do(f"INSERT INTO quiet VALUES ({number})")
            assert beaten.acquire(timeout=DEADLINE)
    assert capture.progress.changes == 0
    status = slot_status(captured, slot)
    assert status is not None
    assert valkey.hget(f"ferra_cdc:{slot}", "position").startswith(
        f"{status.confirmed >> 32:X}/{status.confirmed & 0xFFFFFFFF:X}"
    )


def test_a_redis_that_comes_back_is_gone_on_with(captured, slot, tmp_path):
    events = Events()
    with Valkey(tmp_path, "everysec") as server:
        capture = Capture(captured, slot, ["posts"], RedisSink(server.url), options=CaptureOptions(on_event=events))
        with running(capture):
            events.wait(EventKind.STREAMING)
            server.kill()
            captured.do("INSERT INTO posts VALUES (1, 'a')")
            events.wait(EventKind.DISCONNECTED)
            server.start()
            events.wait(EventKind.STREAMING, 2)
        capture = Capture(captured, slot, ["posts"], RedisSink(server.url))
        capture.catch_up()
        with server.client() as client:
            assert rows(client) == selected(captured)


@pytest.mark.parametrize(("appendfsync", "warnings"), [(None, 1), ("no", 1), ("everysec", 0)])
def test_a_redis_that_keeps_nothing_is_told_of_and_is_confirmed_all_the_same(
    captured, slot, tmp_path, appendfsync, warnings
):
    told: list[Event] = []
    with Valkey(tmp_path, appendfsync) as server:
        options = CaptureOptions(on_event=told.append)
        capture = Capture(captured, slot, ["posts"], RedisSink(server.url), options=options)
        capture.catch_up()
        captured.do("INSERT INTO posts VALUES (1, 'a')")
        progress = capture.catch_up()
    assert [event.kind for event in told].count(EventKind.WARNING) == warnings
    assert progress.confirmed == progress.position


def test_a_redis_that_may_evict_is_told_of(captured, slot, valkey):
    told: list[Event] = []
    valkey.config_set("maxmemory", "1gb")
    valkey.config_set("maxmemory-policy", "allkeys-lru")
    try:
        options = CaptureOptions(on_event=told.append)
        Capture(captured, slot, ["posts"], RedisSink(valkey.url), options=options).catch_up()
    finally:
        valkey.config_set("maxmemory-policy", "noeviction")
        valkey.config_set("maxmemory", 0)
    assert str(told[0]) == "warning: Redis may evict rows (maxmemory-policy allkeys-lru): say noeviction"


# Without a connection for replication

PEEK = CaptureOptions(way="peek", batch_rows=100)


def test_plain_queries_read_the_same_changes(captured, slot, valkey):
    captured.do("INSERT INTO posts SELECT i, 'a' FROM generate_series(1, 100) AS i")
    capture = Capture(captured, slot, ["posts"], RedisSink(valkey.url), options=PEEK)
    capture.catch_up()
    assert rows(valkey) == selected(captured)
    captured.do(
        "INSERT INTO posts SELECT i, 'many' FROM generate_series(101, 12500) AS i",
        "INSERT INTO posts SELECT i, 'more' FROM generate_series(12501, 13000) AS i",
        "UPDATE posts SET id = 0 WHERE id = 1",
        "DELETE FROM posts WHERE id = 2",
    )
    progress = capture.catch_up()
    assert rows(valkey) == selected(captured)
    assert progress.changes == 12_902
    capture.catch_up()
    assert capture.progress.changes == 12_902


def test_a_copy_without_a_snapshot_of_the_slot_has_neither_a_gap_nor_a_repetition(captured, slot):
    heard = Heard()
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        while not stop.is_set():
            written.append(len(written) + 1)
            captured.do(f"INSERT INTO posts VALUES ({written[-1]}, 'a')")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            capture = Capture(captured, slot, ["posts"], CallableSink(heard), options=PEEK)
            capture.catch_up()
            heard.batches.clear()
            captured.do(f"SELECT pg_drop_replication_slot('{slot}')")
        capture.catch_up()
    finally:
        stop.set()
        writer.join()
    capture.catch_up()
    changes: list[Change[Any]] = [change for batch in heard.batches for change in batch]
    assert sorted(change.key[0] for change in changes if isinstance(change, Inserted)) == written
