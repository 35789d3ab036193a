"""`ferra jobs`: how far the jobs of `db.run_batches` are."""

from __future__ import annotations

import sys
import time
from typing import Final

import click

from ferra_sync import ConfigError, Database, FerraDbError, JobStatus
from ferra_sync._database.jobs.tables import SQL
from ferra_sync.cli._bar import bar
from ferra_sync.cli._connection import connected, refusal, url_option
from ferra_sync.cli._table import show

_HEADINGS: Final = ("job", "state", "rows", "parts", "set aside", "started", "updated", "error")

_PAUSE: Final = 0.5
"""Seconds between two looks at a job."""


@click.group()
def jobs() -> None:
    """Jobs of `db.run_batches`."""


@jobs.command("list")
@url_option
def list_jobs(url: str | None) -> None:
    """Show how far each job is."""
    try:
        with connected(url) as db:
            found = db.jobs()
    except (ConfigError, FerraDbError) as error:
        raise refusal(error) from error
    show(_HEADINGS, [_cells(status) for status in found])


@jobs.command("watch")
@click.argument("name")
@url_option
def watch_job(name: str, url: str | None) -> None:
    """Show a bar of a job's parts until it is finished or has stopped; exit code 1: it stopped."""
    try:
        with connected(url) as db:
            status = watch(db, name)
    except (ConfigError, FerraDbError) as error:
        raise refusal(error) from error
    show(_HEADINGS, [_cells(status)])
    if status.state == "stopped":
        sys.exit(1)


@jobs.command("sql")
def print_sql() -> None:
    """Print what makes the tables of jobs, for a migration: whoever runs jobs needs no right to create them then."""
    click.echo(SQL.read_text(), nl=False)


def _cells(status: JobStatus) -> tuple[str, ...]:
    """Return what is shown of a job, in the order of the headings."""
    return (
        status.name,
        status.state,
        str(status.rows),
        f"{_parts_done(status)}/{len(status.parts)}",
        str(status.rows_set_aside),
        status.started_at.isoformat(sep=" ", timespec="seconds"),
        status.updated_at.isoformat(sep=" ", timespec="seconds"),
        status.error or "",
    )


def watch(db: Database, name: str) -> JobStatus:
    """Show a bar of the parts of a job, on a terminal, until it is finished or has stopped; return how it is then.

    Raises:
        NotFound: there is none of this name.
    """
    status = db.job_status(name)
    with bar(name, len(status.parts)) as tell:
        while True:
            tell(_parts_done(status), f"{status.rows} rows")
            if status.state != "unfinished":
                return status
            time.sleep(_PAUSE)
            status = db.job_status(name)


def _parts_done(status: JobStatus) -> int:
    return sum(part.is_done for part in status.parts)
