from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from ferra_sync._postgres.errors import from_psycopg
from ferra_sync.errors import Conflict, Db, DbErrorKind, FerraDbError, NotFound, ValidationError

SECRET = "s3cret"

TABLES = b"""
    CREATE TABLE parents (id integer PRIMARY KEY);
    CREATE TABLE children (
        id integer PRIMARY KEY,
        parent_id integer REFERENCES parents,
        name text NOT NULL DEFAULT '',
        size integer CONSTRAINT size_is_positive CHECK (size > 0),
        during int4range,
        EXCLUDE USING gist (during WITH &&)
    );
    CREATE TABLE wards (id integer PRIMARY KEY, parent_id integer REFERENCES parents ON DELETE RESTRICT);
    CREATE TYPE mood AS ENUM ('glad', 'sad');
    INSERT INTO parents VALUES (1), (2);
    INSERT INTO children VALUES (1, 1, 'a', 1, '[1,5)');
    INSERT INTO wards VALUES (1, 2);
"""


@pytest.fixture
def connection(database_url):
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(TABLES)
        yield connection


@pytest.fixture
def other(database_url):
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def mapped(connection, statement, *params):
    with pytest.raises(psycopg.Error) as caught:
        psycopg.RawCursor(connection).execute(statement.encode(), params)
    error = from_psycopg(caught.value)
    assert error.__cause__ is caught.value
    for shown in (str(error), repr(error), repr(error.args)):
        assert SECRET not in shown
    return error


@pytest.mark.parametrize(
    ("statement", "kind", "sqlstate", "names"),
    [
        (
            "INSERT INTO children (id, parent_id) VALUES (2, 99)",
            DbErrorKind.FOREIGN_KEY_VIOLATION,
            "23503",
            ("children_parent_id_fkey", "children", None),
        ),
        (
            f"INSERT INTO children (id, name, size) VALUES (2, NULL, length('{SECRET}'))",
            DbErrorKind.NOT_NULL_VIOLATION,
            "23502",
            (None, "children", "name"),
        ),
        (
            f"INSERT INTO children (id, name, size) VALUES (2, '{SECRET}', -1)",
            DbErrorKind.CHECK_VIOLATION,
            "23514",
            ("size_is_positive", "children", None),
        ),
        (
            f"INSERT INTO children (id, name, during) VALUES (2, '{SECRET}', '[3,8)')",
            DbErrorKind.EXCLUSION_VIOLATION,
            "23P01",
            ("children_during_excl", "children", None),
        ),
        (f"SELECT {SECRET} FROM nowhere", DbErrorKind.UNDEFINED, "42P01", (None, None, None)),
        ("SELECT nothing FROM parents", DbErrorKind.UNDEFINED, "42703", (None, None, None)),
        ("SELECT nothing(1)", DbErrorKind.UNDEFINED, "42883", (None, None, None)),
        ("SELECT 1::nothing", DbErrorKind.UNDEFINED, "42704", (None, None, None)),
        ("CREATE TABLE nowhere.t ()", DbErrorKind.UNDEFINED, "3F000", (None, None, None)),
        ("SELECT 1/0", DbErrorKind.INVALID_DATA, "22012", (None, None, None)),
        ("SELEKT", DbErrorKind.OTHER, "42601", (None, None, None)),
        ("SELECT pg_cancel_backend(pg_backend_pid())", DbErrorKind.OTHER, "57014", (None, None, None)),
    ],
)
def test_what_the_server_refuses_has_a_kind_and_names(connection, statement, kind, sqlstate, names):
    error = mapped(connection, statement)
    assert isinstance(error, Db)
    assert (error.kind, error.sqlstate) == (kind, sqlstate)
    assert (error.constraint, error.table, error.column) == names


@pytest.mark.parametrize(
    ("cast", "value", "message"),
    [
        ("integer", SECRET, 'invalid input syntax for type integer: "…"'),
        ("integer", "99999999999", 'value "…" is out of range for type integer'),
        ("uuid", f'{SECRET}" "', 'invalid input syntax for type uuid: "…"'),
        ("date", f"{SECRET}\n", 'invalid input syntax for type date: "…"'),
        ("date", "2026-02-31", 'date/time field value out of range: "…"'),
        ("mood", SECRET, 'invalid input value for enum mood: "…"'),
        ("jsonb", f"{{{SECRET}", "invalid input syntax for type json"),
        ("integer[]", f"{{{SECRET}", 'malformed array literal: "…"'),
        ("int4range", "[5,1)", "range lower bound must be less than or equal to range upper bound"),
        ("inet", SECRET, 'invalid input syntax for type inet: "…"'),
        ("bytea", "\\x5g", 'invalid hexadecimal digit: "…"'),
        ("tsquery", f"{SECRET} {SECRET}", 'syntax error in tsquery: "…"'),
        ("jsonpath", f"$.a ${SECRET}", 'syntax error at or near "…" of jsonpath input'),
    ],
)
def test_a_value_that_a_type_cannot_take_is_not_in_the_message(connection, cast, value, message):
    error = mapped(connection, f"SELECT $1::{cast}", value)
    assert isinstance(error, Db)
    assert error.kind is DbErrorKind.INVALID_DATA
    assert str(error) == message


