"""The extension: a database for an application, opened on its first use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final
from weakref import WeakSet

import attrs
from flask import Flask, current_app, has_app_context

from ferra_sync import ConfigError, Database, DatabaseConfig
from ferra_sync._database.rehearsal import rehearsal
from ferra_sync._http.problems import DEFAULT_CODES, ProblemCodes
from ferra_sync.integrations._flask import commands, handlers
from ferra_sync.integrations._flask.settings import config_of, has_problems, migrations_of

KEY: Final = "ferra"
"""Under which `app.extensions` has it."""


@attrs.define(eq=False, repr=False)
class FerraState:
    """What an application has of ferra_sync; threads share it.

    Attributes:
        config: where its database is.
        codes: what it calls its problems.
    """

    config: DatabaseConfig
    codes: ProblemCodes
    _database: Database | None
    _rehearsed: Database | None = None
    _lock: Any = attrs.field(factory=Lock)

    @property
    def db(self) -> Database:
        """The database: opened by the first call, of whichever thread; while the application is tested, the rehearsal.

        Raises:
            ConfigError: there is no URL.
            Db: the server cannot be reached.
        """
        return self._rehearsed or self._database or self._opened()

    def _opened(self) -> Database:
        with self._lock:
            if self._database is None:
                self._database = Database.connect(config=self.config)
            return self._database

    def close(self) -> None:
        """Close the connections; the next call opens others."""
        with self._lock:
            database, self._database = self._database, None
        if database is not None:
            database.close()

    @contextmanager
    def rehearsal(self) -> Iterator[Database]:
        """Run everything in one transaction, and roll it back; ConfigError where that is under way already."""
        if self._rehearsed is not None:
            raise ConfigError("the application is under test already: one `testing` at a time")
        with rehearsal(self.db) as rehearsed:
            self._rehearsed = rehearsed
            try:
                yield rehearsed
            finally:
                self._rehearsed = None


class Ferra:
    """ferra_sync in Flask applications: `ferra = Ferra()`, and `ferra.init_app(app)` for each.

    Nothing is bound to a request: there is no teardown, and connections are of the pool's. `app.config` has
    `FERRA_DATABASE_URL`, and the settings of `DatabaseConfig` by such names, `FERRA_MAX_CONNECTIONS`;
    `FERRA_MIGRATIONS` is a directory, and `FERRA_PROBLEMS = False` leaves errors as they are.

    Args:
        app: an application, as `init_app` takes it.
        codes: what its problems are called.
        database: an open one, in place of that of the settings.
    """

    def __init__(
        self, app: Flask | None = None, *, codes: ProblemCodes = DEFAULT_CODES, database: Database | None = None
    ) -> None:
        self._apps: WeakSet[Flask] = WeakSet()
        self._codes = codes
        self._database = database
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Give an application a database, error handlers, `flask ferra …`, and names in its shell.

        Nothing is opened yet.

        Raises:
            ConfigError: a setting is unknown or cannot be used, or the application has a database already.
        """
        if KEY in app.extensions:
            raise ConfigError("the application has been given to Ferra already")
        config = config_of(app.config) if self._database is None else self._database.config
        app.extensions[KEY] = FerraState(config, self._codes, self._database)
        self._apps.add(app)
        if has_problems(app.config):
            handlers.register(app, self._codes)
        app.cli.add_command(commands.group(lambda: app.extensions[KEY].config.url, migrations_of(app.config)))
        app.shell_context_processor(lambda: {"ferra": self, "db": app.extensions[KEY].db})

    @property
    def db(self) -> Database:
        """The database of the current application; outside of one, of the only application that there is.

        Raises:
            ConfigError: there is none, or there are several; the URL is missing.
            Db: the server cannot be reached.
        """
        return self.of(self._app()).db

    def of(self, app: Flask) -> FerraState:
        """Return what an application has.

        Raises:
            ConfigError: it was not given to `init_app`.
        """
        return state_of(app)

    @contextmanager
    def testing(self, app: Flask) -> Iterator[Database]:
        """Run every request of an application in one transaction, and roll it back at the end.

        What fails in a request is undone alone, as it would be without. Requests are one after the other, and in the
        thread that called this, as those of `app.test_client()` are.

        Raises:
            ConfigError: the application is under test already, or was not given to `init_app`.
        """
        with self.of(app).rehearsal() as db:
            yield db

    def _app(self) -> Flask:
        if has_app_context():
            return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]  # werkzeug's proxy
        apps = list(self._apps)
        if len(apps) != 1:
            many = "no application" if not apps else "several applications"
            raise ConfigError(f"there are {many}: say ferra.of(app).db, or enter app.app_context()")
        return apps[0]


def state_of(app: Flask) -> FerraState:
    """Return what an application has of ferra_sync; ConfigError where it was not given to `Ferra`."""
    state = app.extensions.get(KEY)
    if not isinstance(state, FerraState):
        raise ConfigError("the application has no database: say Ferra().init_app(app)")
    return state
