"""The two values that stand for no value."""

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
