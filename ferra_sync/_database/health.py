"""Whether a database serves calls: for the probes of an orchestrator, and for who watches."""

from __future__ import annotations

from typing import Final

import attrs

from ferra_sync._postgres.pool import Pool
from ferra_sync._postgres.pool_state import PoolState

_DEADLINE: Final = 1.0
"""Seconds."""


@attrs.frozen
class Health:
    """How a database is at one moment.

    Attributes:
        is_live: whether this process is worth keeping. False: a new one would do better, for the database was closed
            here, or every connection is with a borrower that keeps it for longer than the config's `leak_after`. That
            the server is away is no reason to begin anew.
        is_ready: whether a call is served now: the server answers within a second, and no calls wait for a connection
            while all are taken.
        seconds: how long the server took to answer; None: it did not in time.
        reason: why it is not ready; "" where it is.
        pool: what the connections do.
    """

    is_live: bool
    is_ready: bool
    seconds: float | None
    reason: str
    pool: PoolState


def health_of(pool: Pool) -> Health:
    """Return how a database is."""
    if pool.is_closed:
        return Health(is_live=False, is_ready=False, seconds=None, reason="the database is closed", pool=pool.state())
    answer = pool.probed(_DEADLINE)
    seconds, failure = answer.seconds, answer.failure
    state = pool.state()
    reason = failure if seconds is None else str(state) if state.is_exhausted else ""
    return Health(is_live=not state.is_leaked, is_ready=not reason, seconds=seconds, reason=reason, pool=state)
