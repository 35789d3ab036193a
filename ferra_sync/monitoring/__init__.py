"""What a database does, made visible: observers for `Database.connect(url, observers=(…))`, and what the server tells.

    Database.connect(url, observers=(QueryLog(slow=0.2), RepeatedQueries(), OpenTelemetry(), Prometheus("main")))

- `QueryLog` writes statements into the program's log, slow ones with the line that sent them, and their plan.
- `RepeatedQueries` finds the line that sends the same statement again and again: N + 1.
- `OpenTelemetry` makes spans and `db.client.operation.duration`. (the extra `otel`)
- `Prometheus` counts for a scrape. (the extra `prometheus`)
- `Statistics` counts for `db.stats()`.

`monitor(db)` serves a page, on the loopback, of what `activity`, `top_statements`, `table_sizes`, `unused_indexes`,
`missing_indexes` and `server_status` say of the server, and `db.stats()` of the program; `HealthChecks` asks now and
then for `db.health()`.

None of them tells a value. An observer of one's own inherits `ferra_sync.Observer`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferra_sync._database.health import Health
from ferra_sync._database.statistics import Counted, Histogram, StatementStats, Statistics
from ferra_sync._database.stats import Stats
from ferra_sync._expression.published import on_first_use, publish
from ferra_sync._postgres.generic_plan import generic_plan
from ferra_sync._postgres.pool_state import Borrower, PoolState
from ferra_sync.monitoring._log import QueryLog
from ferra_sync.monitoring._repeats import RepeatedQueries

if TYPE_CHECKING:
    from ferra_sync.monitoring._activity import Activity, Block, Session, activity
    from ferra_sync.monitoring._health_checks import HealthChecks
    from ferra_sync.monitoring._monitor import monitor
    from ferra_sync.monitoring._opentelemetry import OpenTelemetry as OpenTelemetry
    from ferra_sync.monitoring._prometheus import Prometheus as Prometheus
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
    "QueryLog",
    "RepeatedQueries",
    "ServerStatus",
    "Session",
    "StatementStats",
    "StatementUse",
    "Statistics",
    "Stats",
    "TableSize",
    "UnusedIndex",
    "activity",
    "generic_plan",
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
            "_opentelemetry": "OpenTelemetry",
            "_prometheus": "Prometheus",
            "_server": "ServerStatus server_status",
            "_statements": "StatementUse top_statements",
            "_storage": "MissingIndex TableSize UnusedIndex missing_indexes table_sizes unused_indexes",
            "_web": "MonitorPage",
        },
    )

publish(__name__, __all__)
