"""`ferra import FILE module:Model`: a CSV file into the model's table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Any, Final

import click

from ferra_sync import (
    ConfigError,
    FerraDbError,
    FerraModel,
    ImportReport,
    PgRepository,
    QueryError,
    SchemaError,
    ValidationError,
)
from ferra_sync.cli._bar import bar
from ferra_sync.cli._connection import connected, refusal, url_option
from ferra_sync.cli._models import model_named

_REFUSALS: Final = (ConfigError, FerraDbError, OSError, QueryError, SchemaError, ValidationError)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.argument("model", metavar="MODULE:MODEL", callback=lambda _context, _option, value: model_named(value))
@click.option(
    "--on-error",
    type=click.Choice(["raise", "collect"]),
    default="raise",
    show_default=True,
    help="raise: a bad line undoes everything; collect: bad lines are told, the rest is imported.",
)
@click.option(
    "--on-conflict",
    type=click.Choice(["raise", "skip"]),
    default="raise",
    show_default=True,
    help="raise: a line that a unique constraint refuses is a bad one; skip: it is left out.",
)
@click.option("--delimiter", default=",", show_default=True, help="What stands between values: , ; | or a tab.")
@url_option
def import_(file: str, model: type[FerraModel[Any]], url: str | None, **options: Any) -> None:  # noqa: ANN401 - those of import_csv
    """Validate each line of the CSV file FILE (- is stdin) and insert it into the table of a model.

    The first line names the model's fields. Exit code 1: a line was bad; each is told on stderr, FILE:LINE: why.
    """
    try:
        with connected(url) as db, click.open_file(file, "rb") as content:
            report = _imported(PgRepository(model, db), content, file, options)
    except _REFUSALS as error:
        line = getattr(error, "line", None)
        raise refusal(error) if line is None else click.ClickException(_told(file, line, error)) from error
    _show(report, file)
    if report.failed:
        sys.exit(1)


def _imported(repository: PgRepository[Any], content: IO[bytes], file: str, options: dict[str, Any]) -> ImportReport:
    size = Path(file).stat().st_size if Path(file).is_file() else None
    with bar(f"Importing {file}", size) as show:
        return repository.import_csv(
            content, **options, progress=lambda rows: show(0 if size is None else content.tell(), f"{rows:,} rows")
        )


def _show(report: ImportReport, file: str) -> None:
    for error in report.errors:
        click.echo(f"{file}:{error}".replace(":line ", ":", 1), err=True)
    if report.failed > len(report.errors):
        click.echo(f"… and {report.failed - len(report.errors):,} more bad lines", err=True)
    click.echo(f"{report.rows:,} rows: {report.inserted:,} inserted, {report.skipped:,} skipped, {report.failed:,} bad")


def _told(file: str, line: int, error: Exception) -> str:
    return f"{file}:{line}: {' '.join(str(error).split())}; nothing was imported"
