"""What a capture tells of itself: events as they happen, and how far it is."""

from __future__ import annotations

import enum
import logging
from collections import deque
from time import monotonic
from typing import Final, Literal, TypeAlias

import attrs

from ferra_sync.cdc._position import Position

State: TypeAlias = Literal["starting", "waiting", "copying", "streaming", "stopped"]

_WINDOW: Final = 5.0
"""Seconds over which the rate is taken."""
_LOG: Final = logging.getLogger("ferra_sync.cdc")


class EventKind(enum.Enum):
    """What happened."""

    COPYING = "copying"
    COPIED = "copied"
    STREAMING = "streaming"
    WAITING = "waiting"
    RESYNC = "resync"
    DISCONNECTED = "disconnected"
    WARNING = "warning"


_LOUD: Final = frozenset({EventKind.RESYNC, EventKind.DISCONNECTED, EventKind.WARNING})


@attrs.frozen
class Event:
    """Something that happened to a capture; its message has no value in it.

    Attributes:
        kind: what.
        message: in words.
    """

    kind: EventKind
    message: str

    @property
    def is_loud(self) -> bool:
        """Whether somebody should look."""
        return self.kind in _LOUD

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.message}"


def logged(capture: str, event: Event) -> None:
    """Log an event to `ferra_sync.cdc`: a loud one as a WARNING, another as INFO."""
    _LOG.log(logging.WARNING if event.is_loud else logging.INFO, "capture %s: %s", capture, event)


@attrs.frozen
class Progress:
    """How far a capture is.

    Attributes:
        state: what it does: `"waiting"` for the slot, which another consumer has, `"copying"`, `"streaming"`.
        copied: rows of the copy so far.
        changes: changes that were applied since it began, those of a copy not among them.
        rate: rows and changes a second, in the last seconds.
        position: up to where the sink has them; None: nowhere yet.
        confirmed: up to where nothing can be lost: the server's log is free up to there.
        lag: bytes of the server's log after the position; None before it was looked.
        committed_at: seconds since 1970 of the last transaction that was applied; None: none was.
    """

    state: State
    copied: int = 0
    changes: int = 0
    rate: float = 0.0
    position: Position | None = None
    confirmed: Position | None = None
    lag: int | None = None
    committed_at: float | None = None


class Rate:
    """How many a second, over the last seconds."""

    def __init__(self) -> None:
        self._counts: deque[tuple[float, int]] = deque()
        self._total = 0

    def add(self, count: int) -> None:
        """Count some more."""
        now = monotonic()
        self._total += count
        self._counts.append((now, count))
        self._forget(now)

    @property
    def per_second(self) -> float:
        """The rate now."""
        now = monotonic()
        self._forget(now)
        if not self._counts:
            return 0.0
        return self._total / max(now - self._counts[0][0], 1.0)

    def _forget(self, now: float) -> None:
        while self._counts and self._counts[0][0] < now - _WINDOW:
            self._total -= self._counts.popleft()[1]
