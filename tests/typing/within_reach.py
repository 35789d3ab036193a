"""What runs on a database and a transaction alike, and psycopg beside it: what both checkers accept and reject."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, assert_type

import psycopg
from domain import User, Users

from ferra_sync import Database, Executor, PgRepository, Savepoint, Transaction, select, update

db = Database.connect()


def register(executor: Executor, user: User) -> User:
    with executor.transaction() as tx:
        assert_type(tx, Transaction)
        return PgRepository(User, executor).insert_in_tx(tx, user)


def count(tx: Transaction) -> int:
    tx.lock("users", shared=True, timeout=1.5)
    return tx.execute(update(Users).all_rows().set(Users.name.to("x")))


def everything(executor: Executor) -> None:
    assert_type(executor.fetch_all(select(User)), list[User])
    assert_type(executor.run_in_transaction(count), int)
    with executor.connection() as connection:
        assert_type(connection, psycopg.Connection[Any])


def over(conn: psycopg.Connection[tuple[int, str]]) -> Database:
    return Database.over(conn)


everything(db)
register(db, User(1, "x"))
with db.transaction(isolation="serializable") as tx, tx.transaction() as nested:
    everything(tx)
    everything(nested)
    assert_type(nested, Transaction)
    assert_type(tx.savepoint(), Savepoint)
    assert_type(tx.lock("users", wait=False), None)
with db.lock("nightly", timeout=1) as held:
    assert_type(held, None)
lock: AbstractContextManager[None] = db.lock("nightly", shared=True)

# Rejected

tx.transaction(isolation="snapshot")  # R885 a level that PostgreSQL has not
tx.run_in_transaction(lambda: 1)  # R886 work that takes no transaction
db.lock(7)  # R887 a number for a name
db.lock("nightly", timeout="1s")  # R888 a text for a number of seconds
db.lock("nightly", 1)  # R889 a timeout by position
tx.lock("nightly", mode="shared")  # R890 an option that there is not
with tx.lock("nightly"):  # R891 a transaction's lock as a block
    pass


def begun(executor: Executor, conn: psycopg.Connection) -> None:
    Database.over("postgres://localhost/shop")  # R892 a URL for a connection
    Database.over(conn.cursor())  # R893 a cursor for a connection
    Database.over(db)  # R894 a database for a connection
    everything(conn)  # R895 psycopg's connection for an executor
    executor.begin()  # R896 a transaction without an end, where a part of one may be meant
