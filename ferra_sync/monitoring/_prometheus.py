"""Counts and durations for Prometheus."""

from __future__ import annotations

from _thread import allocate_lock
from typing import Any, Final
from weakref import WeakKeyDictionary

try:
    from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram
except ModuleNotFoundError as _missing:
    if _missing.name != "prometheus_client":
        raise
    raise ModuleNotFoundError(
        "Prometheus needs prometheus-client: pip install 'ferra-sync[prometheus]'", name="prometheus_client"
    ) from None

from ferra_sync._expression.described import described
from ferra_sync._postgres.observer import CloseReason, Observer, QueryEvent, TransactionOutcome
from ferra_sync.errors import ConfigError, Db, FerraDbError

_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""


class _Metrics:
    """What there is in one registry; databases differ by a label."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def histogram(name: str, what: str, *labels: str) -> Histogram:
            return Histogram(name, what, ("database", *labels), registry=registry, buckets=_BUCKETS)

        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(name, what, ("database", *labels), registry=registry)

        by = ("operation", "table")
        self.queries = histogram("ferra_query_seconds", "How long statements took.", *by)
        self.errors = counter("ferra_query_errors", "Statements that failed.", *by, "error")
        self.rows = counter("ferra_query_rows", "Rows returned or affected.", *by)
        self.waits = histogram("ferra_checkout_seconds", "How long connections were waited for.")
        self.connects = histogram("ferra_connect_seconds", "How long it took to make connections.")
        self.closes = counter("ferra_connections_closed", "Connections of the pool that were closed.", "reason")
        self.retries = counter("ferra_transaction_retries", "Transactions that were begun again.", "sqlstate")
        self.transactions = histogram("ferra_transaction_seconds", "How long transactions lasted.", "outcome")


_metrics: Final[WeakKeyDictionary[CollectorRegistry, _Metrics]] = WeakKeyDictionary()
_lock: Final = allocate_lock()


def _metrics_of(registry: CollectorRegistry) -> _Metrics:
    """Return what a registry has of ours: a second metric of one name it would refuse."""
    with _lock:
        if registry not in _metrics:
            _metrics[registry] = _Metrics(registry)
        return _metrics[registry]


class Prometheus(Observer):
    """Counts what a database does, for whoever scrapes the registry; `prometheus_client` serves it.

    `ferra_query_seconds`, `ferra_query_errors_total` and `ferra_query_rows_total` by operation and table,
    `ferra_checkout_seconds`, `ferra_connect_seconds`, `ferra_connections_closed_total` by reason,
    `ferra_transaction_retries_total` by SQLSTATE and `ferra_transaction_seconds` by outcome; each by `database` too.
    They are prometheus_client's own, so that they are added up over processes where its multiprocess mode is on. The
    commands of transactions and our own looks into the catalog are not counted as statements.

    Args:
        database: what it is called in the label.
        registry: where the metrics are; the global one without.

    Raises:
        ConfigError: one of them is none.
    """

    def __init__(self, database: str = "default", *, registry: CollectorRegistry | None = None) -> None:
        if not isinstance(database, str) or not database:
            raise ConfigError("database is what the label calls it: a string that is not empty")
        if not isinstance(registry, CollectorRegistry | None):
            raise ConfigError(f"registry is a CollectorRegistry, not {described(registry)}")
        self._database = database
        self._metrics = _metrics_of(registry or REGISTRY)

    def on_query(self, event: QueryEvent) -> None:
        """Count a statement."""
        if event.is_internal:
            return
        labels = (self._database, event.operation, event.table or "")
        self._metrics.queries.labels(*labels).observe(event.seconds)
        self._metrics.rows.labels(*labels).inc(event.rows)
        if event.error is not None:
            self._metrics.errors.labels(*labels, event.sqlstate or event.error).inc()

    def on_checkout(self, waited: float) -> None:
        """Count a connection that was taken."""
        self._metrics.waits.labels(self._database).observe(waited)

    def on_connect(self, seconds: float) -> None:
        """Count a connection that was made."""
        self._metrics.connects.labels(self._database).observe(seconds)

    def on_close(self, reason: CloseReason) -> None:
        """Count a connection that was closed."""
        self._metrics.closes.labels(self._database, reason).inc()

    def on_retry(self, attempt: int, error: FerraDbError) -> None:  # noqa: ARG002 - the observer's
        """Count a transaction that begins again."""
        sqlstate: Any = error.sqlstate if isinstance(error, Db) else None
        self._metrics.retries.labels(self._database, sqlstate or "").inc()

    def on_transaction(self, outcome: TransactionOutcome, seconds: float) -> None:
        """Count a transaction that ended."""
        self._metrics.transactions.labels(self._database, outcome).observe(seconds)
