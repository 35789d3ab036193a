"""Transactions and savepoints: what is kept, what is undone, and that the connection always comes back."""

# ruff: noqa: PT012 - the block of a transaction is what raises
from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import attrs
import psycopg
import pytest
from databases import fresh_database, one_connection

from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    Database,
    DatabaseConfig,
    Db,
    DbErrorKind,
    FerraModel,
    NotFound,
    PgRepository,
    QueryError,
    Table,
    Transaction,
    delete_from,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Accounts(Table):
    id = t.serial(primary_key=True)
    owner = t.text(unique=True)
    balance = t.integer(default=0)


@attrs.define
class Account(FerraModel[Accounts]):
    owner: str
    balance: int = 0
    id: int = SERVER_DEFAULT


class Parents(Table):
    id = t.integer(primary_key=True)


class Children(Table):
    id = t.integer(primary_key=True)
    parent = t.integer(references=Parents.id)


@attrs.define
class Child(FerraModel[Children]):
    id: int
    parent: int


DDL = """
CREATE TABLE accounts (id serial PRIMARY KEY, owner text NOT NULL UNIQUE, balance integer NOT NULL DEFAULT 0);
CREATE TABLE parents (id integer PRIMARY KEY);
CREATE TABLE children (
    id integer PRIMARY KEY, parent integer NOT NULL REFERENCES parents DEFERRABLE INITIALLY DEFERRED
);
"""
ROWS = """
TRUNCATE accounts, parents, children RESTART IDENTITY;
INSERT INTO accounts (owner, balance) VALUES ('ann', 100), ('bob', 100);
"""
TOTAL = from_(Accounts).select(fn.sum(Accounts.balance))
OWNERS = select(Accounts.owner).order_by(Accounts.id)
ADD_CY = insert_into(Accounts).values(Account("cy"))
ADD_DEE = insert_into(Accounts).values(Account("dee"))


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, tables=DDL) as url:
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


def setting(tx: Transaction, name: str) -> str:
    row = tx._acquire().execute("SELECT current_setting(%s)", (name,)).fetchone()
    assert row is not None
    return str(row[0])


def test_leaving_the_block_commits(db):
    with db.transaction() as tx:
        tx.execute(ADD_CY)
        assert tx.is_open
    assert not tx.is_open
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_nobody_else_sees_the_changes_before_the_commit(shared):
    with shared.transaction() as tx:
        tx.execute(ADD_CY)
        assert tx.fetch_all(OWNERS) == ["ann", "bob", "cy"]
        assert shared.fetch_all(OWNERS) == ["ann", "bob"]
    assert shared.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_an_error_rolls_back_and_comes_out_as_it_is(db):
    error = RuntimeError("mine")
    with pytest.raises(RuntimeError) as caught, db.transaction() as tx:
        tx.execute(ADD_CY)
        raise error
    assert caught.value is error
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_an_error_of_the_database_rolls_back_and_comes_out_as_it_is(db):
    with pytest.raises(Conflict), db.transaction() as tx:
        tx.execute(ADD_CY)
        tx.execute(ADD_CY)
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_rollback_inside_the_block_undoes_and_leaving_it_is_no_error(db):
    with db.transaction() as tx:
        tx.execute(ADD_CY)
        tx.rollback()
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_commit_inside_the_block_keeps_and_leaving_it_is_no_error(db):
    with db.transaction() as tx:
        tx.execute(ADD_CY)
        tx.commit()
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_an_error_after_the_commit_undoes_nothing(db):
    with pytest.raises(RuntimeError), db.transaction() as tx:
        tx.execute(ADD_CY)
        tx.commit()
        raise RuntimeError
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_begin_and_commit_keep_the_changes(db):
    tx = db.begin()
    tx.execute(ADD_CY)
    tx.commit()
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_begin_and_rollback_undo_the_changes(db):
    tx = db.begin()
    tx.execute(ADD_CY)
    tx.rollback()
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_begin_as_a_context_manager_rolls_back_without_a_commit(db):
    with db.begin() as tx:
        tx.execute(ADD_CY)
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_begin_as_a_context_manager_keeps_what_was_committed(db):
    with db.begin() as tx:
        tx.execute(ADD_CY)
        tx.commit()
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


