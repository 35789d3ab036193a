"""Migrations on SQLite: what is applied, what a failure leaves, and how runs keep out of each other's way."""

from __future__ import annotations

import itertools
import os
import re
import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner
from written_migrations import FIRST, SECOND, THIRD, labels, write

from ferra_sync import Databases, FerraModel, MongoDatabase, SqliteDatabase, Table
from ferra_sync import types as t
from ferra_sync.cli import ferra
from ferra_sync.errors import Conflict, Db, DbErrorKind, MigrationError
from ferra_sync.migrations import MigrationFailedError, Migrations, MigrationState


class Users(Table):
    id = t.integer(primary_key=True)
    name = t.text()


@attrs.define
class User(FerraModel[Users]):
    id: int
    name: str


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/app.db"


@pytest.fixture(params=["memory", "file"])
def db(request: pytest.FixtureRequest, url: str) -> Iterator[SqliteDatabase]:
    with SqliteDatabase.connect("sqlite::memory:" if request.param == "memory" else url) as database:
        yield database


def asked(db: SqliteDatabase, sql: str) -> list[Any]:
    """Return what SQL of the test's own answers, the first column of each row."""
    with db._taken(writing=True) as connection:
        return [row[0] for row in connection.execute(sql)]


def tables(db: SqliteDatabase) -> set[str]:
    return {*asked(db, "SELECT name FROM sqlite_master WHERE type = 'table'")} - {"_ferra_migrations"}


def write_three(directory: Path) -> None:
    write(
        directory, FIRST, "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT", "DROP TABLE users"
    )
    write(
        directory,
        SECOND,
        "CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE);",
        "DROP TABLE posts;",
    )
    write(directory, THIRD, "ALTER TABLE users ADD role TEXT;", "ALTER TABLE users DROP COLUMN role;")


def test_what_is_pending_is_applied_once_and_in_order_and_taken_back(
    db: SqliteDatabase, migrations: Migrations, directory: Path
) -> None:
    write_three(directory)
    assert [each.state for each in migrations.status(db)] == [MigrationState.PENDING] * 3
    assert tables(db) == set()
    applied = migrations.run(db)
    assert (labels(applied), migrations.run(db)) == ([FIRST, SECOND, THIRD], [])
    assert all(re.fullmatch("[0-9a-f]{64}", each.checksum) and each.duration.total_seconds() > 0 for each in applied)
    assert [(each.state, each.applied_at, each.duration) for each in migrations.status(db)] == [
        (MigrationState.APPLIED, each.applied_at, each.duration) for each in applied
    ]
    assert db.repository(User).insert(User(1, "al")) == User(1, "al")
    assert labels(migrations.revert(db)) == [THIRD]
    assert labels(migrations.revert(db, 9)) == [SECOND, FIRST]
    assert (tables(db), migrations.revert(db)) == (set(), [])


def test_a_file_that_fails_is_undone_whole_and_named_with_its_line(
    db: SqliteDatabase, migrations: Migrations, directory: Path
) -> None:
    write_three(directory)
    up = "CREATE TABLE posts (id INTEGER);\nINSERT INTO users VALUES (1, 'al');\n\n  INSERT INTO nowhere\nVALUES (1);"
    write(directory, SECOND, up)
    with pytest.raises(MigrationFailedError, match="no such table: nowhere") as caught:
        migrations.run(db)
    error, path = caught.value, directory / SECOND / "up.sql"
    assert str(error) == f"{path}:4:3: no such table: nowhere; done before it and kept: {FIRST}"
    assert (error.path, error.line, error.column, labels(list(error.completed))) == (path, 4, 3, [FIRST])
    assert (tables(db), asked(db, "SELECT count(*) FROM users")) == ({"users"}, [0])
    cause = error.__cause__
    assert isinstance(cause, Db)
    assert cause.kind is DbErrorKind.UNDEFINED
    write(directory, SECOND, "CREATE TABLE posts (id INTEGER PRIMARY KEY);")
    assert labels(migrations.run(db)) == [SECOND, THIRD]


