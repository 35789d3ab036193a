"""How `ferra jobs list` shows a job."""

from __future__ import annotations

from typing import Final

from ferra_sync import JobStatus

JOB_HEADINGS: Final = ("job", "state", "rows", "parts", "set aside", "started", "updated", "error")


def job_cells(status: JobStatus) -> tuple[str, ...]:
    """Return what is shown of a job, in the order of the headings."""
    done = sum(part.is_done for part in status.parts)
    return (
        status.name,
        status.state,
        str(status.rows),
        f"{done}/{len(status.parts)}",
        str(status.rows_set_aside),
        status.started_at.isoformat(sep=" ", timespec="seconds"),
        status.updated_at.isoformat(sep=" ", timespec="seconds"),
        status.error or "",
    )
