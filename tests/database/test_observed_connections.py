"""What observers are told of connections, transactions and retries."""

from __future__ import annotations

import gc
import threading
from contextlib import suppress

import psycopg
import pytest
from databases import fresh_database
from heard import Film, Films, Memory

from ferra_sync import Conflict, Database, DatabaseConfig, Db, DbErrorKind, QueryError, insert_into, select, update


@pytest.fixture(scope="module")
def url(server_url):
    script = """
        INSERT INTO films (title) VALUES ('one'), ('two');
        ALTER TABLE films DROP CONSTRAINT films_title_key;
        ALTER TABLE films ADD CONSTRAINT films_title_key UNIQUE (title) DEFERRABLE INITIALLY DEFERRED;
    """
    with fresh_database(server_url, Films, script=script) as url:
        yield url


@pytest.fixture
def memory():
    return Memory()


@pytest.fixture
def opened(url, memory):
    """Open a database with one connection and other settings of this test's."""
    databases = []

    def opened(**settings):
        limits = {"min_connections": 1, "max_connections": 1} | settings
        databases.append(Database.connect(config=DatabaseConfig(url, **limits), observers=(memory,)))
        return databases[-1]

    yield opened
    for database in databases:
        database.close()


def terminate(url, backend):
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", (backend,))


def backend_of(db):
    with db.connection() as connection:
        return connection.info.backend_pid


def closed(memory, reason):
    """Wait until a connection was closed for this reason."""
    heard = threading.Event()
    memory.others = _Signalling(memory.others, lambda each: each == ("close", reason) and heard.set())
    return ("close", reason) in memory.others or heard.wait(20)


class _Signalling(list):
    def __init__(self, known, added):
        super().__init__(known)
        self._added = added

    def append(self, each):
        super().append(each)
        self._added(each)


def test_each_connection_that_is_taken_is_told_with_how_long_it_was_waited_for(opened, memory):
    db = opened()
    db.fetch_one(select(Film))
    with db.transaction() as tx:
        tx.fetch_one(select(Film))
        tx.fetch_one(select(Film))
    waits = memory.told("checkout")
    assert len(waits) == 2
    assert all(waited >= 0 for waited in waits)


def test_each_connection_that_is_made_is_told(opened, memory):
    db = opened()
    db.ping()
    assert [seconds > 0 for seconds in memory.told("connect")] == [True]


def test_connections_are_told_when_the_database_is_closed(opened, memory):
    db = opened()
    db.ping()
    db.close()
    assert memory.told("close") == ["closed"]


def test_a_connection_that_the_server_has_ended_is_told_as_lost_and_replaced(opened, memory, url):
    db = opened()
    terminate(url, backend_of(db))
    db.ping()
    assert memory.told("close") == ["lost"]
    assert len(memory.told("connect")) == 2


def test_a_connection_that_is_lost_while_it_is_lent_is_told_when_it_comes_back(opened, memory, url):
    db = opened()
    with suppress(Db), db.transaction() as tx:
        terminate(url, tx._acquire().info.backend_pid)
        tx.fetch_one(select(Film))
    assert memory.told("close") == ["lost"]


def test_a_connection_that_is_old_enough_is_told(opened, memory):
    db = opened(max_lifetime=1e-6)
    db.ping()
    assert memory.told("close") == ["lifetime"]


def test_a_connection_above_the_minimum_that_is_unused_is_told(opened, memory):
    db = opened(max_connections=2, idle_timeout=0.2)
    with db.connection(), db.connection():
        pass
    assert closed(memory, "idle")


def test_a_connection_whose_borrower_left_it_where_it_cannot_be_reset_is_told(opened, memory):
    db = opened()
    with db.connection() as connection:
        connection.pgconn.send_query(b"SELECT pg_sleep(60)")
    assert memory.told("close") == ["reset"]


def test_a_connection_whose_borrower_has_vanished_is_told(opened, memory):
    db = opened()
    db._pool.acquire()
    gc.collect()
    assert closed(memory, "abandoned")


def test_a_transaction_is_told_with_how_it_ended(opened, memory):
    db = opened()
    with db.transaction():
        pass
    with db.begin():
        pass
    db.begin().rollback()
    with suppress(ZeroDivisionError), db.transaction():
        raise ZeroDivisionError
    assert memory.told("transaction") == ["committed", "rolled back", "rolled back", "rolled back"]
    assert all(each[2] > 0 for each in memory.others if each[0] == "transaction")


def test_a_transaction_that_cannot_be_committed_has_failed(opened, memory):
    db = opened()
    with pytest.raises(Conflict), db.transaction() as tx:
        tx.execute(insert_into(Films).values(Film("one")))
    tx = db.begin()
    with suppress(Db):
        tx.fetch_one(select(Film).where(Films.likes / 0 == 1))
    with pytest.raises(Db) as failed:
        tx.commit()
    assert failed.value.kind is DbErrorKind.FAILED_TRANSACTION
    assert memory.told("transaction") == ["failed", "failed"]


def test_a_transaction_is_told_once(opened, memory):
    db = opened()
    tx = db.begin()
    tx.commit()
    with pytest.raises(QueryError):
        tx.commit()
    with pytest.raises(QueryError):
        tx.rollback()
    assert memory.told("transaction") == ["committed"]


def test_a_transaction_that_nobody_has_any_more_is_told_as_abandoned(opened, memory):
    db = opened()
    heard = threading.Event()
    memory.others = _Signalling([], lambda each: each[:2] == ("transaction", "abandoned") and heard.set())
    with pytest.warns(ResourceWarning):
        db.begin()
    assert heard.wait(20)


def test_savepoints_are_no_transactions_and_a_transaction_over_anothers_connection_is_one(url, memory):
    with psycopg.connect(url, autocommit=True) as connection:
        db = Database.over(connection, observers=(memory,))
        with db.transaction() as tx, tx.savepoint():
            pass
        with suppress(ZeroDivisionError), db.transaction():
            raise ZeroDivisionError
    assert memory.told("transaction") == ["committed", "rolled back"]


def test_a_retry_is_told_with_its_number_and_why(opened, memory):
    db = opened(max_connections=2)
    rounds = []

    def work(tx):
        likes = tx.fetch_value(select(Films.likes).where(Films.id == 1))
        if len(rounds) < 2:
            db.execute(update(Films).find(1).set(Films.likes.to(Films.likes + 1)))
        rounds.append(likes)
        tx.execute(update(Films).find(1).set(Films.likes.to(likes + 1)))

    db.run_in_transaction(work, isolation="repeatable read")
    retries = [each[1:] for each in memory.others if each[0] == "retry"]
    assert retries == [(1, "40001"), (2, "40001")]


def test_who_waits_for_a_connection_is_told_of_the_wait(opened, memory):
    db = opened()
    with db.connection():
        waiting = threading.Thread(target=db.ping)
        waiting.start()
        while not db._pool._connections.get_stats()["requests_waiting"]:
            pass
        before = len(memory.told("checkout"))
    waiting.join()
    assert len(memory.told("checkout")) == before + 1
