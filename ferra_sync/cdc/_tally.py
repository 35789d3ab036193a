"""What a running capture counts, for whoever asks how far it is from another thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs

from ferra_sync.cdc._events import Event, EventKind, Progress, Rate
from ferra_sync.cdc._position import Position

_POSTGRES_EPOCH: Final = 946_684_800
"""Seconds from 1970 to 2000."""


class Tally:
    """Counts, and tells events; one thread writes it, any reads `progress`.

    Attributes:
        progress: how far the capture is.
    """

    def __init__(self, on_event: Callable[[Event], object]) -> None:
        self._on_event = on_event
        self._rate = Rate()
        self._said: Event | None = None
        self._warned: set[Event] = set()
        self.progress = Progress("starting")

    def tell(self, kind: EventKind, message: str) -> None:
        """Tell an event; a state that goes on is told once, and so is each warning."""
        event = Event(kind, message)
        if event in self._warned or event == self._said:
            return
        if kind is EventKind.WARNING:
            self._warned.add(event)
        else:
            self._said = event
        self._on_event(event)

    def starting(self) -> None:
        """Note that a connection is made."""
        self.progress = attrs.evolve(self.progress, state="starting")

    def waiting(self, slot: str) -> None:
        """Note that another consumer has the slot."""
        self.progress = attrs.evolve(self.progress, state="waiting")
        self.tell(EventKind.WAITING, f"another consumer has slot {slot}; this one takes over when it is free")

    def copying(self, reason: str) -> None:
        """Note that a copy begins; with a reason it is not the first."""
        self.progress = attrs.evolve(self.progress, state="copying", copied=0)
        if reason:
            self.tell(EventKind.RESYNC, f"{reason}: the tables are copied anew")
        else:
            self.tell(EventKind.COPYING, "the tables are copied")

    def copied_rows(self, count: int) -> None:
        """Count rows of a copy."""
        self._rate.add(count)
        self.progress = attrs.evolve(self.progress, copied=self.progress.copied + count, rate=self._rate.per_second)

    def copied(self) -> None:
        """Note that the copy is complete."""
        self.tell(EventKind.COPIED, f"{self.progress.copied:,} rows are copied")

    def streaming(self, begin: Position) -> None:
        """Note that the stream begins."""
        self.progress = attrs.evolve(self.progress, state="streaming", position=begin)
        self.tell(EventKind.STREAMING, f"from {begin} on")

    def applied(self, count: int, position: Position, committed_at: int) -> None:
        """Count changes that the sink has."""
        if count:
            self._rate.add(count)
        before = self.progress
        self.progress = attrs.evolve(
            before,
            changes=before.changes + count,
            rate=self._rate.per_second,
            position=position,
            committed_at=committed_at / 1_000_000 + _POSTGRES_EPOCH if committed_at else before.committed_at,
        )

    def looked(self, end: int) -> None:
        """Note the end of the server's log."""
        position = self.progress.position
        lag = None if position is None else max(0, end - position.lsn)
        self.progress = attrs.evolve(self.progress, lag=lag, rate=self._rate.per_second)

    def confirmed(self, position: Position) -> None:
        """Note what the slot was told."""
        self.progress = attrs.evolve(self.progress, confirmed=position)

    def stopped(self) -> None:
        """Note the end."""
        self.progress = attrs.evolve(self.progress, state="stopped", rate=0.0)
