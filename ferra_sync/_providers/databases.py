"""Several databases by name, each opened when it is first asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import attrs

from ferra_sync._database.database import Database
from ferra_sync._expression.described import described
from ferra_sync._expression.values import Handle
from ferra_sync._model.model import M
from ferra_sync._postgres.config import DatabaseConfig, environment_url, found_url
from ferra_sync._postgres.forks import at_fork
from ferra_sync._postgres.observer import Observer, checked
from ferra_sync._providers.configuration import configured
from ferra_sync._providers.mongodb import MongoProvider
from ferra_sync._providers.postgres import EmbeddedProvider, PostgresProvider
from ferra_sync._providers.provider import Provided, Provider
from ferra_sync._providers.sqlite import SqliteProvider
from ferra_sync._repository.protocol import Repository
from ferra_sync.errors import ConfigError

PROVIDERS: Final[tuple[Provider, ...]] = (PostgresProvider(), EmbeddedProvider(), SqliteProvider(), MongoProvider())
"""Those that there are without saying so; the first that supports a URL opens it."""

_DEFAULT: Final = "default"
_IN_MEMORY: Final = "sqlite::memory:"


class Databases(Handle):
    """Named databases: `Databases({"default": "postgresql://…", "reports": DatabaseConfig(…)})`. Threads may share it.

    Where none is named, as in `Databases()`, `default` is that of DATABASE_URL, and without it one of SQLite in memory,
    which ends with the process.

    A database is connected to when it is first asked for, once however many threads ask. As a context manager it closes
    them.
    """

    __slots__ = ("__weakref__", "_entries", "_lock", "_observers", "_providers", "_unnamed")

    _entries: dict[str, _Entry]

    def __init__(
        self,
        databases: Mapping[str, DatabaseConfig | str] | None = None,
        *,
        providers: Sequence[Provider] = PROVIDERS,
        observers: tuple[Observer, ...] = (),
    ) -> None:
        """Name databases, by URL or by config.

        Args:
            databases: their names, each with its URL or config.
            providers: what opens them: the first that supports a URL. `(*PROVIDERS, mine)` adds one.
            observers: who hears of each PostgreSQL among them, beside those of its config.

        Raises:
            ConfigError: a name is empty, a URL does not parse, no provider supports it, or what is given is none.
        """
        self._entries = {}
        self._unnamed = databases is None
        self._lock = threading.Lock()
        self._providers = _checked(providers)
        self._observers = checked(observers)
        if databases is not None and not isinstance(databases, Mapping):
            raise ConfigError(f"Databases takes a mapping of names to URLs or configs, not {described(databases)}")
        for name, config in (databases or {}).items():
            self.register(name, config)
        at_fork(self)

    @classmethod
    def from_file(
        cls,
        path: str | Path | None = None,
        *,
        providers: Sequence[Provider] = PROVIDERS,
        observers: tuple[Observer, ...] = (),
    ) -> Self:
        """Name the databases that a TOML or YAML file has, and the environment, which wins, and `.env` between them.

        `[databases.reports]` has the fields of a DatabaseConfig, `[defaults]` those that all of them have who say no
        other. `FERRA_DATABASES__REPORTS__URL` and `FERRA_DEFAULTS__MAX_CONNECTIONS` say the same in the environment;
        DATABASE_URL is the URL of `default`. `.env` is read where python-dotenv is installed.

        Args:
            path: the file, whose name ends in `.toml`, `.yaml` or `.yml`; without it there is none.
            providers: as for `Databases`.
            observers: likewise.

        Raises:
            ConfigError: the file cannot be read, a key is unknown or a value is none that it can have; it says where.
        """
        return cls(configured(path) or None, providers=providers, observers=observers)

    def leave_to_parent(self) -> None:
        """In a forked child: take new locks, for a thread that is no more may hold the old ones."""
        self._lock = threading.Lock()
        for entry in self._entries.values():
            entry.renew_lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close_all()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._names()}>"

    def register(self, name: str, config: DatabaseConfig | str) -> None:
        """Name one more database, by URL or by config; nothing is connected to yet.

        Raises:
            ConfigError: the name is empty or taken, the URL does not parse, or no provider supports it.
        """
        if not isinstance(name, str) or not name:
            raise ConfigError("a database's name is a string that is not empty")
        settings = config if isinstance(config, DatabaseConfig) else DatabaseConfig(config)
        if settings.url:
            self._provider(name, settings.url)
        with self._lock:
            if name in self._entries:
                raise ConfigError(f"there is a database {name!r} already")
            self._entries[name] = _Entry(settings)

    def open(self, name: str = _DEFAULT) -> Provided:
        """Return the database of this name, of whatever kind; the first call connects, and after a failure the next.

        Raises:
            ConfigError: there is none of this name; or its config has no URL, the environment neither, or one that no
                provider supports.
            Db: the server cannot be reached or refuses.
        """
        entry = self._entries.get(name) or self._usual(name)
        return entry.database or entry.opened(lambda config: self._connected(name, config))

    def get(self, name: str = _DEFAULT) -> Database:
        """`open`, of a PostgreSQL: its `Database`, with every verb.

        Raises:
            ConfigError: it is another kind of database: say `open`, or `repository`.
        """
        database = self.open(name)
        if not isinstance(database, Database):
            raise ConfigError(f"database {name!r} is no PostgreSQL: say open({name!r}) or repository(…, {name!r})")
        return database

    def repository(self, model: type[M], name: str = _DEFAULT) -> Repository[M]:
        """Return the repository of a model on the database of this name, connecting as `open` does.

        Raises:
            SchemaError: the model does not agree with its table.
            QueryError: its table is none that this database serves.
        """
        return self.open(name).repository(model)

    def ping(self, name: str = _DEFAULT) -> None:
        """Ask the database of this name for a sign of life, connecting as `open` does; Db where there is none."""
        self.open(name).ping()

    def close_all(self) -> None:
        """Close every database, also where closing one fails. A later `get` connects again."""
        with self._lock:
            entries = list(self._entries.values())
        with ExitStack() as stack:
            for entry in entries:
                stack.callback(entry.close)

    def _usual(self, name: str) -> _Entry:
        """Return the entry of `default` where nobody has named a database."""
        if name != _DEFAULT or not self._unnamed or self._entries.keys() - {_DEFAULT}:
            raise ConfigError(f"there is no database {name!r}; there are: {self._names()}")
        usual = _Entry(DatabaseConfig(environment_url() or _IN_MEMORY))
        with self._lock:
            return self._entries.setdefault(name, usual)

    def _provider(self, name: str, url: str) -> Provider:
        """Return the first that supports the URL, which may hold a password and is not shown."""
        for provider in self._providers:
            if provider.supports(url):
                return provider
        named = ", ".join(provider.name for provider in self._providers) or "none"
        raise ConfigError(f"no provider supports the URL of database {name!r}; there are: {named}")

    def _connected(self, name: str, config: DatabaseConfig) -> Provided:
        observers = (*config.observers, *self._observers)
        config = attrs.evolve(config, url=config.url or found_url(), observers=observers)
        return self._provider(name, config.url).connect(config)

    def _names(self) -> str:
        with self._lock:
            return ", ".join(map(repr, self._entries)) or "none"


def _checked(providers: object) -> tuple[Provider, ...]:
    if not isinstance(providers, Sequence):
        raise ConfigError(f"providers are several, as a list or a tuple, not {described(providers)}")
    for each in providers:
        if isinstance(each, type) or not all(hasattr(each, part) for part in ("name", "supports", "connect")):
            raise ConfigError(f"a provider has a name, supports(url) and connect(config); not so {described(each)}")
    return tuple(providers)


class _Entry:
    __slots__ = ("_config", "_lock", "database")

    database: Provided | None

    def __init__(self, config: DatabaseConfig) -> None:
        self._config = config
        self._lock = threading.Lock()
        self.database = None

    def renew_lock(self) -> None:
        self._lock = threading.Lock()

    def opened(self, connect: Callable[[DatabaseConfig], Provided]) -> Provided:
        with self._lock:
            if self.database is None:
                self.database = connect(self._config)
            return self.database

    def close(self) -> None:
        with self._lock:
            database, self.database = self.database, None
        if database is not None:
            database.close()
