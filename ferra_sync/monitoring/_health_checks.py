"""A thread that asks a database how it is, now and then, until it is told to stop."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from ferra_sync._database.database import Database
from ferra_sync._database.health import Health
from ferra_sync._postgres.exits import close_at_exit
from ferra_sync._postgres.forks import at_fork
from ferra_sync.errors import ConfigError

_LOGGER: Final = logging.getLogger("ferra_sync.health")


class HealthChecks:
    """Asks `db.health()` at once and then every so many seconds, in a thread of its own; `close()` ends it.

    That a database is not ready any more is a warning of the logger `ferra_sync.health`, that it is again an INFO. A
    forked child has no such thread, and makes its own.

    Args:
        db: what is asked; the thread neither opens nor closes it.
        every: seconds between two questions.
        heard: is called with each answer, in that thread; what it raises is logged.

    Attributes:
        latest: the last answer; None: there is none yet.

    Raises:
        ConfigError: `every` is no number of seconds.
        QueryError: the database is somebody else's connection.
    """

    latest: Health | None

    def __init__(self, db: Database, *, every: float = 30.0, heard: Callable[[Health], object] | None = None) -> None:
        if isinstance(every, bool) or not isinstance(every, int | float) or not 0 < every < math.inf:
            raise ConfigError("every is a number of seconds, more than 0")
        db._check_connects("HealthChecks")
        self.latest = None
        self._db = db
        self._every = every
        self._heard = heard
        self._end = threading.Event()
        self._thread: threading.Thread | None = threading.Thread(target=self._run, name="ferra-health", daemon=True)
        at_fork(self)
        close_at_exit(self)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether it asks."""
        return self._thread is not None and self._thread.is_alive()

    def close(self) -> None:
        """End the thread, and wait for its end. A second time does nothing."""
        self._end.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def leave_to_parent(self) -> None:
        """In a forked child: the thread is the parent's."""
        self._thread = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        self._check()
        while not self._end.wait(self._every):
            self._check()

    def _check(self) -> None:
        before, health = self.latest, self._db.health()
        self.latest = health
        if not health.is_ready and (before is None or before.is_ready):
            _LOGGER.warning("the database is not ready: %s", health.reason)
        elif health.is_ready and before is not None and not before.is_ready:
            _LOGGER.info("the database is ready again")
        if self._heard is not None:
            try:
                self._heard(health)
            except Exception:
                _LOGGER.exception("what hears of the database's health has failed")
