"""A progress bar for what takes a while, on a terminal alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def bar(title: str, total: int | None = None) -> Iterator[Callable[[int, str], None]]:
    """Yield what is told how much of `total` is done, and what to say beside it; the bar is gone at the end.

    Without a total the bar shows that something goes on.
    """
    console = Console(stderr=True)
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[detail]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with progress:
        task = progress.add_task(title, total=total, detail="")
        yield lambda done, detail: progress.update(task, completed=done, detail=detail)
