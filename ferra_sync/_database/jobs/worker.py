"""One worker of a job: batch after batch, each in a transaction with the note that it is done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, Generic, TypeAlias

import attrs

from ferra_sync._database.jobs.options import JobOptions
from ferra_sync._database.jobs.ranges import KeyRanges, bound
from ferra_sync._database.jobs.store import Run
from ferra_sync._database.jobs.tables import Part
from ferra_sync._database.jobs.told import told
from ferra_sync._database.keyset import Batch
from ferra_sync._database.transaction import Transaction
from ferra_sync._expression.typevars import R
from ferra_sync.errors import Db, DbErrorKind, QueryError

Work: TypeAlias = Callable[[Transaction, list[R]], object]
"""What is done with each batch; it writes through the transaction, and leaves it open."""

_POLL: Final = 0.05
"""Seconds between two looks for a part whose worker died, or whose pause is over."""


@attrs.define(eq=False)
class Worker(Generic[R]):
    """What takes parts of a run until none is left.

    Attributes:
        run, ranges, work, options: the job.
        took: is told the number of a part that is about to go on.
        done: is told the number of rows of a batch that is done.
        failure: the last error of a batch.
    """

    run: Run
    ranges: KeyRanges[R]
    work: Work[R]
    options: JobOptions
    took: Callable[[int], object]
    done: Callable[[int], object]
    failure: Exception | None = attrs.field(default=None, init=False)
    _waiting: threading.Event = attrs.field(factory=threading.Event, init=False)
    _last: int = attrs.field(default=-1, init=False)

    def finish(self) -> None:
        """Work until the job is over, or has stopped.

        Raises:
            Db: the server was not there, and not when it was asked `retries` times more either.
            QueryError: the job was begun anew meanwhile, or `work` has ended its transaction.
        """
        losses = 0
        while True:
            try:
                if not self._step():
                    if self.run.is_over():
                        return
                    self._waiting.wait(_POLL)
                losses = 0
            except Db as error:
                losses += 1
                if error.kind is not DbErrorKind.CLOSED_CONNECTION or losses > self.options.retries:
                    raise
                self._waiting.wait(self.options.pause_after(losses))

    def _step(self) -> bool:
        """Do the next batch of a part, or count its failure; return whether there was a part."""
        part: Part | None = None
        tx: Transaction | None = None
        rows = 0
        try:
            with self.run.db.transaction(isolation="read committed") as tx:
                part = self.run.take(tx, self._last)
                if part is None:
                    return False
                self._last = part.part
                self.took(part.part)
                if part.attempts > self.options.retries:
                    self._give_up(tx, part)
                else:
                    rows = self._do(tx, part)
                has_ended = not tx.is_open
        except Exception as error:
            if part is None or tx is None or tx._connection.closed:
                raise
            self.failure = error
            self.run.fail(part, told(error), self.options.pause_after(part.attempts + 1))
            return True
        if has_ended:
            raise QueryError("work ended the transaction that it was given, which is the job's: let it be")
        if rows:
            self.done(rows)
        return True

    def _do(self, tx: Transaction, part: Part) -> int:
        """Do the next batch and return the number of its rows."""
        batch = self.ranges.batch(tx, part.position, part.upper)
        rows = len(batch.rows)
        self._pass_over(tx, part, batch, rows=rows)
        if rows:
            self.work(tx, batch.rows)
        return rows

    def _give_up(self, tx: Transaction, part: Part) -> None:
        """Set the next batch aside, or stop before it."""
        if self.options.on_error == "stop":
            self.run.stop(tx, part.error or "")
            return
        batch = self.ranges.batch_of_keys(tx, part.position, part.upper)
        self._pass_over(tx, part, batch, rows=0)
        if batch.rows:
            self.run.set_aside(tx, part, bound(batch.last), len(batch.rows))

    def _pass_over(self, tx: Transaction, part: Part, batch: Batch[Any], *, rows: int) -> None:
        """Note that a batch is behind, before it is done: should `work` commit too early, it is not done again."""
        position = bound(batch.last) if batch.rows else part.position
        self.run.advance(tx, part, position, rows=rows, is_done=len(batch.rows) < self.ranges.size)
