"""Replication slots as a plain session sees them: how far they are, making them and dropping them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from ferra_sync._expression.identifiers import quoted
from ferra_sync._postgres.replication import CreatedSlot, lsn_of, lsn_text
from ferra_sync._postgres.wire import _translated

_SLOT: Final = """
SELECT slot_name, plugin, database = current_database(), active, confirmed_flush_lsn::text,
    wal_status = 'lost' OR to_jsonb(s) ->> 'invalidation_reason' IS NOT NULL,
    pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_flush_lsn(), confirmed_flush_lsn)
FROM pg_catalog.pg_replication_slots AS s WHERE slot_name = %s"""
_FLUSHED: Final = """
BEGIN; SET LOCAL synchronous_commit = on; SELECT pg_catalog.pg_logical_emit_message(true, 'ferra', ''); COMMIT"""


class Slot(NamedTuple):
    """What the server says of a slot.

    Attributes:
        name: the slot's.
        plugin: what decodes for it.
        is_here: whether it is this database's.
        is_active: whether a session streams it.
        confirmed: up to where it is confirmed.
        is_lost: whether the server has thrown away what it would have to send.
        lag: bytes of the server's log after what is confirmed.
    """

    name: str
    plugin: str
    is_here: bool
    is_active: bool
    confirmed: int
    is_lost: bool
    lag: int

    @property
    def confirmed_text(self) -> str:
        """The confirmed position as the server spells it."""
        return lsn_text(self.confirmed)


def slot_of(connection: psycopg.Connection[Any], name: str) -> Slot | None:
    """Return what the server says of a slot; None where there is none."""
    row = _row(connection, _SLOT, (name,))
    if row is None:
        return None
    slot, plugin, is_here, is_active, confirmed, is_lost, lag = row
    return Slot(slot, plugin, bool(is_here), is_active, lsn_of(confirmed or "0/0"), bool(is_lost), int(lag or 0))


def drop_slot(connection: psycopg.Connection[Any], name: str) -> None:
    """Drop a slot.

    Raises:
        Db: it is another session's (`is_in_use`), or not there.
    """
    _row(connection, "SELECT pg_catalog.pg_drop_replication_slot(%s)", (name,))


def keep_slot(connection: psycopg.Connection[Any], temporary: str, name: str) -> None:
    """Make a lasting slot that begins where a temporary one does.

    Raises:
        Db: there is one of this name.
    """
    _row(connection, "SELECT pg_catalog.pg_copy_logical_replication_slot(%s, %s, false)", (temporary, name))


def advance_slot(connection: psycopg.Connection[Any], name: str, lsn: int) -> None:
    """Confirm that all up to `lsn` is kept elsewhere; what is further is left as it is."""
    slot = slot_of(connection, name)
    if slot is not None and slot.confirmed < lsn:
        _row(connection, "SELECT pg_catalog.pg_replication_slot_advance(%s, %s::pg_lsn)", (name, lsn_text(lsn)))


def flushed(connection: psycopg.Connection[Any], *, all_of_it: bool = False) -> int:
    """Return up to where the server's log is on disk, and so can be read.

    Args:
        connection: in autocommit mode.
        all_of_it: put it there first, that of transactions that were committed without waiting for the disk too.
    """
    if all_of_it:
        with _translated():
            connection.execute(_FLUSHED.encode())
    row = _row(connection, "SELECT pg_catalog.pg_current_wal_flush_lsn()::text")
    return lsn_of(row[0]) if row else 0


def system_of(connection: psycopg.Connection[Any]) -> str:
    """Return the number that tells this server's data from any other's."""
    row = _row(connection, "SELECT system_identifier::text FROM pg_catalog.pg_control_system()")
    return row[0] if row else ""


def locked_slot(
    connection: psycopg.Connection[Any], other: psycopg.Connection[Any], name: str, tables: Sequence[tuple[str, str]]
) -> CreatedSlot:
    """Make a temporary slot, and a snapshot in `connection`'s transaction that has what was committed before its LSN.

    Without a connection for replication no slot exports one, so the tables are locked against writes for a moment.

    Args:
        connection: is in a transaction afterwards, whose snapshot it is.
        other: whose slot it is, for as long as it is open.
        name: the slot's.
        tables: schema and name of each.
    """
    names = ", ".join(f"{quoted(schema)}.{quoted(table)}" for schema, table in tables)
    _row(other, "SELECT pg_catalog.pg_create_logical_replication_slot(%s, 'pgoutput', true)", (name,))
    with _translated():
        other.execute(f"BEGIN; LOCK TABLE {names} IN SHARE MODE".encode())
        try:
            lsn = flushed(other)
            insert = _row(other, "SELECT pg_catalog.pg_current_wal_insert_lsn()::text")
            connection.execute(b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            connection.execute(b"SELECT 1")
        finally:
            other.execute(b"ROLLBACK")
    return CreatedSlot(max(lsn, lsn_of(insert[0]) if insert else 0), "")


def adopt_snapshot(connection: psycopg.Connection[Any], snapshot: str) -> None:
    """Begin a transaction that sees what an exported snapshot does."""
    with _translated():
        connection.execute(b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))


def _row(connection: psycopg.Connection[Any], query: str, params: tuple[object, ...] = ()) -> tuple[Any, ...] | None:
    with _translated(), psycopg.Cursor(connection, row_factory=tuple_row) as cursor:
        return cursor.execute(query.encode(), params).fetchone()
