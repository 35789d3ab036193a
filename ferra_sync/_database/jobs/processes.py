"""A job's workers as processes: started, listened to, replaced where they die, ended together."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Callable
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection, wait
from typing import Any, Final, Literal, TypeAlias

import attrs

from ferra_sync._database.jobs.ranges import KeyRanges
from ferra_sync._database.jobs.spec import JobSpec
from ferra_sync._database.jobs.store import Run
from ferra_sync._database.jobs.told import told
from ferra_sync._database.jobs.transacting import Transacting
from ferra_sync._database.jobs.worker import Worker
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._query.select import Select
from ferra_sync.errors import JobError, QueryError

Message: TypeAlias = tuple[Literal["took", "done", "over", "failed"], int, str]
"""What a worker says: the part that it goes on with, how many rows it has done, its end, the error it ends with."""

# A forked child would have the parent's threads' locks, held by nobody.
_SPAWN: Final = get_context("spawn")


def check_portable(spec: JobSpec[Any]) -> None:
    """Raise QueryError where another process cannot be given the query or the work, or there can be none."""
    if current_process().daemon:
        raise QueryError("this process is a daemonic worker itself, and Python lets it start no others: say workers=1")
    if isinstance(spec.query, Select):
        raise QueryError(
            "with workers the query is built in each of them: give run_batches a function at the top of a module "
            "that returns it, or functools.partial(function, value)"
        )
    for what, given in (("query", spec.query), ("work", spec.work)):
        try:
            pickle.dumps(given)
        except Exception:  # noqa: BLE001 - of any class
            problem = QueryError(f"with workers, {what} is a function at the top of a module that they can import")
        else:
            continue
        raise problem


@attrs.frozen(repr=False)
class Task:
    """What a worker is started with."""

    database: Callable[[DatabaseConfig], Any]
    config: DatabaseConfig
    spec: JobSpec[Any]
    run: int
    digest: str


def _main(task: Task, messages: Connection, lifeline: Connection) -> None:
    """Work as one of the processes of a job."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, who ends us all.
    threading.Thread(target=_die_with, args=(lifeline,), daemon=True).start()
    try:
        db: Transacting = task.database(attrs.evolve(task.config, min_connections=1))
        try:
            _worker(db, task, messages).finish()
        finally:
            db.close()
    except Exception as error:  # noqa: BLE001 - of any class: the parent says what it was
        _say(messages, "failed", 0, told(error))
    else:
        _say(messages, "over")


def _worker(db: Transacting, task: Task, messages: Connection) -> Worker[Any]:
    spec = task.spec
    ranges = KeyRanges(spec.asked(), spec.size)
    if ranges.digest != task.digest:
        raise QueryError(
            "the query is another one in each process: give it its values, functools.partial(function, value)"
        )
    return Worker(
        Run(db, spec.name, task.run),
        ranges,
        spec.work,
        spec.options,
        took=lambda part: _say(messages, "took", part),
        done=lambda rows: _say(messages, "done", rows),
    )


def _say(
    messages: Connection, what: Literal["took", "done", "over", "failed"], number: int = 0, reason: str = ""
) -> None:
    message: Message = (what, number, reason)
    try:
        messages.send(message)
    except OSError:
        os._exit(1)  # The parent is gone.


def _die_with(lifeline: Connection) -> None:
    """End this process when the parent has ended, whatever it is at: the server undoes what it was at."""
    wait([lifeline])
    os._exit(1)


@attrs.define(eq=False)
class _Process:
    """A worker's process, and what is known of it."""

    process: Any
    messages: Connection
    lifeline: Connection
    part: int | None = None
    has_ended: bool = False

    @classmethod
    def started(cls, task: Task) -> _Process:
        heard, messages = _SPAWN.Pipe(duplex=False)
        watched, lifeline = _SPAWN.Pipe(duplex=False)
        process = _SPAWN.Process(target=_main, args=(task, messages, watched), daemon=True)
        try:
            process.start()
        finally:
            messages.close()
            watched.close()
        return cls(process, heard, lifeline)

    def said(self) -> Message | None:
        """Return what it says next; None where it will say no more."""
        try:
            message: Message = self.messages.recv()
        except (EOFError, OSError):
            return None
        return message

    def stop(self) -> None:
        self.process.terminate()
        self.process.join()
        self.messages.close()
        self.lifeline.close()


class Crew:
    """The processes that work at a run."""

    def __init__(self, run: Run, spec: JobSpec[Any], digest: str, size: int, done: Callable[[int], object]) -> None:
        self._run = run
        self._spec = spec
        config = attrs.evolve(run.db.config, observers=())  # They hear in this process alone.
        self._task = Task(type(run.db), config, spec, run.number, digest)
        self._size = size
        self._done = done
        self._stillborn = 0

    def finish(self) -> None:
        """Work until the job is over, or has stopped; whatever ends this ends the processes.

        Raises:
            JobError: a worker cannot go on, or they die before they begin.
        """
        crew: list[_Process] = []
        try:
            for _ in range(self._size):
                crew.append(_Process.started(self._task))  # noqa: PERF401 - an interrupt must find those started
            while crew:
                self._listen(crew)
        finally:
            for each in crew:
                each.stop()

    def _listen(self, crew: list[_Process]) -> None:
        by_messages = {each.messages: each for each in crew}
        for ready in wait(list(by_messages)):
            worker = by_messages[ready]  # type: ignore[index]  # of what was given
            message = worker.said()
            if message is not None:
                self._hear(worker, message)
                continue
            crew.remove(worker)
            worker.stop()
            if not worker.has_ended:
                self._bury(worker)
                crew.append(_Process.started(self._task))

    def _hear(self, worker: _Process, message: Message) -> None:
        what, number, reason = message
        if what == "took":
            worker.part = number
        elif what == "done":
            self._done(number)
        else:
            worker.has_ended = True
            if what == "failed":
                raise JobError(self._spec.name, reason)

    def _bury(self, worker: _Process) -> None:
        """Count a death as a failure of the batch that the process was at."""
        code = worker.process.exitcode
        reason = f"its worker died, exit code {code}" if code >= 0 else f"its worker was killed by signal {-code}"
        if worker.part is None:
            self._stillborn += 1
            if self._stillborn > self._spec.options.retries:
                raise JobError(self._spec.name, f"{reason}, before it began: can it import the work and the query?")
            return
        part = self._run.part(worker.part)
        if part is not None and not part.is_done:
            self._run.fail(part, reason, self._spec.options.pause_after(part.attempts + 1))
