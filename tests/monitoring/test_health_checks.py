"""The thread that asks for a database's health: it asks at once and goes on, it tells, and it stops."""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import attrs
import psycopg
import pytest
from databases import fresh_database, server_in_memory

from ferra_sync import ConfigError, Database, DatabaseConfig, QueryError
from ferra_sync.monitoring import Health, HealthChecks

SOON = 0.01


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as url:
        yield url


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    with Database.connect(url) as db:
        yield db


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "ferra-health"]


def test_it_asks_at_once_and_goes_on_until_it_is_closed(db: Database) -> None:
    heard: queue.SimpleQueue[Health] = queue.SimpleQueue()
    with HealthChecks(db, every=SOON, heard=heard.put) as checks:
        found = [heard.get(timeout=30) for _ in range(3)]
        assert all(health.is_ready for health in found)
        assert checks.latest is not None
        assert checks.is_running
    assert not checks.is_running
    assert threads() == []
    checks.close()


def test_it_does_not_wait_for_its_next_question_to_stop(db: Database) -> None:
    checks = HealthChecks(db, every=1000)
    checks.close()
    assert threads() == []


def test_it_may_be_stopped_by_what_hears_of_it(db: Database) -> None:
    over = threading.Event()

    def stop(_health: Health) -> None:
        started.wait(30)
        checks.close()
        over.set()

    started = threading.Event()
    checks = HealthChecks(db, every=SOON, heard=stop)
    started.set()
    assert over.wait(30)
    while threads():
        pass


def test_each_change_is_told_once(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ferra_sync.health")
    heard: list[Health] = []
    checks = HealthChecks(db, every=1000, heard=heard.append)
    checks.close()
    ready = db.health()
    for before, said in (
        (None, []),
        (ready, []),
        (attrs.evolve(ready, is_ready=False), ["the database is ready again"]),
    ):
        checks.latest = before
        caplog.clear()
        checks._check()
        assert [record.getMessage() for record in caplog.records] == said
    db.close()
    for said in (["the database is not ready: the database is closed"], []):
        caplog.clear()
        checks._check()
        assert [record.getMessage() for record in caplog.records] == said
    assert len(heard) == 6


def test_what_hears_of_it_may_fail(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    heard: queue.SimpleQueue[int] = queue.SimpleQueue()

    def fail(_health: Health) -> None:
        heard.put(1)
        raise LookupError("on purpose")

    with HealthChecks(db, every=SOON, heard=fail):
        for _ in range(2):
            heard.get(timeout=30)
    assert "what hears of the database's health has failed" in caplog.text
    assert "on purpose" in caplog.text


def test_a_database_that_is_not_ready_any_more_is_warned_of_once_and_that_it_is_again(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "ferra_sync.health")
    config = DatabaseConfig(url, max_connections=1, min_connections=1)
    heard: queue.SimpleQueue[bool] = queue.SimpleQueue()
    with (
        Database.connect(config=config) as db,
        ThreadPoolExecutor(1) as pool,
        HealthChecks(db, every=SOON, heard=lambda health: heard.put(health.is_ready)),
    ):
        with db.connection():
            waiting = pool.submit(db.ping)
            while heard.get(timeout=30):
                pass
            heard.get(timeout=30)
        waiting.result(timeout=30)
        while not heard.get(timeout=30):
            pass
    said = [record.getMessage() for record in caplog.records if record.name == "ferra_sync.health"]
    assert len(said) == 2
    assert said[0].startswith("the database is not ready: 1 of 1 in use")
    assert said[1] == "the database is ready again"


def test_a_server_that_is_away_from_the_beginning_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    with server_in_memory() as server:
        db = Database.connect(server.url)
    heard: queue.SimpleQueue[Health] = queue.SimpleQueue()
    with HealthChecks(db, every=1000, heard=heard.put):
        assert not heard.get(timeout=30).is_ready
    db.close()
    assert "the database is not ready: " in caplog.text


PROGRAM = """
import sys
from ferra_sync import Database
from ferra_sync.monitoring import HealthChecks
checks = HealthChecks(Database.connect(sys.argv[1]), every=1000)
"""


def test_a_program_ends_that_never_closed_it(url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", PROGRAM, url]
    done = subprocess.run(command, check=False, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_forked_child_makes_its_own(db: Database) -> None:
    with HealthChecks(db, every=1000) as checks:
        while checks.latest is None:
            pass
        pid = os.fork()
        if pid == 0:
            try:
                was_running = checks.is_running
                checks.close()
                with HealthChecks(db, every=1000) as own:
                    while own.latest is None:
                        pass
                os._exit(3 if was_running or not own.latest.is_ready else 0)
            except BaseException:  # noqa: BLE001 - the parent is told
                os._exit(4)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert checks.is_running


@pytest.mark.parametrize("every", [0, -1, float("inf"), float("nan"), True, "1"])
def test_a_pause_is_a_number_of_seconds(db: Database, every: object) -> None:
    with pytest.raises(ConfigError, match="every is a number of seconds"):
        HealthChecks(db, every=every)  # type: ignore[arg-type]  # on purpose


def test_somebody_elses_connection_is_not_asked_after(url: str) -> None:
    with psycopg.connect(url) as connection, pytest.raises(QueryError, match="HealthChecks needs connections"):
        HealthChecks(Database.over(connection))
