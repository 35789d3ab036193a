"""Change data capture: the changes of tables, as they are committed, followed into Redis, Valkey or a function.

    capture = Capture(db, "cache", [Post, "public.tags"], RedisSink("redis://localhost/0"))
    capture.run()

First the rows that are there, from one snapshot, then every change after it, in the order of the commits, without a gap
and, in Redis, without a repetition: `docs/cdc.md` says what is promised and what is not. The server keeps its log for
the slot until the changes are durable in the sink. It must run with `wal_level = logical`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferra_sync._expression.published import on_first_use, publish
from ferra_sync._postgres.slots import Slot
from ferra_sync.cdc._capture import Capture, drop, slot_status
from ferra_sync.cdc._changes import Change, Deleted, Inserted, Truncated, Updated
from ferra_sync.cdc._errors import CaptureError, SinkBehindError, SinkError, TakenOverError
from ferra_sync.cdc._events import Event, EventKind, Progress
from ferra_sync.cdc._options import CaptureOptions
from ferra_sync.cdc._position import Position
from ferra_sync.cdc._sink import CallableSink, Sink, Stored

if TYPE_CHECKING:
    from ferra_sync.cdc._redis_rows import RedisSink as RedisSink
    from ferra_sync.cdc._redis_stream import RedisStreamSink as RedisStreamSink

__all__ = [
    "CallableSink",
    "Capture",
    "CaptureError",
    "CaptureOptions",
    "Change",
    "Deleted",
    "Event",
    "EventKind",
    "Inserted",
    "Position",
    "Progress",
    "Sink",
    "SinkBehindError",
    "SinkError",
    "Slot",
    "Stored",
    "TakenOverError",
    "Truncated",
    "Updated",
    "drop",
    "slot_status",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(__name__, {"_redis_rows": "RedisSink", "_redis_stream": "RedisStreamSink"})

publish(__name__, __all__)
