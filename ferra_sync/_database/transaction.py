"""Transactions and savepoints."""

from __future__ import annotations

import itertools
import warnings
from _thread import start_new_thread
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from types import TracebackType
from typing import Any, Final, Literal, Self, TypeAlias

import psycopg
from psycopg.pq import TransactionStatus

from ferra_sync._database.executor import Verbs
from ferra_sync._expression.typevars import R
from ferra_sync._postgres import wire
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._postgres.errors import from_psycopg
from ferra_sync._postgres.observer import TransactionOutcome
from ferra_sync._postgres.statement import Statement
from ferra_sync._postgres.telling import TransactionClock
from ferra_sync.errors import Db, QueryError

Isolation: TypeAlias = Literal["read committed", "repeatable read", "serializable"]
GiveBack: TypeAlias = Callable[[Any], object]
"""What takes a connection back."""

OF_PARENT: Final = "the transaction was begun before a fork and is the parent process's: in the child begin another"

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


class Executor(Verbs):
    """A `Database` or a `Transaction`: what is written for the one runs on the other.

    Raises (every verb):
        QueryError: the query cannot mean anything; nothing was sent.
        Conflict, Db: the database said no.
    """

    __slots__ = ()

    @abstractmethod
    def _atomic(self) -> AbstractContextManager[Executor]:
        """Return an executor whose statements all happen or none: a transaction, or inside one a savepoint."""

    @abstractmethod
    def transaction(
        self, *, isolation: Isolation | None = None, read_only: bool = False, deferrable: bool = False
    ) -> AbstractContextManager[Transaction]:
        """Return what commits on success and rolls back on an error: a transaction, or inside one a savepoint."""

    @abstractmethod
    def run_in_transaction(
        self, work: Callable[[Transaction], R], *, retries: int = 3, isolation: Isolation | None = None
    ) -> R:
        """Run `work` in a transaction, or inside one in a savepoint, and return what it returns."""

    @abstractmethod
    def connection(self) -> AbstractContextManager[psycopg.Connection[Any]]:
        """Lend psycopg's connection, for all that is not offered here; raw SQL is SQL's own risk."""


