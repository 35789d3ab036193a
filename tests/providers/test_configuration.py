"""The settings of several databases from a file, `.env` and the environment; what is wrong is named with its place."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferra_sync import ConfigError, Database, DatabaseConfig, Databases
from ferra_sync._providers.configuration import configured

SECRET = "hunter2"
TOML = """
[defaults]
statement_timeout = 30
application_name = "shop"

[databases.default]
url = "postgresql://h/shop"
max_connections = 20

[databases.old-reports]
url = "postgresql://h/reports"
statement_timeout = 600.5
prepared_statements = false
token_secrets = ["a secret of sixteen", "another one of them"]
"""
YAML = """
defaults: {statement_timeout: 30, application_name: shop}
databases:
  default: {url: "postgresql://h/shop", max_connections: 20}
  old-reports:
    url: postgresql://h/reports
    statement_timeout: 600.5
    prepared_statements: false
    token_secrets: [a secret of sixteen, another one of them]
"""
MEANT = {
    "default": DatabaseConfig("postgresql://h/shop", max_connections=20, statement_timeout=30, application_name="shop"),
    "old-reports": DatabaseConfig(
        "postgresql://h/reports",
        statement_timeout=600.5,
        application_name="shop",
        prepared_statements=False,
        token_secrets=("a secret of sixteen", "another one of them"),
    ),
}

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a file into what is the working directory, of which nothing else is known."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(("name", "text"), [("d.toml", TOML), ("d.yaml", YAML), ("d.yml", YAML)])
def test_a_file_names_databases_and_what_they_have_in_common(write, name, text):
    assert configured(write(name, text)) == MEANT


def test_nothing_said_is_no_database(write):
    assert configured(None) == configured(write("d.toml", "")) == configured(write("d.yaml", "# nothing")) == {}


def test_the_environment_wins_over_dotenv_and_that_over_the_file(write, monkeypatch):
    file = write("d.toml", TOML)
    dotenv = "FERRA_DATABASES__DEFAULT__MAX_CONNECTIONS=30\nFERRA_DATABASES__OLD_REPORTS__LOCK_TIMEOUT=2\n"
    write(".env", dotenv + "DATABASE_URL=postgresql://dotenv/shop\n")
    found = configured(file)
    assert (found["default"].max_connections, found["default"].url) == (30, "postgresql://dotenv/shop")
    assert found["old-reports"].lock_timeout == 2
    monkeypatch.setenv("FERRA_DATABASES__DEFAULT__MAX_CONNECTIONS", "40")
    monkeypatch.setenv("FERRA_DATABASES__DEFAULT__PREPARED_STATEMENTS", "off")
    monkeypatch.setenv("FERRA_DATABASES__DEFAULT__STATEMENT_TIMEOUT", "")
    monkeypatch.setenv("FERRA_DATABASES__OLD_REPORTS__TOKEN_SECRETS", "first of the secrets,second of the secrets")
    monkeypatch.setenv("FERRA_DATABASES__THIRD__URL", "embedded:")
    monkeypatch.setenv("FERRA_DEFAULTS__APPLICATION_NAME", "other")
    monkeypatch.setenv("DATABASE_URL", "postgresql://environment/shop")
    monkeypatch.setenv("FERRA_OF_SOMETHING_ELSE", "1")
    found = configured(file)
    assert list(found) == ["default", "old-reports", "third"]
    default = found["default"]
    assert (default.max_connections, default.url) == (40, "postgresql://environment/shop")
    assert (default.prepared_statements, default.statement_timeout, default.application_name) == (False, None, "other")
    assert found["old-reports"].token_secrets == ("first of the secrets", "second of the secrets")
    assert found["third"].url == "embedded:"


WRONG = {
    "database = 1": r"d\.toml: 'database' is unknown; there are: 'databases', 'defaults'",
    "databases = 1": r"d\.toml: databases is a table, not an int",
    "databases.a = 1": r"d\.toml: databases\.a is a table, not an int",
    "defaults.urll = 'x'": r"d\.toml: defaults has no 'urll'; there are: url, max_connections, ",
    "databases.a.max_conections = 3": r"d\.toml: databases\.a has no 'max_conections'; there are: url, ",
    "databases.a.max_connections = '3'": r"d\.toml: databases\.a\.max_connections: max_connections is a whole number",
    "databases.a.max_connections = 0": r"d\.toml: databases\.a\.max_connections: max_connections is 0; it must be",
    "databases.a.url = 3": r"d\.toml: databases\.a\.url: url is a string, not int",
    f"databases.a.url = 'postgresql://a:{SECRET}@h:x/d'": r"d\.toml: databases\.a\.url: the database's URL has a port",
    "databases.a.url = 'postgresql+psycopg://h/d'": r"d\.toml: databases\.a\.url: the database's URL begins with",
    f"'postgresql://a:{SECRET}@h/d' = 1": r"d\.toml has a key that is no name of letters, digits",
    f"databases.'postgresql://a:{SECRET}@h/d' = 1": r"d\.toml: databases has a key that is no name",
    f"databases.a.'postgresql://a:{SECRET}@h/d' = 1": r"d\.toml: databases\.a has a key that is no name",
    "databases.'' = 1": r"d\.toml: databases has a key that is no name",
    "databases.a = {}": r"database 'a' has no url; DATABASE_URL is that of 'default' alone$",
    "databases.a.url = ''": r"database 'a' has no url; DATABASE_URL is that of 'default' alone$",
    f"a = {'[' * 5000}": r"d\.toml is no TOML$",
    f"a = {'1' * 5000}": r"d\.toml is no TOML$",
    "databases = {a = {}, A.url = 'host=h'}": r"databases\.A and another are one name",
    "databases = {a-b.url = 'host=h', A_B.url = 'host=i'}": r"databases\.A_B and another are one name",
    f"databases.a.url = '{SECRET}": r"d\.toml is no TOML, at ",
    "defaults.lock_timeout = -1\ndatabases.a.url = 'host=h'": r"d\.toml: defaults\.lock_timeout: lock_timeout is -1 s",
}


@pytest.mark.parametrize(("text", "message"), WRONG.items(), ids=[text[:40] for text in WRONG])
def test_what_is_wrong_in_a_file_is_named_with_its_place(write, text, message):
    with pytest.raises(ConfigError, match=message) as caught:
        Databases.from_file(write("d.toml", text))
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "value",
    [f"!!int {SECRET}", f"!!float {SECRET}", f"!!bool {SECRET}", f"!!timestamp {SECRET}", "2001-13-45", "[" * 5000],
    ids=lambda value: value[:20],
)
def test_what_yaml_cannot_read_is_a_config_error_without_the_text(write, value):
    with pytest.raises(ConfigError, match=r"d\.yaml is no YAML") as caught:
        configured(write("d.yaml", f"defaults: {{url: {value}}}"))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [("{%s}", ""), ("databases: {%s}", ": databases"), ("databases: {a: {%s}}", r": databases\.a")],
)
def test_a_url_that_yaml_takes_for_a_key_is_not_shown(write, text, place):
    with pytest.raises(ConfigError, match=rf"d\.yaml{place} has a key that is no name") as caught:
        configured(write("d.yaml", text % f"postgresql://ann:{SECRET}@h/d"))
    assert SECRET not in str(caught.value)


def test_a_database_without_a_url_is_never_taken_for_the_one_of_the_environment(write, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://h/shop")
    file = write("d.toml", "[databases.default]\nmax_connections = 3\n[databases.reports]\nurl = 'host=h'\n")
    assert configured(file)["default"] == DatabaseConfig("postgresql://h/shop", max_connections=3)
    monkeypatch.setenv("FERRA_DATABASES__REPORTS__URL", "")
    with pytest.raises(ConfigError, match=r"^database 'reports' has no url; DATABASE_URL is that of 'default' alone$"):
        configured(file)


def test_a_path_is_a_path():
    with pytest.raises(ConfigError, match=r"^a file of settings is named by its path, not by an int$"):
        configured(3)  # type: ignore[arg-type] # what is wrong


VARIABLES = {
    "FERRA_DATABASES__REPORTS": (
        "x",
        "FERRA_DATABASES__REPORTS is no FERRA_DATABASES__<name>__<key> or FERRA_DEFAULTS__",
    ),
    "FERRA_DATABASES_REPORTS_URL": ("x", "FERRA_DATABASES_REPORTS_URL is no FERRA_DATABASES__<name>__<key> or"),
    "FERRA_DEFAULTS_LOCK_TIMEOUT": ("1", "FERRA_DEFAULTS_LOCK_TIMEOUT is no FERRA_DATABASES__<name>__<key> or"),
    "FERRA_DATABASES__A__URLL": ("x", "FERRA_DATABASES__A__URLL has no 'urll'; there are: url, "),
    "FERRA_DEFAULTS__MAX_CONNECTIONS": ("many", "FERRA_DEFAULTS__MAX_CONNECTIONS spells no int$"),
    "FERRA_DATABASES__A__LOCK_TIMEOUT": ("soon", r"FERRA_DATABASES__A__LOCK_TIMEOUT spells no float \| None$"),
    "FERRA_DATABASES__A__PREPARED_STATEMENTS": ("maybe", "FERRA_DATABASES__A__PREPARED_STATEMENTS spells no bool$"),
    "FERRA_DATABASES__A__MAX_CONNECTIONS": ("0", "FERRA_DATABASES__A__MAX_CONNECTIONS: max_connections is 0; it must"),
}


@pytest.mark.parametrize("variable", VARIABLES)
def test_what_is_wrong_in_the_environment_is_named_by_its_variable(write, monkeypatch, variable):
    text, message = VARIABLES[variable]
    monkeypatch.setenv(variable, text)
    with pytest.raises(ConfigError, match=f"^{message}"):
        configured(None)
    monkeypatch.delenv(variable)
    write(".env", f"{variable}={text}\n")
    with pytest.raises(ConfigError, match=rf"^\.env: {message}"):
        configured(None)


def test_a_file_that_cannot_be_read_is_named(write, tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match=r"none\.toml cannot be read: No such file or directory"):
        configured(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match=r"d\.json is no \.toml, \.yaml or \.yml"):
        configured(write("d.json", "{}"))
    (tmp_path / "d.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"d\.toml is not UTF-8"):
        configured(tmp_path / "d.toml")
    with pytest.raises(ConfigError, match=r"d\.yaml is no YAML, at line 1, column \d+$") as caught:
        configured(write("d.yaml", f"databases: [{SECRET}"))
    assert SECRET not in str(caught.value)
    with pytest.raises(ConfigError, match=r"d\.yaml is a table, not a list"):
        configured(write("d.yaml", "[1]"))
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ConfigError, match=r"d\.yaml needs PyYAML: pip install 'ferra-sync\[yaml\]', or write TOML"):
        configured(write("d.yaml", YAML))


def test_where_python_dotenv_is_absent_the_rest_is_read(write, monkeypatch):
    write(".env", "DATABASE_URL=postgresql://dotenv/d\n")
    monkeypatch.setitem(sys.modules, "dotenv", None)
    assert configured(write("d.toml", TOML)) == MEANT


def test_the_databases_of_a_file_are_connected_to(write, db: Database):
    file = write("d.toml", f"[databases.shop]\nurl = {db.config.url!r}\napplication_name = 'by file'\n")
    with Databases.from_file(file) as databases:
        databases.ping("shop")
        with databases.get("shop").connection() as connection:
            assert connection.execute("SELECT current_setting('application_name')").fetchone() == ("by file",)


@given(text=st.text(max_size=200))
def test_whatever_a_file_says_it_is_read_or_refused_by_name(text, tmp_path_factory):
    for suffix in ("toml", "yaml"):
        path = tmp_path_factory.getbasetemp() / f"any.{suffix}"
        path.write_text(text, encoding="utf-8", errors="replace")
        with contextlib.suppress(ConfigError):
            assert all(isinstance(each, DatabaseConfig) for each in configured(path).values())
