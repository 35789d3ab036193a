"""What a provider owes, so that repositories work on databases of its kind."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

from ferra_sync._model.model import M
from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._repository.protocol import Repository


class Provided(Protocol):
    """A database that a provider has opened. Threads may share it."""

    def repository(self, model: type[M], /) -> Repository[M]:
        """Return the repository of a model.

        Raises:
            SchemaError: the model does not agree with its table.
            QueryError: its table is none that this database serves.
        """
        ...

    def ping(self) -> None:
        """Ask for a sign of life; Db where there is none."""
        ...

    def transaction(self) -> AbstractContextManager[Any]:
        """Begin a transaction: what the methods `…_in_tx` of this database's repositories take."""
        ...

    def close(self) -> None:
        """Close every connection; a second time does nothing."""
        ...


class Provider(Protocol):
    """What opens databases of one kind."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    def supports(self, url: str, /) -> bool:
        """Whether it opens what this URL names."""
        ...

    def connect(self, config: DatabaseConfig, /) -> Provided:
        """Open what the URL of `config` names.

        Raises:
            ConfigError: the URL or a setting is none that it can use.
            Db: the server cannot be reached or refuses.
        """
        ...
