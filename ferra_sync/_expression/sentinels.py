"""The values that stand for no value."""

from __future__ import annotations

import enum
from typing import Any, Final, Literal, TypeAlias


class Sentinel(enum.Enum):
    """Compared by identity, false in a condition."""

    UNSET = "UNSET"
    SERVER_DEFAULT = "SERVER_DEFAULT"

    def __repr__(self) -> str:
        return self.value

    def __bool__(self) -> bool:
        return False


Unset: TypeAlias = Literal[Sentinel.UNSET]
"""The type of `UNSET`, for a changeset's annotations: `title: str | Unset = UNSET`."""

UNSET: Final = Sentinel.UNSET
"""Leave this column alone."""

SERVER_DEFAULT: Final[Any] = Sentinel.SERVER_DEFAULT
"""Let the server fill this column in. Fits a field of any type; the model that comes back holds the real value."""


class JsonNull(enum.Enum):
    """The class of `JSON_NULL`; it has no other value."""

    JSON_NULL = "JSON_NULL"

    def __repr__(self) -> str:
        return self.value

    def __bool__(self) -> bool:
        return False


JSON_NULL: Final = JsonNull.JSON_NULL
"""The document `null` of a json or jsonb column, read and written; None is SQL's NULL, and inside a document null."""
