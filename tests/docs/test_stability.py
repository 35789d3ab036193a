"""Each line of the table in docs/stability.md is held by a test; those that no other file has are here."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import click
import psycopg
import pytest
from databases import fresh_database

import ferra_sync
from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    Database,
    DatabaseConfig,
    DbErrorKind,
    FerraDbError,
    FerraModel,
    FerraRepository,
    NotFound,
    Page,
    PgRepository,
    QueryError,
    Table,
    Transaction,
    ValidationError,
    errors,
    functions,
    migrations,
    select,
    to_dict,
    types,
    validated,
)
from ferra_sync import types as t
from ferra_sync.cli import ferra
from ferra_sync.migrations import Migrations

ROOT = Path(__file__).parents[2]
PUBLIC = (ferra_sync, types, functions, errors, migrations)


class Films(Table):
    id = t.serial(primary_key=True)
    title = t.text(unique=True)
    released = t.nullable(t.date())
    price = t.nullable(t.numeric(10, 2))


@attrs.define
class Film(FerraModel[Films]):
    title: str
    price: Decimal | None
    released: date | None = None
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    films = (
        "CREATE TABLE films (id serial PRIMARY KEY, title text NOT NULL UNIQUE, released date, price numeric(10, 2))"
    )
    with fresh_database(server_url, script=films) as url:
        yield url


@pytest.fixture(scope="module")
def db(url: str) -> Iterator[Database]:
    with Database.connect(url) as db:
        yield db


def table() -> dict[str, list[str]]:
    """Return the cells of each line by its first."""
    text = (ROOT / "docs" / "stability.md").read_text(encoding="utf-8")
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    return {first: rest for first, *rest in lines[2:]}


def stays(line: str) -> list[str]:
    """Return what a line of the table quotes of what stays."""
    return re.findall("`(.+?)`", table()[line][0])


def parameters(function: Any) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]


@pytest.mark.parametrize("line", table())
def test_every_line_of_the_table_has_its_test(line: str):
    *_, test = table()[line]
    definition = re.compile(rf"^def test_{test.replace(' ', '_')}\(", re.MULTILINE)
    assert [path for path in (ROOT / "tests").rglob("*.py") if definition.search(path.read_text(encoding="utf-8"))]


def test_the_database_says_no_in_three_classes():
    base, *classes = stays("database errors")
    assert base == FerraDbError.__name__
    assert sorted(classes) == sorted(cls.__name__ for cls in FerraDbError.__subclasses__())


def test_mistakes_of_the_program_are_other_classes():
    *classes, _ = stays("the program's errors")
    for name in classes:
        assert not issubclass(getattr(errors, name), FerraDbError)


def test_every_kind_is_there():
    assert set(stays("kinds of `Db`")) <= set(DbErrorKind.__members__)


def test_errors_carry_what_the_table_says(db):
    films = PgRepository(Film, db)
    films.insert(Film("Alien", Decimal(1)))
    found: dict[str, Exception] = {}
    for call in (
        lambda: films.find_by_id(42),
        lambda: films.insert(Film("Alien", Decimal(1))),
        lambda: films.insert(Film("Dune", Decimal(10**9))),
        lambda: films.insert(Film("Dune", "cheap")),
    ):
        with pytest.raises((FerraDbError, ValidationError)) as caught:
            call()
        found[type(caught.value).__name__] = caught.value
    carried = [name.split(".") for name in stays("what errors carry") if not name.startswith("psycopg")]
    assert {cls for cls, _ in carried} == found.keys()
    for cls, attribute in carried:
        assert hasattr(found[cls], attribute)
    assert isinstance(found["Db"].__cause__, psycopg.Error)


def test_two_messages_are_templates():
    not_found, conflict = stays("two messages")
    assert str(NotFound("films", 42)) == not_found
    assert str(Conflict("films_title_key", ("title",), "films")) == conflict


def test_a_repository_has_the_ten_methods():
    *five, suffix = stays("a repository's ten methods")
    for each in five:
        name, *names = re.findall(r"\w+", each)
        for owner in (FerraRepository, PgRepository):
            assert parameters(getattr(owner, name)) == names
            assert parameters(getattr(owner, f"{name}{suffix.split('(')[0]}")) == ["tx", *names]
    public = {name for name in vars(FerraRepository) if not name.startswith("_")}
    assert len(public) == 2 * len(five)


def test_a_repository_is_made_of_a_model_and_a_database(db):
    name, *names = re.findall(r"\w+", stays("a repository of a model")[0])
    assert [PgRepository.__name__, *parameters(PgRepository)] == [name, *names]
    with db.transaction() as tx:
        assert PgRepository(Film, tx).count() == PgRepository(Film, db).count()


def test_a_database_and_a_transaction_have_the_same_verbs():
    for verb in stays("verbs of a `Database` and of a `Transaction`"):
        assert parameters(getattr(Database, verb)) == parameters(getattr(Transaction, verb))
        assert parameters(getattr(Database, verb))[0] == "query"


def test_a_database_is_reached_in_three_ways():
    for way in stays("ways to a `Database`"):
        *_, called, first = re.findall(r"\w+", way)
        assert parameters(getattr(Database, called, Database))[0] == first


def test_a_page_has_five_fields_and_three_that_follow(db):
    made, *following, _ = stays("a page")
    _, *fields = re.findall(r"\w+", made)
    assert [field.name for field in attrs.fields(Page)] == fields
    assert list(db.fetch_page(select(Film)).to_dict()) == [*fields, *following]


def test_no_verb_takes_sql_text(db):
    for module in PUBLIC:
        assert not set(stays("no SQL text")) & set(module.__all__)
    for verb in stays("verbs of a `Database` and of a `Transaction`"):
        with pytest.raises(QueryError, match=r"SQL of one's own runs on db\.connection\(\)"):
            list(getattr(db, verb)("SELECT 1"))


def test_a_model_comes_back_from_its_dict(db):
    film = PgRepository(Film, db).insert(validated(Film, {"title": "Heat", "released": "1995-12-15", "price": "9.90"}))
    assert validated(Film, to_dict(film)) == film


def test_a_config_has_its_settings_by_keyword():
    assert set(stays("settings")) <= {field.name for field in attrs.fields(DatabaseConfig)}


def test_the_environment_names_the_database(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    variable, dotenv, programs = stays("the environment")
    monkeypatch.setenv(variable, url)
    Database.connect().close()
    monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)
    (tmp_path / dotenv).write_text(f"{variable}='{url}'\n")
    Database.connect().close()
    monkeypatch.setenv(programs, str(tmp_path))
    with pytest.raises(errors.EmbeddedError, match=programs):
        Database.embedded()


def test_a_generated_migration_is_two_files_under_a_timestamp(tmp_path: Path):
    made = Migrations(tmp_path).generate("create films")
    _, down, _ = stays("migrations on disk")
    assert re.fullmatch(r"\d{14}_create_films", made.name)
    assert {path.name for path in made.iterdir()} == {"up.sql", down}


def test_the_history_is_a_table_that_anyone_can_read(database_url: str, tmp_path: Path):
    made = Migrations(tmp_path).generate("create films")
    up = b"-- ferra: no-transaction\nCREATE TABLE films (id int)"
    (made / "up.sql").write_bytes(up)
    history, *columns, _ = stays("migrations in the database")
    with Database.connect(database_url) as db:
        Migrations(tmp_path).run(db)
        with db.connection() as connection:
            row = connection.execute(f"SELECT {', '.join(columns)} FROM {history}".encode()).fetchone()
    assert row[:3] == (made.name[:14], "create_films", sha256(up).hexdigest())


def test_the_command_has_its_subcommands_and_exit_codes(tmp_path: Path):
    for command in stays("the command"):
        found: click.Command = ferra
        for word in command.split()[1:]:
            found = found.commands[word]
    for arguments, code in ((["generate", "x"], 0), (["run", "--url", "nonsense"], 1), (["run", "--nonsense"], 2)):
        with pytest.raises(SystemExit) as caught:
            ferra(["migration", *arguments, "--dir", str(tmp_path)])
        assert caught.value.code == code


def test_the_lowest_versions_are_as_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    python, postgresql, psycopg_ = stays("versions")
    assert project["requires-python"] == python.replace("Python ", ">=")
    assert psycopg_.replace(" ", ">=") in project["dependencies"]
    assert f"{python} and later, {postgresql} and later" in readme
