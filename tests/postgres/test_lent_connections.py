"""What `connection()` lends comes back as it went."""

from __future__ import annotations

import os
import select as sockets

import psycopg
import pytest
from databases import fresh_database, one_connection
from psycopg.rows import dict_row
from psycopg.types.string import StrDumper

from ferra_sync import QueryError
from ferra_sync.migrations import Migrations
from ferra_sync.migrations._execution import MigrationFailedError

TABLES = "CREATE TABLE notes (id serial PRIMARY KEY, content text)"


@pytest.fixture(scope="module")
def url(server_url):
    with fresh_database(server_url, script=TABLES) as url:
        yield url


@pytest.fixture(scope="module")
def role(server_url):
    name = f"ferra_borrower_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name}".encode())
        yield name
        connection.execute(f"DROP ROLE {name}".encode())


@pytest.fixture
def db(url):
    """A database with one connection, so that the next borrower meets what the last one left."""
    with one_connection(url, "SELECT 1") as db:
        yield db


def value(db, query):
    with db.connection() as connection:
        return connection.execute(query.encode()).fetchone()[0]


SETTINGS = {
    "search_path": "SET search_path = pg_catalog",
    "a setting": "SET work_mem = '77MB'",
    "a time zone": "SET TimeZone = 'Asia/Tokyo'",
    "an encoding": "SET client_encoding = 'LATIN1'",
    "a role": "SET ROLE {role}",
    "session authorization": "SET SESSION AUTHORIZATION {role}",
    "read-only transactions": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
}
SHOWN = (
    "SELECT (current_setting('search_path'), current_setting('work_mem'), current_setting('TimeZone'), "
    "current_setting('client_encoding'), current_user, session_user, current_setting('transaction_read_only'))::text"
)


@pytest.mark.parametrize("statement", SETTINGS.values(), ids=SETTINGS)
def test_no_setting_of_the_session_reaches_the_next_borrower(db, role, statement):
    before = value(db, SHOWN)
    with db.connection() as connection:
        connection.execute(statement.format(role=role).encode())
        assert connection.execute(SHOWN).fetchone()[0] != before
    assert value(db, SHOWN) == before


ADVISORY_LOCKS = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

LEFT = {
    "an advisory lock": ("SELECT pg_advisory_lock(7)", ADVISORY_LOCKS),
    "a temporary table": (
        "CREATE TEMP TABLE notes AS SELECT 1 AS id",
        "SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relname = 'notes'",
    ),
    "LISTEN": ("LISTEN news", "SELECT count(*) FROM pg_listening_channels()"),
    "a prepared statement": ("PREPARE mine AS SELECT 1", "SELECT count(*) FROM pg_prepared_statements"),
    "a cursor": ("DECLARE c CURSOR WITH HOLD FOR SELECT 1", "SELECT count(*) FROM pg_cursors WHERE name = 'c'"),
    "an open transaction": ("BEGIN; INSERT INTO notes (content) VALUES ('x')", "SELECT count(*) FROM notes"),
}


@pytest.mark.parametrize(("statement", "count"), LEFT.values(), ids=LEFT)
def test_nothing_that_the_session_holds_reaches_the_next_borrower(db, statement, count):
    with db.connection() as connection:
        connection.execute(statement.encode())
        assert connection.execute(count.encode()).fetchone() == (1,)
    assert value(db, count) == 0


def test_no_value_of_a_sequence_reaches_the_next_borrower(db):
    with db.connection() as connection:
        connection.execute("SELECT nextval('notes_id_seq')")
    with db.connection() as connection, pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        connection.execute("SELECT lastval()")


class _Shouting(StrDumper):
    def dump(self, obj):
        return str(obj).upper().encode()


