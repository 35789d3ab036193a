"""Who is let in to an embedded server: root, or the user who started it, and nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ferra_sync._postgres.embedded import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

IS_ROOT = os.geteuid() == 0
INSTALLED = sorted({path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")})[-1:]

TRY = """
import os, pathlib, sys
import psycopg
from ferra_sync._postgres.embedded import EmbeddedServer

def attempt():
    try:
        psycopg.connect(server.url).close()
    except psycopg.OperationalError as error:
        return str(error)
    return "let in"

path = sys.argv[1:]
server = EmbeddedServer.start(*path)
if path:
    # As an older cluster has it.
    (server.path / "pg_hba.conf").write_text("local all all trust\\n")
    server.stop()
    server = EmbeddedServer.start(*path)
owner = server.path.stat()
print("root:", attempt(), flush=True)
child = os.fork()
if child == 0:
    os.setgroups([])
    os.setgid(owner.st_gid)
    os.setuid(owner.st_uid)
    print("server's user:", attempt(), "and reads", (server.path / "PG_VERSION").read_text(), flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""


def run(source: str, *arguments: object, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", source, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_process_of_the_servers_own_user_is_refused_where_root_is_let_in() -> None:
    for programs in INSTALLED if IS_ROOT else ():
        root, user, *_ = run(TRY, FERRA_POSTGRES_BIN=str(programs)).splitlines()
        assert root == "root: let in"
        assert 'Peer authentication failed for user "postgres"' in user


def test_a_directory_whose_own_rules_let_in_everyone_is_served_by_the_same_rules() -> None:
    with tempfile.TemporaryDirectory(prefix="ferra-test-") as place:
        if IS_ROOT:
            Path(place).chmod(0o755)
            said = run(TRY, Path(place, "data"))
            assert "root: let in" in said
            assert 'Peer authentication failed for user "postgres"' in said


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer.start() as server:
        yield server


def test_the_directory_of_the_socket_lets_in_its_owner_alone(server: EmbeddedServer) -> None:
    scratch = Path(str(conninfo_to_dict(server.url)["host"]))
    assert scratch.stat().st_mode & 0o777 == 0o700
    assert (scratch.stat().st_uid == os.geteuid()) is not IS_ROOT


def test_the_url_serves_psql_and_pg_dump_and_roles_of_ones_own_where_a_map_can_name_all(server: EmbeddedServer) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE films (); CREATE ROLE app LOGIN")
        row = connection.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone()
    assert row is not None
    for name, *options in (["psql", "-Atc", "\\d"], ["pg_dump", "-s"]):
        command = [Path(row[0], name), *options, server.url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert "films" in done.stdout
    if server.version >= 16 or not IS_ROOT:
        psycopg.connect(server.url, user="app").close()
