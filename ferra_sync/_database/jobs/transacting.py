"""What jobs ask of a `Database`, which stands above them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from ferra_sync._database.transaction import Isolation, Transaction
from ferra_sync._postgres.config import DatabaseConfig


class Transacting(Protocol):
    """Where transactions are opened."""

    @property
    def config(self) -> DatabaseConfig:
        """How to connect to it, in another process too."""
        ...

    def transaction(
        self, *, isolation: Isolation | None = None, read_only: bool = False
    ) -> AbstractContextManager[Transaction]:
        """Open a transaction that commits on success."""
        ...

    def close(self) -> None:
        """Close its connections."""
