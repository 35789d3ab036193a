"""A database: how it is opened, what it lends, and how it is closed."""

# ruff: noqa: PT012 - the block of a transaction is what raises

# ruff: noqa: PT012 - the block of a transaction is what raises
from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from databases import fresh_database, one_connection
from notes import ROWS, Note, Notes
from tables import create_tables

from ferra_sync import ConfigError, Database, DatabaseConfig, Db, DbErrorKind, delete_from, from_, insert_into, select
from ferra_sync import functions as fn


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Notes) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with one_connection(database_url, ROWS) as db:
        yield db


def test_each_call_writes_for_good(db, database_url):
    db.execute(insert_into(Notes).values(Note("kept")))
    with psycopg.connect(database_url) as other:
        assert other.execute("SELECT count(*) FROM notes WHERE title = 'kept'").fetchone() == (1,)


def test_ping_asks_the_server_and_says_nothing(db):
    assert db.ping() is None


def test_close_may_be_called_twice(database_url):
    db = Database.connect(database_url)
    db.close()
    db.close()


@pytest.mark.parametrize("verb", ["fetch_all", "fetch_one", "fetch_optional", "fetch_value", "fetch_page"])
def test_reading_a_closed_database_is_a_closed_connection(db, verb):
    db.close()
    with pytest.raises(Db) as caught:
        getattr(db, verb)(select(Notes.id))
    assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION


def test_every_other_verb_of_a_closed_database_is_a_closed_connection(db):
    def lend():
        with db.connection():
            pass

    db.close()
    for call in (
        db.ping,
        db.begin,
        lend,
        lambda: db.execute(delete_from(Notes).all_rows()),
        lambda: list(db.stream(select(Note))),
        lambda: list(db.batches(select(Note))),
        lambda: db.run_in_transaction(lambda tx: tx.fetch_all(select(Note))),
    ):
        with pytest.raises(Db) as caught:
            call()
        assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION


def test_as_a_context_manager_a_database_is_closed_at_the_end(database_url):
    with Database.connect(database_url) as db:
        db.ping()
    with pytest.raises(Db, match="closed"):
        db.ping()


def test_an_error_leaves_the_context_manager_as_it_is_and_closes_the_database(database_url):
    error = RuntimeError("mine")
    with pytest.raises(RuntimeError) as caught, Database.connect(database_url) as db:
        raise error
    assert caught.value is error
    with pytest.raises(Db, match="closed"):
        db.ping()


def test_connection_lends_psycopg_itself_in_autocommit(db):
    with db.connection() as connection:
        assert isinstance(connection, psycopg.Connection)
        assert connection.autocommit
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert connection.execute("SELECT %s, %s, pg_typeof(%s)::text", (1, "two", 3)).fetchone() == (
            1,
            "two",
            "smallint",
        )


def test_connection_is_given_back_also_after_an_error(db):
    with pytest.raises(psycopg.errors.UndefinedTable), db.connection() as connection:
        connection.execute("SELECT * FROM ghosts")
    db.ping()


def test_what_a_borrower_left_open_is_rolled_back(db):
    with db.connection() as connection:
        connection.execute("BEGIN")
        connection.execute("DELETE FROM notes")
    assert db.fetch_value(from_(Notes).select(fn.count())) == 3
    with db.connection() as connection:
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_a_borrower_who_turned_autocommit_off_costs_nobody_their_writes(db, database_url):
    with db.connection() as connection:
        connection.autocommit = False
        connection.execute("DELETE FROM notes")
    db.execute(insert_into(Notes).values(Note("kept")))
    with psycopg.connect(database_url) as other:
        assert other.execute("SELECT count(*) FROM notes").fetchone() == (4,)


def test_a_borrower_may_change_the_row_factory_and_our_rows_stay_models(db):
    with db.connection() as connection:
        connection.row_factory = psycopg.rows.dict_row
    assert db.fetch_one(select(Note).find(1)).title == "one"
    assert db.fetch_page(select(Note), 1, 2).total == 3
    assert [note.title for note in db.stream(select(Note).order_by(Notes.id))] == ["one", "two", "three"]


def test_a_borrower_may_close_the_connection_and_the_next_call_has_another(db):
    with db.connection() as connection:
        connection.close()
    assert db.fetch_value(from_(Notes).select(fn.count())) == 3


def test_a_server_that_ended_the_connection_is_noticed_before_the_next_call(db, database_url):
    with db.connection() as connection:
        victim = connection.info.backend_pid
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", (victim,))
    assert db.fetch_value(from_(Notes).select(fn.count())) == 3


def test_no_repr_shows_a_password(database_url):
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("CREATE ROLE keeper LOGIN SUPERUSER PASSWORD 'hunter2'")
    try:
        url = psycopg.conninfo.make_conninfo(database_url, user="keeper", password="hunter2")
        with Database.connect(url) as db:
            assert "hunter2" not in repr(db) + str(db) + repr(db.config) + str(db.config)
            with db.begin() as tx, tx.savepoint() as savepoint:
                assert "hunter2" not in repr(tx) + repr(savepoint)
    finally:
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("DROP ROLE keeper")


def test_the_config_decides_what_the_server_is_told(database_url):
    config = DatabaseConfig(database_url, application_name="the tests", statement_timeout=12.5)
    with Database.connect(config=config) as db, db.connection() as connection:
        row = connection.execute(
            "SELECT current_setting('application_name'), current_setting('statement_timeout')"
        ).fetchone()
    assert row == ("the tests", "12500ms")


def test_a_url_goes_before_the_url_of_the_config(database_url):
    with Database.connect(database_url, config=DatabaseConfig("postgresql://nowhere.invalid/x")) as db:
        assert db.config.url == database_url


def test_database_url_is_taken_from_the_environment(database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    with Database.connect() as db:
        db.ping()


def test_a_database_that_is_not_there_is_said_at_once(database_url):
    url = psycopg.conninfo.make_conninfo(database_url, dbname="ferra_no_such_database")
    with pytest.raises(Db) as caught:
        Database.connect(url)
    assert caught.value.kind is DbErrorKind.UNDEFINED


def test_a_url_that_does_not_parse_is_said_without_being_shown():
    with pytest.raises(ConfigError) as caught:
        Database.connect("postgresql://user:hunter2@host:notaport/db")
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value)


def test_an_embedded_database_is_a_real_postgresql_and_gone_after_close():
    with Database.embedded() as db:
        with db.connection() as connection:
            create_tables(connection, Notes)
        assert db.fetch_one(insert_into(Notes).values(Note("one")).returning(Note)) == Note("one", 0, None, 1)
        url = db.config.url
    with pytest.raises(Db) as caught:
        Database.connect(url)
    assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION


@pytest.fixture
def settled(db: Database) -> Database:
    """A database that has read a note so often that its statement is prepared."""
    for _ in range(8):
        db.fetch_one(select(Note).find(1))
    return db


def change_type(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(f"ALTER TABLE notes ALTER stars TYPE {name}")


def test_a_column_whose_type_another_session_changed_is_read_all_the_same(settled, database_url):
    change_type(database_url, "bigint")
    try:
        assert settled.fetch_one(select(Note).find(1)).stars == 1
    finally:
        change_type(database_url, "integer")


def test_a_transaction_that_met_a_changed_type_spoils_no_later_call(settled, database_url):
    try:
        with pytest.raises(Db), settled.begin() as tx:
            change_type(database_url, "bigint")
            tx.fetch_one(select(Note).find(1))
        assert settled.fetch_one(select(Note).find(1)).stars == 1
    finally:
        change_type(database_url, "integer")
