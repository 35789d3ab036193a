"""run_in_transaction: what is committed, and what is tried again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from accounts import ADD_CY, OWNERS, ROWS, TOTAL, Accounts, setting
from databases import fresh_database, one_connection

from ferra_sync import (
    Conflict,
    Database,
    DatabaseConfig,
    Db,
    DbErrorKind,
    NotFound,
    QueryError,
    Transaction,
    from_,
    select,
    update,
)


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Accounts) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with one_connection(database_url, ROWS) as db:
        yield db


@pytest.fixture
def shared(db: Database, database_url: str) -> Iterator[Database]:
    """A database for several threads."""
    with Database.connect(config=DatabaseConfig(database_url, max_connections=8)) as shared:
        yield shared


def test_run_in_transaction_has_the_isolation_that_was_asked_for(db):
    level = db.run_in_transaction(lambda tx: setting(tx, "transaction_isolation"), isolation="repeatable read")
    assert level == "repeatable read"


def move(tx: Transaction, amount: int, giver: str, taker: str) -> None:
    tx.execute(update(Accounts).where(Accounts.owner == giver).set(Accounts.balance.to(Accounts.balance - amount)))
    tx.execute(update(Accounts).where(Accounts.owner == taker).set(Accounts.balance.to(Accounts.balance + amount)))


def test_run_in_transaction_returns_what_the_work_returns_and_commits(db):
    def work(tx: Transaction) -> int | None:
        move(tx, 10, "ann", "bob")
        return tx.fetch_value(TOTAL)

    assert db.run_in_transaction(work) == 200
    assert db.fetch_value(select(Accounts.balance).where(Accounts.owner == "bob")) == 110


def test_run_in_transaction_rolls_back_and_tries_no_other_error_again(db):
    runs = []

    def work(tx: Transaction) -> None:
        runs.append(1)
        tx.execute(ADD_CY)
        tx.execute(ADD_CY)

    with pytest.raises(Conflict):
        db.run_in_transaction(work)
    assert len(runs) == 1
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


@pytest.mark.parametrize("error", [RuntimeError("mine"), NotFound("accounts", 1), QueryError("mine")])
def test_run_in_transaction_lets_errors_of_the_work_out_at_once(db, error):
    runs = []

    def work(tx: Transaction) -> None:
        runs.append(tx.execute(ADD_CY))
        raise error

    with pytest.raises(type(error)) as caught:
        db.run_in_transaction(work)
    assert caught.value is error
    assert runs == [1]
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_a_serialization_failure_runs_the_whole_work_again(shared):
    both_have_read = threading.Barrier(2)
    runs: list[tuple[str, int | None]] = []

    def withdraw(owner: str) -> None:
        first = True

        def work(tx: Transaction) -> None:
            nonlocal first
            total = tx.fetch_value(TOTAL)
            runs.append((owner, total))
            if first:
                first = False
                both_have_read.wait(timeout=30)
            if total is not None and total >= 150:  # one withdrawal is allowed, not two
                tx.execute(
                    update(Accounts).where(Accounts.owner == owner).set(Accounts.balance.to(Accounts.balance - 100))
                )

        shared.run_in_transaction(work, isolation="serializable")

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(withdraw, ["ann", "bob"]))
    assert shared.fetch_value(TOTAL) == 100
    assert sorted(total or 0 for _, total in runs) == [100, 200, 200]


def test_a_deadlock_runs_the_whole_work_again(shared):
    both_have_one = threading.Barrier(2)
    runs = []

    def transfer(giver: str, taker: str) -> None:
        first = True

        def work(tx: Transaction) -> None:
            nonlocal first
            runs.append(giver)
            tx.execute(update(Accounts).where(Accounts.owner == giver).set(Accounts.balance.to(Accounts.balance - 10)))
            if first:
                first = False
                both_have_one.wait(timeout=30)
            tx.execute(update(Accounts).where(Accounts.owner == taker).set(Accounts.balance.to(Accounts.balance + 10)))

        shared.run_in_transaction(work)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(transfer, ["ann", "bob"], ["bob", "ann"]))
    assert len(runs) == 3
    assert dict(shared.fetch_all(from_(Accounts).select(Accounts.owner, Accounts.balance))) == {"ann": 100, "bob": 100}


def lost_update(db: Database) -> Callable[[Transaction], None]:
    """Return work that fails to serialize each time: the row that it has read changes before it writes it."""

    def work(tx: Transaction) -> None:
        tx.fetch_value(TOTAL)
        db.execute(update(Accounts).where(Accounts.owner == "ann").set(Accounts.balance.to(Accounts.balance + 1)))
        tx.execute(update(Accounts).where(Accounts.owner == "ann").set(Accounts.balance.to(0)))

    return work


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_run_in_transaction_gives_up_after_the_retries_with_the_last_error(shared, retries):
    with pytest.raises(Db) as caught:
        shared.run_in_transaction(lost_update(shared), retries=retries, isolation="repeatable read")
    assert caught.value.kind is DbErrorKind.SERIALIZATION_FAILURE
    balance = shared.fetch_value(select(Accounts.balance).where(Accounts.owner == "ann"))
    assert balance == 100 + 1 + retries


def test_a_failure_at_the_commit_itself_is_tried_again(shared):
    totals = []

    def work(tx: Transaction) -> None:
        total = tx.fetch_value(TOTAL)
        totals.append(total)
        tx.execute(update(Accounts).where(Accounts.owner == "ann").set(Accounts.balance.to(total or 0)))
        if len(totals) == 1:
            with shared.transaction(isolation="serializable") as rival:
                rival.fetch_value(TOTAL)
                rival.execute(update(Accounts).where(Accounts.owner == "bob").set(Accounts.balance.to(7)))

    shared.run_in_transaction(work, isolation="serializable")
    assert totals == [200, 107]
    assert shared.fetch_value(select(Accounts.balance).where(Accounts.owner == "ann")) == 107


def test_work_that_ended_its_transaction_itself_is_left_alone(db):
    def work(tx: Transaction) -> str:
        tx.execute(ADD_CY)
        tx.rollback()
        return "done"

    assert db.run_in_transaction(work) == "done"
    assert db.fetch_all(OWNERS) == ["ann", "bob"]
