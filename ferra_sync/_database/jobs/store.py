"""What is kept of one job: where each of its parts is, in the transaction that does the work."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from ferra_sync._database.jobs.options import Start
from ferra_sync._database.jobs.ranges import Bound, KeyRanges
from ferra_sync._database.jobs.tables import Failure, Failures, Job, Jobs, Part, Parts
from ferra_sync._database.jobs.transacting import Transacting
from ferra_sync._database.transaction import Transaction
from ferra_sync._query.from_clause import from_
from ferra_sync._query.insert import insert_into
from ferra_sync._query.select import whole
from ferra_sync._query.update import delete_from, update
from ferra_sync.errors import Conflict, QueryError
from ferra_sync.functions._aggregates import count
from ferra_sync.functions._clocks import clock_timestamp

_PARTS_EACH: Final = 4
"""Parts for each worker: one whose parts are soon done takes over from one whose rows take long."""


class Run:
    """One run of a job, from its beginning or its restart on, whoever works at it."""

    def __init__(self, db: Transacting, name: str, number: int) -> None:
        self.db = db
        self.name = name
        self.number = number
        self._own = (Parts.job == name, Parts.run == number)
        self._free = (
            from_(Parts)
            .inner_join(Jobs)
            .where(*self._own, ~Parts.is_done, Jobs.state == "unfinished")
            .where(Parts.retry_at.is_null() | (Parts.retry_at <= clock_timestamp()))
            .select(Part)
            .limit(1)
            .for_update(of=Parts, skip_locked=True)
        )

    def take(self, tx: Transaction, last: int) -> Part | None:
        """Lock a part that is not done and that nobody works at, part `last` before others; None where there is none.

        It is locked until the transaction ends, by the death of its process too.
        """
        return tx.fetch_optional(self._free.order_by((Parts.part == last).desc(), Parts.part))

    def advance(self, tx: Transaction, part: Part, position: Bound, *, rows: int, is_done: bool) -> None:
        """Say that a part has come to `position`, by so many rows more."""
        tx.execute(
            update(Parts)
            .find((part.job, part.part))
            .set(
                Parts.position.to(position),
                Parts.rows.to(Parts.rows + rows),
                Parts.batches.to(part.batches + 1),
                Parts.is_done.to(is_done),
                Parts.attempts.to(0),
                Parts.error.to(None),
                Parts.retry_at.to(None),
                Parts.updated_at.to(clock_timestamp()),
            )
        )

    def set_aside(self, tx: Transaction, part: Part, upto: Bound, rows: int) -> None:
        """Keep the batch that comes next as one that failed."""
        tx.execute(
            insert_into(Failures).values(
                Failure(
                    job=part.job,
                    part=part.part,
                    after=part.position,
                    upto=upto,
                    rows=rows,
                    attempts=part.attempts,
                    error=part.error or "",
                )
            )
        )

    def fail(self, part: Part, error: str, pause: float) -> None:
        """Count a failure of the batch that comes next, unless somebody else has come past it."""
        with self.db.transaction(isolation="read committed") as tx:
            tx.execute(
                update(Parts)
                .find((part.job, part.part))
                .where(Parts.run == part.run, Parts.batches == part.batches, Parts.attempts == part.attempts)
                .set(
                    Parts.attempts.to(part.attempts + 1),
                    Parts.error.to(error),
                    Parts.retry_at.to(clock_timestamp() + timedelta(seconds=pause)),
                )
            )

    def part(self, number: int) -> Part | None:
        """Return a part as it is now; None where it is none of this run."""
        with self.db.transaction(isolation="read committed") as tx:
            return tx.fetch_optional(whole(Part).where(*self._own, Parts.part == number))

    def stop(self, tx: Transaction, error: str) -> None:
        """Say that the job stops here."""
        tx.execute(
            update(Jobs)
            .find(self.name)
            .where(Jobs.run == self.number, Jobs.state == "unfinished")
            .set(Jobs.state.to("stopped"), Jobs.error.to(error))
        )

    def is_over(self) -> bool:
        """Whether there is nothing left to do; the first to find that says that the job is finished.

        Raises:
            QueryError: the job was begun anew, or forgotten.
        """
        with self.db.transaction(isolation="read committed") as tx:
            job = tx.fetch_optional(whole(Job).find(self.name).for_no_key_update())
            if job is None or job.run != self.number:
                raise QueryError(f"job {self.name!r} was begun anew or forgotten while it ran here")
            if job.state != "unfinished":
                return True
            if tx.fetch_value(from_(Parts).where(*self._own, ~Parts.is_done).select(count())):
                return False
            tx.execute(
                update(Jobs).find(self.name).set(Jobs.state.to("finished"), Jobs.finished_at.to(clock_timestamp()))
            )
            return True

    def take_up_again(self, tx: Transaction) -> None:
        """Make parts of the batches that were set aside."""
        failures = tx.fetch_all(whole(Failure).where(Failures.job == self.name).order_by(Failures.id))
        known = tx.fetch_value(from_(Parts).where(*self._own).select(count()))
        parts = [
            Part(job=self.name, part=known + number, run=self.number, position=each.after, upper=each.upto)
            for number, each in enumerate(failures)
        ]
        tx.execute(insert_into(Parts).values(*parts))
        tx.execute(delete_from(Failures).where(Failures.job == self.name))
        self.go_on(tx)

    def go_on(self, tx: Transaction) -> None:
        """Forget why the job stopped, and how often batches have failed that were not set aside."""
        again = (Parts.attempts.to(0), Parts.error.to(None), Parts.retry_at.to(None))
        tx.execute(update(Parts).where(*self._own, ~Parts.is_done).set(*again))
        tx.execute(
            update(Jobs)
            .find(self.name)
            .set(Jobs.state.to("unfinished"), Jobs.error.to(None), Jobs.finished_at.to(None))
        )


def begun(db: Transacting, name: str, ranges: KeyRanges[Any], workers: int, start: Start) -> Run:
    """Return the run of a job that is begun here, or goes on; one process begins it, others wait and go on with it.

    Raises:
        QueryError: the job was begun with another query, or with other values in it.
    """
    with db.transaction(isolation="read committed") as tx:
        with suppress(Conflict), tx.savepoint():
            tx.execute(insert_into(Jobs).values(Job(name=name, run=0, digest=ranges.digest, state="unfinished")))
        job = tx.fetch_one(whole(Job).find(name).for_no_key_update())
        if job.run == 0 or start == "restart":
            return _begun_anew(db, tx, job, ranges, workers)
        if job.digest != ranges.digest:
            raise QueryError(
                f"job {name!r} was begun with another query, or with other values in it: "
                'give this one another name, or say options=JobOptions(start="restart")'
            )
        run = Run(db, name, job.run)
        if start == "set_aside":
            run.take_up_again(tx)
        elif job.state == "stopped":
            run.go_on(tx)
        return run


def _begun_anew(db: Transacting, tx: Transaction, job: Job, ranges: KeyRanges[Any], workers: int) -> Run:
    run = Run(db, job.name, job.run + 1)
    tx.execute(delete_from(Parts).where(Parts.job == job.name))
    tx.execute(delete_from(Failures).where(Failures.job == job.name))
    uppers = ranges.split(tx, 1 if workers == 1 else workers * _PARTS_EACH)
    lowers = [None, *uppers[:-1]]
    parts = [
        Part(job=job.name, part=number, run=run.number, position=lower, upper=upper)
        for number, (lower, upper) in enumerate(zip(lowers, uppers, strict=True))
    ]
    tx.execute(insert_into(Parts).values(*parts))
    tx.execute(
        update(Jobs)
        .find(job.name)
        .set(
            Jobs.run.to(run.number),
            Jobs.digest.to(ranges.digest),
            Jobs.state.to("unfinished"),
            Jobs.error.to(None),
            Jobs.started_at.to(clock_timestamp()),
            Jobs.finished_at.to(None),
        )
    )
    return run
