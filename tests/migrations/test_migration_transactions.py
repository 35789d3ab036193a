"""A migration is all or nothing: what would end its transaction is seen as PostgreSQL sees it, or stopped by it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from databases import fresh_database
from psycopg import conninfo

from ferra_sync import Database
from ferra_sync.errors import Db, DbErrorKind, MigrationError
from ferra_sync.migrations import MigrationFailedError, Migrations, _postgres_scripts
from ferra_sync.migrations._lexer import ScriptStatement

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "20250301000000_create_users"


@pytest.fixture
def migrations(tmp_path: Path) -> Migrations:
    return Migrations(tmp_path)


@pytest.fixture(scope="module")
def untouched(server_url: str) -> Iterator[Database]:
    """A database for tests that leave nothing in it."""
    with fresh_database(server_url) as url, Database.connect(url) as db:
        yield db


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def write(migrations: Migrations, up: str, name: str = NAME) -> None:
    directory = migrations.directory / name
    directory.mkdir(exist_ok=True)
    (directory / "up.sql").write_bytes(up.encode())


def tables(conn: psycopg.Connection[Any]) -> set[str]:
    rows = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {name for (name,) in rows} - {"_ferra_migrations"}


def recorded(conn: psycopg.Connection[Any]) -> int:
    row = conn.execute("SELECT count(*) FROM _ferra_migrations").fetchone()
    assert row is not None
    return int(row[0])


def before_it(words: str) -> str:
    return f"CREATE FUNCTION {words} RETURNS int LANGUAGE sql AS 'SELECT 1'; "


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ("-- a line that ends as on an old Macintosh\r", "COMMIT"),
        ("-- \v\f\r", "COMMIT"),
        (before_it("begin()"), "COMMIT"),
        (before_it("begin(begin int, atomic int)"), "COMMIT"),
        ("CREATE PROCEDURE atomic() LANGUAGE sql AS 'SELECT 1'; ", "END"),
        ("CREATE TYPE begin AS ENUM ('a'); CREATE FUNCTION f() RETURNS begin LANGUAGE sql AS 'SELECT NULL'; ", "END"),
        (
            """CREATE FUNCTION f() RETURNS int BEGIN ATOMIC
                SELECT CASE WHEN atomic > 1 THEN atomic END AS case FROM (SELECT 1 AS atomic) AS t;
                SELECT begin AS end FROM (SELECT 1 AS begin) AS t; END; """,
            "ROLLBACK",
        ),
        ("SELECT E'a'\n-- so goes an escape string on\n'b\\'; -- '; ", "COMMIT"),
        ("SELECT 'a'\n'b\\'; ", "COMMIT"),
        ("SELECT U&'\\0061', B'01', X'1F', N'n', U&\"a'b\" FROM (SELECT 1 AS \"a'b\") AS t; ", "COMMIT"),
        ("/* a /* b */ ' c */", "COMMIT"),
        ('SELECT 1 AS "a""; b"; ', "COMMIT"),
        ("SELECT 1 AS a$$, 2 AS b$$; ", "COMMIT"),
        ("SELECT $a$ $b$ $$ $a $a$; ", "COMMIT"),
        ("SELECT $é1$ ; $é1$, 1 -/**/-1; ", "COMMIT"),
        ("SELECT 2 */* a */ 3 --- b\n; ", "COMMIT"),
        ("SELECT 1_0, 0x1F, 1.5e3, 1.; ", "COMMIT"),
        ("", "start\v\f\r/* so */transaction"),
    ],
)
def test_a_transaction_command_is_seen_where_postgresql_sees_one(
    untouched: Database, migrations: Migrations, before: str, command: str
) -> None:
    write(migrations, f"CREATE TABLE users ();\n{before}{command}; SELECT nothing")
    with pytest.raises(MigrationError, match=r"up\.sql:\d+:\d+: [A-Z]+ would break the migration's transaction"):
        migrations.run(untouched)
    with untouched.connection() as conn:
        assert tables(conn) == set()


def test_names_bodies_and_savepoints_are_no_transaction_commands(
    empty_db: Database, migrations: Migrations, conn: psycopg.Connection[Any]
) -> None:
    scripts = [
        before_it("begin()") + before_it("commit(rollback int)") + "SELECT begin(), commit(1)",
        'CREATE TABLE commit (begin int, abort int, "end" int); SELECT begin FROM commit',
        "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC END; SELECT 1",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC ; SELECT 1 AS case; SELECT 2; ; END; SELECT 1",
        "CREATE FUNCTION f(int) RETURNS int RETURN $1 + CASE WHEN $1 > 1 THEN 1 END; SELECT f(1)",
        "PREPARE p (int) AS SELECT $1; EXECUTE p (1); DEALLOCATE p",
        "CREATE TABLE stdin (stdout int); COPY (SELECT stdout FROM stdin) TO '/dev/null'; COPY stdin TO '/dev/null'",
        "SAVEPOINT a; ROLLBACK TO a; ROLLBACK WORK TO SAVEPOINT a; RELEASE a; SELECT $$; COMMIT;$$",
        "SELECT 1 AS a\u00a0; SELECT 2 AS \u00a0COMMIT; SELECT 3 AS \u3000",
    ]
    for number, script in enumerate(scripts):
        write(migrations, script, f"{number:014d}_harmless")
    assert len(migrations.run(empty_db)) == recorded(conn) == len(scripts)


@pytest.mark.parametrize("quote", ["'", '"', "E'\\'", "$a$ $b$", "/* /* */", "U&'"])
def test_a_quote_or_comment_that_is_never_closed_is_refused_by_line(
    untouched: Database, migrations: Migrations, quote: str
) -> None:
    write(migrations, f"SELECT 1;\n  {quote} ; COMMIT")
    with pytest.raises(MigrationError, match=r"up\.sql:2:\d: unterminated [a-z-]+( [a-z]+)?$"):
        migrations.run(untouched)


# --- what a wrong reading would do -----------------------------------------------------------------------------------


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any file run."""
    monkeypatch.setattr(_postgres_scripts, "RULES", _postgres_scripts.RULES._replace(complaint=lambda *_: None))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("command", "left"),
    [
        ("COMMIT", {"users"}),
        ("END", {"users"}),
        ("COMMIT AND CHAIN", {"users"}),
        ("COMMIT; BEGIN", {"users"}),
        ("ROLLBACK", set()),
        ("ROLLBACK AND CHAIN", set()),
    ],
)
def test_a_transaction_that_ends_all_the_same_stops_the_script_and_the_error_says_what_became_of_it(
    empty_db: Database,
    migrations: Migrations,
    conn: psycopg.Connection[Any],
    command: str,
    left: set[str],
) -> None:
    write(migrations, f"SAVEPOINT a; CREATE TABLE users ();\nRELEASE a;\n  {command};\nCREATE TABLE posts ()")
    became = "is committed" if left else "was rolled back"
    with pytest.raises(
        MigrationFailedError,
        match=rf"up\.sql:3:3: it ended the migration's transaction: what comes before it {became}, nothing .* was run",
    ):
        migrations.run(empty_db)
    assert tables(conn) == left
    assert recorded(conn) == 0
    empty_db.ping()


