"""Transactions and savepoints."""

from __future__ import annotations

import itertools
import warnings
from _thread import start_new_thread
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from types import TracebackType
from typing import Any, Final, Literal, Self, TypeAlias

import psycopg
from psycopg.pq import TransactionStatus

from ferra_sync._database.executor import Executor
from ferra_sync._postgres import wire
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._postgres.connection import PooledConnection
from ferra_sync._postgres.errors import from_psycopg
from ferra_sync._postgres.statement import Statement
from ferra_sync.errors import Db, QueryError

Isolation: TypeAlias = Literal["read committed", "repeatable read", "serializable"]

_OF_PARENT: Final = "the transaction was begun before a fork and is the parent process's: in the child begin another"

_LEVELS: Final = {
    None: b"",
    "read committed": b" ISOLATION LEVEL READ COMMITTED",
    "repeatable read": b" ISOLATION LEVEL REPEATABLE READ",
    "serializable": b" ISOLATION LEVEL SERIALIZABLE",
}


def begin_command(isolation: Isolation | None, *, read_only: bool, deferrable: bool) -> bytes:
    """Return the BEGIN of a transaction with these properties.

    Raises:
        QueryError: PostgreSQL has no such isolation level.
    """
    level = _LEVELS.get(isolation) if isolation is None or isinstance(isolation, str) else None
    if level is None:
        raise QueryError(f"isolation is one of {', '.join(repr(name) for name in _LEVELS if name)}")
    return b"BEGIN" + level + (b" READ ONLY" if read_only else b"") + (b" DEFERRABLE" if deferrable else b"")


class Transaction(Executor):
    """An open transaction on a connection of its own; it has the verbs of `Database`. One thread uses it at a time.

    As a context manager it rolls back unless `commit()` was called: `with db.begin() as tx: …; tx.commit()`.
    """

    _keeps_locks = True
    __slots__ = ("_connection", "_give_back", "_is_open", "_occupant", "_savepoints", "_settings")

    _settings: DatabaseConfig | None

    def __init__(
        self,
        connection: PooledConnection,
        give_back: Callable[[PooledConnection], None],
        settings: DatabaseConfig | None = None,
    ) -> None:
        self._is_open = True
        self._occupant: str | None = None
        self._connection = connection
        self._give_back = give_back
        self._settings = settings
        self._savepoints = itertools.count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.is_open:
            self._abandon()

    def __del__(self) -> None:
        if getattr(self, "_is_open", False) and self.is_open:  # An interrupt may come before __init__.
            self._is_open = False
            # In a thread of its own: the collector may have come while this one holds the pool's lock.
            with suppress(RuntimeError):  # At the interpreter's end there are no new threads, and no more connections.
                start_new_thread(self._give_back, (self._connection,))
            warnings.warn("a transaction was dropped without commit() or rollback()", ResourceWarning, stacklevel=2)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'open' if self.is_open else 'over'}>"

    @property
    def is_open(self) -> bool:
        """Whether it can be used: not committed or rolled back, not busy with a COPY, and begun by this process."""
        return self._is_open and not self._connection.is_inherited

    def commit(self) -> None:
        """Make the changes permanent.

        Raises:
            Db: the commit failed, and nothing was written; kind FAILED_TRANSACTION: a statement had failed before.
            QueryError: the transaction is over.
        """
        connection = self._acquire()
        self._is_open = False
        try:
            if connection.info.transaction_status is TransactionStatus.INERROR:
                connection.rollback()
                raise psycopg.errors.InFailedSqlTransaction("a statement failed, so the transaction was rolled back")
            connection.commit()
        except psycopg.Error as error:
            raise from_psycopg(error) from error
        finally:
            self._give_back(connection)

    def rollback(self) -> None:
        """Undo the changes.

        Raises:
            QueryError: the transaction is over.
        """
        self._acquire()
        self._abandon()

    def savepoint(self) -> Savepoint:
        """Return a savepoint, for `with tx.savepoint() as sp:`; an error inside undoes only what came after it."""
        return Savepoint(self)

    def _stream(self, statement: Statement, params: tuple[Any, ...]) -> Iterator[Any]:
        return wire.stream(self._acquire, statement, params)

    def _acquire(self) -> PooledConnection:
        if not self.is_open:
            raise QueryError(self._refusal())
        return self._connection

    def _refusal(self) -> str:
        if self._connection.is_inherited:
            return _OF_PARENT
        if self._occupant is None:
            return "the transaction is over"
        return f"the transaction is busy with {self._occupant}: use another, or read first what it needs"

    def _occupied(self, occupant: str) -> AbstractContextManager[None]:
        return self._while_occupied(occupant)

    @contextmanager
    def _while_occupied(self, occupant: str) -> Generator[None, None, None]:
        self._acquire()
        self._is_open, self._occupant = False, occupant
        try:
            yield
        finally:
            self._is_open, self._occupant = True, None

    def _release(self, connection: PooledConnection) -> None:
        """Keep the connection: it is given back when the transaction is over."""

    def _atomic(self) -> Savepoint:
        return self.savepoint()

    @contextmanager
    def _undone(self) -> Generator[Savepoint, None, None]:
        with self.savepoint() as savepoint:
            yield savepoint
            savepoint.rollback()

    def _abandon(self) -> None:
        self._is_open = False
        try:
            self._connection.rollback()
        except psycopg.Error:
            self._connection.close()  # The server rolls back what it has lost sight of.
        finally:
            self._give_back(self._connection)


class Savepoint(Transaction):
    """A part of a transaction that can be undone alone: released on success, rolled back on an error.

    It is over when it was released or rolled back, and when the transaction around it is.
    """

    __slots__ = ("_name", "_outer")

    def __init__(self, outer: Transaction) -> None:
        super().__init__(outer._acquire(), _keep, outer._settings)
        self._outer = outer
        self._savepoints = outer._savepoints
        self._name = b"ferra_%d" % next(self._savepoints)
        wire.run(self._connection, b"SAVEPOINT " + self._name)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self.is_open:
            return
        if error is None:
            self.commit()
        else:
            with suppress(Db):  # A lost connection undoes it too, and the error on its way says more.
                self._abandon()

    def __del__(self) -> None:
        """Leave it to the transaction, whose end is the savepoint's."""

    @property
    def is_open(self) -> bool:
        """Whether it can still be used."""
        return self._is_open and self._outer.is_open

    def _refusal(self) -> str:
        return self._outer._refusal() if self._is_open else super()._refusal()

    def _occupied(self, occupant: str) -> AbstractContextManager[None]:
        return self._outer._occupied(occupant)

    def commit(self) -> None:
        """Release the savepoint: what came after it belongs to the transaction.

        Raises:
            Db: a statement failed since; everything after the savepoint is undone.
            QueryError: the savepoint is over.
        """
        connection = self._acquire()
        if connection.info.transaction_status is TransactionStatus.INERROR:
            self._abandon()
            failed = psycopg.errors.InFailedSqlTransaction("a statement failed, so the savepoint was rolled back")
            raise from_psycopg(failed) from failed
        self._is_open = False
        wire.run(connection, b"RELEASE SAVEPOINT " + self._name)

    def _abandon(self) -> None:
        self._is_open = False
        wire.run(self._connection, b"ROLLBACK TO SAVEPOINT " + self._name)
        wire.run(self._connection, b"RELEASE SAVEPOINT " + self._name)


def _keep(_connection: PooledConnection) -> None:
    """Give nothing back: the connection is the transaction's."""
