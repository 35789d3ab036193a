"""Ctrl-C at any moment loses no connection."""

from __future__ import annotations

import logging
import random
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import attrs
import pytest
from databases import fresh_database

from ferra_sync import Database, DatabaseConfig, FerraModel, Observer, Table, select, update
from ferra_sync import types as t
from ferra_sync.monitoring import Statistics

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no setitimer"),
    # An interrupt may come where a transaction exists that nobody holds yet.
    pytest.mark.filterwarnings("ignore:a transaction was dropped:ResourceWarning"),
]

MOST = 4
AGAIN = 0.1
"""Seconds from one interrupt to the next."""


class Lamps(Table):
    id = t.integer(primary_key=True)
    is_on = t.boolean()


@attrs.define
class Lamp(FerraModel[Lamps]):
    id: int
    is_on: bool


@pytest.fixture(scope="module")
def url(server_url):
    tables = """
        CREATE TABLE lamps (id integer PRIMARY KEY, is_on boolean NOT NULL);
        INSERT INTO lamps SELECT n, true FROM generate_series(1, 3000) AS n
    """
    with fresh_database(server_url, script=tables) as url:
        yield url


@pytest.fixture
def db(url):
    config = DatabaseConfig(url, min_connections=1, max_connections=MOST, acquire_timeout=20)
    with Database.connect(config=config) as db:
        yield db


def interrupt(_number, _frame):
    raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def _alarms_interrupt(caplog, monkeypatch):
    caplog.set_level(logging.CRITICAL, "psycopg.pool")  # pytest keeps its records, and with them connections
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)  # pytest keeps tracebacks, and with them connections
    before = signal.signal(signal.SIGALRM, interrupt)
    yield
    signal.signal(signal.SIGALRM, before)


def interrupted(call, seconds):
    """Run `call` for ever, until the KeyboardInterrupt that comes after `seconds`; return it.

    Another one follows where Python drops the first, as it does in a destructor.
    """
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
        while True:
            call()
    except KeyboardInterrupt as error:
        signal.setitimer(signal.ITIMER_REAL, 0)
        return error


def read(db):
    db.fetch_all(select(Lamp).limit(3))


def write(db):
    db.execute(update(Lamps).find(1).set(Lamps.is_on.to(True)))


def lend(db):
    with db.connection() as connection:
        connection.execute("SELECT 1")


def transact(db):
    with db.transaction() as tx:
        tx.fetch_all(select(Lamp).limit(1))
        with tx.savepoint():
            tx.execute(update(Lamps).find(2).set(Lamps.is_on.to(False)))


def begin(db):
    tx = db.begin()
    tx.fetch_all(select(Lamp).limit(1))
    tx.rollback()


def stream(db):
    for row in db.stream(select(Lamp)):
        if row.id == 2500:
            break


def page(db):
    db.fetch_page(select(Lamp), 1, 2)


def acquire(db):
    connection = db._pool.acquire()
    db._pool.release(connection)


CALLS = [read, write, lend, transact, begin, stream, page, acquire]


def interrupts(db, number, longest, moments):
    """Interrupt each kind of call, in turn, at `number` moments."""
    for count in range(number):
        interrupted(lambda: CALLS[count % len(CALLS)](db), moments.uniform(1e-6, longest))  # noqa: B023 - called at once


def all_work(db):
    """Return how many connections can be had at once, each of which answers."""
    with ExitStack() as held:
        connections = [held.enter_context(db.connection()) for _ in range(MOST)]
        return len({connection.execute("SELECT pg_backend_pid()").fetchone() for connection in connections})


def test_interrupts_while_the_main_thread_works_alone_lose_no_connection(db):
    interrupts(db, 400, 0.004, random.Random(1))
    assert all_work(db) == MOST


def test_interrupts_amid_observers_lose_no_connection(url):
    class Observant(Observer):
        def on_query(self, event):
            str(event.caller)

        def on_checkout(self, waited):
            str(waited)

        def on_transaction(self, outcome, seconds):
            str((outcome, seconds))

    observers = (Observant(), Statistics())
    config = DatabaseConfig(url, min_connections=1, max_connections=MOST, acquire_timeout=20, observers=observers)
    with Database.connect(config=config) as db:
        interrupts(db, 200, 0.004, random.Random(3))
        with db.counting() as n:
            read(db)
        assert n.queries == 1
        assert all_work(db) == MOST
        assert db.stats().pool.borrowers == ()


def test_interrupts_among_threads_that_wait_for_connections_lose_none(db):
    over = threading.Event()

    def work_on(number):
        done = 0
        while not over.is_set():
            CALLS[(number + done) % len(CALLS)](db)
            done += 1
        return done

    with ThreadPoolExecutor(2 * MOST) as threads:
        working = [threads.submit(work_on, number) for number in range(2 * MOST)]
        try:
            interrupts(db, 200, 0.01, random.Random(2))
        finally:
            over.set()
        assert all(work.result() for work in working)
    assert all_work(db) == MOST


def test_an_interrupted_wait_swallows_no_connection_even_where_its_traceback_is_kept(db):
    with ExitStack() as held:
        for _ in range(MOST):
            held.enter_context(db.connection())
        kept = [interrupted(lambda: read(db), 0.001) for _ in range(20)]
    assert all_work(db) == MOST
    assert all(error.__traceback__ for error in kept)


def test_a_borrower_that_vanishes_gives_its_connection_back(db):
    for _ in range(3 * MOST):
        db._pool.acquire()
    assert all_work(db) == MOST
