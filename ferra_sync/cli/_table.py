"""Rows as people and programs read them."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table


def show(headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
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
