"""Locks by name: who has one keeps others out, in a session or in a transaction."""

# ruff: noqa: PT012 - the block of a transaction is what raises
from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from accounts import OWNERS, ROWS, Accounts
from databases import fresh_database, state_of
from psycopg.conninfo import make_conninfo

from ferra_sync import Database, DatabaseConfig, Db, DbErrorKind, QueryError
from ferra_sync._postgres.advisory import key_of

KEY = "SELECT ('x' || left(encode(sha256(convert_to(%s, 'UTF8')), 'hex'), 16))::bit(64)::bigint"
HERE = "locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
HELD = f"SELECT count(*) FROM pg_locks WHERE {HERE} AND granted"


@pytest.fixture(scope="module")
def url(server_url):
    with fresh_database(server_url, Accounts, script=ROWS) as url:
        yield url


@pytest.fixture(scope="module")
def db(url):
    with Database.connect(url) as db:
        yield db


@pytest.fixture(scope="module")
def observer(url):
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def held(observer):
    return observer.execute(HELD).fetchone()[0]


@pytest.mark.parametrize("name", ["nightly", "Ärger: 漢字 🎈", "a'b\"c\\d%e", " ", "x" * 10_000])
def test_the_key_of_a_name_is_what_sql_makes_of_it(observer, name):
    assert observer.execute(KEY, [name]).fetchone() == (key_of(name),)


def test_the_key_of_a_name_stays_the_same_from_release_to_release():
    assert key_of("nightly") == 3_043_134_503_785_307_926


def test_another_is_kept_out_until_the_block_ends(db, observer):
    with db.lock("nightly"):
        with pytest.raises(Db, match=r'^the lock "nightly" was not free$') as caught, db.lock("nightly", wait=False):
            raise AssertionError
        assert caught.value.kind is DbErrorKind.TIMEOUT
        with pytest.raises(Db, match=r"was not free within 0\.02 s"), db.lock("nightly", timeout=0.02):
            raise AssertionError
        with db.lock("weekly", wait=False):
            assert held(observer) == 2
    assert held(observer) == 0
    with db.lock("nightly", timeout=0):
        assert held(observer) == 1


def test_others_who_know_how_to_compute_the_key_are_kept_out_too(db, observer):
    ours = f"SELECT pg_try_advisory_lock(({KEY}))"
    with db.lock("nightly"):
        assert observer.execute(ours, ["nightly"]).fetchone() == (False,)
    assert observer.execute(ours, ["nightly"]).fetchone() == (True,)
    with pytest.raises(Db), db.lock("nightly", wait=False):
        raise AssertionError
    observer.execute("SELECT pg_advisory_unlock_all()")


def test_who_waits_has_it_when_it_comes_free(db):
    def work():
        with db.lock("nightly"):
            order.append("second")

    order = []
    with ThreadPoolExecutor(1) as other:
        with db.lock("nightly"):
            waiting = other.submit(work)
            order.append("first")
        waiting.result()
    assert order == ["first", "second"]


def test_shared_locks_go_together_and_keep_out_the_others(db):
    with db.lock("report", shared=True), db.lock("report", shared=True, wait=False):
        with pytest.raises(Db), db.lock("report", wait=False):
            raise AssertionError
        with db.transaction() as tx:
            tx.lock("report", shared=True)
            with pytest.raises(Db):
                tx.lock("report", wait=False)
            assert tx.fetch_all(OWNERS) == ["ann", "bob"]


@pytest.mark.parametrize("shared", [False, True])
def test_an_error_in_the_block_frees_the_lock_and_goes_on(db, observer, shared):
    with pytest.raises(ZeroDivisionError), db.lock("nightly", shared=shared):
        raise ZeroDivisionError
    assert held(observer) == 0


def test_a_lock_that_was_lost_with_its_session_is_said_at_the_end(db, observer):
    with pytest.raises(Db, match='"nightly" was lost before its end') as caught, db.lock("nightly"):
        (pid,) = observer.execute(f"SELECT pid FROM pg_locks WHERE {HERE}").fetchone()
        observer.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_a_lock_of_a_transaction_lasts_as_long_as_it(db, observer):
    with db.transaction() as tx:
        tx.lock("nightly")
        tx.lock("nightly", timeout=1)
        assert held(observer) == 1
        with pytest.raises(Db, match='"nightly" was not free'), db.transaction() as other:
            other.lock("nightly", timeout=0.01)
    assert held(observer) == 0


