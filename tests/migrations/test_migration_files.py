"""What a migration may hold, with a transaction and without."""

from __future__ import annotations

import concurrent.futures
import contextlib
from pathlib import Path
from typing import Any

import psycopg
import pytest
from written_migrations import (
    BLOCKED,
    FIRST,
    SECOND,
    THIRD,
    labels,
    recorded,
    tables,
    value,
    wait_for,
    with_options,
    write,
)

from ferra_sync import Database
from ferra_sync.errors import Conflict, MigrationError
from ferra_sync.migrations import MigrationFailedError, Migrations

CONTENDING = """
    SELECT greatest(count(*) - 1, 0) FROM pg_stat_activity
    WHERE datname = current_database() AND (wait_event_type = 'Lock' OR query ~ 'advisory[_]lock')
"""


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
