"""A session of the server's replication protocol: what a slot streams, and how far it is confirmed."""

from __future__ import annotations

import select
import struct
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic, time
from typing import Any, Final, NamedTuple

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus

from ferra_sync._expression.identifiers import quoted
from ferra_sync._postgres.config import DatabaseConfig, connection_parameters
from ferra_sync._postgres.connection import PooledConnection
from ferra_sync._postgres.errors import from_psycopg
from ferra_sync._postgres.wire import _translated

_SETTINGS: Final = (
    *("DateStyle=ISO", "IntervalStyle=postgres", "TimeZone=UTC", "bytea_output=hex", "extra_float_digits=1"),
    *("statement_timeout=0", "lock_timeout=0", "idle_in_transaction_session_timeout=0"),
)
"""How values are spelled, whatever the server, the role or the URL say; and no end to what takes long."""
_KEEPALIVES: Final = {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3"}
_POSTGRES_EPOCH: Final = 946_684_800
"""Seconds from 1970 to 2000, when the server's clock begins."""
_DATA: Final = ord("w")
_HEAD: Final = 25
"""Bytes before what the plugin says: a type, two positions and a time."""
_KEEPALIVE: Final = struct.Struct("!xQqB")
_STATUS: Final = struct.Struct("!cQQQqB")
_END_SECONDS: Final = 5.0
"""How long a server may take to end a stream."""
_IN_USE: Final = frozenset({"55006", "42710"})
"""SQLSTATEs of a slot that another session streams, and of one that another session is making."""


class CreatedSlot(NamedTuple):
    """A slot that was made: where it begins, and the snapshot of the moment before."""

    lsn: int
    snapshot: str


def lsn_of(text: str) -> int:
    """Return a position in the server's log, `16/B374D848`, as a number."""
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) | int(low, 16)


def lsn_text(lsn: int) -> str:
    """Return a position in the server's log as the server spells it."""
    return f"{lsn >> 32:X}/{lsn & 0xFFFFFFFF:X}"


def is_in_use(error: BaseException) -> bool:
    """Whether an error says that a slot is another session's at the moment."""
    return getattr(error, "sqlstate", None) in _IN_USE


def plain_session(config: DatabaseConfig, **options: Any) -> PooledConnection:  # noqa: ANN401 - libpq's own options
    """Connect outside of the pool, with values spelled one way and without timeouts.

    Raises:
        ConfigError: the URL is missing or does not parse.
        Db: the server cannot be reached, or refuses.
    """
    parameters = _KEEPALIVES | connection_parameters(config) | options
    settings = " ".join(f"-c {setting}" for setting in _SETTINGS)
    parameters["options"] = f"{parameters.get('options') or ''} {settings}".lstrip()
    with _translated():
        return PooledConnection.connect(**parameters, autocommit=True, prepare_threshold=None)


