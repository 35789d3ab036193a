"""The providers of PostgreSQL: of a server that is there, and of one that is started for us."""

from __future__ import annotations

import re
from typing import Final, cast

from ferra_sync._database.database import Database
from ferra_sync._model.model import M
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._repository.protocol import Repository
from ferra_sync._repository.repository import PgRepository

_EMBEDDED: Final = "embedded:"
_POSTGRES: Final = re.compile(r"postgres(?:ql)?://|\s*\w+\s*=")


class PostgresDatabase(Database):
    """A `Database` that has repositories."""

    __slots__ = ()

    def repository(self, model: type[M], /) -> Repository[M]:
        """Return the repository of a model.

        Raises:
            SchemaError: the model does not agree with its table.
            QueryError: the table has no primary key, or the model lacks a column of it.
        """
        return cast("Repository[M]", PgRepository(model, self))  # Of which key M is, only a concrete one says.


class PostgresProvider:
    """Opens `postgresql://user:password@host:port/database`, and libpq's `host=… dbname=…`."""

    __slots__ = ()

    name: str = "postgres"

    def supports(self, url: str, /) -> bool:
        """Whether it is a URL of PostgreSQL."""
        return _POSTGRES.match(url) is not None

    def connect(self, config: DatabaseConfig, /) -> PostgresDatabase:
        """Open a pool of connections."""
        return PostgresDatabase.connect(config=config)


class EmbeddedProvider:
    """Starts a PostgreSQL of our own: `embedded:` throws its data away, `embedded:path/to/data` keeps them."""

    __slots__ = ()

    name: str = "embedded"

    def supports(self, url: str, /) -> bool:
        """Whether it begins with `embedded:`."""
        return url.startswith(_EMBEDDED)

    def connect(self, config: DatabaseConfig, /) -> PostgresDatabase:
        """Start the server and open a pool of connections; `close()` stops it.

        Raises:
            EmbeddedError: there is no PostgreSQL on this machine, or it cannot start there.
        """
        return PostgresDatabase.embedded(config.url.removeprefix(_EMBEDDED) or None, config=config)
