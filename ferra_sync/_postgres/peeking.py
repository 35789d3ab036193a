"""What a slot holds, read by plain queries: for servers and poolers that give no connection for replication."""

from __future__ import annotations

import select
from collections.abc import Iterator
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from ferra_sync._expression.identifiers import quoted
from ferra_sync._postgres.advisory import Request, is_granted
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._postgres.replication import plain_session
from ferra_sync._postgres.slots import advance_slot, flushed
from ferra_sync._postgres.wire import _translated
from ferra_sync.errors import Db

_CHUNK: Final = 2000
_MOST: Final = 10_000
"""After so many changes no further transaction is begun."""
_PEEK: Final = b"""
DECLARE ferra_peek NO SCROLL CURSOR FOR SELECT data FROM pg_catalog.pg_logical_slot_peek_binary_changes(
    %b, NULL, %d, 'proto_version', '1', 'publication_names', %b)"""
_TRY_LOCK: Final = b"SELECT pg_catalog.pg_try_advisory_lock($1)"
_PAUSE: Final = 0.2
"""Seconds between two looks where there was nothing."""


class Peeking:
    """A session that looks into a slot again and again, as `Walsender` streams one, under an advisory lock of its name.

    Raises:
        ConfigError: the URL is missing or does not parse.
        Db: the server cannot be reached, or refuses.
    """

    reads_again: Final = True
    asks: Final = False

    def __init__(self, config: DatabaseConfig) -> None:
        self.connection = plain_session(config)
        self.sent = 0
        self._slot = self._publication = ""

    def start(self, slot: str, _lsn: int, publication: str) -> None:
        """Begin with what the slot has not confirmed.

        Raises:
            Db: another session looks into the slot (`is_in_use`).
        """
        self.lock(slot)
        self._slot, self._publication = slot, publication

    def lock(self, slot: str) -> None:
        """Take the slot's advisory lock until the end of the session.

        Raises:
            Db: it is another session's (`is_in_use`).
        """
        request = Request.of(f"ferra_cdc:{slot}", shared=False, timeout=None, wait=False)
        with _translated():
            if not is_granted(self.connection, _TRY_LOCK, request.key, 0):
                raise Db(f"another session reads the slot {slot}", sqlstate="55006")

    def received(self, timeout: float, wakeup: int | None = None) -> Iterator[bytes]:
        """Yield what the slot holds; after waiting `timeout` seconds at most where that was nothing.

        Raises:
            Db: the connection is lost, or the slot.
        """
        end = flushed(self.connection)
        is_empty = True
        count = 0
        with _translated():
            self.connection.execute(b"BEGIN")
            try:
                values = (sql.Literal(self._slot).as_bytes(), _MOST, sql.Literal(quoted(self._publication)).as_bytes())
                self.connection.execute(_PEEK % values)
                while rows := self._fetched():
                    is_empty = False
                    count += len(rows)
                    for (data,) in rows:
                        yield data
            finally:
                if not self.connection.closed:
                    self.connection.execute(b"ROLLBACK")
        if count < _MOST:
            self.sent = end
        if is_empty and timeout:
            _rest(min(timeout, _PAUSE), wakeup)

    def confirm(self, lsn: int, *, ask: bool = False) -> None:  # noqa: ARG002 - a stream's server can be asked
        """Advance the slot: the next look begins there.

        Raises:
            Db: the connection is lost, or the slot.
        """
        if lsn:
            advance_slot(self.connection, self._slot, lsn)

    def close(self) -> None:
        """End the session, and with it the lock. A second time does nothing."""
        self.connection.close()

    def _fetched(self) -> list[Any]:
        with psycopg.Cursor(self.connection, row_factory=tuple_row) as cursor:
            return cursor.execute(b"FETCH FORWARD %d FROM ferra_peek" % _CHUNK, binary=True).fetchall()


def _rest(seconds: float, wakeup: int | None) -> None:
    poller = select.poll()
    if wakeup is not None:
        poller.register(wakeup, select.POLLIN)
    poller.poll(seconds * 1000)
