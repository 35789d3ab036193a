"""How far a job is, as any process can ask, until it is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, TypeAlias

import attrs

from ferra_sync._database.jobs.tables import Failure, Failures, Job, Jobs, Part, Parts, are_there
from ferra_sync._database.jobs.transacting import Transacting
from ferra_sync._database.transaction import Transaction
from ferra_sync._query.select import whole
from ferra_sync._query.update import delete_from
from ferra_sync.errors import NotFound

JobState: TypeAlias = Literal["unfinished", "finished", "stopped"]


@attrs.frozen
class SetAside:
    """A batch that failed every time.

    Attributes:
        part: of which part of the job it is.
        rows: how many rows it had.
        attempts: how often it failed.
        error: the last error's class, and its message where that surely holds no values, else the line that raised.
        failed_at: when it was set aside.
        after, upto: the primary keys that it lies between, as PostgreSQL spells them; the first is not of the batch,
            and None where nothing comes before.
    """

    part: int
    rows: int
    attempts: int
    error: str
    failed_at: datetime
    after: tuple[str, ...] | None = attrs.field(repr=False)
    upto: tuple[str, ...] = attrs.field(repr=False)


@attrs.frozen
class JobPart:
    """A range of keys that one worker at a time walks along.

    Attributes:
        number: from 0, in the order of the keys; batches that are run again are parts of their own, behind.
        rows, batches: how many were done.
        is_done: whether nothing is left of it.
        error: of the batch that comes next the last error, where it failed.
        updated_at: when its last batch was done.
    """

    number: int
    rows: int
    batches: int
    is_done: bool
    error: str | None
    updated_at: datetime


@attrs.frozen
class JobStatus:
    """How far a job is.

    Attributes:
        name: the job's.
        state: `"unfinished"`: it runs, or whoever ran it died; `updated_at` says when a batch was last done.
            `"finished"`: all is done, but for what was set aside. `"stopped"`: it stopped at a batch that failed.
        rows: how many rows were done, those set aside not counted.
        started_at, updated_at, finished_at: when it was begun, went on and was finished; the last is None until then.
        error: why it stopped, or None.
        parts: how far each of its ranges is.
        set_aside: the batches that failed every time.
    """

    name: str
    state: JobState
    rows: int
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    error: str | None
    parts: tuple[JobPart, ...] = attrs.field(repr=False)
    set_aside: tuple[SetAside, ...]

    @property
    def rows_set_aside(self) -> int:
        """How many rows the batches had that were set aside."""
        return sum(each.rows for each in self.set_aside)


def status_of(db: Transacting, name: str) -> JobStatus:
    """Return how far the job of this name is.

    Raises:
        NotFound: there is none.
    """
    found = [each for each in statuses(db, name) if each.name == name]
    if not found:
        raise NotFound("ferra_jobs", name)
    return found[0]


def statuses(db: Transacting, name: str | None = None) -> list[JobStatus]:
    """Return how far the jobs are, by name; all of them where none is named."""
    if not are_there(db):
        return []
    # One moment of the database: a batch that is set aside in between would count twice, or not at all.
    with db.transaction(isolation="repeatable read", read_only=True) as tx:
        return _read(tx, name)


def forget(db: Transacting, name: str) -> None:
    """Delete what is kept of a job.

    Raises:
        NotFound: there is none of this name.
    """
    deleted = 0
    if are_there(db):
        with db.transaction() as tx:
            deleted = tx.execute(delete_from(Jobs).find(name))
    if not deleted:
        raise NotFound("ferra_jobs", name)


def _read(tx: Transaction, name: str | None) -> list[JobStatus]:
    jobs, parts, failures = whole(Job), whole(Part), whole(Failure)
    if name is not None:
        jobs, parts = jobs.where(Jobs.name == name), parts.where(Parts.job == name)
        failures = failures.where(Failures.job == name)
    of_parts = _by_job(tx.fetch_all(parts.order_by(Parts.part)))
    of_failures = _by_job(tx.fetch_all(failures.order_by(Failures.id)))
    return [
        _status(job, of_parts.get(job.name, []), of_failures.get(job.name, []))
        for job in tx.fetch_all(jobs.order_by(Jobs.name))
    ]


def _by_job(rows: Sequence[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in rows:
        found.setdefault(each.job, []).append(each)
    return found


def _status(job: Job, parts: list[Part], failures: list[Failure]) -> JobStatus:
    state: Any = job.state
    return JobStatus(
        name=job.name,
        state=state,
        rows=sum(part.rows for part in parts),
        started_at=job.started_at,
        updated_at=max((job.started_at, *(part.updated_at for part in parts))),
        finished_at=job.finished_at,
        error=job.error,
        parts=tuple(JobPart(p.part, p.rows, p.batches, p.is_done, p.error, p.updated_at) for p in parts),
        set_aside=tuple(
            SetAside(f.part, f.rows, f.attempts, f.error, f.failed_at, f.after and tuple(f.after), tuple(f.upto))
            for f in failures
        ),
    )
