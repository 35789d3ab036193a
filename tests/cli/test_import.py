"""`ferra import`: what it prints, where, its exit codes, and what is in the table then."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from databases import fresh_database

from ferra_sync.cli import ferra
from ferra_sync.cli._bar import bar

MODELS = """
import attrs
from ferra_sync import SERVER_DEFAULT, FerraModel, Table, types as t

class Guests(Table):
    id = t.serial(primary_key=True)
    email = t.text(unique=True)
    age = t.nullable(t.integer())

@attrs.define
class Guest(FerraModel[Guests]):
    email: str = attrs.field(validator=attrs.validators.matches_re(".+@.+"))
    age: int | None = None
    id: int = SERVER_DEFAULT

class Other: ...
"""
TABLE = "CREATE TABLE guests (id serial PRIMARY KEY, email text NOT NULL UNIQUE, age integer)"
BAD = "email,age\na@x,1\nbad,2\na@x,3\nb@x,old\nc@x,\n"

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, script=TABLE) as url:
        yield url


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("DATABASE_URL", url)
    with psycopg.connect(url) as connection:
        connection.execute("TRUNCATE guests")
    name = f"guests_{next(_numbers)}"
    (tmp_path / f"{name}.py").write_text(MODELS, encoding="utf-8")
    return name


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(ferra, ("import", *arguments), input=given)


def written(content: str) -> str:
    Path("guests.csv").write_text(content, encoding="utf-8")
    return "guests.csv"


def guests(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [email for (email,) in connection.execute("SELECT email FROM guests ORDER BY id").fetchall()]


def test_a_good_file_is_imported(module, url):
    result = run(written("email,age\na@x,1\nb@x,\n"), f"{module}:Guest")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "2 rows: 2 inserted, 0 skipped, 0 bad\n", "")
    assert guests(url) == ["a@x", "b@x"]


def test_bad_lines_are_told_and_the_rest_is_imported(module, url):
    result = run(written(BAD), f"{module}:Guest", "--on-error", "collect", "--url", url)
    assert (result.exit_code, result.stdout) == (1, "5 rows: 2 inserted, 0 skipped, 3 bad\n")
    lines = result.stderr.splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["guests.csv:3", "guests.csv:4", "guests.csv:5"]
    assert lines[1] == 'guests.csv:4: email: unique constraint "guests_email_key" violated on column "email"'
    assert guests(url) == ["a@x", "c@x"]


def test_duplicates_that_are_skipped_are_no_failure(module, url):
    content = "email\na@x\na@x\n"
    result = run(written(content), f"{module}:Guest", "--on-conflict", "skip")
    assert (result.exit_code, result.stdout) == (0, "2 rows: 1 inserted, 1 skipped, 0 bad\n")


@pytest.mark.parametrize(("content", "line"), [(BAD, 3), ("email\na@x\nb@x\na@x\n", 4), ("nosuch\n", 1)])
def test_the_first_bad_line_undoes_everything_and_is_one_line_on_stderr(module, url, content, line):
    result = run(written(content), f"{module}:Guest")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: guests.csv:{line}: ")
    assert result.stderr.endswith("nothing was imported\n")
    assert len(result.stderr.splitlines()) == 1
    assert guests(url) == []


def test_more_bad_lines_than_a_report_keeps_are_counted(module):
    result = run(written("email\n" + "bad\n" * 1_500), f"{module}:Guest", "--on-error", "collect")
    assert (result.exit_code, result.stdout) == (1, "1,500 rows: 0 inserted, 0 skipped, 1,500 bad\n")
    assert len(result.stderr.splitlines()) == 1_001
    assert result.stderr.splitlines()[-1] == "… and 500 more bad lines"


def test_stdin_is_a_file_too_and_other_delimiters_can_be_said(module, url):
    result = run("-", f"{module}:Guest", "--delimiter", ";", given="email;age\na@x;1\n")
    assert (result.exit_code, result.output) == (0, "1 rows: 1 inserted, 0 skipped, 0 bad\n")
    assert guests(url) == ["a@x"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("guests.csv", "nosuch_module:Guest"),
        ("guests.csv", "guests"),
        ("guests.csv", "{}:Other"),
        ("guests.csv", "{}:Nobody"),
        ("nosuch.csv", "{}:Guest"),
        ("guests.csv", "{}:Guest", "--on-error", "ignore"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_exit_code_two(module, arguments):
    written(BAD)
    assert run(*(argument.format(module) for argument in arguments)).exit_code == 2


def test_what_the_library_refuses_is_one_line_on_stderr(module):
    result = run(written(BAD), f"{module}:Guest", "--delimiter", "::")
    assert (result.exit_code, result.stderr) == (1, "Error: delimiter is one of ',', ';', '\\t', '|'\n")
    result = run(written(BAD), f"{module}:Guest", "--url", "postgresql://ann:s3cret@[::1/x")
    assert result.exit_code == 1
    assert "s3cret" not in result.output


def test_a_bar_is_drawn_on_a_terminal_alone(capsys, monkeypatch):
    with bar("Importing") as show:
        show(1, "1 rows")
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    with bar("Importing", 10) as show:
        show(5, "5 rows")
    assert "Importing" in capsys.readouterr().err
