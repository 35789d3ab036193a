"""The pytest plugin of ferra_sync: options and fixtures, whose work `ferra_sync.testing` does.

It stands outside of the package, and imports it when a fixture is asked for: pytest loads its plugins at each start,
before coverage is measured.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from ferra_sync import Database
    from ferra_sync.testing import Server
    from ferra_sync.testing._serving import Served

_FRESH: Final = pytest.StashKey[dict[str, str]]()
"""The databases that a test has made: name → where it is once it is kept."""
_HAS_FAILED: Final = pytest.StashKey[bool]()
_DATABASES: Final = frozenset({"ferra_database", "ferra_db", "ferra_fresh_db"})
_LOBBY: Final = pytest.StashKey["_Lobby"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what a project says of its databases."""
    parser.addini("ferra_migrations", "the directory of the migrations that are applied to the databases of tests")
    parser.addini("ferra_n_plus_one", "how often a line of a test may send one statement; empty: at will")
    parser.getgroup("ferra_sync").addoption(
        "--ferra-keep", action="store_true", help="keep the databases of ferra_fresh_db of tests that fail"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers", "ferra_n_plus_one(limit): a line may send one statement so often in this test; None: at will"
    )


@pytest.fixture(scope="session")
def ferra_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The server that databases are made on: of DATABASE_URL, or one that is started, once for all workers."""
    from ferra_sync.testing import Server  # noqa: PLC0415 - see above

    run = _run_of(request.config)
    with _served(request.config, run) as served, Server.at(served.url, run=run, data=served.data) as server:
        yield server


@pytest.fixture(scope="session")
def ferra_template(ferra_server: Server, pytestconfig: pytest.Config) -> str:
    """The name of the database that is copied: the project's migrations are applied. A project may have another."""
    from ferra_sync.testing._schema import migrated  # noqa: PLC0415 - see above

    return migrated(ferra_server, _migrations(pytestconfig))


@pytest.fixture(scope="session")
def ferra_database(ferra_server: Server, ferra_template: str) -> Iterator[Database]:
    """A copy of the template for all tests of a worker, each of which leaves it as it was: see `rehearsal`."""
    with ferra_server.fresh_database(ferra_template) as url, _connected(url) as db:
        yield db


@pytest.fixture
def ferra_db(ferra_database: Database) -> Iterator[Database]:
    """`ferra_database` in one transaction, which is rolled back; a transaction of the test's own is a savepoint."""
    from ferra_sync.testing import rehearsal  # noqa: PLC0415 - see above

    with rehearsal(ferra_database) as db:
        yield db


