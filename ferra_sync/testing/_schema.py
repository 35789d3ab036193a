"""What the databases of tests hold: the migrations of a directory."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ferra_sync.migrations._files import read_migrations
from ferra_sync.migrations._runner import Migrations
from ferra_sync.testing._server import Server


def migrated(server: Server, directory: Path) -> str:
    """Return the name of the template in which these migrations are applied.

    Raises:
        MigrationError: the directory holds something else, or a script failed.
        ConfigError: the role may not make databases.
        Db: the server says no.
    """
    return server.template(fingerprint(directory), Migrations(directory).run)


def fingerprint(directory: Path) -> str:
    """Return 16 hexadecimal digits of SHA-256 over the names and the texts of all migrations."""
    digest = hashlib.sha256()
    for each in read_migrations(directory):
        digest.update(f"{each.version}_{each.name} {each.up.checksum}\n".encode())
    return digest.hexdigest()[:16]
