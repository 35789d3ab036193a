"""Where the commands find their database, and how what the library raises is told."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Final

import click

from ferra_sync import Database
from ferra_sync._postgres.config import found_url
from ferra_sync._providers.sqlite import SqliteProvider
from ferra_sync.migrations._runner import Migrated

url_option: Final = click.option("--url", help="The database; otherwise DATABASE_URL, from the environment or .env.")


@contextlib.contextmanager
def connected(url: str | None) -> Iterator[Database]:
    """Open the database, and close it at the end."""
    with contextlib.closing(Database.connect(url)) as db:
        yield db


def migrated(url: str | None) -> AbstractContextManager[Migrated]:
    """Open the database that migrations are run on, which may be SQLite's, and close it at the end."""
    found = found_url() if url is None else url
    if not SqliteProvider().supports(found):
        return connected(found)
    from ferra_sync import SqliteDatabase  # noqa: PLC0415 - for those who use SQLite

    return SqliteDatabase.connect(found)


def refusal(error: Exception) -> click.ClickException:
    """Return what ends a command with one line on stderr and exit code 1."""
    return click.ClickException(" ".join(str(error).split()))
