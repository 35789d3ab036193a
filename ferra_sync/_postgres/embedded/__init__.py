"""A PostgreSQL of our own: found on this machine, started in a directory, gone with the process that started it."""

from __future__ import annotations

from ferra_sync._postgres.embedded.server import EmbeddedServer

__all__ = ["EmbeddedServer"]
