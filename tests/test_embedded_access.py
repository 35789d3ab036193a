"""Who is let in to an embedded server: root, or the user who started it, and nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ferra_sync import Database
from ferra_sync._embedded import EmbeddedServer

IS_ROOT = os.geteuid() == 0
INSTALLED = sorted({path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")})[-1:]

TRY = """
import os, pathlib, sys
import psycopg
from ferra_sync._embedded import EmbeddedServer

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


@pytest.mark.parametrize("programs", ["", *INSTALLED], ids=["the first found", *map(str, INSTALLED)])
def test_a_process_of_the_servers_own_user_is_refused_where_root_is_let_in(programs: Path | str) -> None:
    if IS_ROOT:
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


def test_the_directory_of_the_socket_lets_in_its_owner_alone() -> None:
    with EmbeddedServer.start() as server:
        scratch = Path(str(conninfo_to_dict(server.url)["host"]))
        assert scratch.stat().st_mode & 0o777 == 0o700
        assert (scratch.stat().st_uid == os.geteuid()) is not IS_ROOT
        with psycopg.connect(server.url) as connection:
            row = connection.execute("SELECT system_user").fetchone() if server.version >= 16 else ("peer:root",)
    assert row == ("peer:root" if IS_ROOT else None,)


def test_the_url_serves_psql_and_pg_dump_and_roles_of_ones_own_where_a_map_can_name_all() -> None:
    with Database.embedded() as db:
        assert db._server is not None
        version, url = db._server.version, db._server.url
        with db.connection() as connection:
            connection.execute("CREATE TABLE films (); CREATE ROLE app LOGIN")
            row = connection.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone()
        assert row is not None
        for command in (["psql", "-Atc", "\\d", url], ["pg_dump", "-s", url]):
            program = Path(row[0], command[0])
            done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")
            assert "films" in done.stdout
        if version >= 16 or not IS_ROOT:
            psycopg.connect(url, user="app").close()
