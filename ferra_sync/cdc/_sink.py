"""What changes are written to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from ferra_sync._postgres.captured_tables import CapturedTable
from ferra_sync.cdc._changes import Change
from ferra_sync.cdc._position import Position


class Stored(NamedTuple):
    """What a sink has kept.

    Attributes:
        position: up to where it has the changes; None: it has nothing, or a copy that did not come to its end.
        origin: of which server's tables and columns they are, as `Sink.begin_copy` was told.
    """

    position: Position | None
    origin: str


class Sink(Protocol):
    """Where the changes of a capture go. One thread calls it; any method may raise `SinkError`, and is called again.

    Attributes:
        keeps_rows: whether it holds each row as it is now. Then it fills in what an `Updated` leaves unsent, and gets
            a new copy where a table's columns change; any other sink is given whole rows.
        keeps_position: whether it keeps the position with the changes, in one step. Then nothing comes twice and the
            slot is confirmed no further than it has; for any other the slot itself is the position, and what was
            applied after its last confirmation comes again.
    """

    @property
    def keeps_rows(self) -> bool:
        """Whether it holds each row as it is now."""
        ...

    @property
    def keeps_position(self) -> bool:
        """Whether it keeps the position with the changes."""
        ...

    def open(self, capture: str, tables: Sequence[CapturedTable]) -> Sequence[str]:
        """Connect, for the capture of this name; return what its user should know of it, such as what is not durable.

        Raises:
            ConfigError: it cannot hold these tables.
        """
        ...

    def stored(self) -> Stored:
        """Return what it has."""
        ...

    def claim(self) -> Stored:
        """Refuse all other writers of this capture from now on, with `TakenOverError`, and return what it has."""
        ...

    def begin_copy(self, origin: str) -> None:
        """Forget the position: the rows of all tables come now, and what is not among them is to go."""
        ...

    def end_copy(self, position: Position) -> None:
        """Remove what the copy did not bring, and keep the position from which the stream goes on."""
        ...

    def apply(self, changes: Sequence[Change[Any]], position: Position | None) -> None:
        """Write the changes, and the position that they lead to, all or nothing; a position of None is of a copy.

        The changes of a key are in order. Without changes the position alone has gone on.
        """
        ...

    def confirmed(self, *, wait: bool = False) -> Position | None:
        """Return up to where nothing can be lost any more, None: no further than before; `wait` until that is all."""
        ...

    def forget(self) -> None:
        """Remove what it keeps of the capture itself; the rows stay."""
        ...

    def close(self) -> None:
        """Disconnect. A second time does nothing, and `open` may follow."""
        ...


class CallableSink:
    """Hands changes to a function, at least once: what it did not confirm before a crash comes again.

    Args:
        work: is given the changes, in order, and is done with them when it returns; what it raises ends the capture,
            but for `SinkError`, after which the same changes come again.
    """

    keeps_rows = False
    keeps_position = False

    def __init__(self, work: Callable[[Sequence[Change[Any]]], object]) -> None:
        self._work = work
        self._position: Position | None = None

    def open(self, capture: str, tables: Sequence[CapturedTable]) -> Sequence[str]:  # noqa: ARG002 - a sink's own
        """Return nothing to say."""
        self._position = None
        return ()

    def stored(self) -> Stored:
        """Return that nothing is kept."""
        return Stored(None, "")

    def claim(self) -> Stored:
        """Return that nothing is kept."""
        return Stored(None, "")

    def begin_copy(self, origin: str) -> None:
        """Do nothing: the rows come as changes."""

    def end_copy(self, position: Position) -> None:
        """Go on from the copy."""
        self._position = position

    def apply(self, changes: Sequence[Change[Any]], position: Position | None) -> None:
        """Call the function."""
        if changes:
            self._work(changes)
        if position is not None:
            self._position = position

    def confirmed(self, *, wait: bool = False) -> Position | None:  # noqa: ARG002 - there is nothing to wait for
        """Return up to where the function has returned."""
        return self._position

    def forget(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