def test_nothing_of_the_clients_side_reaches_the_next_borrower(db):
    said = []
    with db.connection() as connection:
        session = connection.info.backend_pid
        connection.row_factory = dict_row
        connection.cursor_factory = psycopg.ClientCursor
        connection.server_cursor_factory = None
        connection.adapters.register_dumper(str, _Shouting)
        connection.prepare_threshold = 0
        connection.prepared_max = 1
        connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        connection.read_only = True
        connection.deferrable = True
        connection.add_notice_handler(said.append)
        connection.add_notify_handler(said.append)
        connection.execute("LISTEN news; NOTIFY news, 'first'")
        connection.pgconn.nonblocking = 0
        connection.autocommit = False
        connection.execute("SELECT 1")
        said.clear()
    with db.connection() as connection:
        assert connection.info.backend_pid == session
        assert connection.execute("SELECT %s", ["a"]).fetchone() == ("a",)
        assert (connection.prepare_threshold, connection.prepared_max, connection.autocommit) == (5, 100, True)
        assert (connection.isolation_level, connection.read_only, connection.deferrable) == (None, None, None)
        assert connection.pgconn.nonblocking == 1
        with connection.transaction(), connection.cursor("rows") as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchall() == [(1,)]
        connection.execute("DO $$ BEGIN RAISE NOTICE 'for whom?'; END $$")
        assert list(connection.notifies(timeout=0)) == []
    assert said == []


def test_a_notification_on_its_way_reaches_no_next_borrower(db, url):
    with db.connection() as connection, psycopg.connect(url, autocommit=True) as other:
        session = connection.info.backend_pid
        connection.execute("LISTEN news")
        other.execute("NOTIFY news, 'late'")
        sockets.select([connection], [], [], 30)
    with db.connection() as connection:
        assert connection.info.backend_pid == session
        assert list(connection.notifies(timeout=0)) == []


def test_who_keeps_the_connection_has_an_error_by_name(db):
    with db.connection() as kept:
        cursor = kept.execute("SELECT 1")
    for use in (
        lambda: kept.execute("SELECT 1"),
        lambda: kept.info.backend_pid,
        lambda: cursor.execute("SELECT 1"),
        kept.cursor,
        kept.commit,
        lambda: kept.transaction().__enter__(),
    ):
        with pytest.raises(QueryError, match="given back"):
            use()
    assert kept.closed
    kept.close()
    assert value(db, "SELECT 1") == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda connection: connection.close(),
        lambda connection: connection.pgconn.send_query(b"SELECT pg_sleep(600)"),
        lambda connection: connection.pgconn.enter_pipeline_mode(),
        lambda connection: connection.execute("COPY notes FROM STDIN"),
        lambda connection: connection.execute("SELECT pg_terminate_backend(pg_backend_pid())"),
    ],
    ids=["closed", "under way", "pipeline", "copy", "terminated"],
)
def test_a_connection_that_cannot_be_reset_is_replaced(db, spoil):
    session = value(db, "SELECT pg_backend_pid()")
    try:
        with db.connection() as connection:
            spoil(connection)
    except psycopg.Error:
        pass
    assert value(db, "SELECT pg_backend_pid()") != session


@pytest.mark.parametrize("fails", [False, True])
def test_migrations_borrow_by_the_same_door_and_leave_nothing_on_the_connection(database_url, tmp_path, fails):
    with one_connection(database_url, "SELECT 1") as db:
        _migrate(db, tmp_path, fails=fails)


def _migrate(db, tmp_path, *, fails):
    before = value(db, SHOWN)
    directory = tmp_path / "20250101000000_first"
    directory.mkdir()
    script = "SET search_path = pg_catalog; SET work_mem = '77MB'; CREATE TEMP TABLE t (); SELECT pg_advisory_lock(7);"
    (directory / "up.sql").write_text(script + ("SELECT 1 / 0;" if fails else ""))
    if fails:
        with pytest.raises(MigrationFailedError):
            Migrations(tmp_path).run(db)
    else:
        assert len(Migrations(tmp_path).run(db)) == 1
    assert value(db, SHOWN) == before
    assert value(db, ADVISORY_LOCKS) == 0
