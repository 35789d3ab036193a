"""`run_batches`: a job from its beginning to its end, in this process or in several."""

from __future__ import annotations

from typing import Any

from ferra_sync._database.jobs.ranges import KeyRanges
from ferra_sync._database.jobs.spec import JobSpec
from ferra_sync._database.jobs.status import JobStatus, status_of
from ferra_sync._database.jobs.store import Run, begun
from ferra_sync._database.jobs.tables import create_tables
from ferra_sync._database.jobs.transacting import Transacting
from ferra_sync._database.jobs.worker import Worker
from ferra_sync._database.progress import Progress
from ferra_sync._expression.numbers import is_whole_number
from ferra_sync.errors import JobError, QueryError


class Counter:
    """How many rows are done, told to the caller."""

    def __init__(self, done: int, progress: Progress | None) -> None:
        self._done = done
        self._progress = progress

    def add(self, rows: int) -> None:
        """Count the rows of a batch."""
        self._done += rows
        if self._progress is not None:
            self._progress(self._done)


def run_batches(db: Transacting, spec: JobSpec[Any], workers: int, progress: Progress | None) -> JobStatus:
    """Do what `Database.run_batches` says."""
    if not is_whole_number(workers, 1):
        raise QueryError("workers is a whole number from 1 up")
    if workers > 1:
        from ferra_sync._database.jobs.processes import check_portable  # noqa: PLC0415 - for those who ask for several

        check_portable(spec)
    ranges = KeyRanges(spec.asked(), spec.size)
    create_tables(db)
    run = begun(db, spec.name, ranges, workers, spec.options.start)
    before = status_of(db, spec.name)
    counter = Counter(before.rows, progress)
    cause: BaseException | None = None
    if before.state == "unfinished" and workers == 1:
        cause = _finish_here(run, spec, ranges, counter)
    elif before.state == "unfinished":
        from ferra_sync._database.jobs.processes import Crew  # noqa: PLC0415 - for those who ask for several

        Crew(run, spec, ranges.digest, workers, counter.add).finish()
    status = status_of(db, spec.name)
    if status.state == "stopped":
        raise JobError(spec.name, status.error or "") from cause
    if progress is not None:
        progress(status.rows)
    return status


def _finish_here(run: Run, spec: JobSpec[Any], ranges: KeyRanges[Any], counter: Counter) -> BaseException | None:
    """Work until the job is over; return the last error of a batch."""
    worker = Worker(run, ranges, spec.work, spec.options, took=lambda _part: None, done=counter.add)
    worker.finish()
    return worker.failure
