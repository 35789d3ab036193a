"""Savepoints: what they undo, and when they are over."""

# ruff: noqa: PT012 - the block of a transaction is what raises

# ruff: noqa: PT012 - the block of a transaction is what raises
from __future__ import annotations

from collections.abc import Iterator

import pytest
from accounts import ADD_CY, OWNERS, ROWS, USES, Account, Accounts
from databases import fresh_database, one_connection

from ferra_sync import Conflict, Database, Db, DbErrorKind, QueryError, Transaction, insert_into

ADD_DEE = insert_into(Accounts).values(Account("dee"))


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Accounts) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with one_connection(database_url, ROWS) as db:
        yield db


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
