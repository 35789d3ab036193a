"""What an observer counts of a database: waits, uses, statements, transactions and the ends of connections."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate
from threading import RLock
from typing import Final

import attrs

from ferra_sync._postgres.forks import at_fork
from ferra_sync._postgres.observer import Caller, CloseReason, Observer, QueryEvent, TransactionOutcome
from ferra_sync.errors import ConfigError, FerraDbError

BOUNDS: Final = tuple(step * 10.0**power for power in range(-4, 2) for step in (1, 2, 5))
"""The upper bounds of a histogram's classes: 0.1 ms, 0.2 ms, 0.5 ms … 50 s."""
_SHOWN: Final = 20
_MOST: Final = 1000


@attrs.frozen
class Histogram:
    """How long something took, how often. Times are seconds.

    Attributes:
        counts: how often up to each of `BOUNDS`, from 0.1 ms to 50 s in steps of 1, 2, 5; the last is of all longer.
        count: how often in all.
        total: how long together.
        longest: the longest of all.
    """

    counts: tuple[int, ...] = (0,) * (len(BOUNDS) + 1)
    count: int = 0
    total: float = 0.0
    longest: float = 0.0

    @property
    def mean(self) -> float | None:
        """Seconds in the middle; None: there was none."""
        return self.total / self.count if self.count else None

    def quantile(self, part: float) -> float | None:
        """Return a time that this part of all, from 0 to 1, did not exceed: the bound of its class; None: of none.

        Raises:
            ValueError: there is no such part.
        """
        if not 0 <= part <= 1:
            raise ValueError("a part of all is from 0 to 1")
        if not self.count:
            return None
        place = bisect_left(tuple(accumulate(self.counts)), part * self.count)
        return min((*BOUNDS, self.longest)[place], self.longest)


@attrs.frozen
class StatementStats:
    """What a statement of this program has cost, whatever its values. Times are seconds.

    Attributes:
        summary: `SELECT users`.
        sql: its text, with `$n` in the place of values.
        calls: how often it was sent.
        errors: how many of these failed.
        seconds: how long they took together.
        longest: the longest of them.
        rows: how many rows they returned or affected.
        caller: the line from which the longest was sent, if that is known.
    """

    summary: str
    sql: str
    calls: int
    errors: int
    seconds: float
    longest: float
    rows: int
    caller: Caller | None

    @property
    def mean(self) -> float:
        """Seconds a call."""
        return self.seconds / self.calls


@attrs.frozen
class Counted:
    """What was counted of a database since it was connected.

    Attributes:
        waits: how long calls waited for a connection of the pool.
        uses: for how long they had it.
        connects: how long it took to connect.
        queries: how long statements took.
        transactions: how long transactions were open.
        outcomes: how they ended: `committed`, `rolled back`, `failed`, `abandoned`.
        closes: why connections of the pool were closed: `lifetime`, `idle`, `lost`, `closed`, `abandoned`, `reset`.
        retries: how often `run_in_transaction` began again.
        errors: how many statements failed.
        slowest: the statements of which one took longest, at most 20.
        most_frequent: those that were sent most often, at most 20.
        not_told_apart: how many statements were sent that are not among these, for there were too many kinds.
    """

    waits: Histogram
    uses: Histogram
    connects: Histogram
    queries: Histogram
    transactions: Histogram
    outcomes: Mapping[str, int]
    closes: Mapping[str, int]
    retries: int
    errors: int
    slowest: tuple[StatementStats, ...]
    most_frequent: tuple[StatementStats, ...]
    not_told_apart: int


