"""How an embedded PostgreSQL ends with the process that started it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from servers import Script, ask, do, is_alive, parent_of, servers_own

from ferra_sync._postgres.embedded import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Iterator


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
