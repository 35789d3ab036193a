"""What the files and the history say of each other, and what is to be done about it."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from ferra_sync.errors import MigrationError
from ferra_sync.migrations._files import Migration
from ferra_sync.migrations._history import AppliedMigration


class MigrationState(enum.Enum):
    """Where a migration stands. With any but the first two, nothing is applied."""

    APPLIED = "applied"
    PENDING = "pending"
    CHANGED = "changed"
    """Applied, but its up.sql is another one now."""
    MISSING = "missing"
    """Applied, but not on disk."""
    OUT_OF_ORDER = "out of order"
    """Pending, but older than one that is applied."""


@attrs.frozen
class MigrationStatus:
    """One migration; `applied_at` (with a time zone) and `duration` are None where it is not applied."""

    version: str
    name: str
    state: MigrationState
    applied_at: datetime | None = None
    duration: timedelta | None = None

    @property
    def label(self) -> str:
        """The name of its directory."""
        return f"{self.version}_{self.name}"


_PROBLEMS: Final = {
    MigrationState.CHANGED: "{}/up.sql was changed after it was applied",
    MigrationState.MISSING: "{} was applied but is not on disk",
    MigrationState.OUT_OF_ORDER: "{} is not applied but older than one that is",
}


def statuses(migrations: Sequence[Migration], history: Sequence[AppliedMigration]) -> list[MigrationStatus]:
    """Return every migration on disk or in the history, oldest first."""
    on_disk = {migration.version: migration for migration in migrations}
    applied = {row.version: row for row in history}
    newest = max(applied, default="")
    return [
        _of_applied(applied[version], on_disk) if version in applied else _of_new(on_disk[version], newest)
        for version in sorted(on_disk.keys() | applied.keys())
    ]


def _of_applied(row: AppliedMigration, on_disk: Mapping[str, Migration]) -> MigrationStatus:
    migration = on_disk.get(row.version)
    if migration is None:
        return MigrationStatus(row.version, row.name, MigrationState.MISSING, row.applied_at, row.duration)
    same = migration.up.checksum == row.checksum
    state = MigrationState.APPLIED if same else MigrationState.CHANGED
    return MigrationStatus(row.version, migration.name, state, row.applied_at, row.duration)


def _of_new(migration: Migration, newest: str) -> MigrationStatus:
    state = MigrationState.OUT_OF_ORDER if migration.version < newest else MigrationState.PENDING
    return MigrationStatus(migration.version, migration.name, state)


def pending(migrations: Sequence[Migration], history: Sequence[AppliedMigration]) -> list[Migration]:
    """Return what is to be applied, oldest first, or raise a MigrationError that names all that stands against it."""
    found = statuses(migrations, history)
    problems = [_PROBLEMS[status.state].format(status.label) for status in found if status.state in _PROBLEMS]
    if problems:
        raise MigrationError(f"nothing was applied: {'; '.join(problems)}")
    versions = {status.version for status in found if status.state is MigrationState.PENDING}
    return [migration for migration in migrations if migration.version in versions]
