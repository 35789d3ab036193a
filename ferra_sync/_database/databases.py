"""Several databases by name, each opened when it is first asked for."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from ferra_sync._database.database import Database
from ferra_sync._expression.described import described
from ferra_sync._expression.values import Handle
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._postgres.forks import at_fork
from ferra_sync.errors import ConfigError


class Databases(Handle):
    """Named databases: `Databases({"default": "postgresql://…", "reports": DatabaseConfig(…)})`. Threads may share it.

    A database is connected to at its first `get`, once however many threads ask. As a context manager it closes them.
    """

    __slots__ = ("__weakref__", "_entries", "_lock")

    _entries: dict[str, _Entry]

    def __init__(self, databases: Mapping[str, DatabaseConfig | str] | None = None) -> None:
        """Name databases, by URL or by config.

        Raises:
            ConfigError: a name is empty, or a URL does not parse.
        """
        self._entries = {}
        self._lock = threading.Lock()
        if databases is not None and not isinstance(databases, Mapping):
            raise ConfigError(f"Databases takes a mapping of names to URLs or configs, not {described(databases)}")
        for name, config in (databases or {}).items():
            self.register(name, config)
        at_fork(self)

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
            ConfigError: the name is empty or taken, or the URL does not parse.
        """
        if not isinstance(name, str) or not name:
            raise ConfigError("a database's name is a string that is not empty")
        entry = _Entry(config if isinstance(config, DatabaseConfig) else DatabaseConfig(config))
        with self._lock:
            if name in self._entries:
                raise ConfigError(f"there is a database {name!r} already")
            self._entries[name] = entry

    def get(self, name: str = "default") -> Database:
        """Return the database of this name; the first call connects to it, and after a failure the next one.

        Raises:
            ConfigError: there is none of this name, or its config has no URL and the environment neither.
            Db: the server cannot be reached or refuses.
        """
        entry = self._entries.get(name)
        if entry is None:
            raise ConfigError(f"there is no database {name!r}; there are: {self._names()}")
        return entry.database or entry.opened()

    def close_all(self) -> None:
        """Close every database, also where closing one fails. A later `get` connects again."""
        with self._lock:
            entries = list(self._entries.values())
        with ExitStack() as stack:
            for entry in entries:
                stack.callback(entry.close)

    def _names(self) -> str:
        with self._lock:
            return ", ".join(map(repr, self._entries)) or "none"


class _Entry:
    __slots__ = ("_config", "_lock", "database")

    database: Database | None

    def __init__(self, config: DatabaseConfig) -> None:
        self._config = config
        self._lock = threading.Lock()
        self.database = None

    def renew_lock(self) -> None:
        self._lock = threading.Lock()

    def opened(self) -> Database:
        with self._lock:
            if self.database is None:
                self.database = Database.connect(config=self._config)
            return self.database

    def close(self) -> None:
        with self._lock:
            database, self.database = self.database, None
        if database is not None:
            database.close()
