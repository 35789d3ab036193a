"""What `os.fork()` must not share: a child tells everything that its parent has opened to leave it to the parent."""

from __future__ import annotations

import os
import sys
from typing import Final, Protocol
from weakref import WeakSet


class Inherited(Protocol):
    """Something that only the process that made it may use."""

    def leave_to_parent(self) -> object:
        """In a forked child: let go of all that is the parent's, without a word to the server. Raise nothing."""


_inherited: Final[WeakSet[Inherited]] = WeakSet()


def at_fork(thing: Inherited) -> None:
    """Tell `thing` of every fork, in the child, for as long as it lives."""
    _inherited.add(thing)


def _leave_all() -> None:
    # All of them are held until the last is told: none is collected as if it were the child's.
    for thing in tuple(_inherited):
        thing.leave_to_parent()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_leave_all)
