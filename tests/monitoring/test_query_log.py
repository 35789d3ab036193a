"""Queries in the program's log: which ones, of which line, with what, and never with a value."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress

import psycopg
import pytest
from reels import ALL, BY_TITLE, SECRET, Reel, Reels

from ferra_sync import ConfigError, Conflict, Database, DatabaseConfig, Db, PgRepository, select, update
from ferra_sync.monitoring import QueryLog

NAME = "ferra_sync.queries"


@pytest.fixture
def everything(caplog):
    caplog.set_level(logging.DEBUG, NAME)
    return caplog


def messages(caplog, level):
    return [record.getMessage() for record in caplog.records if record.name == NAME and record.levelno == level]


def test_each_statement_is_logged_at_debug(observed, everything):
    observed(QueryLog()).fetch_all(ALL.limit(3))
    (message,) = messages(everything, logging.DEBUG)
    assert message.startswith("SELECT reels: 3 rows in ")
    assert 'SELECT "reels"."title"' in message


def test_a_record_is_of_the_line_that_made_the_call(observed, everything):
    observed(QueryLog()).fetch_all(ALL)
    (record,) = [record for record in everything.records if record.name == NAME]
    code = test_a_record_is_of_the_line_that_made_the_call.__code__
    assert (record.pathname, record.lineno, record.funcName) == (__file__, code.co_firstlineno + 1, code.co_name)
    assert f"{__file__}:{record.lineno}" in record.getMessage()


def test_a_record_has_its_figures_for_structured_logs(observed, everything):
    observed(QueryLog()).fetch_all(ALL)
    (record,) = [record for record in everything.records if record.name == NAME]
    assert (record.query_summary, record.query_rows, record.query_sqlstate) == ("SELECT reels", 50, None)
    assert record.query_seconds > 0


def test_a_slow_statement_is_a_warning_and_another_is_not(observed, caplog):
    caplog.set_level(logging.WARNING, NAME)
    observed(QueryLog(slow=0)).fetch_one(ALL)
    waited, sent = messages(caplog, logging.WARNING)
    assert waited.startswith("slow: waited")
    assert sent.startswith("slow: SELECT reels: 1 row in")
    caplog.clear()
    observed(QueryLog(slow=100)).fetch_one(ALL)
    assert messages(caplog, logging.WARNING) == []


def test_no_record_has_a_value(observed, everything):
    db = observed(QueryLog(slow=0, plans=True))
    db.fetch_all(BY_TITLE)
    reels = PgRepository(Reel, db)
    with suppress(Conflict):
        reels.insert_many([Reel(SECRET), Reel(SECRET)])
    with suppress(Conflict):
        reels.insert(Reel("reel 1"))
    assert len(everything.records) > 5
    assert SECRET not in everything.text
    assert "reel 1" not in everything.text


def test_an_error_is_logged_with_its_name_and_sqlstate(observed, everything):
    with pytest.raises(Conflict):
        PgRepository(Reel, observed(QueryLog())).insert(Reel("reel 1"))
    assert any("INSERT reels: UniqueViolation 23505" in each for each in messages(everything, logging.DEBUG))


def test_transactions_and_their_retries_are_logged(observed, everything, url):
    db = observed(QueryLog())
    rounds = []

    def work(tx):
        tx.fetch_value(select(Reels.minutes).where(Reels.id == 1))
        if not rounds:
            with psycopg.connect(url, autocommit=True) as other:
                other.execute("UPDATE reels SET minutes = minutes + 1 WHERE id = 1")
        rounds.append(tx)
        tx.execute(update(Reels).find(1).set(Reels.minutes.to(1)))

    db.run_in_transaction(work, isolation="repeatable read")
    (again,) = messages(everything, logging.INFO)
    assert again.startswith("a transaction begins again (1): 40001, from")
    ends = [each.split()[1:3] for each in messages(everything, logging.DEBUG) if each.startswith("transaction")]
    assert ends == [["rolled", "back"], ["committed", "in"]]


def test_a_lost_connection_is_logged(everything, url):
    config = DatabaseConfig(url, max_connections=1, min_connections=1, observers=(QueryLog(),))
    with Database.connect(config=config) as db:
        with db.connection() as connection:
            backend = connection.info.backend_pid
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 10000)", (backend,))
        db.ping()
    assert "a connection to the server was lost" in messages(everything, logging.INFO)


def test_a_long_wait_for_a_connection_is_a_warning(url, caplog):
    config = DatabaseConfig(url, max_connections=1, min_connections=1, observers=(QueryLog(slow=1e-9),))
    with Database.connect(config=config) as db:
        with db.connection():
            waiting = threading.Thread(target=db.ping)
            waiting.start()
            while not db._pool._connections.get_stats()["requests_waiting"]:
                pass
        waiting.join()
    assert any(each.startswith("slow: waited") for each in messages(caplog, logging.WARNING))


def test_long_texts_are_cut(observed, everything):
    query = select(Reel)
    for number in range(150):
        query = query.where(Reels.minutes != number)
    observed(QueryLog()).fetch_all(query)
    assert [message.endswith("…") for message in messages(everything, logging.DEBUG)] == [True]


@pytest.mark.parametrize("slow", ["1", None, True, -1, float("nan"), float("inf")])
def test_what_is_no_number_of_seconds_is_refused(slow):
    with pytest.raises(ConfigError, match="slow"):
        QueryLog(slow=slow)


def test_a_statement_whose_file_runs_no_line_of_ours_is_logged_too(observed, everything):
    db = observed(QueryLog())
    thread = threading.Thread(target=db.ping)
    thread.start()
    thread.join()
    (record,) = [record for record in everything.records if record.name == NAME]
    assert record.pathname == threading.__file__


def test_statements_fail_as_before_where_they_are_logged(observed):
    with pytest.raises(Db, match="division by zero"):
        observed(QueryLog(slow=0, plans=True)).fetch_all(ALL.where(Reels.minutes / 0 == 1))
