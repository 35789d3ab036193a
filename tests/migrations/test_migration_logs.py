"""What a run of migrations writes into the program's log: files and lines, and never what they say."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import psycopg
import pytest
from written_migrations import FIRST, SECOND, write, write_three

from ferra_sync import Database
from ferra_sync.errors import MigrationError
from ferra_sync.migrations import MigrationFailedError, Migrations
from ferra_sync.migrations._postgres_lock import exclusive

NAME = "ferra_sync.migrations"


def messages(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [each.getMessage() for each in caplog.records if (each.name, each.levelno) == (NAME, level)]


def test_each_script_is_logged_before_it_runs_and_when_it_has(
    db: Database, migrations: Migrations, directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, NAME)
    write_three(directory)
    migrations.run(db)
    migrations.revert(db)
    told = messages(caplog, logging.INFO)
    assert told[:2] == [f"running {directory / FIRST / 'up.sql'}", f"ran {directory / FIRST / 'up.sql'}"]
    assert [each.split()[0] for each in told] == ["running", "ran"] * 4
    assert told[-1].endswith("down.sql")


def test_a_script_that_fails_is_the_last_that_is_logged_and_its_text_is_not(
    db: Database, migrations: Migrations, directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, NAME)
    write(directory, FIRST, "CREATE TABLE notes (text text);\nINSERT INTO notes VALUES ('a secret');\n")
    write(directory, SECOND, "SELECT 1;\n  SELECT 'a secret'::integer;")
    with pytest.raises(MigrationFailedError):
        migrations.run(db)
    assert messages(caplog, logging.INFO)[-1] == f"running {directory / SECOND / 'up.sql'}"
    places = [each.partition(": ")[0].rpartition("/")[2] for each in messages(caplog, logging.DEBUG)]
    assert places == ["up.sql:1:1", "up.sql:2:1", "up.sql:1:1", "up.sql:2:3"]
    assert "secret" not in caplog.text


def test_the_wait_for_another_process_is_logged(
    db: Database,
    migrations: Migrations,
    directory: Path,
    conn: psycopg.Connection[Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, NAME)
    write(directory, FIRST, "SELECT 1")
    with exclusive(conn, "public", timeout=0), pytest.raises(MigrationError, match="another process"):
        migrations.run(db, lock_timeout=0.01)
    waiting = 'waiting at most 0.01 s for another process that is migrating schema "public"'
    assert messages(caplog, logging.INFO) == [waiting]
