"""What the connections of a pool do at one moment, and who has them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from time import monotonic

import attrs
import psycopg

from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._postgres.connection import PooledConnection
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

    def __str__(self) -> str:
        return f"for {self.seconds:.0f} s by {os.path.basename(self.caller.file)}:{self.caller.line}"  # noqa: PTH119 - of a text


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


def state_of(numbers: tuple[int, int, int], lent: Iterable[PooledConnection], config: DatabaseConfig) -> PoolState:
    """Return what the connections do of which so many there are, are idle and are waited for, and these are lent."""
    now, late = monotonic(), config.leak_after
    lent = tuple(lent)
    loans = [(connection, loan) for connection in lent if (loan := connection.loan) is not None]
    borrowers = [
        Borrower(loan.caller, now - loan.since, _pid(connection), late is not None and now - loan.since > late)
        for connection, loan in sorted(loans, key=lambda each: each[1].since)
    ]
    size, idle, waiting = numbers
    return PoolState(config.max_connections, size, idle, len(lent), waiting, tuple(borrowers))


def _pid(connection: PooledConnection) -> int | None:
    try:
        return connection.info.backend_pid
    except (psycopg.Error, QueryError):  # Another thread has closed it, or given it back.
        return None
