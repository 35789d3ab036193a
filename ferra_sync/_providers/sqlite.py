"""The provider of SQLite."""

from __future__ import annotations

from typing import cast

from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._providers.provider import Provided


class SqliteProvider:
    """Opens `sqlite::memory:` and `sqlite:///path`."""

    __slots__ = ()

    name: str = "sqlite"

    def supports(self, url: str, /) -> bool:
        """Whether it begins with `sqlite:`."""
        return url.startswith("sqlite:")

    def connect(self, config: DatabaseConfig, /) -> Provided:
        """Open the database; a file that is not there is made at the first call.

        Raises:
            ConfigError: the URL is none of SQLite's.
        """
        from ferra_sync._sqlite.database import SqliteDatabase  # noqa: PLC0415 - for those who use SQLite

        return cast("Provided", SqliteDatabase.connect(config))  # Of which key M is, only a concrete one says.