@pytest.fixture
def ferra_fresh_db(request: pytest.FixtureRequest, ferra_server: Server, ferra_template: str) -> Iterator[Database]:
    """A copy of the template for one test: for what commits, for threads and processes; its URL is `config.url`."""
    name = ferra_server._copied(ferra_template)
    request.node.stash.setdefault(_FRESH, {})[name] = ferra_server._shown(name)
    try:
        with _connected(ferra_server._url_of(name)) as db:
            yield db
    finally:
        if _is_kept(request.node):
            ferra_server._keep(name)
        else:
            ferra_server._drop(name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note which test failed, and say where its database is."""
    report = yield
    if report.failed and report.when != "teardown":
        item.stash[_HAS_FAILED] = True
        if _is_kept(item):
            report.sections += [("kept database", where) for where in item.stash.get(_FRESH, {}).values()]
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test in which one line sends one statement too often."""
    databases = [given for name, given in getattr(item, "funcargs", {}).items() if name in _DATABASES]
    limit = _limit(item) if databases else None
    # A property is tried a hundred times, each from the same lines.
    if limit is None or hasattr(getattr(item, "obj", None), "hypothesis"):
        return (yield)
    from ferra_sync.testing._queries import watched  # noqa: PLC0415 - see above

    with watched(databases, limit) as repeated:
        result = yield
    if repeated.found:
        pytest.fail("\n".join([f"N+1, more than {limit} from one line:", *repeated.found]), pytrace=False)
    return result


def _limit(item: pytest.Item) -> int | None:
    marker = item.get_closest_marker("ferra_n_plus_one")
    if marker is None:
        said: object = item.config.getini("ferra_n_plus_one")
        said = int(said) if isinstance(said, str) and said.strip().isdecimal() else said or None
    else:
        said = marker.args[0] if len(marker.args) == 1 and not marker.kwargs else 0
    if said is not None and (type(said) is not int or said < 1):
        raise pytest.UsageError("ferra_n_plus_one is how often one line may send one statement, 1 or more, or None")
    return said


def _is_kept(item: pytest.Item) -> bool:
    return bool(item.config.getoption("ferra_keep")) and item.stash.get(_HAS_FAILED, False)


def _migrations(config: pytest.Config) -> Path:
    said = config.getini("ferra_migrations")
    if not said:
        from ferra_sync import ConfigError  # noqa: PLC0415 - see above

        raise ConfigError(
            "tests have no tables: say ferra_migrations = <directory> in pytest's configuration,"
            " or write a fixture ferra_template of your own"
        )
    return Path(config.inipath.parent if config.inipath else config.rootpath, said)


@contextmanager
def _connected(url: str) -> Iterator[Database]:
    from ferra_sync import Database, DatabaseConfig  # noqa: PLC0415 - see above

    with Database.connect(config=DatabaseConfig(url, min_connections=1)) as db:
        yield db


# The server


def _run_of(config: pytest.Config) -> str:
    """Return what a run is called; all workers of one call it the same."""
    return str(_workerinput(config).get("testrunuid") or uuid.uuid4().hex)[:8]


def _workerinput(config: pytest.Config) -> dict[str, Any]:
    found: dict[str, Any] = getattr(config, "workerinput", {})  # pytest-xdist's, in a worker
    return found


@contextmanager
def _served(config: pytest.Config, run: str) -> Iterator[Served]:
    from ferra_sync.testing._serving import Served, embedded  # noqa: PLC0415 - see above

    if given := os.environ.get("DATABASE_URL"):
        yield Served(given)
    elif "ferra_lobby" in _workerinput(config):
        yield Served(*_asked(*_workerinput(config)["ferra_lobby"]))
    else:
        with embedded(run, keep=bool(config.getoption("ferra_keep"))) as served:
            yield served


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - pytest-xdist's, which need not be there
    """Tell a worker, before it starts, where it can ask for the server."""
    if _LOBBY not in node.config.stash:
        try:
            node.config.stash[_LOBBY] = _Lobby(keep=bool(node.config.getoption("ferra_keep")))
        except OSError:
            return  # Where a socket's path is too long, say; each worker then starts a server of its own.
    node.workerinput["ferra_lobby"] = node.config.stash[_LOBBY].address


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server of the workers, also after Ctrl-C."""
    lobby = config.stash.get(_LOBBY, None)
    if lobby is not None:
        lobby.close()


class _Lobby:
    """Where workers ask the controller for the server, which is started for the first who does, and is its own."""

    def __init__(self, *, keep: bool) -> None:
        from multiprocessing.connection import Listener  # noqa: PLC0415 - of controllers alone

        self._secret = os.urandom(16)
        self._listener = Listener(authkey=self._secret)
        self._keep = keep
        self._started = ExitStack()
        self._served: Served | None = None
        self._is_over = False
        self._lock = threading.Lock()
        threading.Thread(target=self._answer_all, name="ferra_lobby", daemon=True).start()

    @property
    def address(self) -> tuple[str, str]:
        """Where it listens, and what whoever asks must know."""
        return str(self._listener.address), self._secret.hex()

    def close(self) -> None:
        """Stop the server, and listen no more."""
        with self._lock:
            self._is_over = True
            self._started.close()
        _client(*self.address).close()  # The listening thread wakes up by it alone.

    def _answer_all(self) -> None:
        with self._listener:
            while not self._is_over:
                with suppress(OSError, EOFError), self._listener.accept() as asking:
                    asking.send(self._answer())

    def _answer(self) -> tuple[str | None, ...] | Exception:
        from ferra_sync.testing._serving import embedded  # noqa: PLC0415 - see above

        with self._lock:
            try:
                if self._served is None and not self._is_over:
                    self._served = self._started.enter_context(embedded(uuid.uuid4().hex[:8], keep=self._keep))
            except Exception as error:  # noqa: BLE001 - it is raised where it was asked
                return error
            return () if self._served is None else tuple(self._served)


def _client(address: str, secret: str) -> Any:  # noqa: ANN401 - a Connection, of which typeshed has two
    from multiprocessing.connection import Client  # noqa: PLC0415 - of workers alone

    return Client(address, authkey=bytes.fromhex(secret))


def _asked(address: str, secret: str) -> tuple[str, str | None]:
    with _client(address, secret) as connection:
        answer = connection.recv()
    if isinstance(answer, Exception):
        raise answer
    url, data = answer
    return url, data
