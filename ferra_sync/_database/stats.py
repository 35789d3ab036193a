"""What a database has done for its program: what its connections do now, and what an observer has counted."""

from __future__ import annotations

import attrs

from ferra_sync._postgres.pool_state import PoolState


@attrs.frozen
class Stats:
    """What a database has done for its program.

    Attributes:
        pool: what the connections do now, and who has them.
    """

    pool: PoolState
