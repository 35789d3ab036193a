"""`ferra demo`: the server, the progress, the table."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import groupby
from pathlib import Path
from typing import Final

import click
import psycopg
from psycopg import conninfo, sql
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from ferra_sync import (
    ConfigError,
    Database,
    DatabaseConfig,
    EmbeddedError,
    FerraDbError,
    MigrationError,
    QueryError,
    ValidationError,
)
from ferra_sync._postgres.errors import from_psycopg
from ferra_sync.cli._demo.flows import films, users_and_posts
from ferra_sync.cli._demo.steps import DemoError, Journal, Step
from ferra_sync.cli._demo.unicode import unicode
from ferra_sync.migrations import Migrations

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_SECTIONS: Final = {"Films": films, "Users and posts": users_and_posts, "Unicode": unicode}
_REFUSALS: Final = (FerraDbError, MigrationError, ConfigError, EmbeddedError, QueryError, ValidationError, DemoError)
_HEADINGS: Final = ("step", "rows", "seconds", "rows/s")
_WIDTH: Final = 80
_TITLE: Final = 40
_NUMBER: Final = 9


@click.command()
@click.option("--url", help="Another server, where a throw-away schema is used; otherwise one is started.")
@click.option("--web", is_flag=True, help="Serve a shop to try in a browser instead, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Of --web; 0: any.")
def demo(url: str | None, port: int, *, web: bool) -> None:
    """Show the toolkit at work on a real PostgreSQL.

    Everything is checked as it goes, and nothing is left behind.
    """
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH, color_system=None, highlight=False)
    try:
        with _embedded(console) if url is None else _throw_away_schema(url, console) as db:
            if web:
                from ferra_sync.cli._demo.web import serve  # noqa: PLC0415 - the shop alone needs it

                serve(db, port)
                return
            steps = _run(db, console)
    except _REFUSALS as error:
        raise click.ClickException(" ".join(str(error).split())) from error
    except psycopg.Error as error:
        raise click.ClickException(str(from_psycopg(error))) from error
    _show(steps, console)


@contextmanager
def _embedded(console: Console) -> Iterator[Database]:
    with console.status("Starting a PostgreSQL ...") if console.is_terminal else nullcontext():
        db = Database.embedded()
    with db:
        console.print(f"PostgreSQL {_version(db)}, started for this demo")
        yield db


@contextmanager
def _throw_away_schema(url: str, console: Console) -> Iterator[Database]:
    """Make a schema for one run, and drop it however the run ends."""
    name = f"ferra_demo_{secrets.token_hex(4)}"
    schema = sql.Identifier(name)
    with Database.connect(url, config=DatabaseConfig(min_connections=1, max_connections=1)) as owner:
        try:
            with owner.connection() as connection:
                connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
            with Database.connect(_within(url, name)) as db:
                _check_schema(db, name)
                console.print(f"PostgreSQL {_version(db)}, in the schema {name}")
                yield db
        finally:
            with owner.connection() as connection:
                connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))


def _within(url: str, schema: str) -> str:
    """Return `url` with a search path of this one schema, the options that it has kept."""
    options = conninfo.conninfo_to_dict(url).get("options", "")
    return conninfo.make_conninfo(url, options=f"{options} -csearch_path={schema}".strip())


def _check_schema(db: Database, name: str) -> None:
    with db.connection() as connection:
        found = connection.execute("SELECT current_schema()").fetchone()
    if found != (name,):
        raise DemoError("the server ignores the connection's search path; a pooler in between would explain it")


def _version(db: Database) -> str:
    with db.connection() as connection:
        return str(connection.info.parameter_status("server_version")).partition(" ")[0]


def _run(db: Database, console: Console) -> list[Step]:
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", justify="left"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with progress:
        journal = Journal(_Bars(progress))
        journal.section = "Migrations"
        with journal.step("apply the migrations") as step:
            step.did(len(Migrations(_MIGRATIONS).run(db)))
        for journal.section, flow in _SECTIONS.items():
            flow(db, journal)
    return journal.steps


class _Bars:
    """One bar, for the step under way."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID = progress.add_task("")

    def __call__(self, title: str, rows: int, total: int | None) -> None:
        if rows == 0:
            self._progress.reset(self._task, total=total, description=title.ljust(_TITLE))
        self._progress.update(self._task, completed=rows)


def _show(steps: Sequence[Step], console: Console) -> None:
    if console.is_terminal:
        console.print(_table(steps))
    else:
        _print_plainly(steps)
    rows, seconds = sum(step.rows for step in steps), sum(step.seconds for step in steps)
    console.print(f"{len(steps)} steps, {rows:,} rows, {seconds:.1f} s. Every result was checked.")


def _table(steps: Sequence[Step]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(_HEADINGS[0], no_wrap=True, min_width=_TITLE)
    for heading in _HEADINGS[1:]:
        table.add_column(heading, justify="right", no_wrap=True, min_width=_NUMBER)
    for section, done in groupby(steps, key=lambda step: step.section):
        table.add_row(f"[bold]{section}[/bold]")
        for step in done:
            table.add_row(f"  {step.title}", *_numbers(step))
        table.add_section()
    return table


def _print_plainly(steps: Sequence[Step]) -> None:
    click.echo(_line(*_HEADINGS))
    for section, done in groupby(steps, key=lambda step: step.section):
        click.echo(section)
        for step in done:
            click.echo(_line(f"  {step.title}", *_numbers(step)))


def _line(title: str, *numbers: str) -> str:
    return title.ljust(_TITLE) + "".join(number.rjust(_NUMBER + 2) for number in numbers)


def _numbers(step: Step) -> tuple[str, str, str]:
    return f"{step.rows:,}", f"{step.seconds:.4f}", f"{step.rate:,.0f}"
