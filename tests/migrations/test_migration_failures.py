"""What a failed run leaves behind, and how runs keep out of each other's way."""

from __future__ import annotations

import concurrent.futures
import contextlib
import itertools
import signal
import subprocess
import sys
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
    write_three,
)

from ferra_sync import Database
from ferra_sync.errors import Conflict, Db, DbErrorKind, MigrationError
from ferra_sync.migrations import MigrationFailedError, Migrations, MigrationState


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