def test_several_statements_taken_for_one_are_refused_by_the_server_before_any_runs(
    empty_db: Database, migrations: Migrations, conn: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = _postgres_scripts.RULES._replace(statements=lambda text: [ScriptStatement(text, 0, ("create", "table"))])
    monkeypatch.setattr(_postgres_scripts, "RULES", rules)
    write(migrations, "CREATE TABLE users (); COMMIT; CREATE TABLE posts ()")
    with pytest.raises(MigrationFailedError, match=r"up\.sql:1:1: .*multiple commands"):
        migrations.run(empty_db)
    assert tables(conn) == set()


@pytest.mark.usefixtures("unchecked")
def test_a_transaction_that_a_script_without_one_leaves_open_is_noticed(
    empty_db: Database, migrations: Migrations, conn: psycopg.Connection[Any]
) -> None:
    write(migrations, "-- ferra: no-transaction\nBEGIN")
    with pytest.raises(MigrationFailedError, match="it left a transaction open, which was rolled back"):
        migrations.run(empty_db)
    assert recorded(conn) == 0


@pytest.mark.parametrize(
    "call",
    ["CALL commits()", "DO $$ BEGIN INSERT INTO users VALUES (2); COMMIT; END $$", "DO $$ BEGIN ROLLBACK; END $$"],
)
def test_a_procedure_or_a_block_that_ends_a_transaction_is_refused_by_the_server_and_nothing_is_left(
    empty_db: Database, migrations: Migrations, conn: psycopg.Connection[Any], call: str
) -> None:
    conn.execute("CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$")
    write(migrations, f"CREATE TABLE users (id int);\n{call};\nSELECT 1")
    with pytest.raises(MigrationFailedError, match=r"up\.sql:2:1: invalid transaction termination"):
        migrations.run(empty_db)
    assert tables(conn) == set()
    assert recorded(conn) == 0


def test_a_procedure_that_commits_runs_without_a_transaction(
    empty_db: Database, migrations: Migrations, conn: psycopg.Connection[Any]
) -> None:
    conn.execute("CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE users (); COMMIT; END $$")
    write(migrations, "-- ferra: no-transaction\rCALL commits()")
    migrations.run(empty_db)
    assert tables(conn) == {"users"}
    assert recorded(conn) == 1


# --- the session, and its end ----------------------------------------------------------------------------------------


def test_a_session_with_backslashes_in_plain_strings_is_refused_and_told_what_to_do(
    database_url: str, migrations: Migrations, conn: psycopg.Connection[Any]
) -> None:
    write(migrations, r"CREATE TABLE users (); SELECT 'it\'; COMMIT; --'")
    off = conninfo.make_conninfo(database_url, options="-cstandard_conforming_strings=off -cescape_string_warning=off")
    with (
        Database.connect(off) as db,
        pytest.raises(MigrationError, match="standard_conforming_strings%3Don to the URL"),
    ):
        migrations.run(db)
    assert tables(conn) == set()


def test_a_script_that_changes_its_encoding_goes_on_in_the_new_one(
    empty_db: Database, migrations: Migrations, conn: psycopg.Connection[Any]
) -> None:
    write(migrations, "SET client_encoding TO latin1; CREATE TABLE notes AS SELECT 'é' AS note")
    migrations.run(empty_db)
    assert conn.execute("SELECT note FROM notes").fetchall() == [("é",)]


def test_a_failure_without_a_position_of_its_own_names_the_line_of_its_statement(
    empty_db: Database, migrations: Migrations
) -> None:
    write(migrations, "CREATE TABLE users ();\n\n-- and then\n  SELECT 'é',\n 1 / 0;\n")
    with pytest.raises(MigrationFailedError, match="division by zero") as caught:
        migrations.run(empty_db)
    assert (caught.value.line, caught.value.column) == (4, 3)


def test_a_connection_lost_at_the_commit_leaves_open_whether_it_was_committed_and_the_error_says_so(
    empty_db: Database, migrations: Migrations, conn: psycopg.Connection[Any]
) -> None:
    up = """
        CREATE TABLE users (id int);
        CREATE FUNCTION last_words() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER at_the_end AFTER INSERT ON users INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION last_words();
        INSERT INTO users VALUES (1);
    """
    write(migrations, up)
    with pytest.raises(MigrationFailedError, match=r"up\.sql: .*may have been committed all the same") as caught:
        migrations.run(empty_db)
    assert isinstance(caught.value.__cause__, Db)
    assert caught.value.__cause__.kind is DbErrorKind.CLOSED_CONNECTION
    assert tables(conn) == set()


def test_a_session_lost_before_a_script_begins_leaves_nothing_open(
    empty_db: Database, migrations: Migrations, conn: psycopg.Connection[Any]
) -> None:
    write(migrations, "CREATE TABLE users (); SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(MigrationFailedError, match=r"up\.sql:1:24: ") as caught:
        migrations.run(empty_db)
    assert "may have been committed" not in str(caught.value)
    assert tables(conn) == set()


def test_an_invalid_index_that_an_earlier_failure_left_is_not_taken_for_the_one_wanted(
    empty_db: Database, migrations: Migrations, conn: psycopg.Connection[Any]
) -> None:
    create = '-- ferra: no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "One" ON users (id)'
    conn.execute("CREATE TABLE users AS SELECT 1 AS id FROM generate_series(1, 2)")
    write(migrations, create)
    with pytest.raises(MigrationFailedError, match="look for what it left behind"):
        migrations.run(empty_db)
    conn.execute("DELETE FROM users")
    with pytest.raises(MigrationFailedError, match=r'up\.sql:2:1: there is an invalid index, "One", .*: drop it'):
        migrations.run(empty_db)
    assert recorded(conn) == 0
    conn.execute('DROP INDEX "One"')
    migrations.run(empty_db)
    assert conn.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = '\"One\"'::regclass").fetchone() == (True,)
