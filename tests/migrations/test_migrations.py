"""Migrations on a real PostgreSQL: run, revert and status."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
from written_migrations import FIRST, SECOND, THIRD, labels, recorded, tables, value, write, write_three

from ferra_sync import Database
from ferra_sync.errors import MigrationError
from ferra_sync.migrations import MigrationFailedError, Migrations, MigrationState


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
