"""Debian's PostgreSQL with PostGIS, which the PostgreSQL of the other tests cannot load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from databases import server_in_memory

from ferra_sync._postgres.embedded.programs import BIN_VARIABLE

_CONTROLS = "share/postgresql/*/extension/postgis.control"


@contextmanager
def postgis_server() -> Iterator[str]:
    """Start a server of which every new database has PostGIS, and the one that its URL names; yield that URL."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(BIN_VARIABLE, str(_programs()))
        server = server_in_memory()
    with server:
        for database in ("template1", "postgres"):
            with psycopg.connect(server.url, dbname=database, autocommit=True) as connection:
                connection.execute("CREATE EXTENSION postgis")
        yield server.url


def _programs() -> Path:
    versions = [int(control.parents[1].name) for control in Path("/usr").glob(_CONTROLS)]
    if not versions:
        pytest.fail("this test needs PostGIS: apt-get install postgresql-postgis")
    return Path(f"/usr/lib/postgresql/{max(versions)}/bin")
