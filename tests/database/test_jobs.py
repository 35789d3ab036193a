"""Jobs in one process: batches with their progress, failures, and what goes on after them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import attrs
import psycopg
import pytest
from counted_rows import Counted, CountedRow, all_rows, count_up, counted, fail_at_13
from databases import fresh_database
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from ferra_sync import (
    Conflict,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    JobError,
    JobOptions,
    NotFound,
    QueryError,
    Table,
    delete_from,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

AT_ONCE = JobOptions(pause=0)
STOP = JobOptions(pause=0, on_error="stop")


class Places(Table):
    """A key of three columns, one of them of a type that JSON has not."""

    at = t.timestamptz(primary_key=True)
    name = t.text(primary_key=True)
    number = t.numeric(8, 2, primary_key=True)


@attrs.define
class Place(FerraModel[Places]):
    name: str


PLACES = """
INSERT INTO places
    SELECT '2024-05-06 00:00:00.000001+00'::timestamptz + (n % 7) * interval '1 day', 'é"' || n % 5, n / 100.0
    FROM generate_series(1, 200) AS n
"""


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Counted, Places, script=PLACES) as url:
        yield url


@pytest.fixture(scope="module")
def opened(database_url: str) -> Iterator[Database]:
    with Database.connect(database_url) as db:
        yield db


@pytest.fixture
def db(opened: Database) -> Database:
    with opened.connection() as connection:
        connection.execute(counted(100))
        connection.execute("DROP TABLE IF EXISTS ferra_jobs, ferra_job_parts, ferra_job_failures")
    return opened


def times(db: Database) -> dict[int, int]:
    """How many rows were done so many times."""
    return dict(db.fetch_all(from_(Counted).group_by(Counted.times).select(Counted.times, fn.count())))


def test_each_row_is_done_once_in_the_order_of_the_key(db):
    seen = []

    def work(tx, batch):
        seen.append([row.id for row in batch])
        count_up(tx, batch)

    status = db.run_batches(select(CountedRow).where(Counted.id > 5), work, name="nightly", size=40)
    assert seen == [list(range(6, 46)), list(range(46, 86)), list(range(86, 101))]
    assert (status.state, status.rows, status.set_aside, status.error) == ("finished", 95, (), None)
    assert times(db) == {0: 5, 1: 95}


def test_a_job_is_done_a_thousand_rows_at_a_time_where_nothing_else_is_said(db):
    sizes = []
    db.run_batches(all_rows(), lambda _tx, batch: sizes.append(len(batch)), name="nightly")
    assert sizes == [100]


def test_a_job_without_rows_is_finished_at_once(db):
    status = db.run_batches(select(CountedRow).where(Counted.id < 0), count_up, name="nothing")
    assert (status.state, status.rows) == ("finished", 0)
    assert times(db) == {0: 100}


def test_progress_is_told_the_rows_done_by_earlier_runs_too(db):
    told = []
    with pytest.raises(KeyboardInterrupt):
        db.run_batches(all_rows(), interrupting(at=61), name="nightly", size=30, progress=told.append)
    db.run_batches(all_rows(), count_up, name="nightly", size=30, progress=told.append)
    assert told == [30, 60, 90, 100, 100]


def interrupting(at):
    def work(tx, batch):
        count_up(tx, batch)
        if any(row.id == at for row in batch):
            raise KeyboardInterrupt

    return work


def test_a_job_that_was_interrupted_goes_on_where_it_was_with_another_size_too(db):
    with pytest.raises(KeyboardInterrupt):
        db.run_batches(all_rows(), interrupting(at=50), name="nightly", size=20)
    assert times(db) == {1: 40, 0: 60}
    status = db.job_status("nightly")
    assert (status.state, status.rows, status.finished_at) == ("unfinished", 40, None)
    assert db.run_batches(all_rows(), count_up, name="nightly", size=7).rows == 100
    assert times(db) == {1: 100}


def test_a_finished_job_does_nothing_more_until_it_is_restarted(db):
    first = db.run_batches(all_rows(), count_up, name="nightly")
    assert db.run_batches(all_rows(), count_up, name="nightly") == first
    assert times(db) == {1: 100}
    again = db.run_batches(all_rows(), count_up, name="nightly", options=JobOptions(start="restart"))
    assert times(db) == {2: 100}
    assert again.rows == 100
    assert again.started_at > first.started_at


def test_jobs_of_other_names_are_other_jobs(db):
    db.run_batches(all_rows(), count_up, name="one")
    db.run_batches(all_rows(), count_up, name="two")
    assert times(db) == {2: 100}
    assert [(job.name, job.rows) for job in db.jobs()] == [("one", 100), ("two", 100)]


@pytest.mark.parametrize("query", [select(CountedRow).where(Counted.id > 5), select(CountedRow).where(Counted.id < 9)])
def test_a_job_does_not_go_on_with_another_query_or_other_values(db, query):
    def stopping(_tx, _batch):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        db.run_batches(select(CountedRow).where(Counted.id > 6), stopping, name="nightly")
    with pytest.raises(QueryError, match="another query, or with other values"):
        db.run_batches(query, count_up, name="nightly")
    db.run_batches(query, count_up, name="nightly", options=JobOptions(start="restart"))


def test_rows_inserted_ahead_are_seen_and_those_behind_are_not(db):
    seen = []

    def work(tx, batch):
        seen.extend(row.id for row in batch)
        if batch[0].id == 1:
            tx.execute(delete_from(Counted).where(Counted.id.is_in([4, 90])))
            tx.execute(insert_into(Counted).values(CountedRow(-1, 0), CountedRow(200, 0)))

    db.run_batches(all_rows(), work, name="nightly", size=10)
    assert seen == [*range(1, 90), *range(91, 101), 200]


def test_a_key_of_several_columns_is_kept_exactly(db):
    with pytest.raises(KeyboardInterrupt):
        db.run_batches(select(Place), stop_after(3), name="places", size=7)
    found: list[str] = []
    db.run_batches(select(Place), lambda _tx, batch: found.extend(row.name for row in batch), name="places", size=9)
    in_order = db.fetch_all(select(Place).order_by(Places.at, Places.name, Places.number))
    assert found == [row.name for row in in_order[21:]]


def stop_after(batches):
    left = [batches]

    def work(_tx, _batch):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1

    return work


# Failures


def test_a_batch_that_always_fails_is_set_aside_undone_and_the_job_goes_on(db):
    status = db.run_batches(all_rows(), fail_at_13, name="nightly", size=10, options=AT_ONCE)
    assert (status.state, status.rows, status.rows_set_aside) == ("finished", 90, 10)
    (failed,) = status.set_aside
    assert (failed.after, failed.upto, failed.rows, failed.attempts) == (("10",), ("20",), 10, 4)
    assert failed.error.startswith("ValueError in fail_at_13, ")
    assert "secret" not in failed.error
    assert "upto" not in repr(failed)
    assert times(db) == {1: 90, 0: 10}


def test_a_batch_that_fails_for_a_while_is_tried_again(db):
    left = [2]

    def work(tx, batch):
        count_up(tx, batch)
        if left[0]:
            left[0] -= 1
            raise ValueError

    assert db.run_batches(all_rows(), work, name="nightly", size=50, options=AT_ONCE).set_aside == ()
    assert times(db) == {1: 100}


def test_without_retries_a_batch_is_tried_once(db):
    tried = []

    def work(_tx, batch):
        tried.append(len(batch))
        raise ValueError

    options = JobOptions(retries=0)
    status = db.run_batches(all_rows(), work, name="nightly", size=60, options=options)
    assert tried == [60, 40]
    assert [each.attempts for each in status.set_aside] == [1, 1]


def test_batches_that_were_set_aside_are_run_again_by_themselves(db):
    db.run_batches(all_rows(), fail_at_13, name="nightly", size=10, options=AT_ONCE)
    again = JobOptions(pause=0, start="set_aside")
    assert db.run_batches(all_rows(), fail_at_13, name="nightly", size=10, options=again).rows_set_aside == 10
    status = db.run_batches(all_rows(), count_up, name="nightly", size=4, options=again)
    assert (status.state, status.rows, status.set_aside) == ("finished", 100, ())
    assert times(db) == {1: 100}


def test_a_job_stops_before_a_batch_that_fails_where_that_is_asked_for_and_goes_on_there(db):
    with pytest.raises(JobError, match=r'job "nightly" stopped: ValueError in fail_at_13') as caught:
        db.run_batches(all_rows(), fail_at_13, name="nightly", size=10, options=STOP)
    assert isinstance(caught.value.__cause__, ValueError)
    status = db.job_status("nightly")
    assert (status.state, status.rows, status.error) == ("stopped", 10, caught.value.reason)
    assert db.run_batches(all_rows(), count_up, name="nightly", size=10, options=STOP).rows == 100
    assert times(db) == {1: 100}


def test_an_error_of_ours_is_kept_with_its_message_and_without_values(db):
    def conflicting(tx, _batch):
        tx.execute(insert_into(Counted).values(CountedRow(77, 0)))

    def missing(tx, _batch):
        tx.fetch_one(select(CountedRow).find(987654))

    db.run_batches(all_rows(), conflicting, name="conflict", options=JobOptions(retries=0))
    db.run_batches(all_rows(), missing, name="missing", options=JobOptions(retries=0))
    conflict, missed = [job.set_aside[0].error for job in db.jobs()]
    assert conflict == 'Conflict: unique constraint "counted_pkey" violated on column "id"'
    assert missed == "NotFound: counted"


def test_an_error_that_work_has_swallowed_is_a_failure_of_the_batch(db):
    def swallowing(tx, _batch):
        try:
            tx.execute(insert_into(Counted).values(CountedRow(77, 0)))
        except Conflict:
            return

    (failed,) = db.run_batches(all_rows(), swallowing, name="nightly", options=JobOptions(retries=0)).set_aside
    assert failed.error.startswith("Db: a statement failed, so the transaction was rolled back")


def test_a_work_that_commits_by_itself_is_an_error_and_its_rows_are_not_done_again(db):
    def committing(tx, batch):
        count_up(tx, batch)
        tx.commit()

    with pytest.raises(QueryError, match="work ended the transaction"):
        db.run_batches(all_rows(), committing, name="nightly", size=30)
    assert db.run_batches(all_rows(), count_up, name="nightly", size=30).rows == 100
    assert times(db) == {1: 100}


def test_a_work_that_rolls_back_by_itself_is_an_error_and_its_rows_are_done_later(db):
    def giving_up(tx, batch):
        count_up(tx, batch)
        tx.rollback()

    with pytest.raises(QueryError, match="work ended the transaction"):
        db.run_batches(all_rows(), giving_up, name="nightly", size=30)
    assert db.job_status("nightly").rows == 0
    db.run_batches(all_rows(), count_up, name="nightly", size=30)
    assert times(db) == {1: 100}


def test_a_connection_that_is_lost_fails_no_batch(db):
    lost = []

    def losing(tx, batch):
        count_up(tx, batch)
        if not lost:
            lost.append(tx.fetch_value(select(BACKEND())))
            with psycopg.connect(db.config.url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 1000)", lost)
            tx.fetch_value(select(BACKEND()))

    status = db.run_batches(all_rows(), losing, name="nightly", size=50, options=JobOptions(pause=0, retries=1))
    assert (len(lost), status.state, status.rows, status.set_aside) == (1, "finished", 100, ())
    assert times(db) == {1: 100}


def test_a_server_that_loses_every_connection_ends_the_run_with_its_own_error(db):
    def losing(tx, _batch):
        backend = tx.fetch_value(select(BACKEND()))
        with psycopg.connect(db.config.url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 1000)", [backend])
        tx.fetch_value(select(BACKEND()))

    with pytest.raises(Db) as caught:
        db.run_batches(all_rows(), losing, name="nightly", options=JobOptions(pause=0, retries=2))
    assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION
    status = db.job_status("nightly")
    assert (status.state, status.rows, status.parts[0].error) == ("unfinished", 0, None)


BACKEND = fn.function("pg_backend_pid", returns=t.integer())


# Two at once


@pytest.mark.parametrize("isolation", ["read committed", "serializable"])
def test_two_that_run_one_job_do_no_batch_twice_whatever_the_servers_default_is(db, isolation):
    together = threading.Barrier(2)
    ended = []
    escaped = isolation.replace(" ", "\\ ")
    url = make_conninfo(db.config.url, options=f"-c default_transaction_isolation={escaped}")

    def run():
        with Database.connect(url) as mine:
            together.wait()
            ended.append(mine.run_batches(all_rows(), count_up, name="nightly", size=5).state)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == ["finished", "finished"]
    assert times(db) == {1: 100}


def test_a_job_that_is_restarted_by_another_ends_here(db):
    def work(_tx, batch):
        if batch[0].id == 1:
            with Database.connect(db.config.url) as other:
                other.execute(update(ferra_jobs()).all_rows().set(ferra_jobs().run.to(7)))

    with pytest.raises(QueryError, match="begun anew or forgotten"):
        db.run_batches(all_rows(), work, name="nightly", size=5)


def ferra_jobs():
    from ferra_sync._database.jobs.tables import Jobs  # noqa: PLC0415 - imported on first use, as by those who use it

    return Jobs


# Status


def test_there_is_no_status_of_a_job_that_was_never_begun(db):
    assert db.jobs() == []
    with pytest.raises(NotFound, match="ferra_jobs/nightly not found"):
        db.job_status("nightly")


def test_another_process_sees_how_far_a_job_is(db):
    seen = []

    def work(_tx, _batch):
        with Database.connect(db.config.url) as other:
            status = other.job_status("nightly")
            seen.append((status.state, status.rows, [part.is_done for part in status.parts]))

    last = db.run_batches(all_rows(), work, name="nightly", size=60)
    assert seen == [("unfinished", 0, [False]), ("unfinished", 60, [False])]
    assert last.started_at <= last.updated_at <= last.finished_at
    assert [(part.number, part.rows, part.batches, part.is_done) for part in last.parts] == [(0, 100, 2, True)]


def test_a_job_that_is_forgotten_is_no_job_any_more(db):
    with pytest.raises(NotFound):
        db.forget_job("nightly")
    db.run_batches(all_rows(), fail_at_13, name="nightly", options=JobOptions(retries=0))
    db.forget_job("nightly")
    assert db.jobs() == []
    with pytest.raises(NotFound, match="ferra_jobs/nightly not found"):
        db.forget_job("nightly")


# Any moment


@settings(max_examples=15, deadline=None)
@given(
    size=st.integers(1, 40),
    ends=st.lists(st.tuples(st.integers(1, 30), st.sampled_from(["error", "interrupt"])), max_size=5),
)
def test_whatever_ends_a_job_each_row_is_done_once_in_the_end(opened, size, ends):
    with opened.connection() as connection:
        connection.execute(counted(30))
        connection.execute("DROP TABLE IF EXISTS ferra_jobs, ferra_job_parts, ferra_job_failures")
    waiting = dict(ends)

    def work(tx, batch):
        count_up(tx, batch)
        for row in batch:
            match waiting.pop(row.id, None):
                case "error":
                    raise ValueError
                case "interrupt":
                    raise KeyboardInterrupt

    for _ in range(len(ends) + 1):
        try:
            opened.run_batches(all_rows(), work, name="nightly", size=size, options=JobOptions(pause=0, retries=6))
        except KeyboardInterrupt:
            continue
    status = opened.job_status("nightly")
    assert (status.state, status.rows, status.set_aside) == ("finished", 30, ())
    assert times(opened) == {1: 30}
