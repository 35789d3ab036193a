"""A pool as a database has it: transactions on connections of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import perf_counter
from typing import Any, Final, Self

import psycopg

from ferra_sync._database.transaction import Transaction
from ferra_sync._postgres import wire
from ferra_sync._postgres.config import DatabaseConfig, local_timeouts
from ferra_sync._postgres.connection import PooledConnection
from ferra_sync._postgres.loans import Loan
from ferra_sync._postgres.observer import Observer
from ferra_sync._postgres.pool import Pool
from ferra_sync._postgres.statement import Statement
from ferra_sync._postgres.telling import TransactionClock, hearing, tell
from ferra_sync._postgres.timeouts import TimedPool


class Pooled(Pool):
    """The connections of a database: each call and each transaction has one of its own.

    Attributes:
        calls: what lends them to single statements.
    """

    __slots__ = ("_timeouts", "_transactions", "calls")

    in_transaction: Final = False
    """Whether a call belongs to a transaction that somebody else began."""

    _timeouts: bytes
    _transactions: list[Observer]
    """Who hears of them."""
    calls: Pool | TimedPool

    @classmethod
    def open(cls, config: DatabaseConfig) -> Self:
        """Connect, as `Pool` does."""
        pool = super().open(config)
        pool._timeouts = local_timeouts(config)
        pool._transactions = hearing(config.observers, "on_transaction")
        pool.calls = TimedPool(pool, b"BEGIN" + pool._timeouts) if pool._timeouts else pool
        return pool

    def begin(self, command: bytes) -> Transaction:
        """Begin a transaction by this command."""
        connection = self.acquire()
        try:
            connection.loan = Loan.now()
            wire.run(connection, command + self._timeouts)
        except BaseException:
            self.give_back(connection)
            raise
        tx = Transaction(connection, self.give_back, self.reclaim, self._config)
        if self._transactions:
            tx.clock = TransactionClock(self._transactions)
        return tx

    def stream(self, statement: Statement, params: tuple[Any, ...]) -> Iterator[Any]:
        """Yield the rows of a cursor in a transaction of its own."""
        with self.begin(b"BEGIN") as tx:
            yield from wire.stream(tx._acquire, statement, params)
            tx.commit()

    @contextmanager
    def lend(self) -> Iterator[psycopg.Connection[Any]]:
        """Lend a connection, and reset it."""
        connection = self.acquire()
        try:
            connection.loan = Loan.now()
            yield connection
        finally:
            self.reclaim(connection)

    @contextmanager
    def hold(self) -> Iterator[psycopg.Connection[Any]]:
        """Lend a connection to what leaves it as it was."""
        connection = self.acquire()
        try:
            connection.loan = Loan.now()
            yield connection
        finally:
            self.give_back(connection)

    def occupied(self, _occupant: str) -> AbstractContextManager[None]:
        """Refuse nothing meanwhile: other calls have their own connections."""
        return nullcontext()


class ObservedPool(Pooled):
    """The same, with observers that hear how long each connection was waited for, and had."""

    __slots__ = ()

    def acquire(self) -> PooledConnection:
        """Return a connection, as `Pool` does."""
        begun = perf_counter()
        connection = super().acquire()
        try:
            connection.taken_at = perf_counter()
            tell(self._config.observers, "on_checkout", connection.taken_at - begun)
        except BaseException:
            super().release(connection)
            raise
        return connection

    def release(self, connection: PooledConnection) -> None:
        """Take a connection back, as `Pool` does."""
        taken_at, connection.taken_at = connection.taken_at, 0.0
        super().release(connection)
        if taken_at:  # A spare connection was not taken to be used.
            tell(self._config.observers, "on_checkin", perf_counter() - taken_at)


def open_pool(config: DatabaseConfig) -> Pooled:
    """Connect, as `Pool` does, with what the observers of the config ask for and no more."""
    is_heard = hearing(config.observers, "on_checkout") or hearing(config.observers, "on_checkin")
    return (ObservedPool if is_heard else Pooled).open(config)
