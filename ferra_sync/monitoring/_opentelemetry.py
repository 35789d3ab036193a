"""Spans and metrics by OpenTelemetry's conventions of databases, the stable ones."""

from __future__ import annotations

from time import time_ns
from typing import Final

try:
    from opentelemetry.metrics import MeterProvider, get_meter
    from opentelemetry.trace import SpanKind, Status, StatusCode, TracerProvider, get_tracer
except ModuleNotFoundError as _missing:
    if (_missing.name or "").partition(".")[0] != "opentelemetry":
        raise
    raise ModuleNotFoundError(
        "OpenTelemetry needs opentelemetry-api: pip install 'ferra-sync[otel]'", name="opentelemetry"
    ) from None

from ferra_sync._postgres.observer import Observer, QueryEvent

_SCHEMA: Final = "https://opentelemetry.io/schemas/1.33.0"
"""The first release of the conventions in which those of databases are stable."""
_NAME: Final = "ferra_sync"
_BUCKETS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""Seconds: those that the conventions name."""
_PORT: Final = 5432
"""The one that need not be said."""


class OpenTelemetry(Observer):
    """Makes a span of each statement, in the trace that is current in its thread, and measures how long it took.

    The span is called by its summary, `SELECT users`; the metric is `db.client.operation.duration`, in seconds. Both
    have the attributes of the stable conventions: `db.system.name`, `db.namespace`, `db.collection.name`,
    `db.operation.name`, `db.query.summary`, `db.operation.batch.size`, `server.address` and `server.port`, where it
    failed `db.response.status_code` and `error.type`, and the span `db.query.text`, which holds no values. A span is
    made when its statement is over, and as long as that took.

    Args:
        tracer_provider: who makes the spans; the global one without.
        meter_provider: likewise.
        query_text: whether spans have the statement's text.
        internal: whether the commands of transactions and our own looks into the catalog are told too.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        query_text: bool = True,
        internal: bool = False,
    ) -> None:
        self._tracer = get_tracer(_NAME, tracer_provider=tracer_provider, schema_url=_SCHEMA)
        meter = get_meter(_NAME, meter_provider=meter_provider, schema_url=_SCHEMA)
        self._duration = meter.create_histogram(
            "db.client.operation.duration",
            unit="s",
            description="Duration of database client operations.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )
        self._query_text = query_text
        self._internal = internal

    def on_query(self, event: QueryEvent) -> None:
        """Make a statement's span, and measure it."""
        if event.is_internal and not self._internal:
            return
        attributes = _attributes(event)
        self._duration.record(event.seconds, attributes)
        end = time_ns()
        span = self._tracer.start_span(
            str(attributes["db.query.summary"]),
            kind=SpanKind.CLIENT,
            attributes=attributes | {"db.query.text": event.sql} if self._query_text else attributes,
            start_time=end - round(event.seconds * 1e9),
        )
        if event.error is not None:
            span.set_status(Status(StatusCode.ERROR, event.error))
        span.end(end)


def _attributes(event: QueryEvent) -> dict[str, str | int]:
    batch = "BATCH " if event.batch_size > 1 else ""
    found: dict[str, str | int | None] = {
        "db.system.name": "postgresql",
        "db.collection.name": event.table,
        "db.operation.name": f"{batch}{event.operation}",
        "db.query.summary": f"{batch}{event.summary}",
        "db.operation.batch.size": event.batch_size if batch else None,
        "db.response.status_code": event.sqlstate,
        "error.type": event.sqlstate or event.error,
    }
    if event.server is not None:
        found["db.namespace"] = event.server.database
        found["server.address"] = event.server.host
        found["server.port"] = None if event.server.port == _PORT else event.server.port
    return {name: value for name, value in found.items() if value is not None}
