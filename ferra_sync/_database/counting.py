"""How many statements are sent, and from which lines."""

from __future__ import annotations

from _thread import allocate_lock, get_ident
from typing import Final, NamedTuple

from ferra_sync._postgres.observer import Caller, Observer, QueryEvent

_SHOWN: Final = 10
"""How many lines a message has."""


class Repeated(NamedTuple):
    """A statement, the line that sent it, and how many times it did."""

    summary: str
    sql: str
    caller: Caller | None
    times: int

    def __str__(self) -> str:
        place = "" if self.caller is None else f" from {self.caller}"
        return f"{self.times} x {self.summary}{place}"


class QueryCounter(Observer):
    """What `db.counting()` counts; it goes on until the block ends, and says so afterwards.

    As a text it says which lines sent what.

    Attributes:
        queries: how many statements were sent; those of a pipeline are one each.
        rows: how many rows they returned or affected.
        seconds: how long they took together.
    """

    queries: int
    rows: int
    seconds: float

    def __init__(self, *, own_thread: bool = False) -> None:
        self.queries = self.rows = 0
        self.seconds = 0.0
        self._lock = allocate_lock()
        self._thread = get_ident() if own_thread else None
        self._times: dict[tuple[str, str, Caller | None], int] = {}

    def on_query(self, event: QueryEvent) -> None:
        """Count a statement, unless it is internal."""
        if event.is_internal or self._thread not in {None, get_ident()}:
            return
        line = (event.summary, event.sql, event.caller)
        with self._lock:
            self.queries += event.batch_size
            self.rows += event.rows
            self.seconds += event.seconds
            self._times[line] = self._times.get(line, 0) + event.batch_size

    @property
    def lines(self) -> list[Repeated]:
        """What was sent from where, what was sent most first."""
        with self._lock:
            found = [Repeated(*line, times) for line, times in self._times.items()]
        return sorted(found, key=lambda each: -each.times)

    def __str__(self) -> str:
        lines = self.lines
        shown = [f"  {each}" for each in lines[:_SHOWN]]
        if len(lines) > _SHOWN:
            shown.append(f"  and from {len(lines) - _SHOWN} lines more")
        return "\n".join([f"{self.queries} queries in {self.seconds * 1000:.1f} ms", *shown])
