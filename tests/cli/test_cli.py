"""The command line: what it prints, where, and its exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from ferra_sync import Database, JobError, JobOptions, JobStatus, Table, select
from ferra_sync import types as t
from ferra_sync.cli import ferra
from ferra_sync.cli._jobs import watch

FIRST = "20250301000000_create_users"
SECOND = "20250302000000_create_posts"


class Notes(Table):
    id = t.integer(primary_key=True)


@pytest.fixture
def url(database_url: str) -> str:
    return database_url


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project with two migrations and an environment without a database the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    write(tmp_path / "migrations" / FIRST, "CREATE TABLE users ()", "DROP TABLE users")
    write(tmp_path / "migrations" / SECOND, "CREATE TABLE posts ()", "DROP TABLE posts")
    return tmp_path


def write(directory: Path, up: str, down: str) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "up.sql").write_text(up, encoding="utf-8")
    (directory / "down.sql").write_text(down, encoding="utf-8")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(ferra, arguments)


def migrate(verb: str, url: str, *arguments: str) -> Result:
    return call("migration", verb, "--url", url, *arguments)


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as conn:
        rows: list[tuple[Any, ...]] = conn.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    return {name for (name,) in rows if name != "_ferra_migrations"}


def test_run_names_what_it_applied(here: Path, url: str) -> None:
    result = migrate("run", url)
    assert (result.exit_code, result.stdout) == (0, f"applied {FIRST}\napplied {SECOND}\n")
    assert tables(url) == {"users", "posts"}


def test_run_again_says_that_there_is_nothing_to_apply(here: Path, url: str) -> None:
    migrate("run", url)
    result = migrate("run", url)
    assert (result.exit_code, result.stdout) == (0, "nothing to apply\n")


def test_revert_takes_back_one_step_or_as_many_as_told(here: Path, url: str) -> None:
    migrate("run", url)
    assert migrate("revert", url).stdout == f"reverted {SECOND}\n"
    migrate("run", url)
    assert migrate("revert", url, "--steps", "2").stdout == f"reverted {SECOND}\nreverted {FIRST}\n"
    assert migrate("revert", url).stdout == "nothing to revert\n"
    assert tables(url) == set()


def test_list_is_one_line_a_migration_with_tabs_when_it_is_not_a_terminal(here: Path, url: str) -> None:
    migrate("run", url)
    migrate("revert", url)
    result = migrate("list", url)
    assert result.exit_code == 0
    first, second = (line.split("\t") for line in result.stdout.splitlines())
    assert first[:3] == ["20250301000000", "create_users", "applied"]
    assert first[4].endswith(" ms")
    assert second == ["20250302000000", "create_posts", "pending"]


def test_list_is_a_table_on_a_terminal(here: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    result = migrate("list", url)
    assert result.exit_code == 0
    for text in ("version", "state", "create_users", "pending", "┃"):
        assert text in result.stdout


def test_generate_prints_the_directory_that_it_made(here: Path) -> None:
    result = call("migration", "generate", "add roles")
    made = Path(result.stdout.strip())
    assert result.exit_code == 0
    assert made.parent == Path("migrations")
    assert made.name.endswith("_add_roles")
    assert {path.name for path in made.iterdir()} == {"up.sql", "down.sql"}


def test_a_name_of_several_words_needs_no_quotes(here: Path) -> None:
    result = call("migration", "generate", "create", "film", "--dir", "sql", "roles")
    made = Path(result.stdout.strip())
    assert (result.exit_code, made.parent) == (0, Path("sql"))
    assert made.name.endswith("_create_film_roles")
    assert made.is_dir()


def test_another_directory_can_be_named(here: Path, url: str) -> None:
    (here / "migrations").rename(here / "sql")
    assert migrate("run", url).exit_code == 1
    assert migrate("run", url, "--dir", "sql").exit_code == 0


def test_the_url_comes_from_the_environment(here: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert call("migration", "run").exit_code == 0
    assert tables(url) == {"users", "posts"}


def test_a_failed_migration_is_one_line_on_stderr_after_what_was_applied(here: Path, url: str) -> None:
    write(here / "migrations" / SECOND, "CREATE TABLE posts ();\nSELECT\n  nothing", "")
    result = migrate("run", url)
    assert result.exit_code == 1
    assert result.stdout == f"applied {FIRST}\n"
    where = Path("migrations", SECOND, "up.sql")
    assert result.stderr == (f'Error: {where}:3:3: column "nothing" does not exist; done before it and kept: {FIRST}\n')


def test_a_refusal_is_one_line_on_stderr(here: Path, url: str) -> None:
    migrate("run", url)
    write(here / "migrations" / FIRST, "SELECT 'changed'", "")
    result = migrate("run", url)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: nothing was applied: {FIRST}/up.sql was changed after it was applied\n"


@pytest.mark.parametrize(
    "bad",
    ["postgresql://ann:s3cret@127.0.0.1:1/nowhere?connect_timeout=2", "postgresql://ann:s3cret@[::1/nowhere", "s3cret"],
)
def test_a_database_that_cannot_be_reached_is_one_line_on_stderr_without_the_password(here: Path, bad: str) -> None:
    result = migrate("list", bad)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1
    assert "s3cret" not in result.output


def test_no_database_at_all_is_one_line_on_stderr(here: Path) -> None:
    result = call("migration", "list")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "DATABASE_URL" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [["migration", "nonsense"], ["migration", "revert", "--steps", "0"], ["migration", "generate"], ["--nonsense"]],
)
def test_a_command_line_that_makes_no_sense_is_exit_code_two(here: Path, arguments: list[str]) -> None:
    assert call(*arguments).exit_code == 2


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, env=os.environ | environment
    )


def test_a_process_of_its_own_runs_migrations_and_fails_without_a_traceback(here: Path, url: str) -> None:
    done = python("-m", "ferra_sync.cli", "migration", "run", DATABASE_URL=url)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"applied {FIRST}\napplied {SECOND}\n", "")
    (here / "migrations" / SECOND / "up.sql").unlink()
    failed = python("-m", "ferra_sync.cli", "migration", "run", DATABASE_URL=url)
    assert failed.returncode == 1
    assert failed.stderr == f"Error: {Path('migrations', SECOND, 'up.sql')} is missing\n"


@pytest.mark.parametrize("missing", ["click", "rich.console"])
def test_without_click_or_rich_one_line_says_what_to_install(missing: str) -> None:
    hide = f"import sys; sys.modules[{missing!r}] = None; from ferra_sync.cli import main"
    done = python("-c", hide)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "ferra needs click and rich: pip install 'ferra-sync[cli]'\n"


def nothing(_tx: object, _batch: object) -> None:
    """Do nothing with a batch."""


def test_jobs_are_listed_one_a_line_with_tabs_when_it_is_not_a_terminal(url: str) -> None:
    assert call("jobs", "list", "--url", url).stdout == ""
    with Database.connect(url) as db:
        with db.connection() as connection:
            connection.execute("CREATE TABLE notes (id integer PRIMARY KEY); INSERT INTO notes VALUES (1), (2), (3)")
        db.run_batches(select(Notes.id), nothing, name="nightly", size=2)
    result = call("jobs", "list", "--url", url)
    assert (result.exit_code, result.stdout.split("\t")[:5]) == (0, ["nightly", "finished", "3", "1/1", "0"])


def test_a_job_is_watched_until_it_is_over(url: str) -> None:
    assert call("jobs", "watch", "nightly", "--url", url).stderr == "Error: ferra_jobs/nightly not found\n"
    with Database.connect(url) as db:
        with db.connection() as connection:
            connection.execute("CREATE TABLE notes (id integer PRIMARY KEY); INSERT INTO notes VALUES (1), (2), (3)")
        with ThreadPoolExecutor() as threads:
            watched: list[Future[JobStatus]] = []
            db.run_batches(
                select(Notes.id),
                lambda _tx, batch: watched.append(threads.submit(watch, db, "nightly")) if batch == [1] else None,
                name="nightly",
                size=1,
            )
            assert watched[0].result() == db.job_status("nightly")
        result = call("jobs", "watch", "nightly", "--url", url)
        assert (result.exit_code, result.stdout.split("\t")[:4]) == (0, ["nightly", "finished", "3", "1/1"])

        stop = JobOptions(retries=0, on_error="stop")
        with pytest.raises(JobError):
            db.run_batches(select(Notes.id), lambda _tx, _batch: 1 // 0, name="stops", options=stop)
    stopped = call("jobs", "watch", "stops", "--url", url)
    assert (stopped.exit_code, stopped.stdout.split("\t")[1]) == (1, "stopped")


def test_the_tables_of_jobs_are_printed_for_a_migration(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(call("jobs", "sql").stdout.encode())
    assert tables(url) == {"ferra_jobs", "ferra_job_parts", "ferra_job_failures"}
