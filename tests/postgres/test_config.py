from __future__ import annotations

import pickle
import sys
import traceback

import attrs
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from ferra_sync import Database
from ferra_sync._postgres.config import DatabaseConfig, connection_parameters, resolve_url
from ferra_sync.errors import ConfigError

SECRET = "s3cret"
URL = f"postgresql://ann:{SECRET}@localhost:5433/shop"
UNUSABLE = [
    f"postgres://ann:{SECRET}%ff@localhost/shop",
    f"postgres://ann:a@{SECRET}@localhost/shop",
    f"postgres://ann:{SECRET}@a@localhost/shop",
    f"postgres://ann:{SECRET}/a@localhost/shop",
    f"postgres://ann:12/{SECRET}@localhost/shop",
    f"postgres://ann@server:{SECRET}@localhost/shop",
    f"postgres://ann:{SECRET}@localhost:54x/shop",
    f"postgres://ann:{SECRET}@localhost/shop?nonsense=1",
    f"postgres://ann:{SECRET}@localhost/shop?connect_timeout=soon",
    f"postgres://ann:{SECRET}@localhost/shop\0",
    f"host=localhost password={SECRET} x",
    f"host=localhost password='{SECRET}",
    f"{SECRET}",
    f"password={SECRET}\ud800",
]


@pytest.fixture(autouse=True)
def _no_url_around(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("PGOPTIONS", raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_defaults_are_the_tutorials():
    config = DatabaseConfig()
    assert (config.max_connections, config.min_connections) == (10, 2)
    assert (config.connect_timeout, config.idle_timeout, config.max_lifetime) == (30.0, 600.0, 1800.0)
    assert (config.test_before_acquire, config.acquire_timeout) == ("socket", 30.0)
    assert (config.statement_timeout, config.lock_timeout, config.idle_in_transaction_timeout) == (None, None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_connections", 0),
        ("max_connections", True),
        ("max_connections", 2.0),
        ("min_connections", 0),
        ("min_connections", "2"),
        ("connect_timeout", 0),
        ("connect_timeout", -1.0),
        ("idle_timeout", "600"),
        ("max_lifetime", float("inf")),
        ("acquire_timeout", float("nan")),
        ("acquire_timeout", None),
        ("acquire_timeout", True),
        ("statement_timeout", 0),
        ("statement_timeout", 1e9),
        ("lock_timeout", -0.1),
        ("idle_in_transaction_timeout", "1s"),
        ("test_before_acquire", "always"),
        ("test_before_acquire", True),
        ("application_name", None),
        ("application_name", "a\0b"),
        ("url", None),
        ("url", 5432),
    ],
)
def test_a_field_that_cannot_be_used_is_named(field, value):
    with pytest.raises(ConfigError, match=rf"\b{field}\b"):
        DatabaseConfig(**{field: value})


def test_a_minimum_above_the_maximum_is_refused():
    with pytest.raises(ConfigError, match="min_connections is 5; max_connections allows only 4"):
        DatabaseConfig(min_connections=5, max_connections=4)


def test_a_config_is_a_value():
    config = DatabaseConfig(URL, max_connections=3)
    assert pickle.loads(pickle.dumps(config)) == config
    assert attrs.evolve(config, max_connections=4) == DatabaseConfig(URL, max_connections=4)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        config.url = "postgresql://elsewhere"  # type: ignore[misc]  # what the test is about


@pytest.mark.parametrize(
    "url",
    [
        URL,
        f"postgres://ann@localhost/shop?password={SECRET}",
        f"postgres://ann@localhost/shop?pass%77ord={SECRET}",
        f"postgres://ann:{SECRET}@localhost/shop?sslpassword={SECRET}",
        f"postgres://ann:{SECRET}@localhost/shop?options=-c%20my.key%3D{SECRET}",
        f"host=localhost user=ann password={SECRET}",
        f"host=localhost user=ann password = 'x {SECRET}'",
        f"postgres://ann:{SECRET}%40%2F@[::1]:5433,localhost:5434/shop",
        f"postgres://ann:a?{SECRET}@localhost/shop",
    ],
)
def test_neither_repr_nor_str_shows_the_password(url):
    config = DatabaseConfig(url)
    for shown in (repr(config), str(config), f"{config}", repr([config])):
        assert SECRET not in shown
        assert "ann" in shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("", "''"),
        (URL, "'postgresql://ann@localhost:5433/shop'"),
        ("postgres://a:1,b:2/shop?sslmode=disable", "'postgresql://a:1,b:2/shop?sslmode=disable'"),
        ("postgresql://a@/b?host=%2Ftmp&port=5", "'postgresql://a@/b?host=%2Ftmp&port=5'"),
        ("postgresql://", "'postgresql:///'"),
        ("host=a password=b", "'host=a'"),
    ],
)
def test_repr_shows_where_the_database_is(url, shown):
    assert repr(DatabaseConfig(url)).startswith(f"DatabaseConfig({shown}, max_connections=10, ")


@given(password=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12))
def test_no_password_whatever_reaches_a_message_or_a_repr(password):
    secret = f"§{password}§"
    for url in (f"postgres://ann:{secret}@localhost/shop", f"host=localhost user=ann password={secret}"):
        try:
            shown = repr(DatabaseConfig(url))
        except ConfigError as error:
            shown = "".join(traceback.format_exception_only(error))
        assert "§" not in shown
        assert "%C2%A7" not in shown


