"""What the connections of a pool do at one moment, and who has them."""

from __future__ import annotations

import os
from typing import Self

import attrs
import psycopg

from ferra_sync._postgres.connection import PooledConnection
from ferra_sync._postgres.loans import Loan
from ferra_sync._postgres.observer import Caller
from ferra_sync.errors import QueryError


@attrs.frozen
class Borrower:
    """Who has a connection of the pool: a transaction, a stream, a lock, or a block of `db.connection()`.

    Attributes:
        caller: which line borrowed it.
        seconds: for how long it has had it.
        pid: the server's process, as `pg_stat_activity` has it; None: the connection is closed.
        is_overdue: whether that is longer than the config's `leak_after`.
    """

    caller: Caller
    seconds: float
    pid: int | None
    is_overdue: bool

    @classmethod
    def of(cls, connection: PooledConnection, loan: Loan, now: float, leak_after: float | None) -> Self:
        """Return who has a connection."""
        seconds = now - loan.since
        return cls(
            loan.caller,
            seconds,
            _pid(connection),
            leak_after is not None and seconds > leak_after,
        )

    def __str__(self) -> str:
        return f"for {self.seconds:.0f} s by {os.path.basename(self.caller.file)}:{self.caller.line}"  # noqa: PTH119 - of a text


def _pid(connection: PooledConnection) -> int | None:
    try:
        return connection.info.backend_pid
    except (psycopg.Error, QueryError):  # Another thread has closed it, or given it back.
        return None


@attrs.frozen
class PoolState:
    """What the connections of a pool do at one moment.

    Attributes:
        most: how many there may be.
        size: how many there are, or are being opened.
        idle: how many are free.
        in_use: how many are lent: to the borrowers, and to single statements.
        waiting: how many calls wait for one.
        borrowers: who has had one for how long, the longest first.
    """

    most: int
    size: int
    idle: int
    in_use: int
    waiting: int
    borrowers: tuple[Borrower, ...]

    @property
    def is_exhausted(self) -> bool:
        """Whether every connection is lent and calls wait for one."""
        return self.in_use >= self.most and self.waiting > 0

    @property
    def is_leaked(self) -> bool:
        """Whether every connection is with a borrower that should have given it back."""
        return sum(borrower.is_overdue for borrower in self.borrowers) >= self.most

    def __str__(self) -> str:
        said = [f"{self.in_use} of {self.most} in use"]
        if self.borrowers:
            said.append(f"oldest {self.borrowers[0]}")
        elif self.in_use:
            said[0] += " by single statements"
        said.append(f"{self.waiting} waiting")
        return ", ".join(said)
