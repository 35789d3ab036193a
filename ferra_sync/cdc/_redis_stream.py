"""Changes in a stream of Redis: an entry each, in the order in which they were committed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ferra_sync._model.dicts import to_json
from ferra_sync._postgres.captured_tables import CapturedTable
from ferra_sync.cdc._changes import Change, Deleted, Inserted, Truncated, Updated
from ferra_sync.cdc._position import Position
from ferra_sync.cdc._redis_client import RedisClient
from ferra_sync.cdc._redis_keys import STATE
from ferra_sync.cdc._sink import Stored
from ferra_sync.errors import ConfigError

_OPERATIONS: Final = {Inserted: "insert", Updated: "update", Deleted: "delete", Truncated: "truncate"}


class RedisStreamSink:
    """Appends each change to a stream, once: the entries of a batch and its position are one transaction.

    An entry has `operation` (`copy`, `insert`, `update`, `delete`, `truncate`), `table`, `position`, and where there is
    one `key`, `old_key`, `row` and `old`, as JSON. After a resync the rows come again, as `copy`.

    Args:
        url: `redis://user:password@host:port/database`; Redis 6 or Valkey, and no cluster.
        stream: the stream's key.
        max_length: about how many entries are kept; None: all.

    Raises:
        ConfigError: an argument cannot be used.
        ModuleNotFoundError: the extra `cdc` is not installed.
    """

    keeps_rows = False
    keeps_position = True

    def __init__(self, url: str, *, stream: str, max_length: int | None = None) -> None:
        if not isinstance(stream, str) or not stream or stream.startswith(STATE):
            raise ConfigError(f"stream is the key of a stream, and begins with something else than {STATE}")
        if max_length is not None and (type(max_length) is not int or max_length < 1):
            raise ConfigError("max_length is a whole number from 1 on")
        self._client = RedisClient(url)
        self._stream, self._max_length = stream, max_length

    def open(self, capture: str, tables: Sequence[CapturedTable]) -> Sequence[str]:  # noqa: ARG002 - a sink's own
        """Connect."""
        return self._client.open(capture)

    def stored(self) -> Stored:
        """Return up to where it has the changes, and of what."""
        return self._client.stored()

    def claim(self) -> Stored:
        """Be the only one that writes."""
        return self._client.claim()

    def begin_copy(self, origin: str) -> None:
        """Forget the position: the rows come as entries."""
        self._client.begin_copy(origin)

    def end_copy(self, position: Position) -> None:
        """Keep the position."""
        self._client.write((), position)

    def apply(self, changes: Sequence[Change[Any]], position: Position | None) -> None:
        """Append an entry for each change."""
        trim = () if self._max_length is None else ("MAXLEN", "~", self._max_length)
        added = [("XADD", self._stream, *trim, "*", *_fields(change)) for change in changes]
        self._client.write(added, position)

    def confirmed(self, *, wait: bool = False) -> Position | None:
        """Return up to where all is on Redis's disk."""
        return self._client.confirmed(wait=wait)

    def forget(self) -> None:
        """Remove the position; the stream stays."""
        self._client.forget()

    def close(self) -> None:
        """Disconnect."""
        self._client.close()


def _fields(change: Change[Any]) -> list[str]:
    operation = "copy" if isinstance(change, Inserted) and change.copied else _OPERATIONS[type(change)]
    fields = ["operation", operation, "table", change.table, "position", str(change.position)]
    for name in ("key", "old_key", "row", "old"):
        value = getattr(change, name, None)
        if value is not None:
            fields += (name, to_json(list(value) if isinstance(value, tuple) else value))
    return fields
