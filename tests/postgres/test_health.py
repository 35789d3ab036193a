"""`db.health()`: what it says of a server and a pool in every state, and that it takes nothing that others need."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from databases import fresh_database, server_in_memory
from forks import in_child
from psycopg.conninfo import make_conninfo

from ferra_sync import Database, DatabaseConfig, QueryError
from ferra_sync._database.pooled import Pooled
from ferra_sync._postgres import probe
from ferra_sync._postgres.config import connection_parameters
from ferra_sync._postgres.embedded import EmbeddedServer
from ferra_sync._postgres.probe import Answer, _ask

SECRET = "s3cret"


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as url:
        yield url


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with server_in_memory() as server:
        yield server


def pool_of(db: Database) -> Pooled:
    assert isinstance(db._pool, Pooled)
    return db._pool


def until(db: Database, **wanted: int) -> None:
    """Wait until the pool has this many connections idle, in use or awaited."""
    while any(getattr(pool_of(db).state(), name) != number for name, number in wanted.items()):
        pass


def test_a_database_that_serves_is_live_and_ready(url: str) -> None:
    with Database.connect(url) as db:
        health = db.health()
        assert (health.is_live, health.is_ready, health.reason) == (True, True, "")
        assert health.seconds is not None
        assert (health.pool.most, health.pool.borrowers) == (10, ())
        assert pool_of(db).state().in_use == 0


def test_the_last_idle_connection_is_left_to_others(url: str) -> None:
    with Database.connect(config=DatabaseConfig(url, min_connections=2, max_connections=2)) as db:
        until(db, idle=2)
        one = pool_of(db).spare()
        assert one is not None
        assert pool_of(db).spare() is None
        assert db.health().is_ready  # On a connection of its own.
        pool_of(db).release(one)
        assert db.health().is_ready
        until(db, idle=2)


def test_the_question_is_asked_on_a_spare_connection_or_on_one_of_its_own(url: str) -> None:
    with Database.connect(config=DatabaseConfig(url, min_connections=2, max_connections=2)) as db:
        until(db, idle=2)
        pool, parameters = pool_of(db), connection_parameters(db.config)
        for _ in range(2):
            answer = Answer()
            answer.ask(pool, parameters)
            assert answer.is_there
            assert answer.seconds is not None
            assert pool.state().in_use == 0
            with db.connection():
                own = Answer()
                own.ask(pool, parameters)
                assert own.seconds is not None
        refused = Answer()
        with db.connection():
            refused.ask(pool, parameters | {"dbname": "nosuch"})
        assert refused.seconds is None
        assert 'database "nosuch" does not exist' in refused.failure


def test_where_there_are_no_more_threads_it_is_asked_all_the_same(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(probe, "start_new_thread", no_thread)
    with Database.connect(url) as db:
        assert db.health().is_ready
        assert db.health().is_ready


def test_a_server_that_says_no_has_not_answered(url: str) -> None:
    with Database.connect(config=DatabaseConfig(url, min_connections=2, max_connections=2)) as db:
        until(db, idle=2)
        with db.connection() as one, db.connection() as other, psycopg.connect(url, autocommit=True) as admin:
            pids = [one.info.backend_pid, other.info.backend_pid]
            for pid in pids:
                admin.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))
            for connection in (one, other):
                with pytest.raises(psycopg.errors.AdminShutdown):
                    _ask(connection)  # type: ignore[arg-type]  # it is of the pool


def test_a_pool_whose_connections_are_all_taken_is_ready_until_a_call_waits(url: str) -> None:
    config = DatabaseConfig(url, min_connections=1, max_connections=1)
    with Database.connect(config=config) as db, ThreadPoolExecutor(1) as threads:
        with db.begin():
            assert db.health().is_ready
            waiting = threads.submit(db.ping)
            until(db, waiting=1)
            health = db.health()
            assert (health.is_live, health.is_ready) == (True, False)
            assert health.reason.startswith("1 of 1 in use, oldest for 0 s by test_health.py:")
            assert health.seconds is not None
        waiting.result(timeout=30)
        assert db.health().is_ready


def test_a_pool_whose_every_connection_is_leaked_is_not_live(url: str) -> None:
    config = DatabaseConfig(url, min_connections=1, max_connections=1, leak_after=0.001)
    with Database.connect(config=config) as db:
        with db.begin():
            while not pool_of(db).state().borrowers[0].is_overdue:
                pass
            assert (db.health().is_live, db.health().is_ready) == (False, True)
        assert db.health().is_live


def test_a_closed_database_is_neither_and_is_no_error(url: str) -> None:
    db = Database.connect(url)
    db.close()
    health = db.health()
    assert (health.is_live, health.is_ready, health.seconds) == (False, False, None)
    assert health.reason == "the database is closed"


def test_dead_connections_in_the_pool_say_nothing_of_the_server(url: str) -> None:
    config = DatabaseConfig(url, min_connections=2, max_connections=2, application_name="doomed")
    with Database.connect(config=config) as db, psycopg.connect(url, autocommit=True) as admin:
        until(db, idle=2)
        admin.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'doomed'")
        assert db.health().is_ready
        db.ping()


def test_a_server_that_is_away_is_not_ready_and_no_reason_to_begin_anew() -> None:
    with server_in_memory() as server:
        url = make_conninfo(server.url, password=SECRET)
        db = Database.connect(config=DatabaseConfig(url, min_connections=2, max_connections=2))
        until(db, idle=2)
    health = db.health()
    db.close()
    assert (health.is_live, health.is_ready, health.seconds) == (True, False, None)
    assert "connection to server" in health.reason
    assert SECRET not in repr(health)


def test_a_server_that_says_nothing_is_not_waited_for_and_many_ask_once(server: EmbeddedServer) -> None:
    config = DatabaseConfig(server.url, min_connections=2, max_connections=2)
    with Database.connect(config=config) as db:
        until(db, idle=2)
        with db.connection() as one, db.connection() as other:
            backends = [one.info.backend_pid, other.info.backend_pid]
        for backend in backends:
            os.kill(backend, signal.SIGSTOP)
        try:
            with ThreadPoolExecutor(4) as threads:
                found = list(threads.map(lambda _: db.health(), range(4)))
            answer = pool_of(db)._probe._under_way  # type: ignore[union-attr]  # it was asked
            assert {(health.is_live, health.is_ready, health.reason) for health in found} == {
                (True, False, "the server has not answered")
            }
            assert {health.pool.in_use for health in found} == {1}
            assert answer is not None
            answer.wait(30)  # It gives up by itself, and gives the connection back.
            until(db, in_use=0)
        finally:
            for backend in backends:
                os.kill(backend, signal.SIGCONT)
        assert db.health().is_ready


def test_a_forked_child_asks_for_itself(url: str) -> None:
    with Database.connect(url) as db:
        assert db.health().is_ready
        assert in_child(lambda: db.health().is_ready)


def test_somebody_elses_connection_is_not_asked_after(url: str) -> None:
    with psycopg.connect(url) as connection, pytest.raises(QueryError, match="health needs connections of its own"):
        Database.over(connection).health()
