"""The history: what was applied to a database, and when. Each kind of database keeps it in a table of this name."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs

TABLE: Final = "_ferra_migrations"


@attrs.frozen
class AppliedMigration:
    """One row of the history: `duration` is how long its up.sql ran, `checksum` the SHA-256 of that file."""

    version: str
    name: str
    checksum: str = attrs.field(repr=False)
    applied_at: datetime
    duration: timedelta

    @property
    def label(self) -> str:
        """The name of its directory."""
        return f"{self.version}_{self.name}"
