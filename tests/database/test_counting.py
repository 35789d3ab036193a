"""`db.counting()`: how many statements a block sends, and from where."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from databases import fresh_database
from heard import ROWS, Film, Films

from ferra_sync import Database, PgRepository, from_, select
from ferra_sync import functions as fn

ONE = select(Film).where(Films.id == 1)


@pytest.fixture(scope="module")
def url(server_url):
    with fresh_database(server_url, Films, script=ROWS) as url:
        yield url


@pytest.fixture(scope="module")
def db(url):
    with Database.connect(url) as db:
        yield db


def test_the_statements_of_the_block_are_counted_and_no_others(db):
    db.fetch_one(ONE)
    with db.counting() as n:
        db.fetch_one(ONE)
        assert n.queries == 1
        db.fetch_all(select(Film).limit(7))
    db.fetch_one(ONE)
    assert (n.queries, n.rows) == (2, 8)
    assert n.seconds > 0


def test_a_write_counts_as_one_the_first_time_too(db):
    with db.counting() as n, db.transaction() as tx:
        films = PgRepository(Film, tx)
        films.insert(Film("first"))
        films.insert(Film("second"))
        films.insert_many([Film("third"), Film("fourth")])
        tx.rollback()
    assert n.queries == 3


def test_a_transaction_that_was_begun_before_is_counted_and_its_commands_are_not(db):
    with db.transaction() as tx, db.counting() as n, tx.savepoint():
        tx.fetch_one(ONE)
    assert n.queries == 1


def test_counts_nest_and_do_not_disturb_each_other(db):
    with db.counting() as outer:
        db.fetch_one(ONE)
        with db.counting() as inner:
            db.fetch_one(ONE)
    assert (outer.queries, inner.queries) == (2, 1)


def test_all_threads_are_counted_or_this_one_alone(db):
    with db.counting() as all_of_them, db.counting(own_thread=True) as own, ThreadPoolExecutor(4) as pool:
        db.fetch_one(ONE)
        list(pool.map(lambda _: db.fetch_one(ONE), range(100)))
    assert (all_of_them.queries, own.queries) == (101, 1)


def test_a_statement_that_fails_is_counted(db):
    with db.counting() as n, pytest.raises(Exception, match="division"):
        db.fetch_all(select(Film).where(Films.likes / 0 == 1))
    assert n.queries == 1


def test_the_lines_say_what_was_sent_from_where(db):
    with db.counting() as n:
        for number in range(3):
            db.fetch_all(select(Film).where(Films.id == number))
        db.fetch_value(from_(Films).select(fn.count()))
    first, second = n.lines
    assert (first.times, first.summary, first.caller.file) == (3, "SELECT films", __file__)
    assert second.times == 1
    assert "3 x SELECT films from" in str(n)
    assert str(n).startswith("4 queries in ")


def test_a_text_of_many_lines_is_short(db):
    queries = [select(Film).where(Films.id.is_in([1])).limit(1)]
    with db.counting() as n:
        for number in range(12):
            queries.append(queries[-1].where(Films.id != number))
            db.fetch_all(queries[-1])
    assert len(n.lines) == 12
    assert str(n).endswith("and from 2 lines more")
    assert len(str(n).splitlines()) == 12


def test_what_is_sent_over_a_connection_of_anothers_is_counted(url):
    with psycopg.connect(url) as connection:
        db = Database.over(connection)
        with db.counting() as n:
            db.fetch_one(ONE)
            with db.transaction() as tx:
                tx.fetch_one(ONE)
            connection.execute("SELECT 1")
    assert n.queries == 2


def test_an_error_in_the_block_ends_the_count(db):
    with pytest.raises(ZeroDivisionError), db.counting() as n:
        raise ZeroDivisionError
    db.fetch_one(ONE)
    assert n.queries == 0
    assert not db._pool.listeners


def test_counts_that_come_and_go_beside_others_lose_nothing(db):
    def count(number):
        with db.counting(own_thread=True) as n:
            for _ in range(number):
                db.fetch_one(ONE)
        return n.queries

    with db.counting() as everything, ThreadPoolExecutor(4) as pool:
        numbers = [1, 7, 3, 20] * 10
        assert list(pool.map(count, numbers)) == numbers
    assert everything.queries == sum(numbers)
    assert not db._pool.listeners
