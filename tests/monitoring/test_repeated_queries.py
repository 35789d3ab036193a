"""N + 1: the line that sends one statement again and again is found, once, and others are not."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from reels import ALL, Reel, Reels

from ferra_sync import ConfigError, PgRepository, delete_from, insert_into, select, update
from ferra_sync.monitoring import RepeatedQueries


@pytest.fixture
def repeated():
    return RepeatedQueries(times=5, within=60)


@pytest.fixture
def db(observed, repeated):
    return observed(repeated)


def read(reels, number):
    return reels.find_by_id(number)


def test_the_line_of_a_query_in_a_loop_is_told_once_with_those_that_called_it(db, repeated, caplog):
    reels = PgRepository(Reel, db)
    for number in range(1, 20):
        read(reels, number)
    (found,) = repeated.found
    assert found.startswith("SELECT reels was sent 5 times in ")
    assert f"from {__file__}:{read.__code__.co_firstlineno + 1} in read, called from {__file__}:" in found
    assert "find_many" in found
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("ferra_sync.queries", logging.WARNING)
    assert (record.pathname, record.lineno) == (__file__, read.__code__.co_firstlineno + 1)
    assert record.getMessage() == found


def test_writes_one_by_one_are_told_with_what_to_write_instead(db, repeated):
    with db.transaction() as tx:
        for number in range(5):
            tx.execute(insert_into(Reels).values(Reel(f"new {number}")))
        for number in range(5):
            tx.execute(update(Reels).find(number).set(Reels.minutes.to(0)))
        for number in range(5):
            tx.execute(delete_from(Reels).find(-number))
        tx.rollback()
    assert [found.rpartition(": ")[2] for found in repeated.found] == ["insert_many", "update_many", "delete_many"]


def test_many_rows_at_once_pages_and_batches_are_no_repetition(db, repeated):
    reels = PgRepository(Reel, db)
    reels.find_many(range(1, 20))
    for _ in range(4):
        reels.find_by_id(1)
    reels.find_by_id(1)
    list(db.stream(ALL))
    assert len(list(db.batches(ALL, 4))) > 10
    reels.delete_many(reel.id for reel in reels.insert_many(Reel(f"many {number}") for number in range(30)))
    assert repeated.found == []


def test_different_statements_of_one_line_are_no_repetition(db, repeated):
    query = select(Reel)
    for number in range(20):
        query = query.where(Reels.id != number)
        db.fetch_all(query)
    assert repeated.found == []


def test_what_is_seldom_enough_is_no_repetition(observed):
    repeated = RepeatedQueries(times=2, within=0)
    db = observed(repeated)
    for _ in range(20):
        db.fetch_one(ALL)
    assert repeated.found == []


def test_threads_that_do_the_same_side_by_side_are_no_repetition(db, repeated):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: db.fetch_one(ALL), range(4)))
        assert repeated.found == []
        list(pool.map(lambda _: [db.fetch_one(ALL) for _ in range(6)], range(8)))
    assert len(repeated.found) == 1


def test_no_finding_has_a_value(db, repeated):
    for number in range(5):
        db.fetch_all(ALL.where(Reels.title == f"a secret {number}"))
    assert len(repeated.found) == 1
    assert "secret" not in repeated.found[0]


@pytest.mark.parametrize("settings", [{"times": 1}, {"times": True}, {"times": "3"}, {"within": -1}, {"within": None}])
def test_settings_that_mean_nothing_are_refused(settings):
    with pytest.raises(ConfigError, match=next(iter(settings))):
        RepeatedQueries(**settings)


def test_lines_that_are_counted_do_not_grow_without_end(db, repeated):
    query = select(Reels.id)
    for _ in range(30):
        query = query.limit(1)
        db.fetch_all(query)
    namespace = {"db": db, "query": query}
    for number in range(2100):
        repeated._counted((0, (f"SELECT {number}", None)), 0.0)
    exec("for _ in range(5): db.fetch_all(query)", namespace)
    assert len(repeated._streaks) == 2000