USES: list[Callable[[Transaction], Any]] = [
    lambda tx: tx.fetch_all(OWNERS),
    lambda tx: tx.fetch_one(OWNERS),
    lambda tx: tx.fetch_optional(OWNERS),
    lambda tx: tx.fetch_value(TOTAL),
    lambda tx: tx.fetch_page(select(Account)),
    lambda tx: tx.execute(ADD_CY),
    lambda tx: list(tx.stream(OWNERS)),
    lambda tx: list(tx.batches(select(Account))),
    lambda tx: tx.savepoint(),
    lambda tx: tx.commit(),
    lambda tx: tx.rollback(),
    lambda tx: PgRepository(Account, tx).insert_many([Account("cy")]),
    lambda tx: PgRepository(Account, tx).copy_in([Account("cy")]),
]


@pytest.mark.parametrize("end", [Transaction.commit, Transaction.rollback])
@pytest.mark.parametrize("use", USES)
def test_a_transaction_that_is_over_cannot_be_used(db, end, use):
    tx = db.begin()
    end(tx)
    with pytest.raises(QueryError, match="over"):
        use(tx)
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


@pytest.mark.parametrize("end", [Transaction.commit, Transaction.rollback])
@pytest.mark.parametrize("use", USES)
def test_a_savepoint_that_is_over_cannot_be_used(db, end, use):
    with db.transaction() as tx:
        savepoint = tx.savepoint()
        end(savepoint)
        with pytest.raises(QueryError, match="over"):
            use(savepoint)
        assert tx.fetch_all(OWNERS) == ["ann", "bob"]


@pytest.mark.parametrize("end", [Transaction.commit, Transaction.rollback])
@pytest.mark.parametrize("use", USES)
def test_a_savepoint_of_a_transaction_that_is_over_cannot_be_used(db, end, use):
    tx = db.begin()
    savepoint = tx.savepoint()
    end(tx)
    with pytest.raises(QueryError, match="over"):
        use(savepoint)
    assert not savepoint.is_open
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


@pytest.mark.parametrize("end", [Transaction.commit, Transaction.rollback])
def test_a_savepoint_inside_one_that_is_over_is_over_too(db, end):
    with db.transaction() as tx:
        outer = tx.savepoint()
        inner = outer.savepoint()
        end(outer)
        with pytest.raises(QueryError, match="over"):
            inner.execute(ADD_CY)
        with pytest.raises(QueryError, match="over"):
            inner.commit()
        assert tx.fetch_all(OWNERS) == ["ann", "bob"]


@pytest.mark.parametrize("end", [Transaction.commit, Transaction.rollback])
def test_the_transaction_may_end_inside_the_block_of_a_savepoint(db, end):
    with db.begin() as tx:
        tx.execute(ADD_CY)
        with tx.savepoint() as savepoint:
            savepoint.execute(ADD_DEE)
            end(tx)
    kept = ["cy", "dee"] if end is Transaction.commit else []
    assert db.fetch_all(OWNERS) == ["ann", "bob", *kept]


def test_leaving_a_savepoint_whose_transaction_is_over_harms_no_other_transaction(db):
    with db.begin() as tx, tx.savepoint():
        tx.rollback()
        other = db.begin()  # on the same connection
        other.execute(ADD_CY)
    other.commit()
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_a_savepoint_keeps_its_changes_in_the_transaction(db):
    with db.transaction() as tx:
        tx.execute(ADD_CY)
        with tx.savepoint() as savepoint:
            savepoint.execute(ADD_DEE)
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy", "dee"]