class Statistics(Observer):
    """Counts what `db.stats()` then has: `Database.connect(url, observers=(Statistics(),))`.

    Statements are told apart by their text; a forked child counts from nothing.

    Args:
        most: how many statements are told apart; of others it is known only how many there were.

    Raises:
        ConfigError: `most` is no number of statements.
    """

    def __init__(self, *, most: int = _MOST) -> None:
        if type(most) is not int or most < 1:
            raise ConfigError("most is a number of statements, at least 1")
        self._most = most
        self.leave_to_parent()
        at_fork(self)

    def leave_to_parent(self) -> None:
        """In a forked child: forget what the parent has counted."""
        self._lock = RLock()  # A signal's handler may send a statement while this thread reads what was counted.
        self._times = {name: _Tally() for name in ("waits", "uses", "connects", "queries", "transactions")}
        self._outcomes: Counter[str] = Counter()
        self._closes: Counter[str] = Counter()
        self._statements: dict[str, _Statement] = {}
        self._retries = self._errors = self._others = 0

    def on_query(self, event: QueryEvent) -> None:
        """Count a statement, unless it is internal."""
        if event.is_internal:
            return
        with self._lock:
            self._times["queries"].add(event.seconds)
            self._errors += event.error is not None
            found = self._statements.get(event.sql)
            if found is None:
                if len(self._statements) >= self._most:
                    self._others += 1
                    return
                found = self._statements[event.sql] = _Statement(event.summary)
            found.add(event)

    def on_checkout(self, waited: float) -> None:
        """Count a wait."""
        self._count("waits", waited)

    def on_checkin(self, used: float) -> None:
        """Count a use."""
        self._count("uses", used)

    def on_connect(self, seconds: float) -> None:
        """Count a connection."""
        self._count("connects", seconds)

    def on_close(self, reason: CloseReason) -> None:
        """Count its end."""
        with self._lock:
            self._closes[reason] += 1

    def on_retry(self, attempt: int, error: FerraDbError) -> None:  # noqa: ARG002 - it is counted alone
        """Count a new beginning."""
        with self._lock:
            self._retries += 1

    def on_transaction(self, outcome: TransactionOutcome, seconds: float) -> None:
        """Count a transaction."""
        with self._lock:
            self._outcomes[outcome] += 1
            self._times["transactions"].add(seconds)

    def counted(self) -> Counted:
        """Return what was counted by now."""
        with self._lock:
            statements = [statement.stats(sql) for sql, statement in self._statements.items()]
            return Counted(
                **{name: tally.histogram() for name, tally in self._times.items()},
                outcomes=dict(self._outcomes),
                closes=dict(self._closes),
                retries=self._retries,
                errors=self._errors,
                slowest=tuple(sorted(statements, key=lambda each: -each.longest)[:_SHOWN]),
                most_frequent=tuple(sorted(statements, key=lambda each: -each.calls)[:_SHOWN]),
                not_told_apart=self._others,
            )

    def _count(self, name: str, seconds: float) -> None:
        with self._lock:
            self._times[name].add(seconds)


class _Tally:
    """A histogram that grows."""

    __slots__ = ("_counts", "_longest", "_total")

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS) + 1)
        self._total = self._longest = 0.0

    def add(self, seconds: float) -> None:
        self._counts[bisect_left(BOUNDS, seconds)] += 1
        self._total += seconds
        self._longest = max(self._longest, seconds)

    def histogram(self) -> Histogram:
        return Histogram(tuple(self._counts), sum(self._counts), self._total, self._longest)


class _Statement:
    """What is counted of one statement."""

    __slots__ = ("_caller", "_calls", "_errors", "_longest", "_rows", "_seconds", "_summary")

    def __init__(self, summary: str) -> None:
        self._summary = summary
        self._calls = self._errors = self._rows = 0
        self._seconds, self._longest = 0.0, -1.0
        self._caller: Caller | None = None

    def add(self, event: QueryEvent) -> None:
        self._calls += 1
        self._errors += event.error is not None
        self._rows += event.rows
        self._seconds += event.seconds
        if event.seconds > self._longest:
            self._longest, self._caller = event.seconds, event.caller

    def stats(self, sql: str) -> StatementStats:
        return StatementStats(
            self._summary, sql, self._calls, self._errors, self._seconds, self._longest, self._rows, self._caller
        )
