"""Where the commands find their database, and how what the library raises is told."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

import click

from ferra_sync import Database

url_option: Final = click.option("--url", help="The database; otherwise DATABASE_URL, from the environment or .env.")


@contextlib.contextmanager
def connected(url: str | None) -> Iterator[Database]:
    """Open the database, and close it at the end."""
    with contextlib.closing(Database.connect(url)) as db:
        yield db


def refusal(error: Exception) -> click.ClickException:
    """Return what ends a command with one line on stderr and exit code 1."""
    return click.ClickException(" ".join(str(error).split()))
