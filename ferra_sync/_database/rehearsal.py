"""A rehearsal: whatever is done to a database is undone at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus

from ferra_sync._database.borrowed import Borrowed, _Nested, _Owners
from ferra_sync._database.database import Database
from ferra_sync._database.transaction import Transaction, keep
from ferra_sync._postgres import wire

_SAVEPOINT: Final = b"SAVEPOINT ferra_call"
_ROLLBACK: Final = b"ROLLBACK TO SAVEPOINT ferra_call"
_RELEASE: Final = b"RELEASE SAVEPOINT ferra_call"


class _Rehearsed(Borrowed):
    """A connection in a transaction, of which each use is a savepoint: what fails is undone alone, as in autocommit."""

    __slots__ = ()

    def acquire(self) -> psycopg.Connection[Any]:
        """Return the connection, in a savepoint where it was not in use."""
        connection = super().acquire()
        if self._uses == 1:
            try:
                wire.run(connection, _SAVEPOINT)
            except BaseException:
                super().release(connection)
                raise
        return connection

    def release(self, connection: psycopg.Connection[Any]) -> None:
        """Say that a use is over, and undo it where it failed."""
        try:
            if self._uses == 1 and not connection.closed:
                if connection.info.transaction_status is TransactionStatus.INERROR:
                    wire.run(connection, _ROLLBACK)
                wire.run(connection, _RELEASE)
        finally:
            super().release(connection)

    def begin(self, command: bytes) -> Transaction:
        """Begin what is for the program a transaction: a savepoint, whatever properties it was to have."""
        del command
        connection = self.acquire()
        try:
            return _Part(_Owners(self, connection, keep), self.release)
        except BaseException:
            self.release(connection)
            raise


class _Part(_Nested):
    """A savepoint that is rolled back unless `commit()` was called, as a transaction is."""

    __slots__ = ()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.is_open:
            self._abandon()


@contextmanager
def rehearsal(db: Database) -> Iterator[Database]:
    """Yield a database on one connection of `db`, in one transaction that is rolled back at the end.

    A call of a verb that fails is undone alone, as it would be on `db`; `transaction()` is a savepoint. One thread at a
    time uses it. Observers of `db` hear of its statements.

    Raises:
        Db: no connection can be had.
    """
    with db.connection() as connection, connection.transaction(force_rollback=True):
        rehearsed = Database.__new__(Database)
        rehearsed._stand_on(db.config, _Rehearsed(connection, db.config.observers))
        try:
            yield rehearsed
        finally:
            rehearsed.close()
