"""What the interpreter closes at its exit: all that is open, before any server that was started earlier stops."""

from __future__ import annotations

import atexit
import threading
from typing import Final, Protocol
from weakref import WeakSet


class Closable(Protocol):
    """Something with connections and threads of its own; closing it a second time does nothing."""

    def close(self) -> object:
        """Close it."""


_open: Final[WeakSet[Closable]] = WeakSet()
_exiting: Final = threading.Event()


def close_at_exit(thing: Closable) -> None:
    """Close `thing` at the interpreter's exit, if it is still there."""
    _open.add(thing)
    # The last registered runs first: before the servers that stand behind all that is open.
    atexit.unregister(_close_all)
    atexit.register(_close_all)


def stop_daemon() -> None:
    """At the interpreter's exit, stop a daemon thread that would go on with what was closed, as Python soon does."""
    if _exiting.is_set() and threading.current_thread().daemon:
        threading.Event().wait()


def _close_all() -> None:
    _exiting.set()
    for thing in tuple(_open):
        thing.close()
