"""What constraints and indexes without a name are called: as PostgreSQL calls them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

TYPE_CHECK: Final = "the type of "
"""How the name of a CHECK begins that says of which type a column is."""


def key_name(table: str, columns: Sequence[str], kind: str = "key") -> str:
    """Return the name of a unique key, of a foreign key (`fkey`) or of an index (`idx`) of these columns."""
    return "_".join((table, *columns, kind))
