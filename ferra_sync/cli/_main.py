"""The command line: `ferra migration run | revert | list | generate NAME…`, `ferra jobs …`, `ferra demo`.

Exit codes: 0 done, 1 refused or failed (one line on stderr says why), 2 a command line that makes no sense.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Final

from ferra_sync import Database
from ferra_sync.errors import ConfigError, FerraDbError, MigrationError
from ferra_sync.migrations import MigrationFailedError, Migrations

try:
    import click
    from rich.console import Console
    from rich.table import Table

    from ferra_sync.cli._demo.command import demo
except ModuleNotFoundError as _missing:
    if (_missing.name or "").partition(".")[0] not in {"click", "rich"}:
        raise
    sys.exit("ferra needs click and rich: pip install 'ferra-sync[cli]'")

from collections.abc import Iterator, Sequence
from datetime import timedelta

from ferra_sync._database.jobs.tables import SQL as JOBS_SQL
from ferra_sync.cli._jobs import JOB_HEADINGS, job_cells, watch
from ferra_sync.migrations import AppliedMigration, MigrationStatus

_HEADINGS: Final = ("version", "name", "state", "applied at", "duration")

_url: Final = click.option("--url", help="The database; otherwise DATABASE_URL, from the environment or .env.")
_directory: Final = click.option(
    "--dir", "directory", default="migrations", show_default=True, help="The directory of the migrations."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def ferra() -> None:
    """ferra_sync: the data layer for synchronous Python on PostgreSQL."""


ferra.add_command(demo)


@ferra.group()
def migration() -> None:
    """SQL migrations: <timestamp>_<name>/{up.sql,down.sql}."""


@migration.command()
@_url
@_directory
def run(url: str | None, directory: str) -> None:
    """Apply what is pending, oldest first."""
    with _reported("applied"), _connected(url) as db:
        _report("applied", Migrations(directory).run(db), otherwise="nothing to apply")


@migration.command()
@click.option("--steps", type=click.IntRange(min=1), default=1, show_default=True, help="How many to revert.")
@_url
@_directory
def revert(steps: int, url: str | None, directory: str) -> None:
    """Revert the last applied, newest first."""
    with _reported("reverted"), _connected(url) as db:
        _report("reverted", Migrations(directory).revert(db, steps), otherwise="nothing to revert")


@migration.command("list")
@_url
@_directory
def list_(url: str | None, directory: str) -> None:
    """Show what is applied and what is pending."""
    with _reported("listed"), _connected(url) as db:
        found = Migrations(directory).status(db)
    _show(_HEADINGS, [_cells(status) for status in found])


@migration.command()
@click.argument("name", nargs=-1, required=True)
@_directory
def generate(name: tuple[str, ...], directory: str) -> None:
    """Make a new migration, to be filled in; its name may have several words."""
    with _reported("generated"):
        click.echo(Migrations(directory).generate(" ".join(name)))


@ferra.group()
def jobs() -> None:
    """Jobs of `db.run_batches`."""


@jobs.command("list")
@_url
def list_jobs(url: str | None) -> None:
    """Show how far each job is."""
    with _reported("listed"), _connected(url) as db:
        found = db.jobs()
    _show(JOB_HEADINGS, [job_cells(status) for status in found])


@jobs.command("watch")
@click.argument("name")
@_url
def watch_job(name: str, url: str | None) -> None:
    """Show a bar of a job's parts until it is finished or has stopped; exit code 1: it stopped."""
    with _reported("watched"), _connected(url) as db:
        status = watch(db, name)
    _show(JOB_HEADINGS, [job_cells(status)])
    if status.state == "stopped":
        sys.exit(1)


@jobs.command("sql")
def jobs_sql() -> None:
    """Print what makes the tables of jobs, for a migration: whoever runs jobs needs no right to create them then."""
    click.echo(JOBS_SQL.read_text(), nl=False)


@contextlib.contextmanager
def _connected(url: str | None) -> Iterator[Database]:
    with contextlib.closing(Database.connect(url)) as db:
        yield db


@contextlib.contextmanager
def _reported(verb: str) -> Iterator[None]:
    """Turn what the library raises into one line on stderr and exit code 1; report what was done before it."""
    try:
        yield
    except (MigrationError, FerraDbError, ConfigError) as error:
        if isinstance(error, MigrationFailedError):
            _report(verb, error.completed)
        raise click.ClickException(" ".join(str(error).split())) from error


def _report(verb: str, done: Sequence[AppliedMigration], *, otherwise: str = "") -> None:
    for row in done:
        click.echo(f"{verb} {row.label}")
    if not done and otherwise:
        click.echo(otherwise)


def _cells(status: MigrationStatus) -> tuple[str, ...]:
    applied_at = status.applied_at.isoformat(sep=" ", timespec="seconds") if status.applied_at else ""
    return status.version, status.name, status.state.value, applied_at, _milliseconds(status.duration)


def _milliseconds(duration: timedelta | None) -> str:
    return "" if duration is None else f"{duration.total_seconds() * 1000:.0f} ms"


def _show(headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    """Print a table on a terminal; elsewhere one line a row, cells apart by tabs."""
    console = Console()
    if not console.is_terminal:
        for row in rows:
            click.echo("\t".join(row).rstrip())
        return
    table = Table(*headings)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def main() -> None:
    """Run the command line."""
    ferra()
