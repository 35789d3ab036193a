"""`tx.connection()`: psycopg inside a transaction, whose end stays the transaction's."""

# ruff: noqa: PT012 - the block of a transaction is what raises
from __future__ import annotations

import psycopg
import pytest
from accounts import ADD_CY, OWNERS, ROWS, TOTAL, Accounts
from databases import fresh_database, one_connection
from psycopg.rows import dict_row
from psycopg.types.string import StrDumper

from ferra_sync import Database, Db, DbErrorKind, QueryError, update

SPEND = b"UPDATE accounts SET balance = balance - 1"


class _Shouting(StrDumper):
    def dump(self, obj):
        return str(obj).upper().encode()


@pytest.fixture(scope="module")
def url(server_url):
    with fresh_database(server_url, Accounts) as url:
        yield url


@pytest.fixture
def pooled(url):
    """A database with one connection, so that the next borrower meets what the last one left."""
    with one_connection(url, ROWS) as db:
        yield db


@pytest.fixture(params=["a pool", "autocommit", "autocommit off"])
def db(request, pooled, url):
    if request.param == "a pool":
        yield pooled
        return
    with psycopg.connect(url, autocommit=request.param == "autocommit") as connection:
        yield Database.over(connection)


def test_what_is_done_on_it_belongs_to_the_transaction(db):
    with db.transaction() as tx:
        with tx.connection() as connection:
            assert connection.execute(SPEND).rowcount == 2
            assert tx.fetch_value(TOTAL) == 198
            with connection.transaction(force_rollback=True):
                connection.execute(SPEND)
        assert tx.fetch_value(TOTAL) == 198
        tx.rollback()
    assert db.fetch_value(TOTAL) == 200


def test_it_is_committed_with_the_transaction(db):
    with db.transaction() as tx, tx.connection() as connection:
        connection.execute(SPEND)
    assert db.fetch_value(TOTAL) == 198


FORBIDDEN = {
    "commit": lambda connection: connection.commit(),
    "rollback": lambda connection: connection.rollback(),
    "set_autocommit": lambda connection: setattr(connection, "autocommit", not connection.autocommit),
    "close": lambda connection: connection.close(),
}


@pytest.mark.parametrize(("name", "use"), FORBIDDEN.items(), ids=FORBIDDEN)
def test_what_would_end_the_transaction_is_refused_by_name(db, name, use):
    with db.transaction() as tx:
        with tx.connection() as connection:
            connection.execute(SPEND)
            with pytest.raises(QueryError, match=f"^{name} is not for a connection lent by"):
                use(connection)
        assert tx.fetch_value(TOTAL) == 198


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_the_transaction_ends_outside_of_the_block(db, end):
    with db.begin() as tx:
        with tx.connection() as outer, tx.connection() as inner:
            assert outer is inner
        with tx.connection(), pytest.raises(QueryError, match="is lent: leave the block"):
            getattr(tx, end)()
        assert tx.fetch_value(TOTAL) == 200


@pytest.mark.parametrize("command", ["COMMIT", "ROLLBACK", "COMMIT AND CHAIN", "ROLLBACK; BEGIN"])
def test_an_end_by_sql_is_found_at_the_end_of_the_block(pooled, command):
    with pytest.raises(QueryError, match=r"ended by SQL inside tx\.connection\(\)"), pooled.transaction() as tx:
        with tx.connection() as connection:
            connection.execute(SPEND)
            connection.execute(command.encode())
        raise AssertionError
    assert not tx.is_open
    assert pooled.fetch_value(TOTAL) == (198 if command.startswith("COMMIT") else 200)


def test_in_a_savepoint_too_and_all_around_it_is_over(db):
    with (
        pytest.raises(QueryError, match="ended by SQL"),
        db.transaction() as tx,
        tx.savepoint() as savepoint,
        savepoint.connection() as connection,
    ):
        connection.execute("ROLLBACK")
    assert not tx.is_open
    assert not savepoint.is_open
    assert db.fetch_value(TOTAL) == 200


