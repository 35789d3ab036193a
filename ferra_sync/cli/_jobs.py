"""How `ferra jobs list` and `ferra jobs watch` show jobs."""

from __future__ import annotations

import time
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ferra_sync import Database, JobStatus

JOB_HEADINGS: Final = ("job", "state", "rows", "parts", "set aside", "started", "updated", "error")

_PAUSE: Final = 0.5
"""Seconds between two looks at a job."""


def job_cells(status: JobStatus) -> tuple[str, ...]:
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
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task(name, total=None)
        while True:
            described = f"{name}: {status.rows} rows"
            progress.update(bar, completed=_parts_done(status), total=len(status.parts), description=described)
            if status.state != "unfinished":
                return status
            time.sleep(_PAUSE)
            status = db.job_status(name)


def _parts_done(status: JobStatus) -> int:
    return sum(part.is_done for part in status.parts)