class Transaction(Executor):
    """An open transaction on a connection of its own; it has the verbs of `Database`. One thread uses it at a time.

    As a context manager it rolls back unless `commit()` was called: `with db.begin() as tx: …; tx.commit()`.
    """

    __slots__ = (
        "_connection",
        "_give_back",
        "_is_open",
        "_lendings",
        "_occupant",
        "_reclaim",
        "_savepoints",
        "_settings",
        "clock",
    )

    _settings: DatabaseConfig | None
    clock: TransactionClock | None
    """What observers are told by of its end; None: nobody hears of it."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        give_back: GiveBack,
        reclaim: GiveBack,
        settings: DatabaseConfig | None = None,
    ) -> None:
        self._is_open = True
        self._lendings = 0
        self._occupant: str | None = None
        self._connection: Any = connection
        self._give_back = give_back
        self._reclaim = reclaim
        self._settings = settings
        self._savepoints = itertools.count(1)
        self.clock = None

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
                start_new_thread(self._end, ("abandoned",))
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
        connection = self._ending()
        self._is_open = False
        outcome: TransactionOutcome = "failed"
        try:
            if connection.info.transaction_status is TransactionStatus.INERROR:
                wire.rollback(connection)
                raise psycopg.errors.InFailedSqlTransaction("a statement failed, so the transaction was rolled back")
            wire.commit(connection)
            outcome = "committed"
        except psycopg.Error as error:
            raise from_psycopg(error) from error
        finally:
            self._end(outcome)

    def rollback(self) -> None:
        """Undo the changes.

        Raises:
            QueryError: the transaction is over.
        """
        self._ending()
        self._abandon()

    def savepoint(self) -> Savepoint:
        """Return a savepoint, for `with tx.savepoint() as sp:`; an error inside undoes only what came after it."""
        return Savepoint(self)

    @contextmanager
    def transaction(
        self, *, isolation: Isolation | None = None, read_only: bool = False, deferrable: bool = False
    ) -> Iterator[Transaction]:
        """Open a savepoint, so that what is written for `db` runs here: the part is undone alone where it fails.

        Raises:
            QueryError: an option is given, which only a whole transaction can have.
        """
        if isolation is not None or read_only or deferrable:
            raise QueryError(
                "isolation, read_only and deferrable are the whole transaction's: say them where it begins,"
                " and inside it transaction() without them"
            )
        with self.savepoint() as savepoint:
            yield savepoint

    def run_in_transaction(
        self, work: Callable[[Transaction], R], *, retries: int = 3, isolation: Isolation | None = None
    ) -> R:
        """Run `work` in a savepoint, once: what must be tried again must be so from the transaction's beginning.

        `retries` is for the `db.run_in_transaction` that is around it, which the error reaches.

        Raises:
            QueryError: `isolation` is given, which only a whole transaction can have.
        """
        del retries
        with self.transaction(isolation=isolation) as tx:
            return work(tx)

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """Lend psycopg's connection inside the transaction, for all that is not offered here.

        The verbs of the transaction can be used meanwhile, but for its end. An error of a statement fails the
        transaction, as elsewhere in psycopg. Afterwards the options of psycopg are as before; what was set in the
        session (SET without LOCAL) is reset when the transaction is over, if the connection is of our pool.

        Raises:
            QueryError: what is lent was to commit, to roll back, to close or to leave its transaction, or a COMMIT or
                ROLLBACK in SQL has ended it.
            Db: a statement had failed before.
        """
        from ferra_sync._postgres.borrowing import borrowed, is_still, transaction_start  # noqa: PLC0415 - for few

        connection = self._acquire()
        start = transaction_start(connection)
        self._lend(1)
        try:
            with borrowed(connection):
                yield connection
        except BaseException:
            if not connection.closed and connection.info.transaction_status is TransactionStatus.IDLE:
                self._lose()
            raise
        finally:
            self._lend(-1)
        if not connection.closed and not is_still(connection, start):
            self._lose()
            raise QueryError(
                "the transaction was ended by SQL inside tx.connection(): what came before is as that left it"
            )

    def lock(self, name: str, *, shared: bool = False, timeout: float | None = None, wait: bool = True) -> None:
        """Hold the advisory lock of a name until the transaction ends, or the savepoint around it is undone.

        Args:
            name: what the lock is called in this database. Its key is the first 64 bits of the name's SHA-256.
            shared: let others hold it shared too.
            timeout: for how many seconds to ask for it; None: as long as for a row.
            wait: False: take it now or not at all.

        Raises:
            Db: it was not free in time (TIMEOUT), and the transaction goes on; or two wait for each other (DEADLOCK).
            QueryError: the name is no text or empty, or the timeout cannot be one.
        """
        from ferra_sync._postgres.advisory import Request, lock_in_transaction  # noqa: PLC0415 - for few

        request = Request.of(name, shared=shared, timeout=timeout, wait=wait)
        lock_in_transaction(self._acquire(), request)

    def _stream(self, statement: Statement, params: tuple[Any, ...]) -> Iterator[Any]:
        return wire.stream(self._acquire, statement, params)

    @property
    def _keeps_locks(self) -> bool:
        return True

    def _ending(self) -> psycopg.Connection[Any]:
        """Return the connection of a transaction that may end now."""
        connection = self._acquire()
        if self._lendings:
            raise QueryError("the transaction's connection is lent: leave the block of tx.connection() first")
        return connection

    def _lend(self, more: int) -> None:
        """Count how often the connection is lent; it is reset in the end."""
        self._lendings += more
        self._give_back = self._reclaim

    def _lose(self) -> None:
        """Take note that the transaction has been ended from outside."""
        self._is_open = False
        self._end("failed")

    def _end(self, outcome: TransactionOutcome) -> None:
        """Give the connection back, then tell how the transaction ended."""
        self._give_back(self._connection)
        if self.clock is not None:
            self.clock.tell(outcome)

    def _acquire(self) -> psycopg.Connection[Any]:
        if not self.is_open:
            raise QueryError(self._refusal())
        connection: psycopg.Connection[Any] = self._connection
        return connection

    def _refusal(self) -> str:
        if self._connection.is_inherited:
            return OF_PARENT
        return self._over_or_busy()

    def _over_or_busy(self) -> str:
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

    def _release(self, connection: psycopg.Connection[Any]) -> None:
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
            wire.rollback(self._connection)
        except psycopg.Error:
            self._connection.close()  # The server rolls back what it has lost sight of.
        finally:
            self._end("rolled back")


class Savepoint(Transaction):
    """A part of a transaction that can be undone alone: released on success, rolled back on an error.

    It is over when it was released or rolled back, and when the transaction around it is.
    """

    __slots__ = ("_name", "_outer")

    def __init__(self, outer: Transaction) -> None:
        super().__init__(outer._acquire(), keep, keep, outer._settings)
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
        return self._outer._refusal() if self._is_open else self._over_or_busy()

    def _occupied(self, occupant: str) -> AbstractContextManager[None]:
        return self._outer._occupied(occupant)

    def _lend(self, more: int) -> None:
        self._lendings += more
        self._outer._lend(more)

    def _lose(self) -> None:
        self._outer._lose()

    def commit(self) -> None:
        """Release the savepoint: what came after it belongs to the transaction.

        Raises:
            Db: a statement failed since; everything after the savepoint is undone.
            QueryError: the savepoint is over.
        """
        connection = self._ending()
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


def keep(_connection: psycopg.Connection[Any]) -> None:
    """Give nothing back: the connection is the transaction's."""