def test_an_error_in_a_savepoint_undoes_only_what_came_after_it(db):
    with db.transaction() as tx:
        tx.execute(ADD_CY)
        with pytest.raises(RuntimeError), tx.savepoint() as savepoint:
            savepoint.execute(ADD_DEE)
            raise RuntimeError
        assert tx.fetch_all(OWNERS) == ["ann", "bob", "cy"]
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_a_failed_statement_in_a_savepoint_leaves_the_transaction_usable(db):
    with db.transaction() as tx:
        with pytest.raises(Conflict), tx.savepoint() as savepoint:
            savepoint.execute(insert_into(Accounts).values(Account("ann")))
        tx.execute(ADD_CY)
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_what_fails_on_the_transaction_inside_a_savepoint_is_undone_with_it(db):
    with db.transaction() as tx:
        with pytest.raises(Conflict), tx.savepoint():
            tx.execute(ADD_CY)
            tx.execute(ADD_CY)
        tx.execute(ADD_DEE)
    assert db.fetch_all(OWNERS) == ["ann", "bob", "dee"]


def test_savepoints_nest(db):
    with db.transaction() as tx, tx.savepoint() as outer:
        outer.execute(ADD_CY)
        with pytest.raises(RuntimeError), outer.savepoint() as middle, middle.savepoint() as inner:
            inner.execute(ADD_DEE)
            raise RuntimeError
        with outer.savepoint() as second:
            second.execute(insert_into(Accounts).values(Account("eve")))
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy", "eve"]


def test_rolling_back_a_savepoint_by_hand_undoes_only_what_came_after_it(db):
    with db.transaction() as tx:
        tx.execute(ADD_CY)
        with tx.savepoint() as savepoint:
            savepoint.execute(ADD_DEE)
            savepoint.rollback()
        tx.execute(insert_into(Accounts).values(Account("eve")))
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy", "eve"]


def test_a_savepoint_without_a_block_is_committed_or_rolled_back_by_hand(db):
    with db.transaction() as tx:
        first = tx.savepoint()
        first.execute(ADD_CY)
        first.commit()
        second = tx.savepoint()
        second.execute(ADD_DEE)
        second.rollback()
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_a_savepoint_whose_failure_was_swallowed_says_so_and_the_transaction_goes_on(db):
    with db.transaction() as tx:
        with pytest.raises(Db) as caught, tx.savepoint() as savepoint:
            savepoint.execute(ADD_DEE)
            with pytest.raises(Conflict):
                savepoint.execute(ADD_DEE)
        assert caught.value.kind is DbErrorKind.FAILED_TRANSACTION
        tx.execute(ADD_CY)
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_a_released_savepoint_goes_with_the_transaction(db):
    with pytest.raises(RuntimeError), db.transaction() as tx:
        with tx.savepoint() as savepoint:
            savepoint.execute(ADD_CY)
        raise RuntimeError
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_a_swallowed_failure_makes_the_commit_fail_and_nothing_is_written(db):
    with pytest.raises(Db) as caught, db.transaction() as tx:
        tx.execute(ADD_CY)
        with pytest.raises(Conflict):
            tx.execute(insert_into(Accounts).values(Account("ann")))
    assert caught.value.kind is DbErrorKind.FAILED_TRANSACTION
    assert caught.value.sqlstate == "25P02"
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_after_a_failed_statement_the_transaction_takes_no_other(db):
    with db.begin() as tx:
        with pytest.raises(Conflict):
            tx.execute(insert_into(Accounts).values(Account("ann")))
        with pytest.raises(Db) as caught:
            tx.fetch_all(OWNERS)
        assert caught.value.kind is DbErrorKind.FAILED_TRANSACTION
        with pytest.raises(Db) as caught:
            tx.savepoint()
        assert caught.value.kind is DbErrorKind.FAILED_TRANSACTION


def test_a_constraint_that_is_checked_at_commit_fails_there_and_nothing_is_written(db):
    with pytest.raises(Db) as caught, db.transaction() as tx:
        tx.execute(insert_into(Children).values(Child(1, 99)))
    assert caught.value.kind is DbErrorKind.FOREIGN_KEY_VIOLATION
    assert not tx.is_open
    assert db.fetch_value(from_(Children).select(fn.count())) == 0


@pytest.mark.parametrize("level", ["read committed", "repeatable read", "serializable"])
def test_the_isolation_level_is_in_force(db, level):
    with db.transaction(isolation=level) as tx:
        assert setting(tx, "transaction_isolation") == level
    with db.begin(isolation=level) as tx:
        assert setting(tx, "transaction_isolation") == level
    db.run_in_transaction(lambda tx: setting(tx, "transaction_isolation"), isolation=level)


