"""A connection in a borrower's hands while its transaction is open: what would end that is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import psycopg
from psycopg.adapt import AdaptersMap
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from ferra_sync._postgres.errors import from_psycopg
from ferra_sync.errors import QueryError

_CURES: Final = {
    "commit": "leave the block, and the transaction commits at its own end",
    "rollback": "raise an error, or say rollback() of the transaction outside of the block",
    "set_autocommit": "for a connection in autocommit mode say db.connection()",
    "close": "leave the block",
}
"""What a borrower may not do, and what to do instead."""
_KEPT: Final = (
    *_CURES,
    *("row_factory", "cursor_factory", "server_cursor_factory"),
    *("_adapters", "_notice_handlers", "_notify_handlers"),
)
"""The attributes of a psycopg connection that a borrower may set."""


@contextmanager
def borrowed(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Refuse, by QueryError, what would end the connection's transaction; afterwards its options are as before."""
    own = vars(connection)
    before = {name: own[name] for name in _KEPT if name in own}
    limits = connection.prepare_threshold, connection.prepared_max
    own["_adapters"] = AdaptersMap(connection.adapters)
    for handlers in ("_notice_handlers", "_notify_handlers"):
        own[handlers] = list(own[handlers])
    own.update((name, _refusal(name, cure)) for name, cure in _CURES.items())
    try:
        yield
    finally:
        for name in _KEPT:
            own.pop(name, None)
        own.update(before)
        connection.prepare_threshold, connection.prepared_max = limits


def _refusal(name: str, cure: str) -> Callable[..., NoReturn]:
    def refuse(*_args: object, **_options: object) -> NoReturn:
        raise QueryError(f"{name} is not for a connection lent by tx.connection(), whose transaction is open: {cure}")

    return refuse


def transaction_start(connection: psycopg.Connection[Any]) -> object:
    """Return when the open transaction began, which tells it from the next one.

    Raises:
        Db: the server says no: a statement had failed before.
    """
    try:
        with psycopg.RawCursor(connection, row_factory=tuple_row) as cursor:
            row: tuple[object] | None = cursor.execute(
                b"SELECT pg_catalog.transaction_timestamp()::pg_catalog.text", prepare=False
            ).fetchone()
    except psycopg.Error as error:
        raise from_psycopg(error) from error
    return row and row[0]


def is_still(connection: psycopg.Connection[Any], start: object) -> bool:
    """Whether the transaction that began then is not known to have ended: one that has failed cannot be asked."""
    match connection.info.transaction_status:
        case TransactionStatus.IDLE:
            return False
        case TransactionStatus.INTRANS:
            return transaction_start(connection) == start
        case _:
            return True