def test_an_error_of_the_block_goes_before_the_end_that_it_found(pooled):
    with pytest.raises(ZeroDivisionError), pooled.transaction() as tx, tx.connection() as connection:
        connection.execute("ROLLBACK")
        raise ZeroDivisionError
    assert pooled.fetch_value(TOTAL) == 200


def test_a_savepoint_that_is_undone_undoes_what_was_done_on_it(db):
    with db.transaction() as tx:
        failure = pytest.raises(psycopg.errors.DivisionByZero)
        with failure, tx.savepoint() as savepoint, savepoint.connection() as connection:
            connection.execute(SPEND)
            connection.execute("SELECT 1 / 0")
        assert tx.fetch_value(TOTAL) == 200


def test_an_error_fails_the_transaction_as_psycopgs_do(db):
    with pytest.raises(Db) as caught, db.transaction() as tx:
        with tx.connection() as connection, pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("SELECT 1 / 0")
        with pytest.raises(Db, match="aborted"):
            tx.execute(ADD_CY)
        with pytest.raises(Db, match="aborted"), tx.connection():
            pass
    assert caught.value.kind is DbErrorKind.FAILED_TRANSACTION
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_its_options_are_afterwards_as_before(db):
    with db.transaction() as tx:
        before = {name: value for name, value in vars(tx._connection).items() if name != "lock"}
        threshold = tx._connection.prepare_threshold
        said = []
        with tx.connection() as connection:
            connection.row_factory = dict_row
            connection.cursor_factory = psycopg.ClientCursor
            connection.server_cursor_factory = psycopg.ServerCursor
            connection.adapters.register_dumper(str, _Shouting)
            connection.add_notice_handler(said.append)
            connection.add_notify_handler(said.append)
            connection.prepare_threshold, connection.prepared_max = 0, 1
            assert connection.execute("SELECT %s AS a", ["x"]).fetchone() == {"a": "X"}
            assert tx.execute(ADD_CY) == 1
        after = {name: value for name, value in vars(tx._connection).items() if name != "lock"}
        assert after == before
        assert tx._connection.prepare_threshold == threshold
        with tx.connection() as connection:
            assert connection.execute("SELECT %s", ["x"]).fetchone() == ("x",)
            connection.execute("DO $$ BEGIN RAISE NOTICE 'for whom?'; END $$")
        assert said == []
        tx.rollback()


def test_what_it_set_in_a_session_of_the_pool_reaches_no_next_borrower(pooled):
    with pooled.transaction() as tx, tx.connection() as kept:
        kept.execute("SET work_mem = '77MB'; CREATE TEMP TABLE notes (id int)")
    with pooled.connection() as connection:
        shown = connection.execute("SELECT current_setting('work_mem') = '77MB', to_regclass('notes')")
        assert shown.fetchone() == (False, None)
    with pytest.raises(QueryError, match="given back"):
        kept.execute("SELECT 1")


def test_what_it_set_on_its_owners_connection_stays(url):
    with psycopg.connect(url, autocommit=True) as connection:
        with Database.over(connection).transaction() as tx, tx.connection() as lent:
            lent.execute("SET work_mem = '77MB'")
        assert lent.execute("SHOW work_mem").fetchone() == ("77MB",)


def test_a_transaction_that_is_over_lends_nothing(db):
    tx = db.begin()
    tx.commit()
    with pytest.raises(QueryError, match="over"), tx.connection():
        pass


def test_a_connection_that_is_lost_meanwhile_is_said_by_the_next_verb(pooled):
    with pytest.raises(Db) as caught, pooled.transaction() as tx:
        with tx.connection() as connection, pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        tx.execute(update(Accounts).all_rows().set(Accounts.balance.to(0)))
    assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION
    assert pooled.fetch_value(TOTAL) == 200