def test_the_log_has_scripts_and_where_statements_begin_and_never_what_they_say(
    db: SqliteDatabase, migrations: Migrations, directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(directory, FIRST, "SELECT 'secret';\nSELECT 2")
    with caplog.at_level("DEBUG", "ferra_sync.migrations"):
        migrations.run(db)
    path = directory / FIRST / "up.sql"
    begins = [f"{path}:{line}:1: sending the statement that begins here" for line in (1, 2)]
    assert caplog.messages == [f"running {path}", *begins, f"ran {path}"]


def test_a_constraint_that_refuses_a_row_is_named_and_its_values_are_not(
    db: SqliteDatabase, migrations: Migrations, directory: Path
) -> None:
    write(directory, FIRST, "CREATE TABLE users (name TEXT UNIQUE);\nINSERT INTO users VALUES ('secret'), ('secret')")
    with pytest.raises(MigrationFailedError, match='unique constraint "users_name_key" violated') as caught:
        migrations.run(db)
    assert isinstance(caught.value.__cause__, Conflict)
    assert "secret" not in str(caught.value)


def test_a_changed_file_a_missing_one_and_one_out_of_order_are_refused(
    db: SqliteDatabase, migrations: Migrations, directory: Path
) -> None:
    write_three(directory)
    migrations.run(db)
    write(directory, FIRST, "SELECT 'changed'")
    write(directory, "20250302500000_late", "SELECT 1")
    with pytest.raises(
        MigrationError, match=f"nothing was applied: {FIRST}/up.sql was changed .*; 20250302500000_late"
    ):
        migrations.run(db)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("SELECT 1;\nCOMMIT", "2:1: COMMIT would break the migration's transaction"),
        ("END TRANSACTION", "1:1: END would break"),
        ("/* a */ rollback", "1:9: ROLLBACK would break"),
        (
            "VACUUM",
            "VACUUM runs in no transaction: put it alone into a file whose first line is -- ferra: no-transaction",
        ),
        ("ATTACH 'x.db' AS x", "ATTACH is of the connection"),
        ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys is of the connection, and no migration's: there are app"),
        ("PRAGMA main.page_size = 1024", "PRAGMA page_size does nothing in a transaction: put it alone"),
        ("-- ferra: no-transaction\nPRAGMA synchronous = OFF", "2:1: PRAGMA synchronous is of the connection"),
        ("-- ferra: no-transaction\nVACUUM; ANALYZE", "2:9: without a transaction there is room for one statement"),
        ("-- ferra: at night\nSELECT 1", '"-- ferra: at night" is not known'),
        ("SELECT 'a", "1:8: unterminated string"),
        ("SELECT [a", "1:8: unterminated quoted identifier"),
        ("SELECT 1 /* a", "1:10: unterminated comment"),
        ("-- nothing\n;;", "is empty: it holds no SQL statement"),
    ],
)
def test_what_cannot_stand_in_a_migration_is_refused_before_anything_runs(
    url: str, migrations: Migrations, directory: Path, script: str, message: str
) -> None:
    write(directory, FIRST, "CREATE TABLE users (id INTEGER)")
    write(directory, SECOND, script)
    with SqliteDatabase.connect(url) as db:
        with pytest.raises(MigrationError, match=re.escape(message)):
            migrations.run(db)
        assert tables(db) == set()


def test_savepoints_triggers_and_what_the_file_carries_are_run_as_they_stand(
    db: SqliteDatabase, migrations: Migrations, directory: Path
) -> None:
    script = """
        SAVEPOINT a; CREATE TABLE gone (x); ROLLBACK TO a; RELEASE a;
        CREATE TABLE log (line TEXT); CREATE TABLE "a;b" ([end] TEXT, `x;y` TEXT);
        CREATE TEMP TRIGGER IF NOT EXISTS noted AFTER INSERT ON "a;b" BEGIN
          INSERT INTO log VALUES ('old;'); SELECT CASE WHEN 1 THEN 2 END; -- END;
        END;
        CREATE TRIGGER kept AFTER INSERT ON "a;b" BEGIN INSERT INTO log VALUES (new."end" || ';'); END;
        PRAGMA user_version = 7;
        CREATE TEMP TABLE staged AS SELECT 'x' AS a;
        INSERT INTO "a;b" SELECT a, 100 % 7 FROM staged;
    """
    write(directory, FIRST, script)
    migrations.run(db)
    assert (tables(db), asked(db, "PRAGMA user_version")) == ({"log", "a;b"}, [7])
    assert sorted(asked(db, "SELECT line FROM log")) == ["old;", "x;"]
    assert asked(db, "SELECT name FROM temp.sqlite_master") == []