def test_without_a_level_the_servers_default_holds_and_none_stays_from_the_one_before(db):
    with db.transaction(isolation="serializable", read_only=True, deferrable=True):
        pass
    with db.transaction() as tx:
        assert setting(tx, "transaction_isolation") == "read committed"
        assert setting(tx, "transaction_read_only") == "off"
        assert setting(tx, "transaction_deferrable") == "off"


def test_run_in_transaction_has_the_isolation_that_was_asked_for(db):
    level = db.run_in_transaction(lambda tx: setting(tx, "transaction_isolation"), isolation="repeatable read")
    assert level == "repeatable read"


def test_repeatable_read_sees_one_moment(shared):
    with shared.transaction(isolation="repeatable read") as tx:
        before = tx.fetch_all(OWNERS)
        shared.execute(ADD_CY)
        assert tx.fetch_all(OWNERS) == before


def test_a_read_only_transaction_refuses_writes(db):
    with pytest.raises(Db) as caught, db.transaction(read_only=True) as tx:
        assert tx.fetch_all(OWNERS) == ["ann", "bob"]
        tx.execute(ADD_CY)
    assert caught.value.kind is DbErrorKind.READ_ONLY_TRANSACTION
    db.execute(ADD_CY)


def test_a_deferrable_transaction_is_deferrable(db):
    with db.transaction(isolation="serializable", read_only=True, deferrable=True) as tx:
        assert setting(tx, "transaction_deferrable") == "on"
        assert tx.fetch_all(OWNERS) == ["ann", "bob"]


@pytest.mark.parametrize("level", ["SERIALIZABLE", "chaos", "serializable; DROP TABLE accounts", 1])
def test_an_isolation_level_that_does_not_exist_is_refused(db, level):
    with pytest.raises(QueryError, match="serializable"):
        db.begin(isolation=level)
    db.ping()


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


def backend_of(tx: Transaction) -> int:
    return tx._acquire().info.backend_pid


def terminate(url: str, backend: int) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", (backend,))


def test_a_server_that_goes_away_in_a_transaction_is_a_closed_connection_and_the_pool_recovers(db, database_url):
    with pytest.raises(Db) as caught, db.transaction() as tx:
        tx.execute(ADD_CY)
        terminate(database_url, backend_of(tx))
        tx.fetch_all(OWNERS)
    assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_a_server_that_goes_away_before_the_commit_is_a_closed_connection(db, database_url):
    with pytest.raises(Db) as caught, db.transaction() as tx:
        tx.execute(ADD_CY)
        terminate(database_url, backend_of(tx))
    assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_an_error_of_ones_own_comes_out_also_where_the_server_went_away(db, database_url):
    with pytest.raises(RuntimeError), db.transaction() as tx:
        terminate(database_url, backend_of(tx))
        raise RuntimeError
    with pytest.raises(RuntimeError), db.transaction() as tx, tx.savepoint():
        terminate(database_url, backend_of(tx))
        raise RuntimeError
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_a_server_that_goes_away_is_not_tried_again(db, database_url):
    runs = []

    def work(tx: Transaction) -> None:
        runs.append(1)
        terminate(database_url, backend_of(tx))
        tx.execute(ADD_CY)

    with pytest.raises(Db) as caught:
        db.run_in_transaction(work)
    assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION
    assert len(runs) == 1
    db.ping()


def test_rollback_of_a_lost_connection_is_no_error(db, database_url):
    tx = db.begin()
    terminate(database_url, backend_of(tx))
    tx.rollback()
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_ctrl_c_in_a_block_rolls_back_and_gives_the_connection_back(db):
    with pytest.raises(KeyboardInterrupt), db.transaction() as tx:
        tx.execute(ADD_CY)
        raise KeyboardInterrupt
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


