"""A PgBouncer that hands its few sessions from one transaction to the next."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

SESSIONS = 3
PORT = 6432
SETTINGS = """
[databases]
* = host={host} port={port} user={user}

[pgbouncer]
listen_port = {own_port}
unix_socket_dir = {directory}
auth_type = any
pool_mode = transaction
default_pool_size = {sessions}
max_client_conn = 200
log_connections = 0
log_disconnections = 0
"""


@contextmanager
def pgbouncer(server_url: str) -> Iterator[str]:
    """Start a PgBouncer before a server that trusts everyone; yield the server's URL through it."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.fail("this test needs PgBouncer: apt-get install pgbouncer")
    # Not pytest's directory: under root another user must reach it.
    directory = Path(tempfile.mkdtemp(prefix="pgb-"))
    try:
        directory.chmod(0o777)
        settings = directory / "pgbouncer.ini"
        parameters = conninfo_to_dict(server_url)
        settings.write_text(
            SETTINGS.format_map(parameters | {"own_port": PORT, "directory": directory, "sessions": SESSIONS})
        )
        settings.chmod(0o644)
        command = [program, *(["-u", "nobody"] if os.geteuid() == 0 else []), str(settings)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as process:
            try:
                said = ""
                while "process up" not in said:
                    line = process.stderr.readline()
                    assert line, said
                    said += line
                yield make_conninfo(server_url, host=str(directory), port=PORT)
            finally:
                process.terminate()
                process.communicate()
    finally:
        shutil.rmtree(directory)