def test_a_table_is_rebuilt_without_taking_along_the_rows_that_reference_it(
    db: SqliteDatabase, migrations: Migrations, directory: Path
) -> None:
    write_three(directory)
    rebuild = """
        INSERT INTO users (id, name) VALUES (1, 'al'); INSERT INTO posts VALUES (1, 1);
        CREATE TABLE new_users (id INTEGER PRIMARY KEY, name TEXT NOT NULL CHECK (name <> '')) STRICT;
        INSERT INTO new_users SELECT id, name FROM users;
        DROP TABLE users;
        ALTER TABLE new_users RENAME TO users;
    """
    write(directory, THIRD, rebuild)
    migrations.run(db)
    assert asked(db, "SELECT count(*) FROM posts") == [1]
    assert asked(db, "PRAGMA foreign_keys") == [1]


def test_rows_that_reference_nothing_in_the_end_fail_the_migration(
    db: SqliteDatabase, migrations: Migrations, directory: Path
) -> None:
    write_three(directory)
    write(directory, THIRD, "INSERT INTO posts VALUES (1, 9)")
    with pytest.raises(MigrationFailedError, match='a row of "posts" references none of "users"') as caught:
        migrations.run(db)
    assert (caught.value.line, asked(db, "SELECT count(*) FROM posts")) == (None, [0])


def test_a_file_without_a_transaction_is_run_as_it_is_and_recorded(
    url: str, migrations: Migrations, directory: Path
) -> None:
    write(
        directory, FIRST, "-- ferra: no-transaction\nPRAGMA page_size = 8192", "-- ferra: no-transaction\nSAVEPOINT a"
    )
    write(directory, SECOND, "-- ferra: no-transaction\nVACUUM", "SELECT 1")
    write(directory, THIRD, "-- ferra: no-transaction\nVACUUM nothing.here")
    with SqliteDatabase.connect(url) as db:
        with pytest.raises(MigrationFailedError, match="it ran without a transaction: look for what it left behind"):
            migrations.run(db)
        assert [each.state.value for each in migrations.status(db)] == ["applied", "applied", "pending"]
        with pytest.raises(MigrationFailedError, match="it left a transaction open, which was rolled back"):
            migrations.revert(db, 2)


def test_several_processes_and_threads_apply_each_migration_exactly_once(
    tmp_path: Path, url: str, migrations: Migrations, directory: Path
) -> None:
    names = [f"2025030100000{digit}_m{digit}" for digit in range(6)]
    write(directory, "20250228000000_runs", "CREATE TABLE runs (name TEXT)")
    for name in names:
        write(directory, name, f"INSERT INTO runs VALUES ('{name}')")
    answers = [tmp_path / f"answer{number}" for number in range(4)]
    for child in [_run_in_a_child(url, migrations, answer) for answer in answers]:
        os.waitpid(child, 0)
    applied = [answer.read_text().split() for answer in answers]
    with SqliteDatabase.connect(url) as db:
        assert sorted(itertools.chain.from_iterable(applied)) == ["20250228000000_runs", *names]
        assert sorted(asked(db, "SELECT name FROM runs")) == names
        write(directory, THIRD, "SELECT 1")
        with ThreadPoolExecutor(3) as threads:
            assert sorted(map(len, threads.map(lambda _: migrations.run(db), range(3)))) == [0, 0, 1]


def _run_in_a_child(url: str, migrations: Migrations, answer: Path) -> int:
    child = os.fork()
    if not child:
        try:
            with SqliteDatabase.connect(url) as db:
                answer.write_text("\n".join(labels(migrations.run(db))))
        finally:
            os._exit(0)
    return child


def test_a_process_that_is_killed_in_a_file_leaves_nothing_of_it_and_no_lock(
    url: str, migrations: Migrations, directory: Path
) -> None:
    write_three(directory)
    write(directory, SECOND, "CREATE TABLE posts (id INTEGER);\nINSERT INTO users (name) VALUES ('al');\nSELECT 'here'")

    def die(sql: str) -> None:
        if sql == "SELECT 'here'":
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if not child:
        try:
            with SqliteDatabase.connect(url) as db:
                with db._taken(writing=True) as connection:
                    connection.set_trace_callback(die)
                migrations.run(db)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    with SqliteDatabase.connect(url) as db:
        assert ([each.state.value for each in migrations.status(db)], tables(db)) == (
            ["applied", "pending", "pending"],
            {"users"},
        )
        assert labels(migrations.run(db, lock_timeout=0)) == [SECOND, THIRD]


