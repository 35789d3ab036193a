"""Repositories by name, over whatever kind of database a provider opens."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import attrs
import pytest

from ferra_sync import (
    PROVIDERS,
    ConfigError,
    Database,
    DatabaseConfig,
    Databases,
    Db,
    DbErrorKind,
    NotFound,
    PgRepository,
    Provided,
    Provider,
    QueryError,
)
from schema import Film, Films

SECRET = "hunter2"


@pytest.fixture
def databases(db: Database) -> Iterator[Databases]:
    with Databases({"default": db.config}) as databases:
        yield databases


def test_a_repository_is_asked_for_by_name(databases):
    films = databases.repository(Film)
    assert isinstance(films, PgRepository)
    alien = films.insert(Film("Alien", 1979))
    assert films.find_by_id(alien.id) == alien
    assert films.find_by(Films.title == "Alien", order_by=[Films.id]) == [alien]
    assert (films.exists(alien.id), films.count(), films.find_all()) == (True, 1, [alien])
    saved = films.save(attrs.evolve(alien, archived=True))
    assert (saved.archived, films.find_page(1, 5).items) == (True, [saved])


def test_its_transactions_are_those_of_its_database(databases):
    films = databases.repository(Film)
    with databases.open().transaction() as tx:
        films.insert_in_tx(tx, Film("Alien"))
        assert films.count() == 0
    assert films.count() == 1


def test_what_is_no_model_has_no_repository(databases):
    with pytest.raises(QueryError, match="cannot be selected: a column, an expression or a FerraModel can"):
        databases.repository(int)


def test_ping_and_get_are_of_the_same_database(databases):
    databases.ping()
    assert databases.get() is databases.open()
    assert isinstance(databases.get(), Database)
    with pytest.raises(ConfigError, match=r"there is no database 'x'; there are: 'default'"):
        databases.ping("x")


def test_a_server_that_is_away_is_a_db_error_each_time_it_is_asked():
    config = DatabaseConfig(f"postgresql://ann:{SECRET}@127.0.0.1:1/x", connect_timeout=2, acquire_timeout=1)
    with Databases({"away": config}) as databases:
        for ask in (databases.ping, databases.get, databases.open, lambda name: databases.repository(Film, name)):
            with pytest.raises(Db) as caught:
                ask("away")
            assert caught.value.kind in {DbErrorKind.CLOSED_CONNECTION, DbErrorKind.TIMEOUT}
            assert SECRET not in str(caught.value)


def test_a_url_that_no_provider_supports_is_refused_at_once_and_not_shown():
    for name in (lambda url: Databases({"old": url}), lambda url: Databases().register("old", url)):
        with pytest.raises(ConfigError) as caught:
            name(f"mysql://ann:{SECRET}@localhost/shop")
        named = ", ".join(provider.name for provider in PROVIDERS)
        assert str(caught.value) == f"no provider supports the URL of database 'old'; there are: {named}"
    with pytest.raises(ConfigError, match=r"there are: none$"):
        Databases({"old": "postgresql://h/d"}, providers=())


def test_the_providers_that_there_are_know_their_own_urls():
    asked = ["postgresql://h/d", "postgres://h/d", "host=h dbname=d", "embedded:", "embedded:data", "mysql://h/d", ""]
    supported = {provider.name: [url for url in asked if provider.supports(url)] for provider in PROVIDERS}
    assert supported["postgres"] == asked[:3]
    assert supported["embedded"] == asked[3:5]


def test_an_embedded_server_is_started_by_its_url_and_stopped_at_the_end():
    with Databases({"default": "embedded:"}) as databases:
        url = databases.get().config.url
        databases.ping()
    with pytest.raises(Db):
        Database(DatabaseConfig(url, connect_timeout=2, acquire_timeout=1)).ping()


# A provider of a user's own


class ListOfRows:
    """Five methods are enough to see which database a repository came from."""

    def __init__(self, model: type[Any]) -> None:
        self.model = model
        self.rows: dict[int, Any] = {}

    def insert(self, data: Any) -> Any:
        self.rows[data.id] = data
        return data

    def find_by_id(self, id: int) -> Any:
        if id not in self.rows:
            raise NotFound(self.model.__name__, id)
        return self.rows[id]


class Lists:
    def __init__(self) -> None:
        self.closed = 0

    def repository(self, model: type[Any], /) -> Any:
        return ListOfRows(model)

    def ping(self) -> None:
        """It is here."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        yield

    def close(self) -> None:
        self.closed += 1


class ListProvider:
    name = "lists"

    def __init__(self) -> None:
        self.opened: list[Lists] = []

    def supports(self, url: str, /) -> bool:
        return url.startswith("list:")

    def connect(self, _config: DatabaseConfig, /) -> Provided:
        self.opened.append(Lists())
        return self.opened[-1]


def test_a_provider_of_one_s_own_is_an_argument():
    mine = ListProvider()
    providers: Sequence[Provider] = (*PROVIDERS, mine)
    with Databases({"mine": "list:", "default": "postgresql://h/d"}, providers=providers) as databases:
        films: Any = databases.repository(Film, "mine")
        films.insert(Film("Alien", id=3))
        assert films.find_by_id(3).title == "Alien"
        databases.ping("mine")
        with pytest.raises(ConfigError, match=r"database 'mine' is no PostgreSQL: say open\('mine'\) or repository"):
            databases.get("mine")
    assert [each.closed for each in mine.opened] == [1]
    with pytest.raises(ConfigError, match="no provider supports"):
        Databases({"mine": "list:"})


WRONG = {
    "a provider alone": (ListProvider(), "providers are several, as a list or a tuple, not a ListProvider"),
    "None": (None, "providers are several, as a list or a tuple, not None"),
    "its class": ([ListProvider], r"a provider has a name, supports\(url\) and .*; not so the class ListProvider"),
    "its name": (["lists"], r"a provider has a name, supports\(url\) and connect\(config\); not so a str"),
}


@pytest.mark.parametrize(("providers", "message"), WRONG.values(), ids=WRONG)
def test_what_is_no_provider_is_refused_by_name(providers, message):
    with pytest.raises(ConfigError, match=f"^{message}$"):
        Databases({"default": "postgresql://h/d"}, providers=providers)


def test_sixteen_threads_have_a_provider_connect_once():
    mine = ListProvider()
    together = threading.Barrier(16)

    def opened(_number: int) -> Provided:
        together.wait(timeout=30)
        return databases.open("mine")

    with Databases({"mine": "list:"}, providers=(mine,)) as databases, ThreadPoolExecutor(16) as threads:
        assert len(set(map(id, threads.map(opened, range(16))))) == 1
    assert len(mine.opened) == 1


def test_the_first_provider_that_supports_a_url_opens_it():
    class Shadow(ListProvider):
        def supports(self, _url: str, /) -> bool:
            return True

    mine = Shadow()
    with Databases({"default": "postgresql://h/d"}, providers=(mine, *PROVIDERS)) as databases:
        assert databases.open() is mine.opened[0]


def test_the_url_of_the_environment_chooses_the_provider_too(monkeypatch):
    mine = ListProvider()
    monkeypatch.setenv("DATABASE_URL", "list:")
    with Databases({"default": DatabaseConfig()}, providers=(*PROVIDERS, mine)) as databases:
        assert databases.open() is mine.opened[0]
    monkeypatch.setenv("DATABASE_URL", f"mysql://ann:{SECRET}@h/d")
    with (
        Databases({"default": DatabaseConfig()}) as databases,
        pytest.raises(ConfigError, match="no provider") as caught,
    ):
        databases.open()
    assert SECRET not in str(caught.value)
