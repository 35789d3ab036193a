"""Seeing into a running database: what the server tells, whether it is well, and a page that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferra_sync._database.health import Health
from ferra_sync._database.statistics import Counted, Histogram, StatementStats, Statistics
from ferra_sync._database.stats import Stats
from ferra_sync._expression.published import on_first_use, publish
from ferra_sync._postgres.pool_state import Borrower, PoolState

if TYPE_CHECKING:
    from ferra_sync.monitoring._activity import Activity, Block, Session, activity
    from ferra_sync.monitoring._health_checks import HealthChecks
    from ferra_sync.monitoring._monitor import monitor
    from ferra_sync.monitoring._server import ServerStatus, server_status
    from ferra_sync.monitoring._statements import StatementUse, top_statements
    from ferra_sync.monitoring._storage import (
        MissingIndex,
        TableSize,
        UnusedIndex,
        missing_indexes,
        table_sizes,
        unused_indexes,
    )
    from ferra_sync.monitoring._web import MonitorPage

__all__ = [
    "Activity",
    "Block",
    "Borrower",
    "Counted",
    "Health",
    "HealthChecks",
    "Histogram",
    "MissingIndex",
    "MonitorPage",
    "PoolState",
    "ServerStatus",
    "Session",
    "StatementStats",
    "StatementUse",
    "Statistics",
    "Stats",
    "TableSize",
    "UnusedIndex",
    "activity",
    "missing_indexes",
    "monitor",
    "server_status",
    "table_sizes",
    "top_statements",
    "unused_indexes",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(
        __name__,
        {
            "_activity": "Activity Block Session activity",
            "_health_checks": "HealthChecks",
            "_monitor": "monitor",
            "_server": "ServerStatus server_status",
            "_statements": "StatementUse top_statements",
            "_storage": "MissingIndex TableSize UnusedIndex missing_indexes table_sizes unused_indexes",
            "_web": "MonitorPage",
        },
    )

publish(__name__, __all__)
