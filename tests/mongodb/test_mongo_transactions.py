"""Transactions, lost servers, forks and URLs."""

# ruff: noqa: PT012 - the block of a transaction is what raises

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from shelf import Book, Loan, Versioned

from ferra_sync import (
    ConfigError,
    Conflict,
    DatabaseConfig,
    Db,
    DbErrorKind,
    MongoDatabase,
    MongoTransaction,
    QueryError,
)


def test_a_transaction_is_there_as_a_whole_or_not_at_all(mongo: MongoDatabase) -> None:
    books = mongo.repository(Book)
    with mongo.transaction() as tx:
        book = books.insert_in_tx(tx, Book("Emma", 1815))
        assert book.created_at == tx.moment
        assert books.count() == 0
        assert books.find_page_in_tx(tx).total == 1
    assert books.find_by_id(book.id) == book
    with pytest.raises(RuntimeError), mongo.transaction() as tx:
        books.update_in_tx(tx, book.id, Book("Emma", 1))
        books.insert_in_tx(tx, Book("Persuasion", 1817))
        books.delete_in_tx(tx, book.id)
        raise RuntimeError
    assert books.find_all() == [book]
    with mongo.transaction() as tx:
        books.delete_in_tx(tx, book.id)
        tx.rollback()
    assert books.exists(book.id)


def test_an_error_of_the_server_ends_the_transaction(mongo: MongoDatabase) -> None:
    books = mongo.repository(Book)
    with pytest.raises(Db) as caught, mongo.transaction() as tx:
        books.insert_in_tx(tx, Book("Emma", 1815))
        with pytest.raises(Conflict, match="books_title_key"):
            books.insert_in_tx(tx, Book("Emma", 1816))
        books.insert_in_tx(tx, Book("Persuasion", 1817))
    assert caught.value.kind is DbErrorKind.FAILED_TRANSACTION
    assert books.count() == 0


def test_two_that_write_one_row_are_told_and_tried_again(mongo: MongoDatabase) -> None:
    rows = mongo.repository(Versioned)
    rows.insert(Versioned(1, "a"))
    with pytest.raises(Db) as caught, mongo.transaction() as one, mongo.transaction() as other:
        rows.update_in_tx(one, 1, Versioned(1, "b"))
        rows.update_in_tx(other, 1, Versioned(1, "c"))
    assert caught.value.kind is DbErrorKind.SERIALIZATION_FAILURE

    def count(tx: MongoTransaction) -> None:
        row = rows.find_by_id_in_tx(tx, 1)
        rows.update_in_tx(tx, 1, Versioned(1, row.text + "."))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: mongo.run_in_transaction(count, retries=1000), range(12)))
    assert rows.find_by_id(1).text == "a" + "." * 12


def test_work_is_run_again_from_its_beginning_where_another_wrote_the_row(mongo: MongoDatabase) -> None:
    rows, texts = mongo.repository(Versioned), ["b", "c", "d"]
    rows.insert(Versioned(1, "a"))

    def work(tx: MongoTransaction) -> str:
        seen = rows.find_by_id_in_tx(tx, 1).text
        if texts:
            rows.update(1, Versioned(1, texts.pop(0)))
        return rows.update_in_tx(tx, 1, Versioned(1, seen + "!")).text

    with pytest.raises(Db) as caught:
        mongo.run_in_transaction(work, retries=1)
    assert caught.value.kind is DbErrorKind.SERIALIZATION_FAILURE
    assert mongo.run_in_transaction(work) == "d!"


def test_work_that_fails_otherwise_is_done_once(mongo: MongoDatabase) -> None:
    calls: list[int] = []

    def work(tx: MongoTransaction) -> None:
        calls.append(1)
        raise KeyError

    with pytest.raises(KeyError):
        mongo.run_in_transaction(work)
    assert calls == [1]


def test_a_transaction_that_has_ended_or_is_another_databases_is_refused(
    mongo: MongoDatabase, mongodb_url: str
) -> None:
    loans = mongo.repository(Loan)
    with mongo.transaction() as tx:
        pass
    calls: list[Callable[[], object]] = [lambda: loans.insert_in_tx(tx, Loan("a")), tx.commit, tx.rollback]
    for call in calls:
        with pytest.raises(QueryError, match="the transaction has ended"):
            call()
    with MongoDatabase.connect(mongodb_url) as db, db.transaction() as other:
        with pytest.raises(QueryError, match="of another MongoDatabase"):
            loans.insert_in_tx(other, Loan("a"))
        with pytest.raises(QueryError, match="a MongoTransaction is needed"):
            loans.insert_in_tx(db, Loan("a"))  # type: ignore[arg-type]  # wrong on purpose


def test_a_forked_child_connects_anew_and_leaves_the_parents_transaction(mongo: MongoDatabase) -> None:
    loans = mongo.repository(Loan)
    loans.insert(Loan("parent"))
    with mongo.transaction() as tx:
        loans.insert_in_tx(tx, Loan("in the transaction"))
        child = os.fork()
        if child == 0:
            code = 1
            try:
                loans.insert(Loan("child"))
                with pytest.raises(Db, match="belongs to the process that began it"):
                    loans.insert_in_tx(tx, Loan("of both"))
                mongo.close()
                code = 0
            finally:
                os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
    assert {each.reader for each in loans.find_all()} == {"parent", "in the transaction", "child"}


def test_a_server_that_is_away_is_told_without_the_password() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"mongodb://user:secret@127.0.0.1:{port}/app"
    with MongoDatabase.connect(DatabaseConfig(url, connect_timeout=0.2)) as db:
        for call in (db.ping, lambda: db.repository(Loan).insert(Loan("a"))):
            with pytest.raises(Db) as caught:
                call()
            assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION
            assert "secret" not in f"{caught.value!r}{caught.value.__cause__}{caught.value.__context__}{db!r}"


def test_a_server_that_does_not_answer_is_given_up() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"mongodb://127.0.0.1:{silent.getsockname()[1]}/app"
        config = DatabaseConfig(url, connect_timeout=0.2, statement_timeout=0.2)
        with MongoDatabase.connect(config) as db, pytest.raises(Db) as caught:
            db.ping()
    assert caught.value.kind in {DbErrorKind.CLOSED_CONNECTION, DbErrorKind.TIMEOUT}


def test_a_closed_database_says_so(mongodb_url: str) -> None:
    db = MongoDatabase.connect(mongodb_url)
    db.ping()
    db.close()
    db.close()
    with pytest.raises(Db, match="the database is closed") as caught:
        db.ping()
    assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://a:secret@h/db", "begins with mongodb:// or"),
        ("mongodb://a:secret@h", "names no database"),
        ("mongodb://a:secret@h:port/db", "cannot be used"),
        ("mongodb://a:sec/ret@h/db", "cannot be used"),
        ("mongodb://a:secret@h/db?w=-3", "cannot be used"),
        ("mongodb://", "cannot be used"),
        (3, "begins with mongodb:// or"),
    ],
)
def test_a_url_that_cannot_be_used_is_told_and_not_shown(url: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        MongoDatabase.connect(url)
    assert "sec" not in f"{caught.value}{caught.value.__context__}"


def test_threads_share_a_database(mongo: MongoDatabase) -> None:
    loans, start = mongo.repository(Loan), threading.Barrier(8)

    def work(number: int) -> int:
        start.wait()
        return loans.find_by_id(loans.insert(Loan(f"{number}")).id).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(work, range(8)))) == 8