def test_a_syntax_error_of_a_statement_says_where_it_is(connection):
    error = mapped(connection, "SELECT FRM")
    assert str(error) == 'column "frm" does not exist'
    error = mapped(connection, "SELECT (")
    assert (error.kind, str(error)) == (DbErrorKind.OTHER, "syntax error at end of input")
    error = mapped(connection, "SELEC 1")
    assert str(error) == 'syntax error at or near "SELEC"'


def test_bytes_that_are_no_text_are_not_in_the_message(connection):
    error = mapped(connection, "SELECT convert_from($1::bytea, 'UTF8')", b"\xff\xfe")
    assert error.kind is DbErrorKind.INVALID_DATA
    assert "0xff" not in str(error)


def test_a_nul_in_a_text_is_invalid_data_without_a_server(connection):
    error = mapped(connection, "SELECT $1::text", f"{SECRET}\0")
    assert (error.kind, error.sqlstate) == (DbErrorKind.INVALID_DATA, None)


def test_a_row_that_is_still_referred_to_is_a_foreign_key_or_a_restrict_violation(connection):
    error = mapped(connection, "DELETE FROM parents WHERE id = 2")
    assert isinstance(error, Db)
    assert (error.kind, error.sqlstate) in {
        (DbErrorKind.FOREIGN_KEY_VIOLATION, "23503"),
        (DbErrorKind.RESTRICT_VIOLATION, "23001"),
    }
    assert (error.constraint, error.table) == ("wards_parent_id_fkey", "wards")


def test_a_lost_race_is_a_serialization_failure(connection, other):
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    connection.execute("SELECT * FROM children")
    other.execute("UPDATE children SET name = 'b'")
    error = mapped(connection, "UPDATE children SET name = 'c'")
    assert (error.kind, error.sqlstate) == (DbErrorKind.SERIALIZATION_FAILURE, "40001")
    error = mapped(connection, "SELECT 1")
    assert (error.kind, error.sqlstate) == (DbErrorKind.FAILED_TRANSACTION, "25P02")


def test_one_of_two_that_wait_for_each_other_gets_a_deadlock(connection, other):
    for session, key in ((connection, 1), (other, 2)):
        session.execute("SET deadlock_timeout = '10ms'")
        session.execute("BEGIN")
        session.execute(f"SELECT * FROM parents WHERE id = {key} FOR UPDATE".encode())

    def wait_for(session, key):
        try:
            session.execute(f"SELECT * FROM parents WHERE id = {key} FOR UPDATE".encode())
        except psycopg.Error as error:
            return from_psycopg(error)
        return None

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.submit(wait_for, connection, 2), threads.submit(wait_for, other, 1)
        (error,) = filter(None, (first.result(), second.result()))
    assert isinstance(error, Db)
    assert (error.kind, error.sqlstate) == (DbErrorKind.DEADLOCK, "40P01")


def test_a_write_in_a_read_only_transaction_is_named(connection):
    connection.execute("BEGIN READ ONLY")
    error = mapped(connection, "INSERT INTO parents VALUES (3)")
    assert (error.kind, error.sqlstate) == (DbErrorKind.READ_ONLY_TRANSACTION, "25006")


def test_a_statement_that_takes_too_long_is_a_timeout(connection):
    connection.execute("SET statement_timeout = '10ms'")
    error = mapped(connection, "SELECT pg_sleep(600)")
    assert (error.kind, error.sqlstate) == (DbErrorKind.TIMEOUT, "57014")


def test_a_lock_that_is_not_granted_in_time_is_a_timeout(connection, other):
    other.execute("BEGIN")
    other.execute("LOCK TABLE parents")
    connection.execute("SET lock_timeout = '10ms'")
    error = mapped(connection, "SELECT * FROM parents")
    assert (error.kind, error.sqlstate) == (DbErrorKind.TIMEOUT, "55P03")


def test_a_missing_privilege_is_permission_denied(connection):
    connection.execute("SET ROLE pg_monitor")
    error = mapped(connection, "SELECT * FROM parents")
    assert (error.kind, error.sqlstate) == (DbErrorKind.PERMISSION_DENIED, "42501")


def test_a_connection_that_the_server_ended_is_closed(connection, other):
    other.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
    assert mapped(connection, "SELECT 1").kind is DbErrorKind.CLOSED_CONNECTION
    assert mapped(connection, "SELECT 1").kind is DbErrorKind.CLOSED_CONNECTION


def test_a_connection_that_we_closed_is_closed(connection):
    connection.close()
    with pytest.raises(psycopg.OperationalError) as caught:
        connection.execute("SELECT 1")
    error = from_psycopg(caught.value)
    assert isinstance(error, Db)
    assert (error.kind, error.sqlstate) == (DbErrorKind.CLOSED_CONNECTION, None)


