"""Plans of slow statements: the generic one, in the log and by hand, and nothing that it costs the caller."""

from __future__ import annotations

import io
import logging
from contextlib import suppress

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from reels import ALL, BY_TITLE, SECRET, Reel, Reels

from ferra_sync import Database, Db, Observer, PgRepository, delete_from, from_, select, update
from ferra_sync import functions as fn
from ferra_sync._postgres.telling import connection_told_of
from ferra_sync.monitoring import QueryLog, generic_plan
from ferra_sync.monitoring._recent import Recent

NAME = "ferra_sync.queries"


class Planner(Observer):
    def __init__(self):
        self.plans = {}
        self.last = None

    def on_query(self, event):
        self.last = event
        self.plans[event.summary] = generic_plan(event)


@pytest.fixture
def planner():
    return Planner()


@pytest.fixture
def db(observed, planner):
    return observed(planner)


def test_a_plan_is_the_servers_for_any_values(db, planner):
    db.fetch_all(BY_TITLE)
    plan = planner.plans["SELECT reels"]
    assert "reels" in plan
    assert "(title = $1)" in plan
    assert SECRET not in plan


def test_writes_have_plans_and_are_not_run_again(db, planner):
    reels = PgRepository(Reel, db)
    made = reels.insert(Reel("once"))
    db.execute(update(Reels).find(made.id).set(Reels.minutes.to(Reels.minutes + 1)))
    assert reels.find_by_id(made.id).minutes == 1
    db.execute(delete_from(Reels).find(made.id))
    assert planner.plans["INSERT reels"].startswith("Insert on reels")
    assert planner.plans["UPDATE reels"].startswith("Update on reels")
    assert planner.plans["DELETE reels"].startswith("Delete on reels")


def test_a_plan_leaves_a_transaction_as_it_was(db, planner):
    with db.transaction() as tx:
        tx.execute(update(Reels).find(1).set(Reels.minutes.to(77)))
        tx.fetch_all(BY_TITLE)
        assert tx._acquire().info.transaction_status is TransactionStatus.INTRANS
        assert tx._acquire().execute("SHOW lock_timeout").fetchone() == ("0",)
    assert planner.plans["SELECT reels"]
    assert db.fetch_value(select(Reels.minutes).where(Reels.id == 1)) == 77


def test_a_plan_leaves_a_connection_in_no_transaction(db, planner):
    db.fetch_all(BY_TITLE)
    with db.connection() as connection:
        assert connection.info.transaction_status is TransactionStatus.IDLE
    assert planner.plans["SELECT reels"]


class Renaming(Observer):
    """Renames the table away before it asks for the plan."""

    def __init__(self, url):
        self.url = url
        self.asked = []

    def on_query(self, event):
        if event.operation == "SELECT":
            connection = connection_told_of()
            connection.execute("ALTER TABLE reels RENAME TO gone")
            self.asked.append(generic_plan(event))
            connection.execute("ALTER TABLE gone RENAME TO reels")


def test_a_plan_that_the_server_refuses_is_none_and_changes_nothing(observed, url):
    renaming = Renaming(url)
    db = observed(renaming)
    assert db.fetch_one(ALL).id == 1
    with db.transaction() as tx:
        tx.execute(update(Reels).find(1).set(Reels.minutes.to(78)))
        assert tx.fetch_one(ALL).minutes == 78
    assert renaming.asked == [None, None]
    assert db.fetch_value(select(Reels.minutes).where(Reels.id == 1)) == 78


def test_a_plan_is_not_waited_for(observed, url):
    class Locked(Observer):
        plans = ()

        def on_query(self, event):
            with psycopg.connect(url) as other:
                other.execute("LOCK TABLE reels IN ACCESS EXCLUSIVE MODE")
                self.plans = (*self.plans, generic_plan(event))

    locked = Locked()
    assert observed(locked).fetch_one(ALL).id == 1
    assert locked.plans == (None,)


def test_what_has_no_plan_has_none(db, planner):
    reels = PgRepository(Reel, db)
    db.ping()
    reels.copy_in([Reel("copied")])
    db.copy_out(ALL, io.BytesIO())
    select(Reel).explain(db)
    with suppress(Db), db.transaction() as tx:
        tx.fetch_all(ALL.where(Reels.minutes / 0 == 1))
    assert set(planner.plans) == {"BEGIN", "COMMIT", "ROLLBACK", "SELECT", "COPY reels", "EXPLAIN", "SELECT reels"}
    assert not any(planner.plans.values())


def test_a_statement_that_failed_alone_has_a_plan(db, planner):
    with suppress(Db):
        db.fetch_all(ALL.where(Reels.minutes / 0 == 1))
    assert planner.plans["SELECT reels"]


def test_a_stream_has_the_plan_of_its_query(db, planner):
    list(db.stream(ALL.where(Reels.minutes > 3)))
    assert planner.plans["SELECT reels"].startswith("Sort")


def test_a_plan_is_to_be_had_while_the_observer_is_told_and_not_later(db, planner):
    db.fetch_all(ALL)
    assert planner.plans["SELECT reels"]
    assert generic_plan(planner.last) is None


def test_a_borrowed_connection_keeps_its_owners_transaction(url, planner):
    with psycopg.connect(url) as connection:
        db = Database.over(connection, observers=(planner,))
        db.fetch_all(BY_TITLE)
        assert connection.info.transaction_status is TransactionStatus.INTRANS
    assert "(title = $1)" in planner.plans["SELECT reels"]


def test_the_log_has_the_plan_of_a_slow_statement_once(observed, caplog):
    db = observed(QueryLog(slow=0, plans=True))
    for _ in range(3):
        db.fetch_all(BY_TITLE)
    records = [each.getMessage() for each in caplog.records if each.getMessage().startswith("slow: SELECT reels")]
    assert [record.count("(title = $1)") for record in records] == [1, 0, 0]


def test_the_log_has_no_plans_unless_they_are_asked_for(observed, caplog):
    observed(QueryLog(slow=0)).fetch_all(BY_TITLE)
    assert "(title = $1)" not in caplog.text


def test_a_plan_costs_no_event(observed, caplog):
    caplog.set_level(logging.DEBUG, NAME)
    db = observed(QueryLog(slow=0, plans=True))
    with db.counting() as n:
        db.fetch_value(from_(Reels).select(fn.count()))
    assert n.queries == 1
    assert "EXPLAIN" not in caplog.text


def test_statements_of_late_are_remembered_and_not_without_end():
    recent = Recent(2)
    assert [recent.is_new(key) for key in (1, 1, 2, 1, 3, 2, 1)] == [True, False, True, False, True, False, True]
    assert Recent(2, seconds=0).is_new(1) == Recent(2, seconds=0).is_new(1) is True
