"""A wish to stop, which whoever waits at a socket hears at once."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Stopping:
    """Set by any thread, for good; one thread listens."""

    def __init__(self) -> None:
        self._is_set = False
        self._ends: tuple[socket.socket, socket.socket] | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Have the socket for as long as the block lasts."""
        ends = socket.socketpair()
        self._ends = ends
        try:
            if self._is_set:
                ends[1].send(b"\0")
            yield
        finally:
            self._ends = None
            for end in ends:
                end.close()

    @property
    def descriptor(self) -> int | None:
        """The socket on which there is something to read once it is set; it stays unread."""
        return None if self._ends is None else self._ends[0].fileno()

    def is_set(self) -> bool:
        """Whether to stop."""
        return self._is_set

    def set(self) -> None:
        """Wish to stop; a second time does nothing."""
        if self._is_set:
            return
        self._is_set = True
        if (ends := self._ends) is not None:
            with suppress(OSError):  # The listener may be closing it.
                ends[1].send(b"\0")

    def rest(self, seconds: float) -> None:
        """Wait so long, or until it is set."""
        if self._ends is not None:
            self._ends[0].settimeout(seconds)
            with suppress(TimeoutError):
                self._ends[0].recv(1, socket.MSG_PEEK)
