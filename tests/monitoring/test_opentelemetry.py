"""Spans and the metric of OpenTelemetry, read from its SDK's own exporters."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv.attributes import db_attributes as db_names
from opentelemetry.semconv.attributes import error_attributes, server_attributes
from opentelemetry.semconv.metrics.db_metrics import DB_CLIENT_OPERATION_DURATION
from opentelemetry.trace import SpanKind, StatusCode
from reels import ALL, BY_TITLE, SECRET, Reel, View

from ferra_sync import Conflict, Database, PgRepository
from ferra_sync.monitoring import OpenTelemetry

STABLE = {
    *(value for name, value in vars(db_names).items() if name.startswith("DB_")),
    error_attributes.ERROR_TYPE,
    server_attributes.SERVER_ADDRESS,
    server_attributes.SERVER_PORT,
}


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


@pytest.fixture
def tracers(exporter):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider


@pytest.fixture
def reader():
    return InMemoryMetricReader()


@pytest.fixture
def opened(observed, tracers, reader):
    meters = MeterProvider([reader])
    yield lambda **options: observed(OpenTelemetry(tracer_provider=tracers, meter_provider=meters, **options))
    meters.shutdown()


def points(reader):
    """Return the points of the metric, by their attributes' order."""
    (resource,) = reader.get_metrics_data().resource_metrics
    (scope,) = resource.scope_metrics
    (metric,) = scope.metrics
    assert (metric.name, metric.unit) == (DB_CLIENT_OPERATION_DURATION, "s")
    return list(metric.data.data_points)


def test_a_statement_is_a_span_by_the_stable_conventions(opened, exporter, url):
    opened().fetch_all(BY_TITLE)
    (span,) = exporter.get_finished_spans()
    info = psycopg.conninfo.conninfo_to_dict(url)
    text = span.attributes["db.query.text"]
    assert (span.name, span.kind, span.status.status_code) == ("SELECT reels", SpanKind.CLIENT, StatusCode.UNSET)
    assert span.attributes["db.system.name"] == "postgresql"
    assert span.attributes["db.collection.name"] == "reels"
    assert span.attributes["db.operation.name"] == "SELECT"
    assert span.attributes["db.query.summary"] == "SELECT reels"
    assert span.attributes["db.namespace"] == info["dbname"]
    assert span.attributes["server.address"] == info["host"]
    assert text.startswith('SELECT "reels"."title"')
    assert set(span.attributes) <= STABLE
    assert SECRET not in span.to_json()


def test_a_span_is_a_child_of_the_one_that_is_current(opened, exporter, tracers):
    db = opened()
    with tracers.get_tracer("app").start_as_current_span("request") as request:
        db.fetch_one(ALL)
    child, parent = exporter.get_finished_spans()
    assert child.parent.span_id == request.get_span_context().span_id
    assert parent.start_time <= child.start_time <= child.end_time <= parent.end_time


def test_a_statement_that_fails_is_a_span_with_its_sqlstate(opened, exporter, reader):
    with pytest.raises(Conflict):
        PgRepository(Reel, opened()).insert(Reel("reel 1"))
    failed = exporter.get_finished_spans()[0]
    assert (failed.status.status_code, failed.status.description) == (StatusCode.ERROR, "UniqueViolation")
    assert (failed.attributes["db.response.status_code"], failed.attributes["error.type"]) == ("23505", "23505")
    (point,) = points(reader)
    assert point.attributes["error.type"] == "23505"


def test_the_duration_is_measured_by_what_was_done_and_has_the_conventions_buckets(opened, reader, exporter):
    db = opened()
    for _ in range(3):
        db.fetch_one(ALL)
    (point,) = points(reader)
    assert point.count == 3
    assert point.explicit_bounds == (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10)
    assert (point.attributes["db.operation.name"], point.attributes["db.collection.name"]) == ("SELECT", "reels")
    assert "db.query.text" not in point.attributes
    assert set(point.attributes) <= STABLE
    spans = exporter.get_finished_spans()
    assert point.sum == pytest.approx(sum(span.end_time - span.start_time for span in spans) / 1e9, abs=1e-6)


def test_transactions_commands_are_told_on_demand(opened, exporter):
    with opened().transaction() as tx:
        tx.fetch_one(ALL)
    assert [span.name for span in exporter.get_finished_spans()] == ["SELECT reels"]
    exporter.clear()
    with opened(internal=True).transaction() as tx:
        tx.fetch_one(ALL)
    assert [span.name for span in exporter.get_finished_spans()] == ["BEGIN", "SELECT reels", "COMMIT"]


def test_the_text_can_be_left_out(opened, exporter):
    opened(query_text=False).fetch_one(ALL)
    (span,) = exporter.get_finished_spans()
    assert "db.query.text" not in span.attributes


def test_a_pipeline_is_one_span_of_a_batch(opened, exporter, url):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE VIEW views AS SELECT id, title FROM reels")
    try:
        PgRepository(View, opened()).insert_many([View("view 1"), View("view 2")])
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP VIEW views")
            connection.execute("DELETE FROM reels WHERE id > 50")
    (span,) = exporter.get_finished_spans()
    assert (span.name, span.attributes["db.operation.batch.size"]) == ("BATCH INSERT views", 2)
    assert span.attributes["db.operation.name"] == "BATCH INSERT"


def test_without_an_sdk_nothing_is_made_and_nothing_breaks(url):
    with Database.connect(url, observers=(OpenTelemetry(),)) as db:
        assert db.fetch_one(ALL).id == 1


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [("OpenTelemetry", "opentelemetry", "otel"), ("Prometheus", "prometheus_client", "prometheus")],
)
def test_without_the_package_the_error_says_which_extra_to_install(name, module, extra):
    program = f"""
import sys
sys.modules["{module}"] = None
import ferra_sync.monitoring as monitoring
monitoring.QueryLog()
try:
    monitoring.{name}
except ModuleNotFoundError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert f"pip install 'ferra-sync[{extra}]'" in run.stdout
