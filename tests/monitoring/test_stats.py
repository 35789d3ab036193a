"""`db.stats()`: what a `Statistics` among the observers has counted, and what the connections do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import attrs
import psycopg
import pytest
from databases import fresh_database
from hypothesis import given
from hypothesis import strategies as st

from ferra_sync import (
    ConfigError,
    Conflict,
    Database,
    DatabaseConfig,
    Db,
    DbErrorKind,
    FerraModel,
    QueryError,
    Table,
    insert_into,
    select,
)
from ferra_sync import types as t
from ferra_sync._database.statistics import BOUNDS, _Tally
from ferra_sync._postgres.observer import QueryEvent
from ferra_sync._postgres.telling import Command
from ferra_sync.monitoring import Counted, StatementStats, Statistics

SECRET = "zq-secret"


class Lamps(Table):
    id = t.integer(primary_key=True)
    name = t.text()


@attrs.define
class Lamp(FerraModel[Lamps]):
    id: int
    name: str


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Lamps) as url:
        yield url


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    with Database.connect(url, observers=(Statistics(),)) as db:
        with db.transaction() as tx, tx.connection() as connection:
            connection.execute("TRUNCATE lamps")
        db.fetch_all(select(Lamp))  # Its statement is made, and the columns are looked at.
    with Database.connect(url, observers=(Statistics(),)) as db:
        yield db


def counted(db: Database) -> Counted:
    found = db.stats().counted
    assert found is not None
    return found


def of(statements: tuple[StatementStats, ...], summary: str) -> StatementStats:
    (found,) = (each for each in statements if each.summary == summary)
    return found


def test_statements_are_counted_by_their_text_and_the_slowest_has_its_line(db: Database) -> None:
    for number in range(3):
        db.execute(insert_into(Lamps).values(Lamp(number, SECRET)))
    db.fetch_all(select(Lamp))
    with pytest.raises(Conflict):
        db.execute(insert_into(Lamps).values(Lamp(1, SECRET)))
    found = counted(db)
    inserted = of(found.most_frequent, "INSERT lamps")
    assert found.most_frequent[0] == inserted
    assert (inserted.calls, inserted.errors, inserted.rows) == (4, 1, 3)
    assert inserted.seconds >= inserted.longest >= inserted.mean > 0
    assert inserted.caller is not None
    assert inserted.caller.file == __file__
    assert inserted.sql.startswith("INSERT INTO")
    read = of(found.slowest, "SELECT lamps")
    assert (read.calls, read.errors, read.rows) == (1, 0, 3)
    assert (found.queries.count, found.errors, found.not_told_apart) == (5, 1, 0)
    assert found.slowest[0].longest == found.queries.longest
    assert SECRET not in repr(found)


def test_waits_and_uses_of_connections_are_counted(db: Database) -> None:
    before = counted(db)
    db.ping()
    with db.connection():
        pass
    with db.transaction():
        db.ping()
    found = counted(db)
    assert found.waits.count - before.waits.count == 4
    assert found.uses.count - before.uses.count == 4
    assert found.uses.longest > 0
    db.health()  # On a connection that nobody else needs: that is no use.
    assert counted(db).uses.count == found.uses.count
    assert counted(db).waits.count == found.waits.count


def test_a_wait_is_as_long_as_it_was(url: str) -> None:
    config = DatabaseConfig(url, max_connections=1, min_connections=1, observers=(Statistics(),))
    with Database.connect(config=config) as db, ThreadPoolExecutor(1) as threads:
        with db.connection():
            waiting = threads.submit(db.ping)
            while not db.stats().pool.waiting:
                pass
            threading.Event().wait(0.02)
        waiting.result(timeout=30)
        found = counted(db)
        assert found.waits.longest >= 0.02
        assert found.uses.longest >= 0.02


def test_transactions_are_counted_by_how_they_ended(db: Database) -> None:
    with db.transaction():
        pass
    with db.begin():
        pass
    with pytest.raises(ZeroDivisionError), db.transaction():
        raise ZeroDivisionError
    found = counted(db)
    assert found.outcomes == {"committed": 1, "rolled back": 2}
    assert found.transactions.count == 3


def test_a_transaction_that_begins_again_is_counted(db: Database) -> None:
    tried = []

    def work(_tx: object) -> None:
        tried.append(1)
        if len(tried) < 3:
            raise Db("again", kind=DbErrorKind.DEADLOCK)

    db.run_in_transaction(work)
    assert counted(db).retries == 2


def test_the_ends_of_connections_are_counted_by_their_reason(url: str) -> None:
    with Database.connect(url, observers=(Statistics(),)) as db:
        with db.connection() as connection:
            connection.close()
        db.ping()
        while "lost" not in counted(db).closes:
            pass
        assert counted(db).connects.count >= 2
    assert counted(db).closes["lost"] == 1
    assert counted(db).closes["closed"] >= 1


def test_without_statistics_there_is_what_the_connections_do(url: str) -> None:
    with Database.connect(url) as db, db.begin():
        stats = db.stats()
        assert stats.counted is None
        assert stats.pool.in_use == 1
        assert stats.pool.borrowers[0].caller.file == __file__


def test_statements_of_too_many_kinds_are_counted_together() -> None:
    statistics = Statistics(most=2)
    for number in (1, 2, 3, 3, 1):
        statistics.on_query(QueryEvent(Command(b"SELECT %d" % number, is_internal=False), 0, 0.1, 1))
    found = statistics.counted()
    assert (len(found.most_frequent), found.not_told_apart, found.queries.count) == (2, 2, 5)


@pytest.mark.parametrize("most", [0, True, 1.5])
def test_a_number_of_statements_is_one(most: object) -> None:
    with pytest.raises(ConfigError, match="most is a number of statements"):
        Statistics(most=most)  # type: ignore[arg-type]  # on purpose


def test_somebody_elses_connection_has_no_statistics(url: str) -> None:
    with psycopg.connect(url) as connection, pytest.raises(QueryError, match="stats needs connections of its own"):
        Database.over(connection).stats()


@given(st.lists(st.floats(0, 100)), st.floats(0, 1))
def test_a_quantile_is_a_bound_above_that_part_of_all_and_below_most_of_the_rest(
    times: list[float], part: float
) -> None:
    tally = _Tally()
    for each in times:
        tally.add(each)
    found = tally.histogram()
    assert found.count == len(times) == sum(found.counts)
    bound = found.quantile(part)
    if not times:
        assert (bound, found.mean) == (None, None)
        return
    assert bound is not None
    assert sum(each <= bound for each in times) >= part * len(times)
    assert bound <= max(times)
    smaller = max((each for each in BOUNDS if each < bound), default=-1.0)
    assert part == 0 or sum(each <= smaller for each in times) < part * len(times)


@pytest.mark.parametrize("part", [-0.1, 1.1, float("nan")])
def test_a_part_of_all_is_from_0_to_1(part: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        Statistics().counted().waits.quantile(part)
