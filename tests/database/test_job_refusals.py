"""What cannot be a job, or an option of one, and who may not begin it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from counted_rows import Counted, CountedRow, all_rows, count_up
from databases import fresh_database
from psycopg.conninfo import make_conninfo

from ferra_sync import Database, Db, Derived, JobOptions, QueryError, Table, select, update
from ferra_sync import types as t


class Logs(Table):
    line = t.text()


class Written(Derived):
    id = t.integer()


MOVED = update(Counted).find(1).set(Counted.times.to(1)).returning(Counted.id)


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with fresh_database(server_url, Counted, Logs) as url, Database.connect(url) as db:
        yield db


REFUSED: dict[str, dict[str, Any]] = {
    "no name": {"name": ""},
    "a name that is none": {"name": 3},
    "no batch": {"size": 0},
    "no worker": {"workers": 0},
    "options of another kind": {"options": {"retries": 3}},
    "a query of another kind": {"query": [1, 2]},
    "a query of another kind, made": {"query": lambda: "SELECT"},
    "no work": {"work": None},
    "no key": {"query": select(Logs.line)},
    "an order": {"query": select(CountedRow).order_by(Counted.times)},
    "rows that others have locked": {"query": select(CountedRow).for_update(skip_locked=True)},
    "a write in its WITH": {"query": select(CountedRow).with_(Written.cte(MOVED))},
    "workers and a query": {"workers": 2},
    "workers and a lambda": {"workers": 2, "query": lambda: select(CountedRow)},
    "workers and a local work": {"workers": 2, "query": all_rows, "work": lambda _tx, _batch: None},
}


@pytest.mark.parametrize("wrong", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_a_job_is_refused_before_it_is_begun(db, wrong):
    said = {"query": select(CountedRow), "work": count_up, "name": "nightly"} | wrong
    with pytest.raises(QueryError):
        db.run_batches(said.pop("query"), said.pop("work"), **said)
    assert db.jobs() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"retries": -1},
        {"retries": 1.5},
        {"pause": -1},
        {"pause": True},
        {"pause": 1e9},
        {"on_error": "go on"},
        {"start": None},
    ],
)
def test_options_that_mean_nothing_are_refused_by_name(wrong):
    (name,) = wrong
    with pytest.raises(QueryError, match=name):
        JobOptions(**wrong)


def test_pauses_double_up_to_a_minute():
    options = JobOptions(pause=0.5)
    assert [options.pause_after(attempts) for attempts in (1, 2, 3, 8, 100)] == [0.5, 1, 2, 60, 60]


def test_a_role_that_may_not_create_tables_is_told_so(db):
    with db.connection() as connection:
        connection.execute("DROP ROLE IF EXISTS reader; CREATE ROLE reader; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    try:
        url = make_conninfo(db.config.url, options="-c role=reader")
        with Database.connect(url) as reader, pytest.raises(Db) as caught:
            reader.run_batches(all_rows(), count_up, name="nightly")
    finally:
        with db.connection() as connection:
            connection.execute("DROP ROLE reader")
    assert "permission denied for schema public" in str(caught.value)
