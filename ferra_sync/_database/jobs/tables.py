"""The tables in which jobs keep their progress, and who makes them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import attrs

from ferra_sync import types as t
from ferra_sync._compiler.compiled import Compiled
from ferra_sync._database.jobs.transacting import Transacting
from ferra_sync._expression.sentinels import SERVER_DEFAULT
from ferra_sync._expression.shapes import result
from ferra_sync._expression.sqltypes import BOOLEAN
from ferra_sync._model.model import FerraModel
from ferra_sync._model.select_list import select_list
from ferra_sync._postgres import wire
from ferra_sync._postgres.statement import made_ready
from ferra_sync._schema.table import Table
from ferra_sync.functions._moments import now

SQL: Final = Path(__file__).with_name("ferra_jobs.sql")
"""What makes the tables, in the first schema of the search path."""

_LOCK: Final = b"SELECT pg_catalog.pg_advisory_xact_lock(%d); "
_LOCK_KEY: Final = int.from_bytes(b"ferrajob", signed=True)
_THERE: Final = made_ready(
    Compiled(
        "SELECT to_regclass('ferra_jobs') IS NOT NULL AND to_regclass('ferra_job_parts') IS NOT NULL"
        " AND to_regclass('ferra_job_failures') IS NOT NULL",
        (),
        select_list(((result("there"), BOOLEAN),)),
    ),
    is_internal=True,
)


class Jobs(Table, name="ferra_jobs"):
    """One row a job; `run` counts how often it was begun, `digest` tells its query from others."""

    name = t.text(primary_key=True)
    run = t.integer()
    digest = t.text()
    state = t.text()
    error = t.nullable(t.text())
    started_at = t.timestamptz(default=now())
    finished_at = t.nullable(t.timestamptz())


class Parts(Table, name="ferra_job_parts"):
    """One row a range of keys: of those after `position`, up to `upper`, nothing is done yet.

    `attempts` counts the failures of the batch that comes next.
    """

    job = t.text(primary_key=True, references=Jobs.name, on_delete="cascade")
    part = t.integer(primary_key=True)
    run = t.integer()
    position = t.nullable(t.jsonb())
    upper = t.nullable(t.jsonb())
    rows = t.bigint(default=0)
    batches = t.bigint(default=0)
    is_done = t.boolean(default=False)
    attempts = t.integer(default=0)
    error = t.nullable(t.text())
    retry_at = t.nullable(t.timestamptz())
    updated_at = t.timestamptz(default=now())


class Failures(Table, name="ferra_job_failures"):
    """One row a batch that was set aside: the keys after `after`, up to `upto`."""

    id = t.identity(primary_key=True)
    job = t.text(references=Jobs.name, on_delete="cascade", index=True)
    part = t.integer()
    after = t.nullable(t.jsonb())
    upto = t.jsonb()
    rows = t.integer()
    attempts = t.integer()
    error = t.text()
    failed_at = t.timestamptz(default=now())


NAMES: Final = frozenset(table.__ferra_table__.name for table in (Jobs, Parts, Failures))


@attrs.frozen
class Job(FerraModel[Jobs]):
    name: str
    run: int
    digest: str
    state: str
    error: str | None = None
    started_at: datetime = SERVER_DEFAULT
    finished_at: datetime | None = None


@attrs.frozen
class Part(FerraModel[Parts]):
    job: str
    part: int
    run: int
    position: Any = attrs.field(default=None, repr=False)
    upper: Any = attrs.field(default=None, repr=False)
    rows: int = 0
    batches: int = 0
    is_done: bool = False
    attempts: int = 0
    error: str | None = None
    updated_at: datetime = SERVER_DEFAULT


@attrs.frozen
class Failure(FerraModel[Failures]):
    job: str
    part: int
    after: Any = attrs.field(repr=False)
    upto: Any = attrs.field(repr=False)
    rows: int
    attempts: int
    error: str
    failed_at: datetime = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


def are_there(db: Transacting) -> bool:
    """Whether the tables exist."""
    with db.transaction() as tx:
        (there,) = tx._rows(_THERE, ())
    return bool(there)


def create_tables(db: Transacting) -> None:
    """Create the tables where they are not there; one process does, others wait for it.

    Raises:
        Db: the server says no.
    """
    if are_there(db):
        return
    with db.transaction() as tx:
        wire.run(tx._acquire(), _LOCK % _LOCK_KEY + SQL.read_bytes())