@contextmanager
def ctrl_c_when_it_waits(url: str, backend: int) -> Iterator[None]:
    """Send this process Ctrl-C once the backend waits for a lock."""
    over = threading.Event()

    def watch() -> None:
        waits = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
        with psycopg.connect(url, autocommit=True) as watcher:
            while not over.is_set():
                if watcher.execute(waits, (backend,)).fetchone() == (True,):
                    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
                    return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture
def locked(database_url: str, db: Database) -> Iterator[None]:
    """Another session holds the lock of a row of accounts."""
    with psycopg.connect(database_url) as rival:
        rival.execute("UPDATE accounts SET balance = 0 WHERE owner = 'ann'")
        yield
        rival.rollback()


def test_ctrl_c_during_a_statement_of_a_transaction_rolls_it_back(db, database_url, locked):
    with pytest.raises(KeyboardInterrupt), db.transaction() as tx, ctrl_c_when_it_waits(database_url, backend_of(tx)):
        tx.execute(ADD_CY)
        tx.execute(update(Accounts).all_rows().set(Accounts.balance.to(1)))
    assert db.fetch_all(OWNERS) == ["ann", "bob"]
    assert db.fetch_value(TOTAL) == 200


def test_ctrl_c_during_a_single_call_cancels_it_and_gives_the_connection_back(db, database_url, locked):
    with db.connection() as connection:
        backend = connection.info.backend_pid
    with pytest.raises(KeyboardInterrupt), ctrl_c_when_it_waits(database_url, backend):
        db.execute(update(Accounts).all_rows().set(Accounts.balance.to(1)))
    assert db.fetch_value(TOTAL) == 200


def test_connections_come_back_from_every_kind_of_end(db):
    for end in (Transaction.commit, Transaction.rollback):
        for _ in range(3):
            tx = db.begin()
            tx.fetch_all(OWNERS)
            end(tx)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), db.transaction() as tx, tx.savepoint():
            1 / 0  # noqa: B018 - the error is the point
        with pytest.raises(QueryError):
            db.begin(isolation="chaos")
    stats = db._pool.stats()
    assert (stats.size, stats.idle) == (1, 1)


def test_the_session_is_left_idle(db, database_url):
    with pytest.raises(ZeroDivisionError), db.transaction() as tx:
        backend = backend_of(tx)
        tx.execute(delete_from(Accounts).all_rows())
        1 / 0  # noqa: B018 - the error is the point
    with psycopg.connect(database_url) as watcher:
        state = watcher.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", (backend,)).fetchone()
    assert state == ("idle",)


def test_a_transaction_says_whether_it_is_open(db):
    tx = db.begin()
    assert (tx.is_open, repr(tx)) == (True, "<Transaction open>")
    tx.rollback()
    assert (tx.is_open, repr(tx)) == (False, "<Transaction over>")


def test_a_page_inside_a_transaction_sees_the_transactions_own_rows(db):
    with db.begin() as tx:
        tx.execute(ADD_CY)
        assert tx.fetch_page(select(Account), 1, 2).total == 3
    assert db.fetch_page(select(Account), 1, 2).total == 2


def clear_under(lock: AbstractContextManager[Any], dropped: list[Any]) -> bool:
    """Empty the list while the lock is held, as the collector may; return whether that waits for the lock."""
    thread = threading.Thread(target=dropped.clear, daemon=True)
    with lock:
        thread.start()
        thread.join(10)
        return thread.is_alive()


def test_a_transaction_that_is_dropped_while_the_pool_is_locked_still_gives_its_connection_back(database_url):
    config = DatabaseConfig(max_connections=1, min_connections=1, acquire_timeout=10)
    with Database.connect(database_url, config=config) as db:
        dropped = [db.begin()]
        with pytest.warns(ResourceWarning, match="dropped without"):
            assert not clear_under(db._pool._connections._lock, dropped)
        db.ping()


def test_a_transaction_that_is_dropped_without_an_end_warns_and_is_rolled_back(db):
    tx = db.begin()
    tx.execute(ADD_CY)
    with pytest.warns(ResourceWarning, match="dropped without"):
        del tx
    assert db.fetch_all(OWNERS) == ["ann", "bob"]