@pytest.mark.parametrize(
    ("index", "columns", "listed"),
    [
        ("name", ("name",), ' on column "name"'),
        ("name, size", ("name", "size"), ' on columns "name", "size"'),
        ('"we,ird ""Name)=("', ('we,ird "Name)=(',), ' on column "we,ird "Name)=("'),
        ("lower(name), size", ("lower(name)", "size"), ' on columns "lower(name)", "size"'),
        ("(name || ', ('), size", ("(name || ', ('::text)", "size"), None),
        (
            'coalesce(size, 0), ("we,ird ""Name)=(" || \'x\')',
            ("COALESCE(size, 0)", '("we,ird ""Name)=(" || \'x\'::text)'),
            None,
        ),
    ],
)
def test_a_conflict_names_the_columns_of_its_key(connection, index, columns, listed):
    connection.execute('CREATE TABLE items (name text, size integer, "we,ird ""Name)=(" text)')
    connection.execute(f"CREATE UNIQUE INDEX items_key ON items ({index})".encode())
    insert = "INSERT INTO items VALUES ($1, $2, $1)"
    value = f"{SECRET})=(x, y"
    psycopg.RawCursor(connection).execute(insert, (value, 7))
    error = mapped(connection, insert, value, 7)
    assert isinstance(error, Conflict)
    assert (error.constraint, error.columns, error.table) == ("items_key", columns, "items")
    assert str(error).startswith('unique constraint "items_key" violated on column')
    assert listed is None or str(error) == f'unique constraint "items_key" violated{listed}'


def test_a_conflict_on_columns_that_may_not_be_read_names_none(connection):
    connection.execute("CREATE TABLE items (name text UNIQUE)")
    connection.execute("GRANT INSERT ON items TO pg_monitor; SET ROLE pg_monitor; INSERT INTO items VALUES ('a')")
    error = mapped(connection, "INSERT INTO items VALUES ('a')")
    assert isinstance(error, Conflict)
    assert (error.constraint, error.columns) == ("items_name_key", ())
    assert str(error) == 'unique constraint "items_name_key" violated'


def test_the_servers_detail_stays_in_the_cause(connection):
    connection.execute("CREATE TABLE items (name text UNIQUE)")
    psycopg.RawCursor(connection).execute("INSERT INTO items VALUES ($1)", (SECRET,))
    error = mapped(connection, "INSERT INTO items VALUES ($1)", SECRET)
    assert isinstance(error.__cause__, psycopg.errors.UniqueViolation)
    assert SECRET in (error.__cause__.diag.message_detail or "")


@pytest.mark.parametrize(
    "error",
    [
        NotFound("films", 42),
        NotFound("films"),
        Conflict("films_title_key", ("title", "year"), "films"),
        Conflict("films_title_key"),
        Db("no", kind=DbErrorKind.TIMEOUT, sqlstate="57014", constraint="c", table="t", column="d"),
        ValidationError("Film", {"title": "is empty", "year": "is too early"}),
    ],
)
def test_an_error_survives_pickle_and_copy_with_all_it_says(error):
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error)
        assert (str(twin), twin.args, vars(twin)) == (str(error), error.args, vars(error))


def test_messages_read_as_documented():
    assert str(NotFound("films", 42)) == "films/42 not found"
    assert str(NotFound("films")) == "films not found"
    assert str(Conflict("films_title_key", ("title",))) == (
        'unique constraint "films_title_key" violated on column "title"'
    )
    assert str(ValidationError("Film", {"title": "is empty"})) == "Film is not valid: title: is empty"


def test_there_are_exactly_three_classes_of_database_errors():
    assert set(FerraDbError.__subclasses__()) == {NotFound, Conflict, Db}


def test_every_error_that_psycopg_knows_is_mapped_and_only_one_is_a_conflict():
    classes = set(psycopg.errors._sqlcodes.values())
    assert len(classes) > 200
    for cls in classes:
        error = from_psycopg(cls("message"))
        assert isinstance(error, Conflict if cls is psycopg.errors.UniqueViolation else Db)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (psycopg.errors.ConnectionTimeout("connection timeout expired"), DbErrorKind.TIMEOUT),
        (psycopg.OperationalError("server closed the connection unexpectedly"), DbErrorKind.CLOSED_CONNECTION),
        (psycopg.InterfaceError("the cursor is closed"), DbErrorKind.OTHER),
        (psycopg.ProgrammingError("the query has 1 placeholder"), DbErrorKind.OTHER),
        (psycopg.DataError(f"date too large: '{SECRET}'"), DbErrorKind.INVALID_DATA),
    ],
)
def test_an_error_of_the_driver_itself_has_a_kind_too(raised, kind):
    error = from_psycopg(raised)
    assert isinstance(error, Db)
    assert (error.kind, error.sqlstate) == (kind, None)
    assert SECRET not in str(error)