@pytest.mark.parametrize("url", UNUSABLE)
def test_a_url_that_does_not_parse_is_refused_without_showing_it(url):
    for refused in (DatabaseConfig, resolve_url):
        with pytest.raises(ConfigError, match=r"the database's URL|url holds a NUL") as caught:
            refused(url)
        assert SECRET not in str(caught.value) + repr(caught.value)
        assert caught.value.__cause__ is caught.value.__context__ is None


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (f"mysql://ann:{SECRET}@localhost/shop", "does not parse; it is postgresql://"),
        (f"mongodb://ann:{SECRET}@localhost/shop", r"begins with mongodb: say MongoDatabase\.connect, or Databases"),
        ("sqlite::memory:", r"begins with sqlite: say SqliteDatabase\.connect, or Databases"),
    ],
)
def test_a_url_of_another_kind_of_database_is_refused_where_postgresql_is_meant(url, message):
    config = DatabaseConfig(url)
    assert SECRET not in repr(config)
    for refused in (lambda: Database(config), lambda: Database.connect(url)):
        with pytest.raises(ConfigError, match=f"the database's URL {message}") as caught:
            refused()
        assert SECRET not in str(caught.value)


def test_a_raw_at_sign_or_slash_in_a_password_is_said_to_need_encoding():
    with pytest.raises(ConfigError, match="write @ as %40 and / as %2F"):
        DatabaseConfig("postgres://ann:a@b@localhost/shop")
    assert connection_parameters(DatabaseConfig("postgres://ann:a%40b@localhost/shop"))["password"] == "a@b"


def test_sqlalchemys_form_of_a_url_is_refused_with_the_form_to_use():
    with pytest.raises(ConfigError, match=r"begins with postgresql\+psycopg://; write postgresql://"):
        resolve_url(f"postgresql+psycopg://ann:{SECRET}@localhost/shop")


@pytest.mark.parametrize("url", ["postgres://h/d", "postgresql://h/d", "host=h dbname=d", "postgresql:///d?host=h"])
def test_every_form_that_libpq_knows_is_accepted(url):
    parameters = connection_parameters(DatabaseConfig(resolve_url(url)))
    assert (parameters["host"], parameters["dbname"]) == ("h", "d")


def test_a_given_url_goes_before_the_environments(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://environment/d")
    assert resolve_url("postgresql://given/d") == "postgresql://given/d"
    assert resolve_url(None) == "postgresql://environment/d"


def test_an_empty_url_is_not_taken_for_none(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://environment/d")
    with pytest.raises(ConfigError, match="does not parse"):
        resolve_url("")


def test_the_environment_goes_before_dotenv_unless_it_is_empty(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql://file/d\n")
    monkeypatch.setenv("DATABASE_URL", "postgresql://environment/d")
    assert resolve_url(None) == "postgresql://environment/d"
    monkeypatch.setenv("DATABASE_URL", "")
    assert resolve_url(None) == "postgresql://file/d"


@pytest.mark.parametrize("dotenv", [None, "OTHER=1\n", "DATABASE_URL=\n"])
def test_no_url_anywhere_is_an_error_that_says_what_to_do(tmp_path, dotenv):
    if dotenv is not None:
        (tmp_path / ".env").write_text(dotenv)
    with pytest.raises(ConfigError, match=r"pass one, or set DATABASE_URL, or put it into a \.env file: postgresql://"):
        resolve_url(None)
    with pytest.raises(ConfigError, match="no database URL"):
        connection_parameters(DatabaseConfig())


def test_without_python_dotenv_the_error_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "dotenv", None)
    with pytest.raises(ConfigError, match="python-dotenv"):
        resolve_url(None)


def test_the_connection_has_the_configs_name_and_timeout():
    parameters = connection_parameters(DatabaseConfig(URL, connect_timeout=4.2, application_name="shop"))
    assert parameters == conninfo_to_dict(URL) | {"connect_timeout": "5", "application_name": "shop"}


def test_what_the_url_says_itself_wins():
    url = f"{URL}?connect_timeout=7&application_name=theirs"
    parameters = connection_parameters(DatabaseConfig(url, connect_timeout=4, application_name="ours"))
    assert (parameters["connect_timeout"], parameters["application_name"]) == ("7", "theirs")


def test_timeouts_become_milliseconds_in_front_of_the_urls_own_options(monkeypatch):
    config = DatabaseConfig(
        f"{URL}?options=-c%20lock_timeout%3D5", statement_timeout=1.5, lock_timeout=1e-9, idle_in_transaction_timeout=60
    )
    assert connection_parameters(config)["options"] == (
        "-c statement_timeout=1500ms -c lock_timeout=1ms -c idle_in_transaction_session_timeout=60000ms"
        " -c lock_timeout=5"
    )
    monkeypatch.setenv("PGOPTIONS", "-c work_mem=8MB")
    options = connection_parameters(DatabaseConfig(URL, lock_timeout=1))["options"]
    assert options == "-c lock_timeout=1000ms -c work_mem=8MB"
    assert "options" not in connection_parameters(DatabaseConfig(URL))


def test_the_server_takes_the_timeouts_and_the_urls_own_goes_before(server_url):
    url = psycopg.conninfo.make_conninfo(server_url, options="-c lock_timeout=5s")
    config = DatabaseConfig(url, statement_timeout=90, lock_timeout=1, idle_in_transaction_timeout=0.25)
    with psycopg.connect(**connection_parameters(config)) as connection:
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "application_name")
        shown = [connection.execute(f"SHOW {name}".encode()).fetchone() for name in names]
    assert shown == [("90s",), ("5s",), ("250ms",), ("ferra_sync",)]
