"""`ferra monitor`: what a server does, live in the terminal or on a page in a browser."""

from __future__ import annotations

import threading
import time
from contextlib import closing, suppress

import click
from rich.console import Console
from rich.live import Live

from ferra_sync import ConfigError, DatabaseConfig, FerraDbError
from ferra_sync.cli._connection import refusal, url_option
from ferra_sync.cli._monitor_page import page_of
from ferra_sync.monitoring import monitor
from ferra_sync.monitoring._sampler import Sampler

_WIDTH = 120
_FEW = 8
_MANY = 20


@click.command("monitor")
@click.option("--once", is_flag=True, help="Print it once; so does a terminal that is none.")
@click.option("--web", is_flag=True, help="Serve a page to look at in a browser instead, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of --web; otherwise any that is free.")
@click.option("--every", type=click.FloatRange(0.1), default=2.0, show_default=True, help="Seconds between two looks.")
@url_option
def monitor_(url: str | None, port: int, every: float, *, once: bool, web: bool) -> None:
    """Show sessions, who blocks whom, long transactions, statements, indexes and sizes.

    No value of any statement is shown.
    """
    config = DatabaseConfig(url or "")
    try:
        if web:
            _serve(config, port)
        else:
            _show(config, every, once=once)
    except (ConfigError, FerraDbError) as error:
        raise refusal(error) from error


def _serve(config: DatabaseConfig, port: int) -> None:
    try:
        page = monitor(config, port=port)
    except OSError as error:
        raise click.ClickException(f"port {port} cannot be had: {error.strerror}") from error
    with page, suppress(KeyboardInterrupt):
        click.echo(f"The monitor is open on {page.url} until Ctrl-C")
        threading.Event().wait()
    click.echo("Closed.")


def _show(config: DatabaseConfig, every: float, *, once: bool) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH, color_system=None, highlight=False)
    with closing(Sampler(config, every=0)) as sampler:
        if once or not console.is_terminal:
            console.print(page_of(sampler.watched(), _MANY))
            return
        with suppress(KeyboardInterrupt), Live(console=console, screen=True, auto_refresh=False) as live:
            while True:
                live.update(page_of(sampler.watched(), _FEW), refresh=True)
                time.sleep(every)
