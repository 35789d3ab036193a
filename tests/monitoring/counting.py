"""A server of which settings are other than usual."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from ferra_sync._postgres.embedded import EmbeddedServer

_MEMORY_DISK = "/dev/shm"
_SETTINGS = {"shared_preload_libraries": "pg_stat_statements", "fsync": "off", "max_prepared_transactions": "2"}


@contextmanager
def counting_server() -> Iterator[str]:
    """Start a server that counts statements, and that has prepared transactions; yield its URL."""
    place = _MEMORY_DISK if os.access(_MEMORY_DISK, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="ferra-counting-", dir=place) as directory:
        Path(directory).chmod(0o711)
        data = Path(directory, "data")
        with EmbeddedServer.start(data) as server, psycopg.connect(server.url, autocommit=True) as connection:
            for name, value in _SETTINGS.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
        with EmbeddedServer.start(data) as server:
            yield server.url
