"""The ledger, on real databases. `pytest -n 4` runs it in four processes; no server need be there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger import Account, Accounts, Entry, NotEnoughError, statements, total, transfer

from ferra_sync import Database, PgRepository, select
from ferra_sync.testing import assert_queries, models, rehearsal, rows


@pytest.fixture
def accounts(ferra_db: Database) -> list[Account]:
    return PgRepository(Account, ferra_db).insert_many([Account("ann", Decimal(100)), Account("bob")])


def test_an_amount_is_moved(ferra_db: Database, accounts: list[Account]) -> None:
    ann, bob = accounts
    transfer(ferra_db, ann.id, bob.id, Decimal(30))
    assert [each.balance for each in ferra_db.fetch_all(select(Account).order_by(Accounts.owner))] == [70, 30]


def test_what_is_not_there_is_not_moved_in_part(ferra_db: Database, accounts: list[Account]) -> None:
    ann, bob = accounts
    with pytest.raises(NotEnoughError):
        transfer(ferra_db, bob.id, ann.id, Decimal(1))  # Its transaction is a savepoint here, and undone.
    assert statements(ferra_db) == {}
    assert total(ferra_db) == 100


@pytest.mark.parametrize("number", range(20))
def test_each_test_finds_the_database_empty(ferra_db: Database, number: int) -> None:
    assert total(ferra_db) == 0
    PgRepository(Account, ferra_db).insert(Account("ann", Decimal(number)))


def test_statements_are_one_query(ferra_db: Database, accounts: list[Account]) -> None:
    transfer(ferra_db, accounts[0].id, accounts[1].id, Decimal(1))
    with assert_queries(ferra_db, 1):
        assert statements(ferra_db) == {"ann": [Decimal(-1)], "bob": [Decimal(1)]}


@pytest.mark.ferra_n_plus_one(None)
def test_many_moves_from_one_line(ferra_db: Database, accounts: list[Account]) -> None:
    for _ in range(10):
        transfer(ferra_db, accounts[0].id, accounts[1].id, Decimal(1))
    assert len(statements(ferra_db)["ann"]) == 10


@pytest.mark.ferra_n_plus_one(None)
@pytest.mark.parametrize("moves", [1, 8])
def test_moves_at_the_same_time_lose_nothing(ferra_fresh_db: Database, moves: int) -> None:
    ann, bob = PgRepository(Account, ferra_fresh_db).insert_many([Account("ann", Decimal(100)), Account("bob")])
    with ThreadPoolExecutor(4) as threads:
        for _ in range(moves):
            threads.submit(transfer, ferra_fresh_db, ann.id, bob.id, Decimal(5))
    assert total(ferra_fresh_db) == 100
    assert statements(ferra_fresh_db)["bob"] == [5] * moves


@settings(max_examples=25, deadline=None)
@given(account=models(Account))
def test_any_account_can_be_stored(ferra_database: Database, account: Account) -> None:
    with rehearsal(ferra_database) as db:
        stored = PgRepository(Account, db).insert(account)
        assert (stored.owner, stored.balance) == (account.owner, account.balance)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_entries_are_told_to_their_owner(ferra_database: Database, data: st.DataObject) -> None:
    with rehearsal(ferra_database) as db:
        entry = data.draw(rows(db, Entry, Account))
        owner = PgRepository(Account, db).find_by_id(entry.account_id).owner
        assert statements(db)[owner] == [entry.amount]
