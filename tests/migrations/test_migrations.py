"""Migrations on a real PostgreSQL: what is applied, what is refused, and what is left after a failure."""

from __future__ import annotations

import concurrent.futures
import contextlib
import itertools
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from databases import fresh_database
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import conninfo

from ferra_sync import Database
from ferra_sync.errors import Conflict, Db, DbErrorKind, MigrationError
from ferra_sync.migrations import MigrationFailedError, Migrations, MigrationState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIRST = "20250301000000_create_users"
SECOND = "20250302000000_create_posts"
THIRD = "20250303000000_add_roles"


def with_options(url: str, options: str) -> str:
    return conninfo.make_conninfo(url, options=options)


@pytest.fixture
def url(database_url: str) -> str:
    return database_url


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    with contextlib.closing(Database.connect(url)) as database:
        yield database


@pytest.fixture
def conn(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "migrations"
    made.mkdir()
    return made


@pytest.fixture
def migrations(directory: Path) -> Migrations:
    return Migrations(directory)


def write(directory: Path, name: str, up: str | bytes, down: str | None = None) -> Path:
    made = directory / name
    made.mkdir(parents=True, exist_ok=True)
    (made / "up.sql").write_bytes(up if isinstance(up, bytes) else up.encode())
    if down is not None:
        (made / "down.sql").write_text(down, encoding="utf-8")
    return made


def write_three(directory: Path) -> None:
    write(directory, FIRST, "CREATE TABLE users (id int PRIMARY KEY);", "DROP TABLE users;")
    write(directory, SECOND, "CREATE TABLE posts (user_id int REFERENCES users);", "DROP TABLE posts;")
    write(directory, THIRD, "ALTER TABLE users ADD role text;", "ALTER TABLE users DROP role;")


def tables(conn: psycopg.Connection[Any]) -> set[str]:
    rows = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
    return {name for (name,) in rows if name != "_ferra_migrations"}


def value(conn: psycopg.Connection[Any], query: str) -> Any:
    row = conn.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def recorded(conn: psycopg.Connection[Any]) -> list[str]:
    rows = conn.execute("SELECT version || '_' || name FROM _ferra_migrations ORDER BY version")
    return [label for (label,) in rows]


def labels(rows: list[Any]) -> list[str]:
    return [row.label for row in rows]


def wait_for(conn: psycopg.Connection[Any], query: str, *, while_running: Callable[[], bool]) -> None:
    """Wait until `query` counts something; give up when what would bring it about has ended."""
    while value(conn, query) == 0 and while_running():
        pass


BLOCKED = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
CONTENDING = """
    SELECT greatest(count(*) - 1, 0) FROM pg_stat_activity
    WHERE datname = current_database() AND (wait_event_type = 'Lock' OR query ~ 'advisory[_]lock')
"""


# --- run, revert, status ---------------------------------------------------------------------------------------------


def test_a_run_applies_what_is_pending_in_order(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write_three(directory)
    assert labels(migrations.run(db)) == [FIRST, SECOND, THIRD]
    assert tables(conn) == {"users", "posts"}
    assert recorded(conn) == [FIRST, SECOND, THIRD]


def test_a_second_run_applies_nothing(db: Database, migrations: Migrations, directory: Path) -> None:
    write_three(directory)
    migrations.run(db)
    assert migrations.run(db) == []


def test_a_later_run_applies_only_what_is_new(db: Database, migrations: Migrations, directory: Path) -> None:
    write_three(directory)
    shutil.rmtree(directory / THIRD)
    migrations.run(db)
    write(directory, THIRD, "SELECT 1")
    assert labels(migrations.run(db)) == [THIRD]


def test_a_run_tells_when_and_for_how_long(db: Database, migrations: Migrations, directory: Path) -> None:
    write(directory, FIRST, "SELECT 1")
    (applied,) = migrations.run(db)
    assert applied.applied_at.tzinfo is not None
    assert applied.duration.total_seconds() > 0
    assert re.fullmatch("[0-9a-f]{64}", applied.checksum)


def test_an_empty_directory_leaves_the_database_alone(
    db: Database, migrations: Migrations, conn: psycopg.Connection[Any]
) -> None:
    assert migrations.run(db) == []
    assert value(conn, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0


def test_a_revert_takes_back_the_newest_first(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write_three(directory)
    migrations.run(db)
    assert labels(migrations.revert(db)) == [THIRD]
    assert labels(migrations.revert(db, 2)) == [SECOND, FIRST]
    assert tables(conn) == set()
    assert recorded(conn) == []


def test_a_revert_of_more_than_there_is_reverts_all(db: Database, migrations: Migrations, directory: Path) -> None:
    write_three(directory)
    migrations.run(db)
    assert labels(migrations.revert(db, 99)) == [THIRD, SECOND, FIRST]
    assert migrations.revert(db) == []


def test_a_revert_of_less_than_one_step_is_refused(db: Database, migrations: Migrations) -> None:
    with pytest.raises(ValueError, match="steps must be 1 or more, not 0"):
        migrations.revert(db, 0)


def test_what_was_reverted_can_be_applied_again(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write_three(directory)
    migrations.run(db)
    migrations.revert(db, 2)
    assert labels(migrations.run(db)) == [SECOND, THIRD]
    assert tables(conn) == {"users", "posts"}


def test_a_missing_down_file_is_an_error_on_revert_only_and_nothing_is_reverted(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write_three(directory)
    (directory / SECOND / "down.sql").unlink()
    migrations.run(db)
    with pytest.raises(MigrationError, match=rf"{SECOND}/down\.sql is missing"):
        migrations.revert(db, 2)
    assert recorded(conn) == [FIRST, SECOND, THIRD]


def test_an_empty_down_file_is_an_error_and_nothing_is_reverted(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write(directory, FIRST, "CREATE TABLE users ()", "-- there is no way back\n")
    migrations.run(db)
    with pytest.raises(MigrationError, match=r"down\.sql is empty"):
        migrations.revert(db)
    assert recorded(conn) == [FIRST]


def test_a_migration_that_is_no_longer_on_disk_cannot_be_reverted(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write_three(directory)
    migrations.run(db)
    shutil.rmtree(directory / SECOND)
    with pytest.raises(MigrationError, match=f"{SECOND} was applied but is not on disk"):
        migrations.revert(db, 3)
    assert recorded(conn) == [FIRST, SECOND, THIRD]


def test_a_changed_up_file_can_be_reverted_and_applied_anew(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write(directory, FIRST, "CREATE TABLE users ()", "DROP TABLE IF EXISTS users, people")
    migrations.run(db)
    write(directory, FIRST, "CREATE TABLE people ()")
    migrations.revert(db)
    migrations.run(db)
    assert tables(conn) == {"people"}


def test_a_failing_revert_keeps_the_migration_and_names_what_was_reverted(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write_three(directory)
    write(directory, SECOND, "CREATE TABLE posts ();", "DROP TABLE posts;\nDROP TABLE nowhere;")
    migrations.run(db)
    with pytest.raises(MigrationFailedError, match=r'down\.sql:2:1: table "nowhere" does not exist') as caught:
        migrations.revert(db, 3)
    assert labels(list(caught.value.completed)) == [THIRD]
    assert recorded(conn) == [FIRST, SECOND]
    assert tables(conn) == {"users", "posts"}


def test_the_status_tells_applied_from_pending_and_writes_nothing(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write_three(directory)
    assert [status.state for status in migrations.status(db)] == [MigrationState.PENDING] * 3
    assert value(conn, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    migrations.run(db)
    migrations.revert(db)
    first, second, third = migrations.status(db)
    assert (first.state, second.state, third.state) == (
        MigrationState.APPLIED,
        MigrationState.APPLIED,
        MigrationState.PENDING,
    )
    assert first.applied_at is not None
    assert first.duration is not None
    assert (third.applied_at, third.duration) == (None, None)


def test_the_status_shows_what_stands_against_a_run(db: Database, migrations: Migrations, directory: Path) -> None:
    write_three(directory)
    migrations.run(db)
    write(directory, FIRST, "SELECT 'changed'")
    shutil.rmtree(directory / SECOND)
    write(directory, "20250302500000_late", "SELECT 1")
    assert [(status.label, status.state) for status in migrations.status(db)] == [
        (FIRST, MigrationState.CHANGED),
        (SECOND, MigrationState.MISSING),
        ("20250302500000_late", MigrationState.OUT_OF_ORDER),
        (THIRD, MigrationState.APPLIED),
    ]


# --- what is refused before anything is applied ----------------------------------------------------------------------


def test_a_changed_file_is_refused_by_name_and_nothing_is_applied(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write(directory, FIRST, "CREATE TABLE users ()")
    migrations.run(db)
    write(directory, FIRST, "CREATE TABLE people ()")
    write(directory, SECOND, "CREATE TABLE posts ()")
    with pytest.raises(MigrationError, match=rf"nothing was applied: {FIRST}/up\.sql was changed"):
        migrations.run(db)
    assert tables(conn) == {"users"}


def test_a_missing_migration_is_refused_by_name_and_nothing_is_applied(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write(directory, FIRST, "CREATE TABLE users ()")
    migrations.run(db)
    shutil.rmtree(directory / FIRST)
    write(directory, SECOND, "CREATE TABLE posts ()")
    with pytest.raises(MigrationError, match=f"{FIRST} was applied but is not on disk"):
        migrations.run(db)
    assert tables(conn) == {"users"}


def test_an_out_of_order_migration_is_refused_by_name_and_nothing_is_applied(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write(directory, SECOND, "CREATE TABLE posts ()")
    migrations.run(db)
    write(directory, FIRST, "CREATE TABLE users ()")
    write(directory, THIRD, "CREATE TABLE roles ()")
    with pytest.raises(MigrationError, match=f"{FIRST} is not applied but older than one that is"):
        migrations.run(db)
    assert tables(conn) == {"posts"}


def test_all_that_stands_against_a_run_is_named_at_once(db: Database, migrations: Migrations, directory: Path) -> None:
    write_three(directory)
    migrations.run(db)
    write(directory, FIRST, "SELECT 'changed'")
    shutil.rmtree(directory / SECOND)
    with pytest.raises(MigrationError) as caught:
        migrations.run(db)
    assert FIRST in str(caught.value)
    assert SECOND in str(caught.value)
    assert THIRD not in str(caught.value)


def test_two_migrations_of_one_version_are_refused_by_name(
    db: Database, migrations: Migrations, directory: Path
) -> None:
    write(directory, "20250301000000_a", "SELECT 1")
    write(directory, "20250301000000_b", "SELECT 1")
    with pytest.raises(MigrationError, match=r"20250301000000_a and .*20250301000000_b have the same version"):
        migrations.run(db)


@pytest.mark.parametrize(
    "name", ["create_users", "2025_create_users", "20250301000000", "20250301000000_", "20250301000000_a b"]
)
def test_a_badly_named_directory_is_refused_by_name(
    db: Database, migrations: Migrations, directory: Path, name: str
) -> None:
    write(directory, name, "SELECT 1")
    with pytest.raises(MigrationError, match=rf"{name} is not a migration"):
        migrations.run(db)


def test_a_stray_file_is_refused_by_name(db: Database, migrations: Migrations, directory: Path) -> None:
    (directory / f"{FIRST}.sql").write_text("SELECT 1", encoding="utf-8")
    with pytest.raises(MigrationError, match=rf"{FIRST}\.sql is not a migration"):
        migrations.run(db)


def test_a_stray_file_in_a_migration_is_refused_by_name(db: Database, migrations: Migrations, directory: Path) -> None:
    made = write(directory, FIRST, "SELECT 1")
    (made / "up2.sql").write_text("SELECT 1", encoding="utf-8")
    with pytest.raises(MigrationError, match=rf"{FIRST}/up2\.sql does not belong in a migration"):
        migrations.run(db)


def test_hidden_files_and_readmes_are_passed_over(db: Database, migrations: Migrations, directory: Path) -> None:
    made = write(directory, FIRST, "SELECT 1")
    for path in (directory / ".gitkeep", directory / "README.md", made / ".up.sql.swp", made / "README"):
        path.write_text("", encoding="utf-8")
    assert labels(migrations.run(db)) == [FIRST]


def test_a_missing_directory_is_refused_by_name(db: Database, tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="nowhere: No such file or directory"):
        Migrations(tmp_path / "nowhere").run(db)


def test_a_missing_up_file_is_refused_by_name(db: Database, migrations: Migrations, directory: Path) -> None:
    (directory / FIRST).mkdir()
    with pytest.raises(MigrationError, match=rf"{FIRST}/up\.sql is missing"):
        migrations.run(db)


@pytest.mark.parametrize("text", ["", " \n\t", "-- nothing\n", "/* nothing /* at all */ */", ";;", "\ufeff"])
def test_an_up_file_without_a_statement_is_refused_and_nothing_is_applied(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any], text: str
) -> None:
    write(directory, FIRST, "CREATE TABLE users ()")
    write(directory, SECOND, text)
    with pytest.raises(MigrationError, match=rf"{SECOND}/up\.sql is empty"):
        migrations.run(db)
    assert tables(conn) == set()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"SELECT '\xff'", r"is not UTF-8 \(byte 8\)"), (b"SELECT 1;\0 DROP TABLE users", "holds a NUL character")],
)
def test_a_file_that_is_no_text_is_refused_by_name(
    db: Database, migrations: Migrations, directory: Path, content: bytes, reason: str
) -> None:
    write(directory, FIRST, content)
    with pytest.raises(MigrationError, match=rf"{FIRST}/up\.sql {reason}"):
        migrations.run(db)


@pytest.mark.parametrize(
    "statement",
    [
        "BEGIN",
        "begin transaction",
        "START TRANSACTION",
        "COMMIT",
        "END",
        "ABORT",
        "ROLLBACK",
        "ROLLBACK WORK",
        "/* so */ COMMIT AND CHAIN",
        "PREPARE TRANSACTION 'x'",
    ],
)
def test_transaction_control_in_a_file_is_refused_by_line_and_nothing_is_applied(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any], statement: str
) -> None:
    write(directory, FIRST, "CREATE TABLE users ()")
    write(directory, SECOND, f"CREATE TABLE posts ();\n  {statement};\nCREATE TABLE more ();")
    with pytest.raises(
        MigrationError, match=rf"{SECOND}/up\.sql:2:\d+: [A-Z]+ would break the migration's transaction"
    ):
        migrations.run(db)
    assert tables(conn) == set()


def test_a_copy_from_the_client_is_refused_by_line(db: Database, migrations: Migrations, directory: Path) -> None:
    write(directory, FIRST, "CREATE TABLE users (id int);\nCOPY users (id) FROM stdin;\n1\n\\.\n")
    with pytest.raises(MigrationError, match=rf"{FIRST}/up\.sql:2:1: COPY from or to the client"):
        migrations.run(db)


# --- what a file may hold --------------------------------------------------------------------------------------------


def test_percent_signs_placeholders_comments_and_bodies_reach_the_server_as_they_stand(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    up = """
        -- 100 %s of it; COMMIT;
        CREATE TABLE notes (id serial, note text DEFAULT '%(x)s 50% $1 -- ; COMMIT;', CHECK (id % 2 >= 0));
        /* BEGIN; /* nested; */ COMMIT; */
        INSERT INTO notes (note) VALUES ('it''s; COMMIT;'), (E'a\\'; COMMIT; --'), (DEFAULT), ($q$ROLLBACK; %s$q$),
            ('ünï');
        DO $$ BEGIN EXECUTE format('INSERT INTO notes (note) VALUES (%L)', 'done; END;'); END $$;
        CREATE FUNCTION twice(n int) RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN n * 2; END; $body$;
        CREATE TABLE "commit; begin" ("a;b" int);
        SAVEPOINT before; INSERT INTO notes (note) VALUES ('gone'); ROLLBACK TO SAVEPOINT before; RELEASE before;
        CREATE RULE silent AS ON DELETE TO notes DO INSTEAD (SELECT 1; SELECT 2);
    """
    write(directory, FIRST, up)
    migrations.run(db)
    assert [note for (note,) in conn.execute("SELECT note FROM notes ORDER BY id")] == [
        "it's; COMMIT;",
        "a'; COMMIT; --",
        "%(x)s 50% $1 -- ; COMMIT;",
        "ROLLBACK; %s",
        "ünï",
        "done; END;",
    ]
    assert value(conn, "SELECT twice(21)") == 42
    assert "commit; begin" in tables(conn)


def test_a_function_with_a_body_in_standard_sql_is_no_transaction_control(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    up = """
        CREATE OR REPLACE FUNCTION sign_of(n int) RETURNS text LANGUAGE sql BEGIN ATOMIC
            SELECT 1;
            SELECT CASE WHEN n < 0 THEN 'minus' ELSE 'plus' END;
        END;
        CREATE TABLE after_it ();
    """
    write(directory, FIRST, up)
    migrations.run(db)
    assert value(conn, "SELECT sign_of(-1)") == "minus"
    assert tables(conn) == {"after_it"}


def test_line_endings_and_a_byte_order_mark_do_not_change_a_file(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write(directory, FIRST, b"CREATE TABLE users (\n  note text DEFAULT 'a\nb'\n);\n")
    migrations.run(db)
    write(directory, FIRST, b"\xef\xbb\xbfCREATE TABLE users (\r\n  note text DEFAULT 'a\r\nb'\r\n);\r\n")
    assert migrations.run(db) == []
    write(directory, SECOND, b"\xef\xbb\xbfCREATE TABLE posts (note text DEFAULT 'a\r\nb');\r\n")
    migrations.run(db)
    conn.execute("INSERT INTO posts DEFAULT VALUES")
    assert value(conn, "SELECT note FROM posts") == "a\nb"


def test_settings_that_a_file_changes_end_with_it(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    up = "SELECT pg_catalog.set_config('search_path', '', false); SET ROLE pg_monitor; CREATE TEMP TABLE posts ()"
    write(directory, FIRST, up)
    write(directory, SECOND, "CREATE TABLE posts AS SELECT current_role AS role")
    write(directory, THIRD, "UPDATE posts SET role = role")
    migrations.run(db)
    assert value(conn, "SELECT role = session_user FROM public.posts")


def test_a_file_runs_in_the_encoding_of_the_connection(
    url: str, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write(directory, FIRST, "CREATE TABLE notes AS SELECT 'é' AS note")
    write(directory, SECOND, "SELECT '漢'")
    with (
        contextlib.closing(Database.connect(with_options(url, "-cclient_encoding=latin1"))) as db,
        pytest.raises(MigrationFailedError, match=SECOND),
    ):
        migrations.run(db)
    assert value(conn, "SELECT note FROM notes") == "é"


# --- without a transaction -------------------------------------------------------------------------------------------


def test_a_file_without_a_transaction_can_create_an_index_concurrently_and_drop_it(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write(directory, FIRST, "CREATE TABLE users (email text)")
    up = "-- ferra: no-transaction\nCREATE INDEX CONCURRENTLY users_email ON users (email);\n"
    write(directory, SECOND, up, "-- ferra: no-transaction\r\nDROP INDEX CONCURRENTLY users_email")
    migrations.run(db)
    assert recorded(conn) == [FIRST, SECOND]
    assert value(conn, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'users_email'::regclass")
    migrations.revert(db)
    assert value(conn, "SELECT to_regclass('users_email') IS NULL")


def test_a_file_without_a_transaction_has_room_for_one_statement_only(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write(directory, FIRST, "-- ferra: no-transaction\nCREATE TABLE users ();\nCREATE TABLE posts ();")
    with pytest.raises(MigrationError, match=r"up\.sql:3:1: without a transaction there is room for one statement"):
        migrations.run(db)
    assert tables(conn) == set()


def test_a_file_that_fails_without_a_transaction_is_not_recorded_and_says_so(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write(directory, FIRST, "CREATE TABLE users AS SELECT 1 AS id FROM generate_series(1, 2)")
    write(directory, SECOND, "-- ferra: no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY one ON users (id)")
    with pytest.raises(MigrationFailedError, match="look for what it left behind") as caught:
        migrations.run(db)
    assert isinstance(caught.value.__cause__, Conflict)
    assert recorded(conn) == [FIRST]


def test_a_directive_that_is_not_known_is_refused(db: Database, migrations: Migrations, directory: Path) -> None:
    write(directory, FIRST, "-- ferra: notransaction\nSELECT 1")
    with pytest.raises(MigrationError, match=r'up\.sql: "-- ferra: notransaction" is not known'):
        migrations.run(db)


def test_an_index_is_created_concurrently_while_another_run_waits_for_the_lock(
    url: str, db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write(directory, FIRST, "CREATE TABLE users (email text)")
    migrations.run(db)
    write(directory, SECOND, "-- ferra: no-transaction\nCREATE INDEX CONCURRENTLY users_email ON users (email)")
    with (
        psycopg.connect(url) as writer,
        contextlib.closing(Database.connect(url)) as other,
        concurrent.futures.ThreadPoolExecutor() as pool,
    ):
        writer.execute("INSERT INTO users VALUES ('a')")
        one = pool.submit(migrations.run, db)
        wait_for(conn, BLOCKED, while_running=one.running)
        two = pool.submit(migrations.run, other)
        wait_for(conn, CONTENDING, while_running=two.running)
        writer.commit()
        assert labels(one.result() + two.result()) == [SECOND]


# --- failures --------------------------------------------------------------------------------------------------------


def test_a_migration_that_fails_half_way_leaves_nothing_and_those_before_it_stay(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write_three(directory)
    write(
        directory, SECOND, "CREATE TABLE posts ();\nINSERT INTO users VALUES (1);\nINSERT INTO users\n  VALUES (ä);\n"
    )
    with pytest.raises(MigrationFailedError) as caught:
        migrations.run(db)
    error = caught.value
    path = directory / SECOND / "up.sql"
    assert str(error) == f'{path}:4:11: column "ä" does not exist; done before it and kept: {FIRST}'
    assert (error.path, error.line, error.column, labels(list(error.completed))) == (path, 4, 11, [FIRST])
    assert tables(conn) == {"users"}
    assert value(conn, "SELECT count(*) FROM users") == 0
    assert recorded(conn) == [FIRST]


def test_a_run_goes_on_where_a_failed_one_stopped_once_the_file_is_mended(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write_three(directory)
    write(directory, SECOND, "CREATE TABLE posts (); SELECT 1 / 0")
    with pytest.raises(MigrationFailedError, match="division by zero"):
        migrations.run(db)
    write(directory, SECOND, "CREATE TABLE posts ()")
    assert labels(migrations.run(db)) == [SECOND, THIRD]
    assert recorded(conn) == [FIRST, SECOND, THIRD]


def test_a_failure_never_quotes_a_row(db: Database, migrations: Migrations, directory: Path) -> None:
    write(directory, FIRST, "CREATE TABLE users (email text UNIQUE); INSERT INTO users SELECT 'secret' FROM pg_class")
    with pytest.raises(MigrationFailedError, match='unique constraint "users_email_key" violated') as caught:
        migrations.run(db)
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value.__cause__, Conflict)
    assert isinstance(caught.value.__cause__.__cause__, psycopg.errors.UniqueViolation)


def test_a_constraint_that_is_checked_at_commit_fails_the_migration(
    db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    up = """
        CREATE TABLE users (id int PRIMARY KEY, boss int REFERENCES users DEFERRABLE INITIALLY DEFERRED);
        INSERT INTO users VALUES (1, 2);
    """
    write(directory, FIRST, up)
    with pytest.raises(MigrationFailedError, match=FIRST) as caught:
        migrations.run(db)
    assert isinstance(caught.value.__cause__, Db)
    assert caught.value.__cause__.kind is DbErrorKind.FOREIGN_KEY_VIOLATION
    assert tables(conn) == set()
    assert recorded(conn) == []


def test_a_session_that_the_server_ends_leaves_nothing_and_frees_the_lock(
    url: str, db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    write(directory, FIRST, "CREATE TABLE users (); SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(MigrationFailedError, match=FIRST) as caught:
        migrations.run(db)
    assert isinstance(caught.value.__cause__, Db)
    assert caught.value.__cause__.kind is DbErrorKind.CLOSED_CONNECTION
    assert tables(conn) == set()
    write(directory, FIRST, "CREATE TABLE users ()")
    with contextlib.closing(Database.connect(url)) as other:
        assert labels(migrations.run(other, lock_timeout=5)) == [FIRST]


def test_an_interrupt_leaves_nothing_half_done_and_frees_the_lock(
    url: str, db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    conn.execute("CREATE TABLE gate ()")
    write(directory, FIRST, "CREATE TABLE users (); LOCK TABLE gate")
    script = (
        "import sys; from ferra_sync import Database; from ferra_sync.migrations import Migrations;"
        "Migrations(sys.argv[1]).run(Database.connect(sys.argv[2]))"
    )
    with psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE gate")
        process = subprocess.Popen([sys.executable, "-c", script, directory, url], stderr=subprocess.PIPE, text=True)
        wait_for(conn, BLOCKED, while_running=lambda: process.poll() is None)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate()
    assert process.returncode != 0
    assert "KeyboardInterrupt" in stderr
    assert tables(conn) == {"gate"}
    assert labels(migrations.run(db)) == [FIRST]


def test_a_database_that_may_not_be_written_is_a_database_error(
    url: str, migrations: Migrations, directory: Path
) -> None:
    write(directory, FIRST, "SELECT 1")
    read_only = with_options(url, "-cdefault_transaction_read_only=on")
    with contextlib.closing(Database.connect(read_only)) as db, pytest.raises(Db, match="read-only transaction"):
        migrations.run(db)


# --- schemas and the lock --------------------------------------------------------------------------------------------


def test_the_history_lives_in_the_first_schema_of_the_search_path(
    url: str, db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    conn.execute('CREATE SCHEMA "My ""own"""')
    write(directory, FIRST, "CREATE TABLE users ()", "DROP TABLE users")
    migrations.run(db)
    in_schema = with_options(url, '-csearch_path="My\\ ""own""",public')
    with contextlib.closing(Database.connect(in_schema)) as other:
        assert [status.state for status in migrations.status(other)] == [MigrationState.PENDING]
        assert labels(migrations.run(other)) == [FIRST]
        assert labels(migrations.revert(other)) == [FIRST]
    assert recorded(conn) == [FIRST]


def test_a_search_path_whose_first_schema_does_not_exist_is_refused(
    url: str, migrations: Migrations, directory: Path
) -> None:
    write(directory, FIRST, "CREATE SCHEMA app")
    in_schema = with_options(url, "-csearch_path=app,public")
    with (
        contextlib.closing(Database.connect(in_schema)) as db,
        pytest.raises(MigrationError, match='the first schema of the search path, "app", does not exist'),
    ):
        migrations.run(db)


def test_a_run_that_does_not_get_the_lock_in_time_says_who_has_it_and_applies_nothing(
    url: str, db: Database, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    conn.execute("CREATE TABLE gate ()")
    conn.execute("CREATE SCHEMA app")
    write(directory, FIRST, "LOCK TABLE public.gate")
    with (
        psycopg.connect(url) as holder,
        contextlib.closing(Database.connect(url)) as same_schema,
        contextlib.closing(Database.connect(with_options(url, "-csearch_path=app"))) as other_schema,
        concurrent.futures.ThreadPoolExecutor() as pool,
    ):
        holder.execute("LOCK TABLE gate")
        running = pool.submit(migrations.run, db)
        wait_for(conn, BLOCKED, while_running=running.running)
        with pytest.raises(MigrationError, match='another process is migrating schema "public"'):
            migrations.run(same_schema, lock_timeout=0)
        with pytest.raises(MigrationError, match="its lock was not free within 0 s"):
            migrations.revert(same_schema, lock_timeout=0)
        write(directory, FIRST, "SELECT 1")
        assert labels(migrations.run(other_schema, lock_timeout=0)) == [FIRST]
        holder.commit()
        assert labels(running.result()) == [FIRST]


def test_a_failed_run_gives_the_lock_back(url: str, db: Database, migrations: Migrations, directory: Path) -> None:
    write(directory, FIRST, "SELECT nothing")
    with pytest.raises(MigrationFailedError):
        migrations.run(db)
    write(directory, FIRST, "SELECT 1")
    with contextlib.closing(Database.connect(url)) as other:
        assert labels(migrations.run(other, lock_timeout=0)) == [FIRST]


def test_several_runs_at_once_apply_each_migration_exactly_once(
    url: str, migrations: Migrations, directory: Path, conn: psycopg.Connection[Any]
) -> None:
    conn.execute("CREATE TABLE runs (name text)")
    names = [f"2025030100000{digit}_m{digit}" for digit in range(5)]
    for name in names:
        write(directory, name, f"INSERT INTO runs VALUES ('{name}')")

    def run(_: int) -> list[str]:
        with contextlib.closing(Database.connect(url)) as db:
            return labels(migrations.run(db))

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(run, range(4)))
    assert sorted(itertools.chain.from_iterable(applied)) == names
    assert [name for (name,) in conn.execute("SELECT name FROM runs ORDER BY name")] == names


# --- generate --------------------------------------------------------------------------------------------------------


def test_generate_makes_a_directory_with_both_files_that_must_be_filled_in(db: Database, tmp_path: Path) -> None:
    migrations = Migrations(tmp_path / "new" / "migrations")
    made = migrations.generate("Create users & posts!")
    assert made.parent == migrations.directory
    assert re.fullmatch(r"2[0-9]{13}_create_users_posts", made.name)
    assert sorted(path.name for path in made.iterdir()) == ["down.sql", "up.sql"]
    with pytest.raises(MigrationError, match=r"up\.sql is empty"):
        migrations.run(db)


def test_generated_migrations_are_in_the_order_of_their_making(db: Database, migrations: Migrations) -> None:
    made = [migrations.generate(name) for name in ("zeta", "alpha", "zeta")]
    for path in made:
        (path / "up.sql").write_text("SELECT 1", encoding="utf-8")
    assert labels(migrations.run(db)) == [path.name for path in made]


def test_generate_comes_after_the_newest_even_from_a_clock_that_was_ahead(
    migrations: Migrations, directory: Path
) -> None:
    write(directory, "29991231235959_ahead", "SELECT 1")
    assert migrations.generate("next").name == "30000101000000_next"
    write(directory, "99999999999999_last", "SELECT 1")
    with pytest.raises(MigrationError, match="no timestamp comes after 99999999999999"):
        migrations.generate("next")


@pytest.mark.parametrize("name", ["", " ", "../..", "--"])
def test_generate_refuses_a_name_without_a_letter_or_digit(migrations: Migrations, directory: Path, name: str) -> None:
    with pytest.raises(MigrationError, match="needs a letter or a digit"):
        migrations.generate(name)
    assert list(directory.iterdir()) == []


def test_migrations_are_a_value() -> None:
    assert Migrations("migrations") == Migrations(Path("migrations"))


# --- any list of migrations ------------------------------------------------------------------------------------------

KINDS = ("table", "column", "index", "view", "function", "data")


def change(kind: str, number: int, target: int) -> tuple[str, str]:
    """Return the up and the down of migration `number`, which may build upon the table of migration `target`."""
    return {
        "table": (f"CREATE TABLE t{number} (id int PRIMARY KEY, note text);", f"DROP TABLE t{number};"),
        "column": (f"ALTER TABLE t{target} ADD c{number} int DEFAULT 1;", f"ALTER TABLE t{target} DROP c{number};"),
        "index": (f"CREATE INDEX i{number} ON t{target} (note);", f"DROP INDEX i{number};"),
        "view": (f"CREATE VIEW v{number} AS SELECT id FROM t{target};", f"DROP VIEW v{number};"),
        "function": (
            f"CREATE FUNCTION f{number}() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$;",
            f"DROP FUNCTION f{number}();",
        ),
        "data": (
            f"INSERT INTO t{target} (id, note) VALUES ({number}, '100%s; $1');",
            f"DO $$ BEGIN DELETE FROM t{target} WHERE id = {number}; END $$;",
        ),
    }[kind]


def schema_of(conn: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """Return every relation, column and function of the schema but the history's."""
    query = b"""
        SELECT relname::text, relkind::text, attname::text, format_type(atttypid, atttypmod)
        FROM pg_class LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
        WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE '%ferra_migrations%'
        UNION ALL SELECT proname, 'function', NULL, NULL FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        ORDER BY 1, 2, 3
    """
    return conn.execute(query).fetchall()


@pytest.fixture(scope="module")
def shared_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as database_url:
        yield database_url


@pytest.fixture(scope="module")
def shared_db(shared_url: str) -> Iterator[Database]:
    with contextlib.closing(Database.connect(shared_url)) as database:
        yield database


@settings(max_examples=30, deadline=None)
@given(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=8), data=st.data())
def test_any_list_of_migrations_run_and_reverted_leaves_the_schema_as_it_was(
    shared_url: str, shared_db: Database, kinds: list[str], data: st.DataObject
) -> None:
    steps = data.draw(st.integers(1, len(kinds)))
    existing = [0]
    with tempfile.TemporaryDirectory() as made, psycopg.connect(shared_url, autocommit=True) as conn:
        conn.execute(
            "DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE t0 (id int PRIMARY KEY, note text)"
        )
        migrations = Migrations(made)
        before = schema_of(conn)
        for number, kind in enumerate(kinds, start=1):
            up, down = change(kind, number, data.draw(st.sampled_from(existing)))
            write(Path(made), f"{number:014d}_{kind}", up, down)
            existing += [number] if kind == "table" else []
        applied = labels(migrations.run(shared_db))
        assert labels(migrations.revert(shared_db, steps)) == applied[::-1][:steps]
        assert labels(migrations.run(shared_db)) == applied[len(kinds) - steps :]
        assert labels(migrations.revert(shared_db, len(kinds))) == applied[::-1]
        assert schema_of(conn) == before