def test_what_another_run_has_applied_after_this_one_has_looked_is_left_to_it(
    tmp_path: Path, url: str, migrations: Migrations, directory: Path
) -> None:
    write(directory, FIRST, "SELECT 1")
    with SqliteDatabase.connect(url) as db:
        migrations.run(db)
        write(directory, SECOND, "CREATE TABLE posts (id INTEGER)")
        write(directory, THIRD, "CREATE TABLE users (id INTEGER)")

        def overtake(sql: str) -> None:
            if sql.startswith("BEGIN") and "posts" not in tables(theirs):
                write(ahead, FIRST, "SELECT 1")
                write(ahead, SECOND, "CREATE TABLE posts (id INTEGER)")
                Migrations(ahead).run(theirs)

        ahead = tmp_path / "ahead"
        with SqliteDatabase.connect(url) as theirs:
            with db._taken(writing=True) as connection:
                connection.set_trace_callback(overtake)
            assert labels(migrations.run(db, lock_timeout=1e9)) == [THIRD]
        assert tables(db) == {"users", "posts"}


def test_a_run_that_does_not_get_the_lock_in_time_says_so_and_applies_nothing(
    tmp_path: Path, url: str, migrations: Migrations, directory: Path
) -> None:
    write_three(directory)
    with SqliteDatabase.connect(url) as db:
        with db.transaction(), pytest.raises(MigrationError, match=r"another thread is writing: .* within 0 s"):
            migrations.run(db, lock_timeout=0)
        with closing(sqlite3.connect(tmp_path / "app.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(MigrationError, match=r"another process is writing: .* within 0\.01 s"):
                migrations.run(db, lock_timeout=0.01)
        assert asked(db, "PRAGMA busy_timeout") == [int(db._connections.config.acquire_timeout * 1000)]
        assert labels(migrations.run(db, lock_timeout=0)) == [FIRST, SECOND, THIRD]
    with pytest.raises(Db, match="the database is closed"):
        migrations.run(db)


def test_a_file_that_may_not_be_written_is_a_database_error(url: str, migrations: Migrations, directory: Path) -> None:
    write_three(directory)
    with SqliteDatabase.connect(url) as db:
        asked(db, "PRAGMA query_only = ON")
        with pytest.raises(Db) as caught:
            migrations.run(db)
    assert caught.value.kind is DbErrorKind.READ_ONLY_TRANSACTION


def test_migrations_run_on_a_database_alone(migrations: Migrations, directory: Path) -> None:
    write_three(directory)
    with (
        SqliteDatabase.connect() as db,
        db.transaction() as tx,
        pytest.raises(MigrationError, match="run on a Database or a SqliteDatabase, not on"),
    ):
        migrations.run(tx)  # type: ignore[arg-type]  # wrong on purpose


def test_a_database_that_a_provider_has_opened_is_migrated(migrations: Migrations, directory: Path) -> None:
    write_three(directory)
    with Databases({"default": "sqlite::memory:"}) as databases:
        assert labels(migrations.run(databases.open())) == [FIRST, SECOND, THIRD]
        assert databases.repository(User).insert(User(1, "al")) == User(1, "al")
    mongo = MongoDatabase.connect("mongodb://localhost:1/none")
    with pytest.raises(MigrationError, match="run on a Database or a SqliteDatabase, not on a MongoDatabase"):
        migrations.run(mongo)
    mongo.close()


def test_the_commands_take_the_url_of_a_file(
    directory: Path, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)
    write_three(directory)

    def call(*arguments: str) -> list[str]:
        result = CliRunner().invoke(ferra, ("migration", *arguments))
        assert result.exit_code == 0, result.output
        return result.stdout.splitlines()

    assert call("run") == [f"applied {FIRST}", f"applied {SECOND}", f"applied {THIRD}"]
    assert call("revert") == [f"reverted {THIRD}"]
    assert [line.split("\t")[2] for line in call("list")] == ["applied", "applied", "pending"]
