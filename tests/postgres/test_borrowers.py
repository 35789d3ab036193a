"""Who has the connections of a pool: what the error of a pool that gives none says, and what is warned of."""

from __future__ import annotations

import inspect
import logging
import math
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from databases import fresh_database
from forks import in_child

from ferra_sync import Database, DatabaseConfig, DbErrorKind, Table, from_, select
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._postgres.leaks import _Look
from ferra_sync._postgres.observer import Caller
from ferra_sync._postgres.pool import Pool
from ferra_sync._postgres.pool_state import Borrower, PoolState
from ferra_sync.errors import ConfigError, Db
from ferra_sync.monitoring import Statistics


class Lamps(Table):
    id = t.integer(primary_key=True)


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Lamps) as url:
        yield url


@pytest.fixture
def narrow(url: str) -> Iterator[Database]:
    config = DatabaseConfig(url, max_connections=2, min_connections=1, acquire_timeout=0.1)
    with Database.connect(config=config) as db:
        yield db


def state(db: Database) -> PoolState:
    assert isinstance(db._pool, Pool)
    return db._pool.state()


def refusal(db: Database) -> str:
    with pytest.raises(Db) as caught:
        db.ping()
    assert caught.value.kind is DbErrorKind.TIMEOUT
    return str(caught.value)


def test_a_pool_that_gives_no_connection_says_who_has_them_and_who_waits(narrow: Database) -> None:
    with narrow.begin(), narrow.connection():
        borrower = state(narrow).borrowers[0].caller
        said = refusal(narrow)
    assert Path(borrower.file) == Path(__file__)
    assert borrower.function == "test_a_pool_that_gives_no_connection_says_who_has_them_and_who_waits"
    assert said == (
        f"no connection came free within 0.1 s: 2 of 2 in use, oldest for 0 s by test_borrowers.py:{borrower.line}, "
        "0 waiting"
    )


def test_the_age_is_in_seconds_and_borrowers_go_before_single_statements() -> None:
    borrowers = tuple(
        Borrower(Caller(f"/srv/app/{file}.py", line, "f"), age, 1, is_overdue=False)
        for file, line, age in (("views", 41, 312.4), ("jobs", 7, 2.0))
    )
    assert str(PoolState(10, 10, 0, 10, 7, borrowers)) == "10 of 10 in use, oldest for 312 s by views.py:41, 7 waiting"
    assert str(PoolState(10, 10, 0, 10, 7, ())) == "10 of 10 in use by single statements, 7 waiting"
    assert str(PoolState(10, 0, 0, 0, 7, ())) == "0 of 10 in use, 7 waiting"


def test_each_that_waits_is_counted_while_it_waits(url: str) -> None:
    config = DatabaseConfig(url, max_connections=1, min_connections=1, acquire_timeout=30)
    with Database.connect(config=config) as db, ThreadPoolExecutor(2) as threads:
        with db.begin():
            calls = [threads.submit(db.ping) for _ in range(2)]
            while state(db).waiting < 2:
                pass
            assert state(db).is_exhausted
        for call in calls:
            call.result(timeout=30)
        assert state(db) == PoolState(1, 1, 1, 0, 0, ())


def test_who_waited_in_vain_is_not_counted(narrow: Database) -> None:
    with narrow.begin(), narrow.begin():
        refusal(narrow)
        assert state(narrow).waiting == 0


def _stream(db: Database, stack: ExitStack) -> None:
    rows = db.stream(select(fn.now()))
    next(rows)
    stack.callback(rows.close)  # type: ignore[attr-defined]  # it is a generator


BORROWERS: dict[str, Callable[[Database, ExitStack], object]] = {
    "begin": lambda db, stack: stack.enter_context(db.begin()),
    "transaction": lambda db, stack: stack.enter_context(db.transaction()),
    "connection": lambda db, stack: stack.enter_context(db.connection()),
    "lock": lambda db, stack: stack.enter_context(db.lock("a")),
    "stream": _stream,
}


@pytest.mark.parametrize("name", BORROWERS)
def test_every_borrower_is_known_by_its_line_and_its_session_until_it_gives_back(narrow: Database, name: str) -> None:
    borrow = BORROWERS[name]
    with ExitStack() as stack:
        borrow(narrow, stack)
        (borrower,) = state(narrow).borrowers
        lines, first = inspect.getsourcelines(borrow)
        assert borrower.caller.line in range(first, first + len(lines))
        assert borrower.seconds >= 0
        assert borrower.pid is not None
        assert not borrower.is_overdue
        assert state(narrow).in_use == 1
    assert state(narrow).borrowers == ()
    narrow.ping()
    assert state(narrow).in_use == 0


