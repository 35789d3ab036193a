"""A database in a file, shared by threads and by the processes that a fork makes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from ferra_sync import SERVER_DEFAULT, FerraModel, SqliteDatabase, Table, select, update
from ferra_sync import types as t
from ferra_sync.errors import QueryError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


class Tallies(Table):
    id = t.serial(primary_key=True)
    number = t.integer()


@attrs.define
class Tally(FerraModel[Tallies]):
    number: int
    id: int = SERVER_DEFAULT


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with SqliteDatabase.connect(f"sqlite:///{tmp_path}/tallies.db") as db:
        db.create_tables(Tallies)
        yield db


def in_child(work: Callable[[], None]) -> None:
    """Do something in a forked child, and assert that it came to its end."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0


def numbers(db: SqliteDatabase) -> list[int]:
    return [each.number for each in db.fetch_all(select(Tally).order_by(Tallies.id))]


def test_a_child_reads_and_writes_and_its_parent_goes_on(db: SqliteDatabase) -> None:
    rows = db.repository(Tally)
    rows.insert(Tally(1))

    def work() -> None:
        assert numbers(db) == [1]
        rows.insert(Tally(2))
        db.close()

    in_child(work)
    rows.insert(Tally(3))
    assert numbers(db) == [1, 2, 3]


def test_a_child_leaves_the_parents_transaction_alone(db: SqliteDatabase) -> None:
    rows = db.repository(Tally)

    def work() -> None:
        with pytest.raises(QueryError, match="belongs to the process that began it"):
            rows.insert_in_tx(tx, Tally(2))
        with pytest.raises(QueryError, match="belongs to"), tx.transaction():
            raise AssertionError
        assert numbers(db) == []
        streamed.close()

    rows.insert(Tally(0))
    streamed = db.stream(select(Tally))
    next(streamed)
    rows.delete(1)
    with db.transaction() as tx:
        rows.insert_in_tx(tx, Tally(1))
        in_child(work)
        rows.insert_in_tx(tx, Tally(3))
    streamed.close()
    assert numbers(db) == [1, 3]


def test_a_child_that_leaves_the_block_of_a_transaction_ends_nothing(db: SqliteDatabase) -> None:
    rows = db.repository(Tally)
    parent = os.getpid()
    try:
        with db.transaction() as tx:
            rows.insert_in_tx(tx, Tally(1))
            child = os.fork()
            if child == 0:
                raise InterruptedError  # noqa: TRY301 - the block is what is tested
            assert os.waitpid(child, 0)[1] == 0
    except InterruptedError:
        os._exit(0 if os.getpid() != parent and numbers(db) == [] else 1)
    assert numbers(db) == [1]


def test_threads_count_together(db: SqliteDatabase) -> None:
    rows = db.repository(Tally)
    rows.insert(Tally(0))

    def work(_: int) -> int:
        with db.transaction() as tx:
            (found,) = tx.fetch_all(select(Tally))
            tx.execute(update(Tallies).find(found.id).set(Tallies.number.to(found.number + 1)))
        return len(numbers(db))

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(work, range(60))) == {1}
    assert numbers(db) == [60]
