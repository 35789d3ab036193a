"""Databases for tests on one server: templates that are made once, copies that belong to one test."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Final

import attrs

from ferra_sync._database.database import Database
from ferra_sync._postgres import databases
from ferra_sync._postgres.advisory import Request, session_lock
from ferra_sync._postgres.config import DatabaseConfig, with_database, without_secrets
from ferra_sync.errors import ConfigError, Db

_TEST: Final = "ferra_test_"
_TEMPLATE: Final = "ferra_template_"
_KEPT: Final = "ferra_kept_"
_FINGERPRINT: Final = re.compile(r"[a-z0-9_]{1,40}")
_RUN: Final = re.compile(r"[a-z0-9]{1,16}")
_UNUSED_FOR: Final = dt.timedelta(days=7)
_MAY_NOT: Final = "42501"


@attrs.frozen(eq=False, repr=False)
class Server:
    """A PostgreSQL server for tests; nothing in the databases that were there before is touched.

    Databases of a test are called `ferra_test_…`, templates `ferra_template_…`, and what `--ferra-keep` keeps
    `ferra_kept_…`. At the start those of runs that have ended are dropped, and templates and kept ones that were not
    used for a week.

    Attributes:
        url: of the database that it was reached by; its password is in it.
        data: the directory of the data that outlive the server; None: it is somebody else's, or its data go with it.
    """

    url: str
    data: str | None
    _run: str
    _connection: Any
    _held: ExitStack
    _numbers: Iterator[int] = attrs.field(factory=lambda: itertools.count(1))

    @classmethod
    @contextmanager
    def at(cls, url: str, *, run: str, data: str | None = None) -> Iterator[Server]:
        """Open a server for a run, or for a worker of one, on one connection; `run` is a short name of its own.

        Raises:
            ConfigError: the URL does not parse, or `run` cannot be part of a name.
            Db: the server cannot be reached.
        """
        if not _RUN.fullmatch(run):
            raise ConfigError("a run's name is at most 16 letters and digits, in lower case")
        with _administered(url) as connection, ExitStack() as held:
            server = cls(url, data, run, connection, held)
            server._hold(_run_of(f"{_TEST}{run}"))
            server._sweep()
            yield server

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {without_secrets(self.url)}>"

    def template(self, fingerprint: str, build: Callable[[Database], object]) -> str:
        """Return the name of a database to copy, built by the first who asks, on this server, for its fingerprint.

        Others wait meanwhile. It stays when the tests are over, for the next run to find.

        Args:
            fingerprint: tells what `build` makes, at most 40 of a-z, 0-9 and _: it changes with it.
            build: is given the empty database.

        Raises:
            ConfigError: it is no fingerprint, or the role may not make databases.
            Db: the server says no.
        """
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise ConfigError("a template's fingerprint is at most 40 of a-z, 0-9 and _")
        name = f"{_TEMPLATE}{fingerprint}"
        self._hold(name)
        with session_lock(self._connection, _request(f"{name} is built")):
            found = [each for each in databases.listed(self._connection, name) if each.name == name]
            if not found or found[0].is_open:
                self._build(name, build)
            databases.note_use(self._connection, name, _today())
        return name

    @contextmanager
    def fresh_database(self, template: str | None = None) -> Iterator[str]:
        """Make a database, a copy of `template` or an empty one; yield its URL, and drop it at the end.

        Raises:
            ConfigError: the role may not make databases.
            Db: the server says no.
        """
        name = self._copied(template)
        try:
            yield self._url_of(name)
        finally:
            self._drop(name)

    def _build(self, name: str, build: Callable[[Database], object]) -> None:
        self._drop(name)  # Half of one, whose builder died.
        self._create(name)
        try:
            with Database.connect(self._url_of(name)) as db:
                build(db)
            databases.seal(self._connection, name)
        except BaseException:
            self._drop(name)
            raise

    def _copied(self, template: str | None) -> str:
        name = f"{_TEST}{self._run}_{self._connection.info.backend_pid}_{next(self._numbers)}"
        self._create(name, template)
        return name

    def _create(self, name: str, template: str | None = None) -> None:
        try:
            databases.create(self._connection, name, template=template)
        except Db as error:
            if error.sqlstate != _MAY_NOT:
                raise
            raise ConfigError(
                f"the role of {without_secrets(self.url)} may not create databases, as tests do: ALTER ROLE … CREATEDB"
            ) from error

    def _drop(self, name: str) -> None:
        databases.drop(self._connection, name)

    def _keep(self, name: str) -> None:
        """Rename a database, to which nobody is connected any more, so that it stays."""
        databases.rename(self._connection, name, _kept(name))
        databases.note_use(self._connection, _kept(name), _today())

    def _shown(self, name: str) -> str:
        """Return where a database is that is kept, without a password."""
        if self.data is not None:
            return f"{_kept(name)}, in the data that Database.embedded({self.data!r}) serves"
        return without_secrets(self._url_of(_kept(name)))

    def _url_of(self, name: str) -> str:
        return with_database(self.url, name)

    def _hold(self, name: str) -> None:
        """Let everybody see that the database or the run of this name is in use, until the end."""
        self._held.enter_context(session_lock(self._connection, _request(name, shared=True)))

    def _sweep(self) -> None:
        """Drop what others have left; where another is at it, or the role may not, it stays."""
        with suppress(Db), session_lock(self._connection, _request("ferra_sweep", wait=False)):
            for each in self._left():
                with suppress(Db):
                    self._drop(each)

    def _left(self) -> Iterator[str]:
        for each in databases.listed(self._connection, _TEST):
            if not databases.is_lock_held(self._connection, _run_of(each.name)):
                yield each.name
        oldest = _today() - _UNUSED_FOR
        for each in (each for prefix in (_TEMPLATE, _KEPT) for each in databases.listed(self._connection, prefix)):
            is_old = each.used_on is not None and each.used_on < oldest
            if is_old and not databases.is_lock_held(self._connection, each.name):
                yield each.name


def kept_in(url: str) -> list[str]:
    """Return the names of the databases that were kept on a server."""
    with _administered(url) as connection:
        return [each.name for each in databases.listed(connection, _KEPT)]


@contextmanager
def _administered(url: str) -> Iterator[Any]:
    """Lend one connection to a server."""
    config = DatabaseConfig(url, max_connections=1, min_connections=1)
    with Database.connect(config=config) as db, db.connection() as connection:
        yield connection


def _run_of(name: str) -> str:
    """Return what the lock of a run is called, from the name of one of its databases."""
    return _TEST + name.removeprefix(_TEST).partition("_")[0]


def _kept(name: str) -> str:
    return _KEPT + name.removeprefix(_TEST)


def _request(name: str, *, shared: bool = False, wait: bool = True) -> Request:
    return Request.of(name, shared=shared, timeout=None, wait=wait)


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
