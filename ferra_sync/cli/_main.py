"""The command line, `ferra`: `migration run | revert | list | generate NAME…`, `import`, `jobs`, `monitor`, `demo`.

Exit codes: 0 done, 1 refused or failed (one line on stderr says why), 2 a command line that makes no sense.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Final

from ferra_sync.errors import ConfigError, FerraDbError, MigrationError
from ferra_sync.migrations import MigrationFailedError, Migrations

try:
    import click

    from ferra_sync.cli._connection import migrated, refusal, url_option
    from ferra_sync.cli._demo.command import demo
    from ferra_sync.cli._import import import_
    from ferra_sync.cli._jobs import jobs
    from ferra_sync.cli._monitor import monitor_
    from ferra_sync.cli._table import show
except ModuleNotFoundError as _missing:
    if (_missing.name or "").partition(".")[0] not in {"click", "rich"}:
        raise
    sys.exit("ferra needs click and rich: pip install 'ferra-sync[cli]'")

from collections.abc import Iterator, Sequence
from datetime import timedelta

from ferra_sync.migrations import AppliedMigration, MigrationStatus

_HEADINGS: Final = ("version", "name", "state", "applied at", "duration")

_directory: Final = click.option(
    "--dir", "directory", default="migrations", show_default=True, help="The directory of the migrations."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def ferra() -> None:
    """ferra_sync: the data layer for synchronous Python on PostgreSQL."""


ferra.add_command(demo)
ferra.add_command(import_)
ferra.add_command(jobs)
ferra.add_command(monitor_)


@ferra.group()
def migration() -> None:
    """SQL migrations: <timestamp>_<name>/{up.sql,down.sql}."""


@migration.command()
@url_option
@_directory
def run(url: str | None, directory: str) -> None:
    """Apply what is pending, oldest first."""
    with _reported("applied"), migrated(url) as db:
        _report("applied", Migrations(directory).run(db), otherwise="nothing to apply")


@migration.command()
@click.option("--steps", type=click.IntRange(min=1), default=1, show_default=True, help="How many to revert.")
@url_option
@_directory
def revert(steps: int, url: str | None, directory: str) -> None:
    """Revert the last applied, newest first."""
    with _reported("reverted"), migrated(url) as db:
        _report("reverted", Migrations(directory).revert(db, steps), otherwise="nothing to revert")


@migration.command("list")
@url_option
@_directory
def list_(url: str | None, directory: str) -> None:
    """Show what is applied and what is pending."""
    with _reported("listed"), migrated(url) as db:
        found = Migrations(directory).status(db)
    show(_HEADINGS, [_cells(status) for status in found])


@migration.command()
@click.argument("name", nargs=-1, required=True)
@_directory
def generate(name: tuple[str, ...], directory: str) -> None:
    """Make a new migration, to be filled in; its name may have several words."""
    with _reported("generated"):
        click.echo(Migrations(directory).generate(" ".join(name)))


@contextlib.contextmanager
def _reported(verb: str) -> Iterator[None]:
    """Turn what the library raises into one line on stderr and exit code 1; report what was done before it."""
    try:
        yield
    except (MigrationError, FerraDbError, ConfigError) as error:
        if isinstance(error, MigrationFailedError):
            _report(verb, error.completed)
        raise refusal(error) from error


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


def main() -> None:
    """Run the command line."""
    ferra()
