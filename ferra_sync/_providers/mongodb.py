"""The provider of MongoDB."""

from __future__ import annotations

from typing import Final, cast

from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._providers.provider import Provided
from ferra_sync.errors import ConfigError

_SCHEMES: Final = ("mongodb://", "mongodb+srv://")


class MongoProvider:
    """Opens `mongodb://user:password@host:port/database` and `mongodb+srv://…`, with the extra `mongodb`."""

    __slots__ = ()

    name: str = "mongodb"

    def supports(self, url: str, /) -> bool:
        """Whether it is a URL of MongoDB."""
        return url.startswith(_SCHEMES)

    def connect(self, config: DatabaseConfig, /) -> Provided:
        """Open a client; nothing is sent before the first call.

        Raises:
            ConfigError: pymongo is not installed.
        """
        try:
            from ferra_sync._mongodb.database import MongoDatabase  # noqa: PLC0415 - an optional extra
        except ImportError as error:
            raise ConfigError(str(error)) from None
        return cast("Provided", MongoDatabase.connect(config))  # Of which key M is, only a concrete one says.
