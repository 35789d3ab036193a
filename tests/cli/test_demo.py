"""`ferra demo`: what it does and counts, and that it leaves nothing behind, however it ends."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable
from typing import NoReturn
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg import conninfo, sql

from ferra_sync import ConfigError, Database
from ferra_sync.cli import ferra
from ferra_sync.cli._demo import command, domain
from ferra_sync.cli._demo.steps import DemoError, Journal, Step
from ferra_sync.cli._demo.unicode import Truth, characters
from ferra_sync.migrations import Migrations
from ferra_sync.migrations._catalog import described
from ferra_sync.migrations._drift import differences

NAMED = sum(unicodedata.name(chr(point), None) is not None for point in range(sys.maxunicode + 1))
ARROWS = sum("ARROW" in unicodedata.name(chr(point), "") for point in range(sys.maxunicode + 1))
CURRENCIES = sum(unicodedata.category(chr(point)) == "Sc" for point in range(sys.maxunicode + 1))
ROWS = {
    "apply the migrations": 3,
    "insert a film": 1,
    "find it by id": 1,
    "update it": 1,
    "insert two in one transaction": 2,
    "read a page": 2,
    "insert a title twice: Conflict": 1,
    "delete it, then look: NotFound": 1,
    "create a user": 1,
    "find the user by email": 1,
    "change the username": 1,
    "insert 1,000 posts": 1_000,
    "publish half of them by id list": 500,
    "the user's posts, newest first": 500,
    "search posts, with their authors": 6,
    "filter by what is given": 6,
    "a user and a first post, atomically": 2,
    "an error rolls back": 1,
    "delete the user; posts go too": 1_001,
    "COPY the characters in": NAMED,
    "find 1,000 by code point": 1_000,
    "search names for an arrow": ARROWS,
    "filter by category: currencies": CURRENCIES,
    "walk all of them in batches": NAMED,
    "update 11,172 by id list": 11_172,
    "aggregate by category": NAMED,
    "stream them all": NAMED,
}
LINE = re.compile(r"  (?P<title>.{38}) +(?P<rows>[\d,]+) +(?P<seconds>\d+\.\d{4}) +(?P<rate>[\d,]+)")


def run(*arguments: str) -> Result:
    return CliRunner(catch_exceptions=False).invoke(ferra, ["demo", *arguments])


def rows_of(output: str) -> dict[str, int]:
    found = [LINE.fullmatch(line) for line in output.splitlines()]
    return {each["title"].rstrip(): int(each["rows"].replace(",", "")) for each in found if each}


def left_in(url: str) -> list[str]:
    query = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$|public$)'"
    tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    with psycopg.connect(url) as connection:
        return [name for (name,) in [*connection.execute(query), *connection.execute(tables)]]


def broken(error: BaseException) -> Callable[..., NoReturn]:
    def flow(db: Database, journal: Journal) -> NoReturn:
        db.ping()
        raise error

    return flow


def test_the_demo_runs_on_another_server_and_leaves_nothing_there(database_url: str) -> None:
    done = run("--url", database_url)
    assert (done.exit_code, done.stderr) == (0, "")
    counted = rows_of(done.stdout)
    assert {title: counted.get(title) for title in ROWS} == ROWS
    assert counted.keys() - ROWS.keys() == {"filter by numeric value: fractions", "page through the symbols"}
    assert f"{len(counted)} steps, {sum(counted.values()):,} rows, " in done.stdout
    assert done.stdout.endswith("Every result was checked.\n")
    assert left_in(database_url) == []


def test_the_demo_is_plain_where_there_is_no_terminal(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_SECTIONS", {})
    output = run("--url", database_url).stdout
    assert output.isascii()
    assert "\x1b" not in output
    assert all(len(line) <= 80 and line == line.rstrip() for line in output.splitlines())


def test_the_demo_has_a_table_of_80_columns_on_a_terminal(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_SECTIONS", {"Films": command._SECTIONS["Films"]})
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    done = run("--url", database_url)
    assert done.exit_code == 0
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", done.stdout)
    shown = plain[plain.index(" step ") :].splitlines()
    assert all(len(line) <= 80 for line in shown)
    assert [line.split("  ")[1].strip() for line in shown if "find it by id" in line] == ["find it by id"]


def test_the_demo_starts_a_server_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    done = run()
    assert (done.exit_code, done.stderr) == (0, "")
    assert re.match(r"PostgreSQL \d+(\.\d+)?, started for this demo\n", done.stdout)
    assert rows_of(done.stdout)["stream them all"] == NAMED


def test_what_the_url_says_of_options_is_kept(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def flow(db: Database, journal: Journal) -> None:
        with db.connection() as connection:
            found = connection.execute("SELECT current_setting('work_mem'), current_schema()").fetchone()
        assert found is not None
        assert found[0] == "5MB"
        assert found[1].startswith("ferra_demo_")

    monkeypatch.setattr(command, "_SECTIONS", {"Options": flow})
    assert run("--url", conninfo.make_conninfo(database_url, options="-cwork_mem=5MB")).exit_code == 0


@pytest.mark.parametrize(
    "error",
    [DemoError("a step: 1 is 2;\nit should be 1"), ConfigError("no"), psycopg.OperationalError("gone")],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_one_line_and_nothing_is_left_behind(
    error: Exception, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_SECTIONS", {"Broken": broken(error)})
    done = run("--url", database_url)
    assert done.exit_code == 1
    assert done.stderr == f"Error: {' '.join(str(error).split())}\n"
    assert left_in(database_url) == []


def test_nothing_is_left_behind_after_an_interruption(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_SECTIONS", {"Interrupted": broken(KeyboardInterrupt())})
    done = run("--url", database_url)
    assert (done.exit_code, done.stderr.strip()) == (1, "Aborted!")
    assert left_in(database_url) == []


def test_a_table_of_another_shape_in_the_public_schema_is_not_touched(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_SECTIONS", {"Films": command._SECTIONS["Films"]})
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE films (reel integer); INSERT INTO films VALUES (7)")
        assert run("--url", database_url).exit_code == 0
        assert connection.execute("SELECT * FROM films").fetchall() == [(7,)]


@pytest.mark.parametrize("url", ["postgres://joe:sekret@127.0.0.1:1/x", "postgres://joe:sekret@[/x", "", "mysql://x"])
def test_a_url_that_leads_nowhere_is_one_line_without_the_password(url: str) -> None:
    done = run("--url", url)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert "sekret" not in done.output


def test_a_server_where_no_schema_may_be_made_is_one_line(database_url: str) -> None:
    name = f"ferra_guest_{uuid4().hex}"
    role = sql.Identifier(name)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {}").format(role))
        try:
            done = run("--url", conninfo.make_conninfo(database_url, options=f"-crole={name}"))
        finally:
            connection.execute(sql.SQL("DROP ROLE {}").format(role))
    assert done.exit_code == 1
    assert "permission denied for database" in done.stderr


def test_a_wrong_result_is_noticed() -> None:
    journal = Journal()
    with pytest.raises(DemoError, match=r"^a step: the rows is 2; it should be 3$"), journal.step("a step") as step:
        step.expect("the rows", 2, 3)
    assert journal.steps == []


def test_a_wrong_result_is_told_in_brief() -> None:
    with pytest.raises(DemoError) as caught, Journal().step("a step") as step:
        step.expect("the rows", list(range(100_000)), "x" * 100_000)
    assert len(str(caught.value)) < 200


def test_a_step_counts_its_rows_as_they_pass() -> None:
    told: list[tuple[str, int, int | None]] = []
    journal = Journal(lambda *what: told.append(what))
    with journal.step("a step", 2_500) as step:
        assert sum(step.counted(range(2_500))) == sum(range(2_500))
    assert told == [("a step", rows, 2_500) for rows in (0, 1_000, 2_000, 2_500)]
    assert [(done.title, done.rows) for done in journal.steps] == [("a step", 2_500)]
    assert Step("", "", 10, 0.0).rate == 0
    assert Step("", "", 10, 2.0).rate == 5


def test_the_truth_is_what_unicodedata_says() -> None:
    known = list(characters())
    truth = Truth.of(known)
    assert truth.rows == len(known) == NAMED
    assert len(truth.arrows) == ARROWS
    assert truth.categories["Sc"][0] == CURRENCIES
    assert 0xBD in truth.fractions  # one half
    assert sum(number for number, _, _ in truth.categories.values()) == NAMED


def test_the_demo_s_migrations_make_the_tables_that_it_declares(empty_db: Database) -> None:
    tables = (domain.Films, domain.Users, domain.Posts, domain.Characters)
    Migrations(command._MIGRATIONS).run(empty_db)
    with empty_db.connection() as connection:
        assert differences(connection, tables) == []
    Migrations(command._MIGRATIONS).revert(empty_db, 3)
    with empty_db.connection() as connection:
        assert described(connection, ["public"]) == {}
