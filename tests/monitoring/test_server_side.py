"""What the server tells of itself: who blocks whom, what is long open, which indexes are missed; and never a value."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import psycopg
import pytest
from databases import fresh_database
from psycopg.conninfo import make_conninfo

from ferra_sync import Database, DatabaseConfig, Db, DbErrorKind
from ferra_sync.monitoring import (
    Session,
    activity,
    missing_indexes,
    server_status,
    table_sizes,
    top_statements,
    unused_indexes,
)
from ferra_sync.monitoring._sampler import Sampler, Storage

SECRET = "zq-secret"
SCRIPT = """
CREATE TABLE lamps (id integer PRIMARY KEY, name text);
INSERT INTO lamps VALUES (1, 'red');
CREATE INDEX lamps_name ON lamps (name);
CREATE UNIQUE INDEX lamps_name_once ON lamps (name, id);
CREATE SCHEMA "Shop";
CREATE TABLE "Shop"."Sales" (
    id integer PRIMARY KEY, "Lamp" integer REFERENCES lamps, other integer REFERENCES lamps,
    third integer REFERENCES lamps, buyer integer, place integer, UNIQUE (buyer, place)
);
CREATE INDEX sales_other ON "Shop"."Sales" (other, place);
CREATE INDEX sales_third ON "Shop"."Sales" (third) WHERE third > 7;
CREATE TABLE "Shop"."Notes" (
    place integer, buyer integer, FOREIGN KEY (buyer, place) REFERENCES "Shop"."Sales" (buyer, place)
);
CREATE INDEX notes_sale ON "Shop"."Notes" (place, buyer);
"""


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, script=SCRIPT) as url:
        yield url


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    with Database.connect(url) as db:
        yield db


@contextmanager
def session(url: str, name: str) -> Iterator[psycopg.Connection[Any]]:
    connection = psycopg.connect(make_conninfo(url, application_name=name))
    try:
        yield connection
    finally:
        connection.close()  # Whatever it waits for.


def named(db: Database, name: str) -> Session:
    (found,) = (each for each in activity(db).sessions if each.application == name)
    return found


def send(connection: psycopg.Connection[Any], statement: str) -> None:
    """Send a statement, and do not wait for its answer."""
    connection.pgconn.send_query(statement.encode())


def test_a_session_is_shown_with_what_it_runs_and_without_its_values(db: Database, url: str) -> None:
    with session(url, "reader") as reader:
        reader.execute(f"SELECT 1 FROM lamps WHERE name = '{SECRET}'".encode())
        found = named(db, "reader")
        assert found.statement == "SELECT ? FROM lamps WHERE name = ?"
        assert (found.pid, found.state, found.kind) == (
            reader.info.backend_pid,
            "idle in transaction",
            "client backend",
        )
        assert found.waits_for is None
        assert found.user == reader.info.user
        assert found.transaction_seconds is not None
        assert found.seconds is not None
        assert [each.pid for each in activity(db).long_transactions(0)] == [found.pid]
        assert activity(db).long_transactions(1000) == ()
        reader.rollback()
        assert named(db, "reader").transaction_seconds is None
        assert SECRET not in repr(activity(db))


def test_who_waits_is_shown_with_whom_it_waits_for_and_for_what(db: Database, url: str) -> None:
    with session(url, "first") as first, session(url, "second") as second, session(url, "third") as third:
        first.execute("UPDATE lamps SET name = 'blue' WHERE id = 1")
        second.execute("LOCK TABLE lamps IN ROW EXCLUSIVE MODE")
        send(second, f"UPDATE lamps SET name = '{SECRET}' WHERE id = 1")
        while not named(db, "second").blocked_by:
            pass
        send(third, f"LOCK TABLE lamps; SELECT '{SECRET}'")
        while len(activity(db).blocks) < 3:
            pass
        found = activity(db)
        pairs = {(block.blocked.application, block.blocker and block.blocker.application) for block in found.blocks}
        assert pairs == {("second", "first"), ("third", "first"), ("third", "second")}
        waits = {block.blocked.application: block.blocked for block in found.blocks}
        assert waits["second"].awaited_lock == "ShareLock on transactionid"
        assert waits["third"].awaited_lock == "AccessExclusiveLock on lamps"
        assert waits["second"].statement == "UPDATE lamps SET name = ? WHERE id = ?"
        assert waits["second"].waits_for == "Lock: transactionid"
        seconds = [block.blocked.blocked_seconds for block in found.blocks]
        assert seconds == sorted(seconds, key=lambda each: -(each or 0))
        assert SECRET not in repr(found)
        first.rollback()


def test_a_prepared_transaction_that_blocks_is_no_session(counting_url: str) -> None:
    with ExitStack() as stack:
        url = stack.enter_context(fresh_database(counting_url, script=SCRIPT))
        db, late = stack.enter_context(Database.connect(url)), stack.enter_context(session(url, "late"))
        with psycopg.connect(url, autocommit=True) as first:
            first.execute("BEGIN; UPDATE lamps SET name = 'blue'; PREPARE TRANSACTION 'left'")
            try:
                send(late, "UPDATE lamps SET name = 'green'")
                while not activity(db).blocks:
                    pass
                assert [block.blocker for block in activity(db).blocks] == [None]
                assert named(db, "late").blocked_by == (0,)
            finally:
                first.execute("ROLLBACK PREPARED 'left'")


def test_a_role_sees_no_statement_of_others(db: Database, url: str) -> None:
    role = f"little_{os.getpid()}"
    with session(url, "mine"), psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {role}".encode())
        try:
            with db.transaction() as tx:
                with tx.connection() as connection:
                    connection.execute(f"SET LOCAL ROLE {role}".encode())
                assert {(each.state, each.statement) for each in activity(tx).sessions} == {(None, None)}
        finally:
            admin.execute(f"DROP ROLE {role}".encode())


def test_sizes_are_of_the_largest_tables_and_do_not_wait_for_a_table_that_is_locked(db: Database, url: str) -> None:
    sizes = {each.table: each for each in table_sizes(db)}
    assert set(sizes) == {"lamps", "Sales", "Notes"}
    assert sizes["lamps"].size > sizes["lamps"].index_size > 0
    assert sizes["Sales"].schema == "Shop"
    with session(url, "locker") as locker:
        locker.execute("LOCK TABLE lamps")
        assert {each.table: each.index_size for each in table_sizes(db)}["lamps"] == 0
    assert len(table_sizes(db, 1)) == 1


def test_an_index_that_is_not_used_is_shown_unless_something_else_needs_it(db: Database) -> None:
    found = {(each.schema, each.table, each.index) for each in unused_indexes(db)}
    assert found == {("Shop", "Sales", "sales_third"), ("public", "lamps", "lamps_name")}


def test_a_foreign_key_that_no_index_serves_is_shown(db: Database) -> None:
    assert {(each.schema, each.table, each.columns) for each in missing_indexes(db)} == {
        ("Shop", "Sales", ("Lamp",)),
        ("Shop", "Sales", ("third",)),
    }


def test_a_table_that_is_often_read_as_a_whole_is_shown(server_url: str) -> None:
    script = "CREATE TABLE much AS SELECT number FROM generate_series(1, 12000) number"
    with fresh_database(server_url, script=script) as url, Database.connect(url) as db:
        with db.connection() as connection:
            for _ in range(100):
                connection.execute("SELECT count(*) FROM much")
            connection.execute("SELECT pg_stat_force_next_flush()")
        (found,) = missing_indexes(db)
        assert (found.table, found.columns, found.scans >= 100) == ("much", (), True)
        assert found.rows_read >= 1_200_000


def test_a_server_says_what_it_has_done(db: Database) -> None:
    before = server_status(db)
    with db.transaction() as tx, tx.connection() as connection:
        connection.execute("INSERT INTO lamps VALUES (2, 'green')")
        connection.execute("SELECT pg_stat_force_next_flush()")
    after = server_status(db)
    assert after.rows_written > before.rows_written
    assert after.committed > before.committed
    assert after.database == before.database
    assert (after.is_standby, after.connections <= after.max_connections) == (False, True)


def test_a_server_that_is_away_is_an_error(server_url: str) -> None:
    with fresh_database(server_url) as url:
        db = Database.connect(url)
        db.close()
        for look in (activity, top_statements, table_sizes, unused_indexes, missing_indexes, server_status):
            with pytest.raises(Db):
                look(db)


def test_without_the_extension_no_statements_are_counted(db: Database) -> None:
    assert top_statements(db) is None


def test_where_the_server_has_not_loaded_the_extension_no_statements_are_counted(server_url: str) -> None:
    with fresh_database(server_url, script="CREATE EXTENSION pg_stat_statements") as url, Database.connect(url) as db:
        assert top_statements(db) is None


def test_what_the_server_spends_its_time_on_is_shown_without_values(counting_url: str) -> None:
    script = 'CREATE SCHEMA "Other"; CREATE EXTENSION pg_stat_statements SCHEMA "Other"; CREATE TABLE lamps (name text)'
    with fresh_database(counting_url, script=script) as url, Database.connect(url) as db:
        with db.connection() as connection:
            for _ in range(3):
                connection.execute(f"SELECT count(*) FROM lamps WHERE name = '{SECRET}'".encode())
            connection.execute(f"ALTER TABLE lamps ALTER name SET DEFAULT '{SECRET}'".encode())
        found = top_statements(db, 100)
        assert found is not None
        (counted,) = (each for each in found if each.statement == "SELECT count(*) FROM lamps WHERE name = $1")
        assert (counted.calls, counted.rows) == (3, 3)
        assert counted.seconds >= counted.longest >= counted.mean > 0
        assert any(each.statement == "ALTER TABLE lamps ALTER name SET DEFAULT ?" for each in found)
        assert SECRET not in repr(found)
        assert top_statements(db, 1) is not None


def test_a_role_that_may_not_read_what_was_counted_is_told(counting_url: str) -> None:
    role = f"blind_{os.getpid()}"
    script = f"CREATE EXTENSION pg_stat_statements; REVOKE ALL ON pg_stat_statements FROM PUBLIC; CREATE ROLE {role}"
    with fresh_database(counting_url, script=script) as url, Database.connect(url) as db:
        with db.begin() as tx:
            with tx.connection() as connection:
                connection.execute(f"SET LOCAL ROLE {role}".encode())
            with pytest.raises(Db) as caught:
                top_statements(tx)
        assert caught.value.kind is DbErrorKind.PERMISSION_DENIED
        with db.connection() as connection:
            connection.execute(f"DROP ROLE {role}".encode())


def test_the_monitor_of_a_role_that_may_read_little_shows_the_rest(counting_url: str) -> None:
    role = f"modest_{os.getpid()}"
    script = f"{SCRIPT}; CREATE EXTENSION pg_stat_statements; REVOKE ALL ON pg_stat_statements FROM PUBLIC"
    with fresh_database(counting_url, script=f"{script}; CREATE ROLE {role} LOGIN") as url:
        config = DatabaseConfig(make_conninfo(url, options=f"-c role={role}"))
        with closing(Sampler(config)) as sampler:
            found = sampler.watched()
        assert found.failure is None
        assert found.sample is not None
        assert found.sample.statements is None
        assert {each.table for each in found.sample.storage.tables} == {"lamps", "Sales", "Notes"}
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f"DROP ROLE {role}".encode())


def test_sizes_that_take_too_long_are_those_of_before(url: str) -> None:
    with Database.connect(url) as db, session(url, "locker") as locker:
        before = Storage.of(db, Storage((), (), ()))
        locker.execute("LOCK TABLE pg_catalog.pg_constraint")
        hurried = DatabaseConfig(url, lock_timeout=0.01)
        with Database.connect(config=hurried) as late:
            assert Storage.of(late, before) == before
        locker.rollback()
        with Database.connect(url) as gone:
            pass
        with pytest.raises(Db, match="the database is closed"):
            Storage.of(gone, before)
