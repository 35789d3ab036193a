"""What tells the caller of a long verb how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int], object]
"""Called now and then with the number of rows done so far, and at the end with that of all; what it raises ends the
verb, undone."""


def tell(progress: Progress | None, done: int) -> None:
    """Tell the caller, where it asked to be told, that `done` rows are done."""
    if progress is not None:
        progress(done)