def test_a_lock_of_a_savepoint_that_is_undone_is_free(db, observer):
    with db.transaction() as tx:
        with tx.savepoint() as savepoint:
            savepoint.lock("nightly")
            savepoint.rollback()
        assert held(observer) == 0


def test_a_transaction_that_waits_without_timeout_sees_a_deadlock(url):
    def cross(first, second):
        with db.transaction() as tx:
            tx.lock(first)
            barrier.wait()
            tx.lock(second)

    barrier = threading.Barrier(2)
    soon = make_conninfo(url, options="-c deadlock_timeout=20ms")
    with Database.connect(soon) as db, ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(cross, *names) for names in (("a", "b"), ("b", "a"))]
    (error,) = [end.exception() for end in ends if end.exception()]
    assert error.kind is DbErrorKind.DEADLOCK


def test_the_connections_lock_timeout_holds_for_a_transaction_that_waits(url, db):
    config = DatabaseConfig(url, lock_timeout=0.02)
    refusal = pytest.raises(Db)
    with db.lock("nightly"), Database.connect(config=config) as other, refusal as caught, other.transaction() as tx:
        tx.lock("nightly")
    assert (caught.value.kind, caught.value.sqlstate) == (DbErrorKind.TIMEOUT, "55P03")


WRONG = {
    "an empty name": ({"name": ""}, "not empty"),
    "no text": ({"name": 7}, "a lock's name is a text"),
    "a surrogate": ({"name": "\ud800"}, "lone surrogate"),
    "a negative timeout": ({"name": "n", "timeout": -1}, "timeout is a number of seconds"),
    "a timeout that is none": ({"name": "n", "timeout": True}, "timeout is a number of seconds"),
    "for ever, in numbers": ({"name": "n", "timeout": float("inf")}, "None waits for ever"),
    "both": ({"name": "n", "timeout": 1, "wait": False}, "has no timeout"),
}


@pytest.mark.parametrize(("given", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_a_lock_is_refused(db, given, message):
    with pytest.raises(QueryError, match=message), db.lock(**given):
        raise AssertionError
    with db.transaction() as tx, pytest.raises(QueryError, match=message):
        tx.lock(**given)


def test_behind_a_pooler_a_lock_is_the_transactions(url):
    config = DatabaseConfig(url, prepared_statements=False)
    with Database.connect(config=config) as db:
        with pytest.raises(QueryError, match=r"as behind PgBouncer.*say tx\.lock"), db.lock("nightly"):
            raise AssertionError
        with db.transaction() as tx:
            tx.lock("nightly", wait=False)


def test_on_a_connection_of_somebody_else_a_lock_is_its_sessions_outside_of_transactions(url, observer):
    with psycopg.connect(url, autocommit=True) as connection:
        db = Database.over(connection)
        with db.lock("nightly"), db.lock("nightly"):
            assert held(observer) == 1
        assert held(observer) == 0
        with connection.transaction():
            with pytest.raises(QueryError, match=r"there say transaction\(\), and tx\.lock"), db.lock("nightly"):
                raise AssertionError
            with db.transaction() as tx:
                tx.lock("nightly")
            assert held(observer) == 1
        assert held(observer) == 0


INTERRUPTED = """
import _thread, sys, threading
from ferra_sync import Database
db = Database.connect(sys.argv[1])
with db.lock("nightly"):
    threading.Timer(0.05, _thread.interrupt_main).start()
    try:
        with db.lock("nightly"):
            print("granted")
    except KeyboardInterrupt:
        print("interrupted")
with db.lock("nightly", wait=False):
    print("free")
db.close()
"""


def test_ctrl_c_ends_the_waiting_and_leaves_nothing_behind(url):
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, url], capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert (done.stdout.split(), done.stderr) == (["interrupted", "free"], "")


def test_the_connection_goes_back_to_the_pool(db):
    with db.lock("nightly"):
        pass
    state = state_of(db._pool)
    assert state.size == state.idle
