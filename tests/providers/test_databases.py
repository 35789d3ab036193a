"""Several databases by name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from databases import fresh_database
from psycopg import sql

from ferra_sync import ConfigError, Database, DatabaseConfig, Databases, Db, DbErrorKind, SqliteDatabase

SECRET = "hunter2"


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as url:
        yield url


@pytest.fixture
def databases(database_url: str) -> Iterator[Databases]:
    with Databases({"default": database_url}) as databases:
        yield databases


def absent(database_url: str) -> str:
    return psycopg.conninfo.make_conninfo(database_url, dbname="ferra_not_there_yet")


def test_get_connects_to_the_database_of_that_name(databases, database_url):
    databases.register("other", DatabaseConfig(database_url, application_name="the other"))
    with databases.get("other").connection() as connection:
        assert connection.execute("SELECT current_setting('application_name')").fetchone() == ("the other",)
    databases.get("default").ping()


def test_default_is_meant_where_no_name_is_given(databases):
    assert databases.get() is databases.get("default")


def test_get_returns_the_same_database_each_time(databases):
    assert databases.get("default") is databases.get("default")


def test_nothing_is_connected_to_before_it_is_asked_for():
    with Databases({"default": "postgresql://nobody@nowhere.invalid/none"}):
        pass


def test_sixteen_threads_open_a_database_once(databases, database_url):
    databases.register("counted", DatabaseConfig(database_url, min_connections=1, application_name="counted"))
    together = threading.Barrier(16)

    def get(_number: int) -> Database:
        together.wait(timeout=30)
        return databases.get("counted")

    with ThreadPoolExecutor(16) as threads:
        found = set(map(id, threads.map(get, range(16))))
    assert len(found) == 1
    with psycopg.connect(database_url) as watcher:
        connections = watcher.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'counted'"
        ).fetchone()
    assert connections == (1,)


def test_a_slow_or_failing_database_keeps_no_other_waiting(databases, database_url):
    databases.register("absent", absent(database_url))
    with pytest.raises(Db):
        databases.get("absent")
    databases.get("default").ping()


def test_an_unknown_name_is_a_config_error_that_says_the_known_ones(databases, database_url):
    databases.register("reports", database_url)
    with pytest.raises(ConfigError, match=r"^there is no database 'logs'; there are: 'default', 'reports'$"):
        databases.get("logs")


def test_an_unknown_name_in_an_empty_registry_is_a_config_error():
    with pytest.raises(ConfigError, match=r"^there is no database 'default'; there are: none$"):
        Databases({}).get()


def test_where_none_is_named_the_default_is_that_of_the_environment(database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    for made in (Databases, Databases.from_file):
        with made() as databases:
            assert isinstance(databases.get(), Database)
            with pytest.raises(ConfigError, match=r"^there is no database 'logs'; there are: 'default'$"):
                databases.get("logs")


def test_where_nothing_says_a_url_the_default_is_sqlite_in_memory(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    for made in (Databases, Databases.from_file):
        with made() as databases:
            assert isinstance(databases.open(), SqliteDatabase)
            assert databases.open() is databases.open("default")


def test_whoever_registers_a_database_says_which_is_the_default(database_url):
    with Databases() as databases:
        databases.register("default", database_url)
        assert isinstance(databases.get(), Database)
    with Databases() as databases:
        databases.register("reports", database_url)
        with pytest.raises(ConfigError, match=r"^there is no database 'default'; there are: 'reports'$"):
            databases.open()


def test_a_name_is_given_once(databases, database_url):
    with pytest.raises(ConfigError, match="'default' already"):
        databases.register("default", database_url)


@pytest.mark.parametrize("name", ["", None, 3])
def test_a_name_is_a_string_that_is_not_empty(databases, database_url, name):
    with pytest.raises(ConfigError, match="name"):
        databases.register(name, database_url)


def test_a_url_that_does_not_parse_is_refused_at_once_and_never_shown(databases):
    for register in (
        lambda url: databases.register("bad", url),
        lambda url: Databases({"bad": url}),
    ):
        with pytest.raises(ConfigError) as caught:
            register(f"postgresql://u:{SECRET}@h:notaport/d")
        assert SECRET not in str(caught.value)


def test_a_failed_open_raises_the_named_error_and_is_tried_again_at_the_next_get(databases, database_url):
    url = absent(database_url)
    databases.register("late", url)
    for _ in range(2):
        with pytest.raises(Db) as caught:
            databases.get("late")
        assert caught.value.kind is DbErrorKind.UNDEFINED
    name = sql.Identifier("ferra_not_there_yet")
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} STRATEGY FILE_COPY").format(name))
        try:
            databases.get("late").ping()
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_a_config_without_a_url_takes_the_one_of_the_environment(database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    with Databases({"default": DatabaseConfig()}) as databases:
        databases.get().ping()


def test_close_all_closes_what_was_opened_and_may_be_called_twice(databases, database_url):
    databases.register("never asked for", database_url)
    db = databases.get()
    databases.close_all()
    databases.close_all()
    with pytest.raises(Db) as caught:
        db.ping()
    assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION


def test_after_close_all_a_get_connects_again(databases):
    before = databases.get()
    databases.close_all()
    assert databases.get() is not before
    databases.get().ping()


class Reluctant(Database):
    """A database that complains when it is closed."""

    __slots__ = ()

    def close(self) -> None:
        super().close()
        raise RuntimeError(self.config.application_name)


def test_close_all_closes_every_database_even_if_one_fails(databases, database_url):
    for name in ("first", "second"):
        databases.register(name, database_url)
    first, second = databases.get("first"), databases.get("second")
    config = DatabaseConfig(database_url, application_name="reluctant")
    for name in ("default", "third"):
        if name == "third":
            databases.register(name, database_url)
        databases._entries[name].database = Reluctant.connect(config=config)
    with pytest.raises(RuntimeError, match="reluctant"):
        databases.close_all()
    for db in (first, second):
        with pytest.raises(Db, match="closed"):
            db.ping()
    databases.close_all()


def test_as_a_context_manager_it_closes_all(database_url):
    with Databases({"default": database_url}) as databases:
        db = databases.get()
    with pytest.raises(Db, match="closed"):
        db.ping()


def test_its_repr_shows_names_and_no_passwords(database_url):
    url = psycopg.conninfo.make_conninfo(database_url, password=SECRET)
    with Databases({"default": url, "reports": DatabaseConfig(url)}) as databases:
        databases.get()
        assert repr(databases) == "<Databases: 'default', 'reports'>"
        assert SECRET not in str(databases)


def test_two_registries_know_nothing_of_each_other(databases, database_url):
    with Databases({"default": database_url}) as others:
        assert others.get() is not databases.get()
