"""Transactions: what is kept, what is undone, and what is refused afterwards."""

# ruff: noqa: PT012 - the block of a transaction is what raises

# ruff: noqa: PT012 - the block of a transaction is what raises
from __future__ import annotations

from collections.abc import Iterator

import attrs
import pytest
from accounts import ADD_CY, OWNERS, ROWS, USES, Account, Accounts, setting
from databases import fresh_database, one_connection

from ferra_sync import (
    Conflict,
    Database,
    DatabaseConfig,
    Db,
    DbErrorKind,
    FerraModel,
    QueryError,
    Table,
    Transaction,
    from_,
    insert_into,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

DEFERRED = """
CREATE TABLE parents (id integer PRIMARY KEY);
CREATE TABLE children (
    id integer PRIMARY KEY, parent integer NOT NULL REFERENCES parents DEFERRABLE INITIALLY DEFERRED
);
"""


class Parents(Table):
    id = t.integer(primary_key=True)


class Children(Table):
    id = t.integer(primary_key=True)
    parent = t.integer(references=Parents.id)


@attrs.define
class Child(FerraModel[Children]):
    id: int
    parent: int


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Accounts, script=DEFERRED) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with one_connection(database_url, ROWS) as db:
        yield db


@pytest.fixture
def shared(db: Database, database_url: str) -> Iterator[Database]:
    """A database for several threads."""
    with Database.connect(config=DatabaseConfig(database_url, max_connections=8)) as shared:
        yield shared


def test_leaving_the_block_commits(db):
    with db.transaction() as tx:
        tx.execute(ADD_CY)
        assert tx.is_open
    assert not tx.is_open
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_nobody_else_sees_the_changes_before_the_commit(shared):
    with shared.transaction() as tx:
        tx.execute(ADD_CY)
        assert tx.fetch_all(OWNERS) == ["ann", "bob", "cy"]
        assert shared.fetch_all(OWNERS) == ["ann", "bob"]
    assert shared.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_an_error_rolls_back_and_comes_out_as_it_is(db):
    error = RuntimeError("mine")
    with pytest.raises(RuntimeError) as caught, db.transaction() as tx:
        tx.execute(ADD_CY)
        raise error
    assert caught.value is error
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_an_error_of_the_database_rolls_back_and_comes_out_as_it_is(db):
    with pytest.raises(Conflict), db.transaction() as tx:
        tx.execute(ADD_CY)
        tx.execute(ADD_CY)
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_rollback_inside_the_block_undoes_and_leaving_it_is_no_error(db):
    with db.transaction() as tx:
        tx.execute(ADD_CY)
        tx.rollback()
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_commit_inside_the_block_keeps_and_leaving_it_is_no_error(db):
    with db.transaction() as tx:
        tx.execute(ADD_CY)
        tx.commit()
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_an_error_after_the_commit_undoes_nothing(db):
    with pytest.raises(RuntimeError), db.transaction() as tx:
        tx.execute(ADD_CY)
        tx.commit()
        raise RuntimeError
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_begin_and_commit_keep_the_changes(db):
    tx = db.begin()
    tx.execute(ADD_CY)
    tx.commit()
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_begin_and_rollback_undo_the_changes(db):
    tx = db.begin()
    tx.execute(ADD_CY)
    tx.rollback()
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_begin_as_a_context_manager_rolls_back_without_a_commit(db):
    with db.begin() as tx:
        tx.execute(ADD_CY)
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_begin_as_a_context_manager_keeps_what_was_committed(db):
    with db.begin() as tx:
        tx.execute(ADD_CY)
        tx.commit()
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


@pytest.mark.parametrize("end", [Transaction.commit, Transaction.rollback])
@pytest.mark.parametrize("use", USES)
def test_a_transaction_that_is_over_cannot_be_used(db, end, use):
    tx = db.begin()
    end(tx)
    with pytest.raises(QueryError, match="over"):
        use(tx)
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_a_swallowed_failure_makes_the_commit_fail_and_nothing_is_written(db):
    with pytest.raises(Db) as caught, db.transaction() as tx:
        tx.execute(ADD_CY)
        with pytest.raises(Conflict):
            tx.execute(insert_into(Accounts).values(Account("ann")))
    assert caught.value.kind is DbErrorKind.FAILED_TRANSACTION
    assert caught.value.sqlstate == "25P02"
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_after_a_failed_statement_the_transaction_takes_no_other(db):
    with db.begin() as tx:
        with pytest.raises(Conflict):
            tx.execute(insert_into(Accounts).values(Account("ann")))
        with pytest.raises(Db) as caught:
            tx.fetch_all(OWNERS)
        assert caught.value.kind is DbErrorKind.FAILED_TRANSACTION
        with pytest.raises(Db) as caught:
            tx.savepoint()
        assert caught.value.kind is DbErrorKind.FAILED_TRANSACTION


def test_a_constraint_that_is_checked_at_commit_fails_there_and_nothing_is_written(db):
    with pytest.raises(Db) as caught, db.transaction() as tx:
        tx.execute(insert_into(Children).values(Child(1, 99)))
    assert caught.value.kind is DbErrorKind.FOREIGN_KEY_VIOLATION
    assert not tx.is_open
    assert db.fetch_value(from_(Children).select(fn.count())) == 0


@pytest.mark.parametrize("level", ["read committed", "repeatable read", "serializable"])
def test_the_isolation_level_is_in_force(db, level):
    with db.transaction(isolation=level) as tx:
        assert setting(tx, "transaction_isolation") == level
    with db.begin(isolation=level) as tx:
        assert setting(tx, "transaction_isolation") == level
    db.run_in_transaction(lambda tx: setting(tx, "transaction_isolation"), isolation=level)


def test_without_a_level_the_servers_default_holds_and_none_stays_from_the_one_before(db):
    with db.transaction(isolation="serializable", read_only=True, deferrable=True):
        pass
    with db.transaction() as tx:
        assert setting(tx, "transaction_isolation") == "read committed"
        assert setting(tx, "transaction_read_only") == "off"
        assert setting(tx, "transaction_deferrable") == "off"


def test_repeatable_read_sees_one_moment(shared):
    with shared.transaction(isolation="repeatable read") as tx:
        before = tx.fetch_all(OWNERS)
        shared.execute(ADD_CY)
        assert tx.fetch_all(OWNERS) == before


def test_a_read_only_transaction_refuses_writes(db):
    with pytest.raises(Db) as caught, db.transaction(read_only=True) as tx:
        assert tx.fetch_all(OWNERS) == ["ann", "bob"]
        tx.execute(ADD_CY)
    assert caught.value.kind is DbErrorKind.READ_ONLY_TRANSACTION
    db.execute(ADD_CY)


def test_a_deferrable_transaction_is_deferrable(db):
    with db.transaction(isolation="serializable", read_only=True, deferrable=True) as tx:
        assert setting(tx, "transaction_deferrable") == "on"
        assert tx.fetch_all(OWNERS) == ["ann", "bob"]


@pytest.mark.parametrize("level", ["SERIALIZABLE", "chaos", "serializable; DROP TABLE accounts", 1])
def test_an_isolation_level_that_does_not_exist_is_refused(db, level):
    with pytest.raises(QueryError, match="serializable"):
        db.begin(isolation=level)
    db.ping()