def test_a_single_statement_has_a_connection_and_is_no_borrower(narrow: Database) -> None:
    with ThreadPoolExecutor(1) as threads:
        with narrow.begin() as tx:
            with tx.connection() as connection:
                connection.execute("LOCK TABLE lamps")
            counted = threads.submit(narrow.fetch_value, from_(Lamps).select(fn.count()))
            while state(narrow).in_use < 2:
                pass
            assert len(state(narrow).borrowers) == 1
        assert counted.result(timeout=30) == 0


def test_a_borrower_whose_session_is_over_is_still_one(narrow: Database) -> None:
    with narrow.connection() as connection:
        connection.close()
        assert state(narrow).borrowers[0].pid is None
    assert state(narrow).borrowers == ()


def test_a_transaction_that_cannot_begin_leaves_no_borrower(url: str) -> None:
    config = DatabaseConfig(url, max_connections=1, min_connections=1, test_before_acquire="never")
    with Database.connect(config=config) as db, psycopg.connect(url, autocommit=True) as admin:
        with db.connection() as connection:
            pid = connection.info.backend_pid
        admin.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))
        with pytest.raises(Db):
            db.begin()
        assert state(db).borrowers == ()


def test_a_forked_child_counts_from_nothing(url: str) -> None:
    statistics = Statistics()
    with Database.connect(url, observers=(statistics,)) as db:
        db.fetch_value(from_(Lamps).select(fn.count()))
        assert in_child(lambda: statistics.counted().queries.count) == 0
        assert statistics.counted().queries.count == 1


def test_a_forked_child_has_none_of_its_parents_borrowers(narrow: Database) -> None:
    with narrow.begin():
        assert in_child(lambda: (state(narrow).in_use, state(narrow).borrowers)) == (0, ())
        assert len(state(narrow).borrowers) == 1


class Heard(logging.Handler):
    """What a logger says, as it comes."""

    def __init__(self) -> None:
        super().__init__()
        self.records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.put(record)


@pytest.fixture
def heard() -> Iterator[queue.SimpleQueue[logging.LogRecord]]:
    handler = Heard()
    logger = logging.getLogger("ferra_sync.pool")
    logger.addHandler(handler)
    yield handler.records
    logger.removeHandler(handler)


def test_who_keeps_a_connection_is_warned_of_once_by_its_line(
    url: str, heard: queue.SimpleQueue[logging.LogRecord]
) -> None:
    config = DatabaseConfig(url, max_connections=2, leak_after=0.01)
    with Database.connect(config=config) as db, db.begin():
        warning = heard.get(timeout=30)
        (borrower,) = state(db).borrowers
        assert warning.levelno == logging.WARNING
        assert warning.getMessage().startswith("a connection is kept for 0.")
        assert warning.getMessage().endswith(
            f" s by {__file__}:{borrower.caller.line} in test_who_keeps_a_connection_is_warned_of_once_by_its_line"
        )
        assert borrower.is_overdue
        assert not state(db).is_leaked
        with db.begin():
            assert heard.get(timeout=30).getMessage() != warning.getMessage()  # The first is not warned of again.
            assert state(db).is_leaked


def test_a_look_warns_of_those_alone_who_are_late(url: str, heard: queue.SimpleQueue[logging.LogRecord]) -> None:
    with Database.connect(url) as db, db.begin():
        pool = db._pool
        assert isinstance(pool, Pool)
        for late, warned in ((1000.0, False), (0.0, True), (0.0, False)):
            _Look(pool._connections, pool._source, late)._run(pool._connections)
            assert heard.empty() is not warned
            if warned:
                heard.get()
        assert _Look(pool._connections, pool._source, 1000).pause == 15


def test_without_leak_after_nothing_is_overdue(narrow: Database) -> None:
    with narrow.begin():
        assert not state(narrow).borrowers[0].is_overdue


@pytest.mark.parametrize("wrong", [0, -1, math.inf, True, "1"])
def test_leak_after_is_a_number_of_seconds(wrong: object) -> None:
    with pytest.raises(ConfigError, match="leak_after is"):
        DatabaseConfig(leak_after=wrong)  # type: ignore[arg-type]  # on purpose
