"""What a database has done for its program: what its connections do now, and what an observer has counted."""

from __future__ import annotations

import attrs

from ferra_sync._database.statistics import Counted, Statistics
from ferra_sync._postgres.observer import Observer
from ferra_sync._postgres.pool import Pool
from ferra_sync._postgres.pool_state import PoolState


@attrs.frozen
class Stats:
    """What a database has done for its program.

    Attributes:
        pool: what the connections do now, and who has them.
        counted: waits, uses, statements and more; None: there is no `Statistics` among its observers.
    """

    pool: PoolState
    counted: Counted | None


def stats_of(pool: Pool, observers: tuple[Observer, ...]) -> Stats:
    """Return what a database has done."""
    counting = next((each for each in observers if isinstance(each, Statistics)), None)
    return Stats(pool.state(), None if counting is None else counting.counted())
