"""Rows in Redis: each under a key of its own, as JSON or as a hash."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from ferra_sync._model.dicts import to_dict
from ferra_sync._postgres.captured_tables import CapturedTable
from ferra_sync.cdc._changes import Change, Deleted, Inserted, Truncated, Updated
from ferra_sync.cdc._errors import SinkBehindError
from ferra_sync.cdc._json_text import json_text
from ferra_sync.cdc._position import Position
from ferra_sync.cdc._redis_client import Command, RedisClient
from ferra_sync.cdc._redis_keys import STATE, TableKeys, keys_of
from ferra_sync.cdc._sink import Stored
from ferra_sync.errors import ConfigError

Row: TypeAlias = dict[str, Any]
"""A row as JSON's own types."""
Format: TypeAlias = Literal["json", "hash"]

_FORMATS: Final = ("json", "hash")
_SCANNED: Final = 1000
"""About how many keys Redis looks at for one answer."""


class RedisSink:
    """Keeps each row under a key of its own: as JSON's text, what `to_json` says of a model, or as a hash.

    A batch of changes and its position are written in one transaction, and by one consumer at a time, so each change
    is effective once. In a hash NULL is a field that is missing, a text is itself, and all else is JSON's text.

    Args:
        url: `redis://user:password@host:port/database`; Redis 6 or Valkey, and no cluster.
        format: `"json"` or `"hash"`.
        keys: table → template of its keys, such as `{"posts": "post:{id}"}`; without one `posts:{id}`. What the text
            before the first brace begins is the capture's own: a copy and TRUNCATE remove what is not a row.

    Raises:
        ConfigError: the URL or the format cannot be used.
        ModuleNotFoundError: the extra `cdc` is not installed.
    """

    keeps_rows = True
    keeps_position = True

    def __init__(self, url: str, *, format: Format = "json", keys: Mapping[str, str] | None = None) -> None:
        if format not in _FORMATS:
            raise ConfigError(f"format is one of {', '.join(map(repr, _FORMATS))}")
        self._client = RedisClient(url)
        self._templates = dict(keys or {})
        self._keys: dict[str, TableKeys] = {}
        self._copied: str | None = None
        self._capture = ""
        self._form: _Json | _Hash = _Json() if format == "json" else _Hash()

    def open(self, capture: str, tables: Sequence[CapturedTable]) -> Sequence[str]:
        """Connect; ConfigError where two rows would have one key."""
        self._keys = keys_of(tables, self._templates)
        self._capture, self._copied = capture, None
        return self._client.open(capture)

    def stored(self) -> Stored:
        """Return up to where it has the changes, and of what."""
        return self._client.stored()

    def claim(self) -> Stored:
        """Be the only one that writes."""
        return self._client.claim()

    def begin_copy(self, origin: str) -> None:
        """Forget the position; where there are rows already, note which the copy brings."""
        self._client.begin_copy(origin)
        mark = f"{STATE}{self._capture}:copied"
        with self._client.told():
            self._client.commands.unlink(mark)
        self._copied = mark if any(next(self._found(keys), None) for keys in self._keys.values()) else None

    def end_copy(self, position: Position) -> None:
        """Remove the rows that the copy did not bring."""
        mark, self._copied = self._copied, None
        if mark is not None:
            for keys in self._keys.values():
                for found in self._found(keys):
                    self._remove(found, mark)
        self._client.write([] if mark is None else [("UNLINK", mark)], position)

    def apply(self, changes: Sequence[Change[Any]], position: Position | None) -> None:
        """Write each row as it is after the changes, and remove those that are gone."""
        rows: dict[str, Row | None] = {}
        for change in changes:
            if isinstance(change, Truncated):
                self._write(rows, change.position)
                rows = {}
                for found in self._found(self._keys[change.table]):
                    self._remove(found, None)
            else:
                self._note(change, rows)
        self._write(rows, position)

    def confirmed(self, *, wait: bool = False) -> Position | None:
        """Return up to where all is on Redis's disk."""
        return self._client.confirmed(wait=wait)

    def forget(self) -> None:
        """Remove the position."""
        self._client.forget()

    def close(self) -> None:
        """Disconnect."""
        self._client.close()

    def _note(self, change: Inserted[Any] | Updated[Any] | Deleted[Any], rows: dict[str, Row | None]) -> None:
        key_of = self._keys[change.table].key
        key = key_of(change.key)
        if isinstance(change, Deleted):
            rows[key] = None
            return
        row = change.row if isinstance(change.row, dict) else to_dict(change.row)
        row = self._form.row(row)
        if isinstance(change, Updated):
            old = key if change.old_key is None else key_of(change.old_key)
            if change.unsent:
                row = self._whole(row, old, rows)
            if old != key:
                rows[old] = None
        rows[key] = row

    def _whole(self, row: Row, key: str, rows: dict[str, Row | None]) -> Row:
        """Return a row with what it has not of the row that was there."""
        if key in rows:
            old = rows[key]
        else:
            with self._client.told():
                old = self._form.read(self._client.commands, key)
        if old is None:
            raise SinkBehindError("Redis lacks a row that it was given: it was evicted, or removed by another")
        return old | row

    def _write(self, rows: dict[str, Row | None], position: Position | None) -> None:
        kept = {key: row for key, row in rows.items() if row is not None}
        gone = [key for key, row in rows.items() if row is None]
        commands: list[Command] = [("UNLINK", *gone)] if gone else []
        if kept:
            commands += self._form.commands(kept)
        if kept and self._copied is not None:
            commands.append(("SADD", self._copied, *kept))
        self._client.write(commands, position)

    def _found(self, keys: TableKeys) -> Iterator[list[bytes]]:
        """Yield the keys of a table's rows, some at a time."""
        cursor: Any = 0
        while True:
            with self._client.told():
                cursor, found = self._client.commands.scan(cursor, match=keys.pattern, count=_SCANNED)
            if found:
                yield found
            if not int(cursor):
                return

    def _remove(self, found: list[bytes], mark: str | None) -> None:
        with self._client.told():
            commands = self._client.commands
            kept = [False] * len(found) if mark is None else commands.smismember(mark, found)
            if gone := [key for key, is_kept in zip(found, kept, strict=True) if not is_kept]:
                commands.unlink(*gone)


class _Json:
    """A row as a text of JSON."""

    @staticmethod
    def row(row: Row) -> Row:
        return row

    @staticmethod
    def read(client: Any, key: str) -> Row | None:  # noqa: ANN401 - redis-py's client
        text = client.get(key)
        found: Row | None = None if text is None else json.loads(text)
        return found

    @staticmethod
    def commands(rows: Mapping[str, Row]) -> Iterable[Command]:
        words = ["MSET"]
        for key, row in rows.items():
            words += (key, json_text(row))
        return (words,)


class _Hash:
    """A row as a hash, a field a column; None marks a field that is to be gone."""

    @staticmethod
    def row(row: Row) -> Row:
        return {name: _field(value) for name, value in row.items()}

    @staticmethod
    def read(client: Any, key: str) -> Row | None:  # noqa: ANN401 - redis-py's client
        found = client.hgetall(key)
        return {name.decode(): value.decode() for name, value in found.items()} or None

    @staticmethod
    def commands(rows: Mapping[str, Row]) -> Iterable[Command]:
        yield "UNLINK", *rows
        for key, row in rows.items():
            yield "HSET", key, *(word for pair in row.items() if pair[1] is not None for word in pair)


def _field(value: Any) -> str | None:  # noqa: ANN401 - of JSON's types
    return value if value is None or isinstance(value, str) else json_text(value)
