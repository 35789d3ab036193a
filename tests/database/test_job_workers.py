"""Jobs in several processes that may die at any moment."""

from __future__ import annotations

import functools
import multiprocessing
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from counted_rows import Counted, all_rows, all_rows_up_to, count_up, counted, die_at_13, fail_at_13, rows_of_a_process
from databases import fresh_database

from ferra_sync import Database, JobError, JobOptions, QueryError, from_
from ferra_sync import functions as fn

COUNT = 20_000
SIZE = 100
KILLS = 5
PATIENT = JobOptions(pause=0, retries=1000)


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Counted) as url:
        yield url


@pytest.fixture(scope="module")
def opened(database_url: str) -> Iterator[Database]:
    with Database.connect(database_url) as db:
        yield db


@pytest.fixture
def db(opened: Database) -> Database:
    with opened.connection() as connection:
        connection.execute(counted(COUNT))
        connection.execute("DROP TABLE IF EXISTS ferra_jobs, ferra_job_parts, ferra_job_failures")
    return opened


def times(db: Database) -> dict[int, int]:
    return dict(db.fetch_all(from_(Counted).group_by(Counted.times).select(Counted.times, fn.count())))


def test_workers_that_are_killed_at_random_moments_do_each_row_once(db):
    """A death is answered by another worker; who is killed is drawn, and the moment is that of another's message."""
    moments = random.Random(7)
    at = sorted(moments.sample(range(1000, COUNT, SIZE), KILLS))
    killed = []

    def kill(rows):
        if at and rows >= at[0]:
            at.pop(0)
            victim = moments.choice(multiprocessing.active_children())
            killed.append(victim.pid)
            os.kill(victim.pid, signal.SIGKILL)

    query = functools.partial(all_rows_up_to, COUNT)
    status = db.run_batches(query, count_up, name="nightly", size=SIZE, workers=4, options=PATIENT, progress=kill)
    assert (len(killed), len(status.parts)) == (KILLS, 16)
    assert (status.state, status.rows, status.set_aside) == ("finished", COUNT, ())
    assert times(db) == {1: COUNT}
    by = db.fetch_all(from_(Counted).group_by(Counted.by).select(Counted.by))
    assert len(by) > 1
    assert os.getpid() not in by
    assert multiprocessing.active_children() == []


RUN = """
import sys
from counted_rows import all_rows, count_up
from ferra_sync import Database, JobOptions

if __name__ == "__main__":
    with Database.connect(sys.argv[1]) as db:
        say = lambda rows: print(rows, flush=True)
        db.run_batches(all_rows, count_up, name="nightly", size=100, workers=2, progress=say)
"""


@pytest.fixture
def script(tmp_path: Path, db: Database) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "script.py").write_text(RUN)
    with subprocess.Popen(
        [sys.executable, tmp_path / "script.py", db.config.url],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_a_job_whose_whole_process_ends_takes_its_workers_along_and_goes_on_later(db, script, sign):
    assert script.stdout is not None
    assert int(script.stdout.readline()) < COUNT
    script.send_signal(sign)
    script.stdout.read()  # Its workers have it too: it ends with the last of them.
    script.wait()
    status = db.run_batches(all_rows, count_up, name="nightly", size=SIZE)
    assert (status.state, status.rows, status.set_aside) == ("finished", COUNT, ())
    assert times(db) == {1: COUNT}


def test_a_batch_that_kills_its_worker_every_time_is_set_aside(db):
    options = JobOptions(retries=0)
    status = db.run_batches(all_rows, die_at_13, name="nightly", size=5000, workers=2, options=options)
    (failed,) = status.set_aside
    assert (failed.rows, failed.error) == (5000, "its worker died, exit code 7")
    assert failed.attempts in {1, 2}  # The other worker may take it before the death is counted.
    assert times(db) == {1: COUNT - 5000, 0: 5000}


def test_a_batch_that_fails_in_a_worker_stops_the_job_where_that_is_asked_for(db):
    options = JobOptions(retries=0, on_error="stop")
    with pytest.raises(JobError, match='job "nightly" stopped: ValueError in fail_at_13'):
        db.run_batches(all_rows, fail_at_13, name="nightly", size=SIZE, workers=2, options=options)
    assert db.job_status("nightly").state == "stopped"
    assert multiprocessing.active_children() == []


def test_a_query_that_each_process_makes_otherwise_is_refused(db):
    with pytest.raises(JobError, match="the query is another one in each process"):
        db.run_batches(rows_of_a_process, count_up, name="nightly", workers=2)


def test_a_process_that_may_start_no_others_is_told_so(db, monkeypatch):
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)
    with pytest.raises(QueryError, match="say workers=1"):
        db.run_batches(all_rows, count_up, name="nightly", workers=2)


def test_workers_that_die_before_they_begin_are_not_replaced_for_ever(db):
    with pytest.raises(JobError, match="exit code 3, before it began"):
        db.run_batches(all_rows, Deadly(), name="nightly", workers=2, options=JobOptions(retries=0))
    assert multiprocessing.active_children() == []


class Deadly:
    """A work that ends the process that imports it."""

    def __call__(self, *_):
        raise AssertionError

    def __reduce__(self):
        return os._exit, (3,)


def test_what_progress_raises_ends_the_workers(db):
    def full(_rows):
        raise OSError("the terminal is gone")

    with pytest.raises(OSError, match="the terminal is gone"):
        db.run_batches(all_rows, count_up, name="nightly", size=SIZE, workers=2, progress=full)
    assert multiprocessing.active_children() == []
