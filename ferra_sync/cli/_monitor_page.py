"""The monitor's page in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ferra_sync.monitoring._activity import Activity
from ferra_sync.monitoring._sampler import Point, Sample, Storage, Watched
from ferra_sync.monitoring._statements import StatementUse

_NO_STATEMENTS: Final = (
    "pg_stat_statements is not there, or not for this role: it wants shared_preload_libraries and CREATE EXTENSION"
)
_SQL: Final = frozenset({"statement", "ran last"})
"""The columns of statements."""
_MINUTES: Final = 120
_UNITS: Final = ("B", "kB", "MB", "GB", "TB")
_STEP: Final = 1024

Cell = str | int | None


def page_of(watched: Watched, most: int) -> RenderableType:
    """Return what is known of a server, `most` rows of each kind."""
    parts: list[RenderableType] = []
    if watched.failure is not None:
        parts.append(Text(f"The server does not answer: {watched.failure}", "red"))
    if watched.sample is not None:
        parts.extend(_parts(watched.sample, watched.points[-1] if watched.points else None, most))
    return Group(*parts)


def _parts(sample: Sample, point: Point | None, most: int) -> Iterable[RenderableType]:
    yield _head(sample, point)
    yield from _activity(sample.activity, most)
    yield _statements(sample.statements, most)
    yield from _storage(sample.storage, most)


def _head(sample: Sample, point: Point | None) -> Text:
    status = sample.status
    said = [
        f"{status.database} on PostgreSQL {status.version}{' (a standby)' if status.is_standby else ''}",
        f"up {_time(status.seconds)}",
        f"{status.connections} of {status.max_connections} connections",
    ]
    if point is not None:
        said.append(f"{point.transactions:.0f} transactions/s")
        said.append(f"{point.rows_read:.0f} rows read/s, {point.rows_written:.0f} written/s")
        if point.hit_ratio is not None:
            said.append(f"{point.hit_ratio:.1%} of blocks in memory")
    return Text("; ".join(said), "bold")


def _activity(activity: Activity, most: int) -> Iterable[RenderableType]:
    yield _table(
        "Who waits for whom",
        ("blocked", "for", "needs", "statement", "blocker", "is", "ran last"),
        [
            (
                block.blocked.pid,
                _time(block.blocked.blocked_seconds),
                block.blocked.awaited_lock,
                block.blocked.statement,
                *(
                    ("elsewhere", None, None)
                    if block.blocker is None
                    else (block.blocker.pid, block.blocker.state, block.blocker.statement)
                ),
            )
            for block in activity.blocks[:most]
        ],
        "nobody waits for a lock",
    )
    yield _table(
        "Transactions open for more than a second",
        ("session", "open for", "state", "application", "statement"),
        [
            (each.pid, _time(each.transaction_seconds), each.state, each.application, each.statement)
            for each in activity.long_transactions(1)[:most]
        ],
        "none",
    )
    yield _table(
        "Sessions",
        ("session", "application", "role", "state", "for", "waits for", "statement"),
        [
            (
                each.pid,
                each.application or each.kind,
                each.user,
                each.state,
                _time(each.seconds),
                each.waits_for,
                each.statement,
            )
            for each in activity.sessions[:most]
        ],
        "no others",
    )


def _statements(statements: tuple[StatementUse, ...] | None, most: int) -> RenderableType:
    return _table(
        "What the server spends its time on",
        ("calls", "in all", "mean", "longest", "rows", "statement"),
        [
            (each.calls, _time(each.seconds), _time(each.mean), _time(each.longest), each.rows, each.statement)
            for each in (statements or ())[:most]
        ],
        _NO_STATEMENTS if statements is None else "none yet",
    )


def _storage(storage: Storage, most: int) -> Iterable[RenderableType]:
    yield _table(
        "Indexes that are missed",
        ("table", "columns", "rows", "whole scans", "rows read so"),
        [
            (
                f"{each.schema}.{each.table}",
                ", ".join(each.columns) or "read as a whole, often",
                each.rows,
                each.scans,
                each.rows_read,
            )
            for each in storage.missing_indexes[:most]
        ],
        "none",
    )
    yield _table(
        "Indexes that nobody uses",
        ("index", "table", "size", "unused for"),
        [
            (each.index, f"{each.schema}.{each.table}", _size(each.size), _time(each.seconds))
            for each in storage.unused_indexes[:most]
        ],
        "none",
    )
    yield _table(
        "Largest tables",
        ("table", "size", "indexes", "rows", "dead rows", "vacuumed", "analyzed"),
        [
            (
                f"{each.schema}.{each.table}",
                _size(each.size),
                _size(each.index_size),
                each.rows,
                each.dead_rows,
                _time(each.vacuumed),
                _time(each.analyzed),
            )
            for each in storage.tables[:most]
        ],
        "there are no tables",
    )


def _table(title: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]], none: str) -> RenderableType:
    """Return a table; its cells are texts and no markup."""
    if not rows:
        return Text.assemble((title, "bold"), f": {none}")
    has_sql = not _SQL.isdisjoint(headings)
    table = Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False, expand=has_sql
    )
    for heading in headings:
        is_sql = heading in _SQL  # It has what width the others leave.
        table.add_column(heading, overflow="ellipsis", no_wrap=True, ratio=1 if is_sql else None)
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    return table


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.1f} s" if seconds < _MINUTES else f"{seconds / 60:.0f} min"


def _size(size: float) -> str:
    for unit in _UNITS[:-1]:
        if size < _STEP:
            return f"{size:.0f} {unit}"
        size /= _STEP
    return f"{size:.0f} {_UNITS[-1]}"
