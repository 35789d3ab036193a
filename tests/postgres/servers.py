"""Embedded servers as their tests see them: what they answer, and the programs that start them."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Self

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ferra_sync._postgres.embedded import EmbeddedServer

IS_ROOT = os.geteuid() == 0
DEADLINE_MS = 30_000

START = """
import os, sys, psycopg
from ferra_sync._postgres.embedded import EmbeddedServer
server = EmbeddedServer.start(*sys.argv[1:])
print(server.pid, server.path, server.url, flush=True)
"""


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
