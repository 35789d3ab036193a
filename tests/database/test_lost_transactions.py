"""Transactions that a lost server, Ctrl-C or nobody ends: the connection always comes back."""

# ruff: noqa: PT012 - the block of a transaction is what raises

# ruff: noqa: PT012 - the block of a transaction is what raises
from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
import pytest
from accounts import ADD_CY, OWNERS, ROWS, TOTAL, Account, Accounts
from databases import fresh_database, one_connection, state_of
from heard import Memory

from ferra_sync import Database, DatabaseConfig, Db, DbErrorKind, QueryError, Transaction, delete_from, select, update


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Accounts) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with one_connection(database_url, ROWS) as db:
        yield db


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


def test_a_statement_that_ctrl_c_ends_is_told_to_observers(db, database_url, locked):
    memory = Memory()
    db._pool.listeners.append(memory)
    with db.connection() as connection:
        backend = connection.info.backend_pid
    with pytest.raises(KeyboardInterrupt), ctrl_c_when_it_waits(database_url, backend):
        db.execute(update(Accounts).all_rows().set(Accounts.balance.to(1)))
    assert [(event.summary, event.error) for event in memory.events] == [("UPDATE accounts", "KeyboardInterrupt")]


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
    assert state_of(db._pool) == (1, 1, 0)


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
