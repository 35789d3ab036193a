"""A look at a pool now and then, by its own threads: who keeps a connection for too long is named in a warning."""

from __future__ import annotations

import logging
from time import monotonic
from typing import Any, Final

from psycopg_pool import ConnectionPool
from psycopg_pool.pool import MaintenanceTask, Schedule

from ferra_sync._postgres.connection import Source

_LOGGER: Final = logging.getLogger("ferra_sync.pool")
_LONGEST_PAUSE: Final = 15.0


def watch(connections: ConnectionPool[Any], source: Source, leak_after: float) -> None:
    """Warn of each borrower that keeps a connection for longer than `leak_after` seconds, once, while the pool is open.

    It is seen a quarter of that time later at the latest, or 15 seconds.
    """
    look = _Look(connections, source, leak_after)
    connections.run_task(Schedule(connections, look, look.pause))


class _Look(MaintenanceTask):
    """A look at what is lent, and the next one after a pause."""

    def __init__(self, connections: ConnectionPool[Any], source: Source, leak_after: float) -> None:
        super().__init__(connections)
        self._source = source
        self._leak_after = leak_after
        self.pause = min(leak_after / 4, _LONGEST_PAUSE)

    def _run(self, pool: ConnectionPool[Any]) -> None:
        pool.schedule_task(self, self.pause)  # First, for a handler of logs may raise.
        now = monotonic()
        for connection in self._source.lent():
            loan = connection.loan
            if loan is None or loan.is_told or now - loan.since <= self._leak_after:
                continue
            loan.is_told = True
            _LOGGER.warning("a connection is kept for %.3g s by %s", now - loan.since, loan.caller)
