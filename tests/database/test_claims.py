"""Queues: rows that are claimed by one at a time, by a lock or by a lease."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from databases import fresh_database
from tables import truncate

from ferra_sync import (
    Database,
    Db,
    FerraModel,
    Lease,
    QueryError,
    Table,
    delete_from,
    exists,
    from_,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Kinds(Table):
    name = t.text(primary_key=True)
    is_open = t.boolean(default=True)


class Tasks(Table):
    id = t.integer(primary_key=True)
    kind = t.text(references=Kinds.name)
    urgency = t.integer(default=0)
    leased_until = t.nullable(t.timestamptz())
    attempts = t.integer(default=0)


class Steps(Table, name='st{e}"ps'):
    task = t.integer(primary_key=True)
    step = t.integer(primary_key=True, name='st{e}"p')
    leased_until = t.nullable(t.timestamptz())


@attrs.define
class Task(FerraModel[Tasks]):
    id: int
    kind: str
    attempts: int
    leased_until: datetime | None


@attrs.define
class Bare(FerraModel[Tasks]):
    id: int


@attrs.define
class Step(FerraModel[Steps]):
    task: int
    step: int
    leased_until: datetime | None


MINUTE = timedelta(minutes=1)
LEASE = Lease(Tasks.leased_until, MINUTE, attempts=Tasks.attempts)
STEPS = Lease(Steps.leased_until, MINUTE)
URGENT = select(Task).order_by(Tasks.urgency.desc(), Tasks.id)

ROWS = f"""
{truncate(Tasks, Steps, Kinds)} CASCADE;
INSERT INTO kinds VALUES ('mail', true), ('print', false);
INSERT INTO tasks SELECT n, CASE WHEN n % 2 = 0 THEN 'mail' ELSE 'print' END, n % 3 FROM generate_series(1, 10) AS n;
INSERT INTO "st{{e}}""ps" SELECT n / 3, n % 3 FROM generate_series(1, 9) AS n;
"""


@pytest.fixture(scope="module")
def opened(server_url: str) -> Iterator[Database]:
    with fresh_database(server_url, Kinds, Tasks, Steps) as url, Database.connect(url) as db:
        yield db


@pytest.fixture
def db(opened: Database) -> Database:
    with opened.connection() as connection:
        connection.execute(ROWS.encode())
    return opened


def expire(db: Database, *ids: int) -> None:
    past = datetime.now(UTC) - MINUTE
    db.execute(update(Tasks).where(Tasks.id.is_in(list(ids))).set(Tasks.leased_until.to(past)))


# Until the transaction ends


def test_a_transaction_claims_rows_in_order_and_others_pass_them_over(db):
    with db.transaction() as one, db.transaction() as two:
        assert [task.id for task in one.claim(URGENT, 3)] == [2, 5, 8]
        assert [task.id for task in two.claim(URGENT, 3)] == [1, 4, 7]
        with two.savepoint() as savepoint:
            assert [task.id for task in savepoint.claim(URGENT, 5)] == [1, 4, 7, 10, 3]
    assert [task.id for task in db.claim(URGENT, 1, lease=LEASE)] == [2]


def test_without_an_order_rows_are_claimed_by_their_key(db):
    with db.transaction() as tx:
        assert [bare.id for bare in tx.claim(select(Bare).where(Tasks.id > 4), 2)] == [5, 6]


def test_a_claim_over_a_join_locks_the_rows_of_the_first_table(db):
    query = from_(Tasks).inner_join(Kinds).where(Kinds.is_open).select(Tasks.id, Kinds.name)
    with db.transaction() as one, db.transaction() as two:
        assert one.claim(query, 2) == [(2, "mail"), (4, "mail")]
        assert two.claim(query, 2) == [(6, "mail"), (8, "mail")]


def test_outside_of_a_transaction_a_claim_needs_a_lease(db):
    with pytest.raises(QueryError, match=r"say tx\.claim\(…\), or lease=…"):
        db.claim(select(Task), 1)


# Until the lease is over


def test_a_lease_takes_rows_in_order_and_says_how_they_are_then(db):
    before = db.fetch_value(select(fn.clock_timestamp()))
    tasks = db.claim(URGENT, 3, lease=LEASE)
    assert [(task.id, task.attempts) for task in tasks] == [(2, 1), (5, 1), (8, 1)]
    assert len({task.leased_until for task in tasks}) == 1
    assert tasks[0].leased_until is not None
    assert before + MINUTE <= tasks[0].leased_until <= before + 2 * MINUTE
    assert [task.id for task in db.claim(URGENT, 100, lease=LEASE)] == [1, 4, 7, 10, 3, 6, 9]
    assert db.claim(URGENT, 100, lease=LEASE) == []


def test_a_row_whose_lease_is_over_is_claimed_again(db):
    (first,) = db.claim(URGENT, 1, lease=LEASE)
    expire(db, first.id)
    (second,) = db.claim(URGENT, 1, lease=LEASE)
    assert (second.id, second.attempts) == (first.id, 2)


def test_whoever_has_lost_a_lease_affects_no_row(db):
    (first,) = db.claim(URGENT, 1, lease=LEASE)
    assert db.execute(update(Tasks).where(LEASE.held(first)).set(Tasks.urgency.to(9))) == 1
    expire(db, first.id)
    (second,) = db.claim(URGENT, 1, lease=LEASE)
    assert db.execute(delete_from(Tasks).where(LEASE.held(first))) == 0
    assert db.execute(delete_from(Tasks).where(LEASE.held(second))) == 1
    assert db.execute(delete_from(Tasks).where(LEASE.held(second))) == 0


def test_a_row_that_is_released_is_claimed_again_at_once(db):
    (task,) = db.claim(URGENT, 1, lease=LEASE)
    db.execute(update(Tasks).where(LEASE.held(task)).set(Tasks.leased_until.to(None)))
    assert [each.id for each in db.claim(URGENT, 1, lease=LEASE)] == [task.id]


def test_a_lease_in_a_transaction_is_undone_with_it(db):
    with db.begin() as tx:
        assert len(tx.claim(URGENT, 10, lease=LEASE)) == 10
    assert len(db.claim(URGENT, 10, lease=LEASE)) == 10


def test_a_leased_claim_passes_over_rows_that_are_locked(db):
    with db.transaction() as tx:
        tx.claim(URGENT, 2)
        assert [task.id for task in db.claim(URGENT, 2, lease=LEASE)] == [8, 1]


def test_rows_are_leased_by_a_key_of_several_columns_whatever_its_names_hold(db):
    steps = db.claim(select(Step).where(Steps.task > 0), 4, lease=STEPS)
    assert [(step.task, step.step) for step in steps] == [(1, 0), (1, 1), (1, 2), (2, 0)]
    assert db.execute(delete_from(Steps).where(STEPS.held(steps[1]))) == 1


def test_what_a_leased_claim_selects_may_be_anything_of_its_row(db):
    query = select(Task).where(Tasks.kind == "mail", Tasks.id > 2)
    assert [task.kind for task in db.claim(query, 2, lease=LEASE)] == ["mail", "mail"]
    items = from_(Tasks).where(Tasks.id > 2).select(Tasks.id + 100, Tasks.kind + "!")
    assert db.claim(items, 2, lease=LEASE) == [(103, "print!"), (105, "print!")]
    assert db.claim(select(Tasks.attempts).where(Tasks.id == 1), 2, lease=LEASE) == [1]


def test_a_leased_claim_filters_by_other_tables_with_exists(db):
    opened = from_(Kinds).correlate(Tasks).where(Kinds.name == Tasks.kind, Kinds.is_open)
    assert [task.id for task in db.claim(select(Task).where(exists(opened)), 3, lease=LEASE)] == [2, 4, 6]


def test_a_claim_takes_no_more_rows_than_it_is_told_where_many_are_there(db):
    with db.connection() as connection:
        connection.execute("INSERT INTO tasks SELECT n, 'mail' FROM generate_series(11, 3000) AS n; ANALYZE tasks")
    assert len(db.claim(select(Task), 7, lease=LEASE)) == 7
    assert db.fetch_value(from_(Tasks).where(Tasks.leased_until.is_not_null()).select(fn.count())) == 7


# Refusals

REFUSED: dict[str, dict[str, Any]] = {
    "no rows": {"rows": 0},
    "a number of another kind": {"rows": 1.0},
    "no query": {"query": Task},
    "a limit": {"query": select(Task).limit(3)},
    "an offset": {"query": select(Task).offset(3)},
    "groups": {"query": from_(Tasks).group_by(Tasks.kind).select(Tasks.kind).order_by(Tasks.kind)},
    "distinct rows": {"query": select(Tasks.kind).distinct().order_by(Tasks.kind)},
    "a set operation": {"query": select(Task).union(select(Task))},
}


@pytest.mark.parametrize("wrong", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("lease", [None, LEASE])
def test_what_cannot_be_claimed_is_refused(db, wrong, lease):
    said = {"query": select(Task), "rows": 1} | wrong
    with db.transaction() as tx, pytest.raises(QueryError):
        tx.claim(said["query"], said["rows"], lease=lease)


@pytest.mark.parametrize(
    "query", [from_(Tasks).inner_join(Kinds).select(Tasks.id), select(Step)], ids=["a join", "another table"]
)
def test_a_lease_is_of_rows_of_its_own_table_alone(db, query):
    with pytest.raises(QueryError, match="rows of Tasks alone"):
        db.claim(query, 1, lease=LEASE)


def test_a_lease_of_another_kind_is_refused(db):
    with pytest.raises(QueryError, match="lease takes a Lease"):
        db.claim(select(Task), 1, lease=Tasks.leased_until)


@pytest.mark.parametrize(
    ("columns", "attempts", "message"),
    [
        ((Tasks.id, MINUTE), None, "column of timestamptz"),
        (("leased_until", MINUTE), None, "column of timestamptz"),
        ((Tasks.leased_until, 60), None, "timedelta"),
        ((Tasks.leased_until, timedelta(0)), None, "more than 0"),
        ((Tasks.leased_until, MINUTE), Tasks.kind, "whole numbers"),
        ((Tasks.leased_until, MINUTE), Steps.task, "column of"),
    ],
)
def test_a_lease_of_columns_that_cannot_say_it_is_refused(columns, attempts, message):
    with pytest.raises(QueryError, match=message):
        Lease(*columns, attempts=attempts)


def test_a_lease_ends_in_a_column_that_is_nullable_and_counts_in_one_that_is_not():
    class Odd(Table):
        id = t.integer(primary_key=True)
        at = t.timestamptz()
        until = t.nullable(t.timestamptz())
        times = t.nullable(t.integer())

    with pytest.raises(QueryError, match="is not nullable"):
        Lease(Odd.at, MINUTE)  # type: ignore[arg-type]
    with pytest.raises(QueryError, match=r"NULL \+ 1 is NULL"):
        Lease(Odd.until, MINUTE, attempts=Odd.times)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (Bare(1), r"Bare lacks tasks\.leased_until"),
        (Task(1, "mail", 0, None), "is not leased"),
        (Step(1, 1, datetime.now(UTC)), "is a model of"),
        (3, "held takes a row"),
    ],
)
def test_a_row_that_cannot_be_held_is_refused(row, message):
    with pytest.raises(QueryError, match=message):
        LEASE.held(row)


def test_an_error_of_the_server_is_one_of_ours(db):
    with db.begin() as tx:
        tx.execute(delete_from(Steps).all_rows())
        with db.connection() as connection:
            connection.execute("ALTER TABLE tasks RENAME attempts TO tries")
        try:
            with pytest.raises(Db):
                tx.claim(URGENT, 1, lease=LEASE)
        finally:
            with db.connection() as connection:
                connection.execute("ALTER TABLE tasks RENAME tries TO attempts")
