"""Who has a pool's connections, and since when: noted of transactions and of what is lent, not of single statements."""

from __future__ import annotations

from time import monotonic
from typing import NamedTuple

import attrs

from ferra_sync._postgres.caller import Caller, caller


@attrs.define(eq=False)
class Loan:
    """What is noted when a connection is lent for longer than a statement.

    Attributes:
        caller: which line borrowed it; None: a thread of ferra_sync's own.
        since: when, by the monotonic clock.
        is_told: whether it was reported that it takes long.
    """

    caller: Caller | None
    since: float
    is_told: bool = False

    @classmethod
    def now(cls) -> Loan:
        """Return what is to be noted of a connection that is lent now, by the program's line that asked for it."""
        return cls(caller(), monotonic())


class Borrower(NamedTuple):
    """Who has a connection of the pool: a transaction, a stream, a lock, or a block of `db.connection()`.

    Attributes:
        caller: which line borrowed it; None: a thread of ferra_sync's own.
        seconds: for how long it has had it.
        pid: the server's process, as `pg_stat_activity` has it; None: the connection is closed.
        is_overdue: whether that is longer than the config's `leak_after`.
    """

    caller: Caller | None
    seconds: float
    pid: int | None
    is_overdue: bool

    def __str__(self) -> str:
        return f"{self.caller or 'ferra_sync itself'} for {self.seconds:.0f} s"


class PoolState(NamedTuple):
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
            oldest = self.borrowers[0]
            said.append(f"oldest for {oldest.seconds:.0f} s by {oldest.caller or 'ferra_sync itself'}")
        elif self.in_use:
            said[0] += " by single statements"
        said.append(f"{self.waiting} waiting")
        return ", ".join(said)
