"""What Prometheus scrapes, read as its text format."""

from __future__ import annotations

import threading

import psycopg
import pytest
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from reels import ALL, BY_TITLE, SECRET, Reel, Reels

from ferra_sync import ConfigError, Conflict, PgRepository, select, update
from ferra_sync.monitoring import Prometheus


@pytest.fixture
def registry():
    return CollectorRegistry()


@pytest.fixture
def db(observed, registry):
    return observed(Prometheus("main", registry=registry))


def scraped(registry):
    """Return each sample's value, by its name and its labels."""
    text = generate_latest(registry).decode()
    assert SECRET not in text
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(registry, name, **labels):
    return scraped(registry).get((name, *sorted({"database": "main", **labels}.items())))


def test_statements_are_counted_by_what_they_do_and_measured(db, registry):
    for _ in range(3):
        db.fetch_all(ALL)
    db.fetch_all(BY_TITLE)
    by = {"operation": "SELECT", "table": "reels"}
    assert value(registry, "ferra_query_seconds_count", **by) == 4
    assert value(registry, "ferra_query_seconds_sum", **by) > 0
    assert value(registry, "ferra_query_seconds_bucket", **by, le="+Inf") == 4
    assert value(registry, "ferra_query_rows_total", **by) == 150


def test_errors_are_counted_by_sqlstate(db, registry):
    with pytest.raises(Conflict):
        PgRepository(Reel, db).insert(Reel("reel 1"))
    by = {"operation": "INSERT", "table": "reels"}
    assert value(registry, "ferra_query_errors_total", **by, error="23505") == 1
    assert value(registry, "ferra_query_seconds_count", **by) == 1


def test_connections_are_counted(db, registry, url):
    with db.connection() as connection:
        backend = connection.info.backend_pid
    assert value(registry, "ferra_checkout_seconds_count") == 1
    assert value(registry, "ferra_connect_seconds_count") >= 1
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", (backend,))
    while value(registry, "ferra_connections_closed_total", reason="lost") is None:
        db.ping()
    db.close()
    assert value(registry, "ferra_connections_closed_total", reason="closed") >= 1


def test_transactions_are_counted_by_how_they_ended_and_retries_by_why(db, registry, url):
    rounds = []

    def work(tx):
        tx.fetch_value(select(Reels.minutes).where(Reels.id == 1))
        if not rounds:
            with psycopg.connect(url, autocommit=True) as other:
                other.execute("UPDATE reels SET minutes = minutes + 1 WHERE id = 1")
        rounds.append(tx)
        tx.execute(update(Reels).find(1).set(Reels.minutes.to(1)))

    db.run_in_transaction(work, isolation="repeatable read")
    assert value(registry, "ferra_transaction_retries_total", sqlstate="40001") == 1
    assert value(registry, "ferra_transaction_seconds_count", outcome="committed") == 1
    assert value(registry, "ferra_transaction_seconds_count", outcome="rolled back") == 1


def test_the_commands_of_transactions_are_no_statements(db, registry):
    with db.transaction() as tx:
        tx.fetch_one(ALL)
    counted = [labels for name, *labels in scraped(registry) if name == "ferra_query_seconds_count"]
    assert counted == [[("database", "main"), ("operation", "SELECT"), ("table", "reels")]]


def test_several_databases_share_a_registry(observed, registry, db):
    other = observed(Prometheus("other", registry=registry))
    db.fetch_one(ALL)
    other.fetch_one(ALL)
    counted = [dict(labels)["database"] for name, *labels in scraped(registry) if name == "ferra_query_seconds_count"]
    assert sorted(counted) == ["main", "other"]


def test_the_global_registry_serves_without_saying_so(observed):
    observed(Prometheus()).fetch_one(ALL)
    labels = {"database": "default", "operation": "SELECT", "table": "reels"}
    assert REGISTRY.get_sample_value("ferra_query_seconds_count", labels) == 1


def test_threads_lose_no_count(db, registry):
    threads = [threading.Thread(target=lambda: [db.fetch_one(ALL) for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert value(registry, "ferra_query_seconds_count", operation="SELECT", table="reels") == 200


@pytest.mark.parametrize(("database", "registry"), [("", None), (None, None), ("main", "registry")])
def test_what_is_no_label_and_no_registry_is_refused(database, registry):
    with pytest.raises(ConfigError):
        Prometheus(database, registry=registry)
