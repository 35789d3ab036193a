"""The server of a test run: that of DATABASE_URL, or one of our own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ferra_sync._postgres.embedded.account import Account
from ferra_sync._postgres.embedded.directories import temporary_directory
from ferra_sync._postgres.embedded.server import EmbeddedServer
from ferra_sync.testing._server import kept_in


class Served(NamedTuple):
    """A server that runs; `data`: the directory of the data that may outlive it."""

    url: str
    data: str | None = None


@contextmanager
def embedded(run: str, *, keep: bool) -> Iterator[Served]:
    """Start a server and stop it at the end.

    Its data are in memory, not durable, and go with it. With `keep` they are in a directory of their own, which stays
    where a database in it was kept.

    Raises:
        EmbeddedError: there is no PostgreSQL on this machine, or it cannot start there.
    """
    if not keep:
        with EmbeddedServer.start(in_memory=True) as server:
            yield Served(server.url)
        return
    path = temporary_directory(Account.for_server()) / f"ferra-kept-{run}-{os.getpid()}"
    with EmbeddedServer.start(path, durable=False) as server:
        try:
            yield Served(server.url, str(path))
        finally:
            is_empty = not kept_in(server.url)
    if is_empty:
        shutil.rmtree(path, ignore_errors=True)
