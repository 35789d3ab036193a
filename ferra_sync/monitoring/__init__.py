"""What a database does, made visible: observers for `Database.connect(url, observers=(…))`.

    Database.connect(url, observers=(QueryLog(slow=0.2), RepeatedQueries(), OpenTelemetry(), Prometheus("main")))

- `QueryLog` writes statements into the program's log, slow ones with the line that sent them, and their plan.
- `RepeatedQueries` finds the line that sends the same statement again and again: N + 1.
- `OpenTelemetry` makes spans and `db.client.operation.duration`. (the extra `otel`)
- `Prometheus` counts for a scrape. (the extra `prometheus`)

None of them tells a value. An observer of one's own inherits `ferra_sync.Observer`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ferra_sync._expression.published import on_first_use, publish
from ferra_sync._postgres.generic_plan import generic_plan
from ferra_sync.monitoring._log import QueryLog
from ferra_sync.monitoring._repeats import RepeatedQueries

if TYPE_CHECKING:
    from ferra_sync.monitoring._opentelemetry import OpenTelemetry as OpenTelemetry
    from ferra_sync.monitoring._prometheus import Prometheus as Prometheus

__all__ = ["QueryLog", "RepeatedQueries", "generic_plan"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = on_first_use(__name__, {"_opentelemetry": "OpenTelemetry", "_prometheus": "Prometheus"})

publish(__name__, __all__)
