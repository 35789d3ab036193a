"""What is refused before anything is applied."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
from written_migrations import FIRST, SECOND, THIRD, labels, tables, write, write_three

from ferra_sync import Database
from ferra_sync.errors import MigrationError
from ferra_sync.migrations import Migrations


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