class Walsender:
    """A connection that makes slots and streams one; a single thread uses it.

    Raises:
        ConfigError: the URL is missing or does not parse.
        Db: the server cannot be reached, or gives no connection for replication.
    """

    reads_again: Final = False
    """Whether what was read comes again until it is confirmed."""

    def __init__(self, config: DatabaseConfig) -> None:
        self._connection = plain_session(config, replication="database")
        self._pgconn = self._connection.pgconn
        self._kept = 0
        self.sent = 0
        """Up to where all that was committed has been sent, as the server said last."""
        self.asks = False
        """Whether the server wants to hear from us."""

    def create_slot(self, name: str, *, temporary: bool) -> CreatedSlot:
        """Make a slot, and export the snapshot of its beginning, which is there until the next command.

        Raises:
            Db: the server says no; `is_in_use` says whether for a slot of the name.
        """
        kind = b"TEMPORARY " if temporary else b""
        command = b"CREATE_REPLICATION_SLOT %b %bLOGICAL pgoutput EXPORT_SNAPSHOT" % (quoted(name).encode(), kind)
        _, lsn, snapshot, _ = self._row(command)
        return CreatedSlot(lsn_of(lsn), snapshot)

    def drop_slot(self, name: str) -> None:
        """Drop a slot that this session made; a temporary one would be there for a moment after its end.

        Raises:
            Db: the connection is lost.
        """
        result = self._pgconn.exec_(b"DROP_REPLICATION_SLOT %b" % quoted(name).encode())
        if result.status != ExecStatus.COMMAND_OK:
            error = psycopg.errors.error_from_result(result)
            raise from_psycopg(error) from error

    def start(self, slot: str, lsn: int, publication: str) -> None:
        """Stream what was committed after `lsn`, or after what the slot has confirmed where that is more.

        Raises:
            Db: the slot is another session's (`is_in_use`), is lost or not there.
        """
        options = f"(proto_version '1', publication_names {_literal(quoted(publication))})"
        command = f"START_REPLICATION SLOT {quoted(slot)} LOGICAL {lsn_text(lsn)} {options}"
        result = self._pgconn.exec_(command.encode())
        if result.status != ExecStatus.COPY_BOTH:
            error = psycopg.errors.error_from_result(result)
            raise from_psycopg(error) from error

    def received(self, timeout: float, wakeup: int | None = None) -> Iterator[bytes]:
        """Yield the output plugin's messages that are there, after waiting `timeout` seconds at most for the first.

        Something to read at the socket `wakeup` ends the wait.

        Raises:
            Db: the connection is lost, or the slot.
        """
        take = self._pgconn.get_copy_data
        with _translated():
            while True:
                size, data = take(1)
                if size <= 0:
                    if not self._has_more(size) and not (timeout and self._is_ready(timeout, wakeup)):
                        return
                    timeout = 0
                    continue
                message = bytes(data)
                if message[0] == _DATA:
                    timeout = 0
                    yield message[_HEAD:]
                else:
                    self.sent, _, asks = _KEEPALIVE.unpack_from(message)
                    self.asks = self.asks or bool(asks)

    def confirm(self, lsn: int, *, ask: bool = False) -> None:
        """Tell the server that all up to `lsn` is kept elsewhere: it need not send it again.

        Args:
            lsn: the position; one before what was told, such as 0, says only that we are there.
            ask: for an answer, how far the server is.

        Raises:
            Db: the connection is lost.
        """
        self._kept = max(self._kept, lsn)
        micros = int((time() - _POSTGRES_EPOCH) * 1_000_000)
        with _translated():
            self._pgconn.put_copy_data(_STATUS.pack(b"r", self._kept, self._kept, self._kept, micros, ask))
            self._pgconn.flush()
        self.asks = False

    def close(self) -> None:
        """End the session: the slot is anybody's, and a temporary one is gone. A second time does nothing."""
        with suppress(psycopg.Error):
            if self._pgconn.transaction_status == TransactionStatus.ACTIVE:
                self._end_stream()
        self._connection.close()

    def _end_stream(self) -> None:
        """End the stream and wait until the server has: only then is the slot anybody's."""
        deadline = monotonic() + _END_SECONDS
        self._pgconn.put_copy_end()
        self._pgconn.flush()
        while (size := self._pgconn.get_copy_data(1)[0]) >= 0:
            if size == 0:
                if not self._is_ready(max(0, deadline - monotonic()), None):
                    return
                self._pgconn.consume_input()

    def _has_more(self, size: int) -> bool:
        """Take in what has arrived, where no message is whole, and return whether one is now."""
        if size < 0:
            result = self._pgconn.get_result()
            if result is not None and result.status == ExecStatus.FATAL_ERROR:
                raise psycopg.errors.error_from_result(result)
            raise psycopg.OperationalError("the server ended the stream")
        if not self._is_ready(0, None):
            return False
        self._pgconn.consume_input()
        return True

    def _is_ready(self, timeout: float, wakeup: int | None) -> bool:
        sockets = [self._pgconn.socket, *([] if wakeup is None else [wakeup])]
        poller = select.poll()
        for each in sockets:
            poller.register(each, select.POLLIN)
        return any(descriptor == self._pgconn.socket for descriptor, _ in poller.poll(timeout * 1000))

    def _row(self, command: bytes) -> list[str]:
        result = self._pgconn.exec_(command)
        if result.status != ExecStatus.TUPLES_OK:
            error = psycopg.errors.error_from_result(result)
            raise from_psycopg(error) from error
        return [(result.get_value(0, column) or b"").decode() for column in range(result.nfields)]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
