"""The directories of a server: where it may have its socket, and where data are kept."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from ferra_sync._postgres.embedded.account import Account
from ferra_sync.errors import EmbeddedError

if sys.platform != "win32":
    import fcntl

from collections.abc import Iterator

PORT: Final = 5432
_LONGEST_SOCKET: Final = 103
"""Bytes of a socket's path: `sun_path` has 104 on macOS and 108 on Linux, one of them for the closing NUL."""
_MEMORY_DISK: Final = "/dev/shm"  # noqa: S108 - each use is a mkdtemp
_ROOM: Final = 2**30
"""Bytes: a new cluster takes some 40 MB, each database in it 8."""


@contextlib.contextmanager
def locked(path: Path, account: Account) -> Iterator[int]:
    """Lock a data directory against a second server, and make it first where there is none."""
    make_directory(path, account)
    with contextlib.ExitStack() as opened:
        lock = os.open(path, os.O_RDONLY)
        opened.callback(os.close, lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedError(f"{path} is served already") from None
        yield lock


def temporary_directory(account: Account, *, in_memory: bool = False) -> Path:
    """Return TMPDIR where the server's user may write in it and a socket's path fits, else the system's own.

    With `in_memory` Linux's memory disk goes before them, where it has room.
    """
    places = [tempfile.gettempdir(), "/tmp", "/var/tmp"]  # noqa: S108 - each use is a mkdtemp
    if in_memory and Path(_MEMORY_DISK).is_dir() and shutil.disk_usage(_MEMORY_DISK).free > _ROOM:
        places.insert(0, _MEMORY_DISK)
    candidates = [Path(place).resolve() for place in places]
    for candidate in candidates:
        socket = str(candidate / "ferra-12345678" / f".s.PGSQL.{PORT}.lock")
        fits = len(os.fsencode(socket)) <= _LONGEST_SOCKET and not {",", '"'} & set(socket)
        if fits and account.can("-w", candidate):
            return candidate
    raise EmbeddedError(f"no temporary directory with a short path where {account.name} can write: set TMPDIR")


def make_directory(path: Path, account: Account) -> None:
    if not path.exists():
        check_reachable(next(parent for parent in path.parents if parent.exists()), path, account)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700)
        account.give(path)
    if not path.is_dir():
        raise EmbeddedError(f"{path} is not a directory")
    check_reachable(path, path, account)
    if path.stat().st_uid != account.uid:
        raise EmbeddedError(f"{path} does not belong to {account.name}, whom the server runs as; a new one would")


def check_reachable(directory: Path, path: Path, account: Account) -> None:
    if not account.can("-x", directory):
        raise EmbeddedError(f"{path} cannot be reached by {account.name}, whom the server runs as: see {directory}")
