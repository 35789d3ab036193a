"""N + 1: the same statement again and again, from one line."""

from __future__ import annotations

import logging
from _thread import allocate_lock, get_ident
from time import monotonic
from typing import Final, NamedTuple, TypeAlias

from ferra_sync._postgres.observer import Caller, Observer, QueryEvent
from ferra_sync.errors import ConfigError
from ferra_sync.monitoring._recent import Recent
from ferra_sync.monitoring._records import log
from ferra_sync.monitoring._settings import seconds

_MOST_LINES: Final = 2000
"""How many lines are counted at a time; of those that are told it is the last so many."""
_SHOWN: Final = 3
"""How many of the lines that led to the statement a message has."""
_CURES: Final = {
    "SELECT": "read them at once: where(….is_in(…)), find_many, a join or a multiset",
    "INSERT": "write them at once: insert_many",
    "UPDATE": "write them at once: update_many",
    "DELETE": "delete them at once: delete_many",
}

_Line: TypeAlias = tuple[str, Caller | None]
"""A statement's text, and the line that sent it."""


class _Streak(NamedTuple):
    """How often a line has sent a statement since a moment."""

    since: float
    times: int


class RepeatedQueries(Observer):
    """Finds lines that send one statement again and again, with other values: N + 1 queries, or writes one by one.

    Where a thread sends the same statement from the same line so many times within so many seconds, the line is told,
    once: at WARNING to the logger `ferra_sync.queries`, as a record of that line, with what to write instead. Batches,
    and chunks of many rows, are no repetition.

    Args:
        times: how many times.
        within: seconds.

    Attributes:
        found: the texts of what was told, for tests: `assert not repeated.found`.

    Raises:
        ConfigError: `times` is less than 2, or `within` no number of seconds.
    """

    found: list[str]

    def __init__(self, *, times: int = 10, within: float = 1.0) -> None:
        if type(times) is not int or times < 2:  # noqa: PLR2004 - once is no repetition
            raise ConfigError("times is a whole number, 2 or more")
        self.found = []
        self._times = times
        self._within = seconds("within", within)
        self._lock = allocate_lock()
        self._streaks: dict[tuple[int, _Line], _Streak] = {}
        self._told = Recent(_MOST_LINES)

    def on_query(self, event: QueryEvent) -> None:
        """Count a statement of the line that sent it."""
        if event.is_internal or event.is_part:
            return
        line = (event.sql, event.caller)
        now = monotonic()
        times, since = self._counted((get_ident(), line), now)
        if times == self._times and self._told.is_new(line):
            self._tell(event, now - since)

    def _counted(self, key: tuple[int, _Line], now: float) -> tuple[int, float]:
        with self._lock:
            since, times = self._streaks.pop(key, _Streak(now, 0))
            if now - since > self._within:
                since, times = now, 0
            self._streaks[key] = _Streak(since, times + 1)
            if len(self._streaks) > _MOST_LINES:
                del self._streaks[next(iter(self._streaks))]
        return times + 1, since

    def _tell(self, event: QueryEvent, seconds: float) -> None:
        lines = event.callers[:_SHOWN]
        led = "".join(f", called from {line}" for line in lines[1:])
        cure = _CURES.get(event.operation, "send it once")
        place = lines[0] if lines else None
        told = f"{event.summary} was sent {self._times} times in {seconds:.3f} s from {place}{led}; {cure}"
        self.found.append(told)
        log(logging.WARNING, place, "%s", told, extra={"query_summary": event.summary})
