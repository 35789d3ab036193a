"""Reading more rows than fit into memory: streams through a cursor on the server."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
import pytest
from databases import fresh_database, one_connection
from many_rows import COUNT, FEW, ROWS, Few, Group, Groups, Item, Items, One

from ferra_sync import (
    Database,
    Db,
    DbErrorKind,
    PgRepository,
    QueryError,
    Transaction,
    delete_from,
    from_,
    insert_into,
    maybe,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Groups, Items, Few, script=ROWS) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with one_connection(database_url, FEW, acquire_timeout=0.3) as db:
        yield db


@pytest.fixture
def other(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as other:
        yield other


@pytest.fixture(params=["database", "transaction", "savepoint"])
def executor(request, db: Database) -> Iterator[Database | Transaction]:
    if request.param == "database":
        yield db
        return
    with db.transaction() as tx:
        if request.param == "transaction":
            yield tx
            return
        with tx.savepoint() as savepoint:
            yield savepoint


def test_a_stream_yields_every_row_in_the_order_asked_for(executor):
    query = select(Item).order_by(Items.token.desc())
    assert list(executor.stream(query)) == executor.fetch_all(query)


def test_a_stream_of_nothing_yields_nothing(executor):
    assert list(executor.stream(select(Item).where(Items.id < 0))) == []


def test_a_stream_yields_tuples_values_and_missing_rows(executor):
    query = from_(Items).left_join(Groups).where(Items.id <= 8).order_by(Items.id).select(Items.id + 1, maybe(Group))
    streamed = list(executor.stream(query))
    assert streamed[:2] == [(2, Group(1, "one")), (3, Group(2, "two"))]
    assert [number for number, group in streamed if group is None] == [4, 8]
    assert list(executor.stream(select(Few.name).where(Few.id == 3))) == ["n3"]


def test_a_stream_reads_binary_types(executor):
    first = next(iter(executor.stream(select(Item).find(1))))
    assert first == Item(1, 1, UUID("c4ca4238-a0b9-2382-0dcc-509a6f75849b"), first.token.bytes)


def test_a_stream_reads_through_a_cursor_on_the_server(db):
    with db.transaction() as tx:
        stream = tx.stream(select(Item))
        next(stream)
        cursors = "SELECT count(*) FROM pg_cursors WHERE statement LIKE '%%items%%'"
        assert tx._acquire().execute(cursors).fetchone() == (1,)
        assert len(list(stream)) == COUNT - 1
        assert tx._acquire().execute(cursors).fetchone() == (0,)


def test_a_stream_needs_no_more_memory_for_more_rows(db):
    def peak(rows: int) -> int:
        query = select(Item).where(Items.id <= rows)
        tracemalloc.start()
        try:
            assert sum(1 for _ in db.stream(query)) == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(3000)  # what is compiled once is there now
    assert peak(COUNT) < 1.5 * peak(3000)


def test_a_stream_sees_one_moment_whatever_others_write(db, other):
    stream = db.stream(select(One).order_by(Few.id))
    first = next(stream)
    other.execute("DELETE FROM few")
    assert [first.id, *(row.id for row in stream)] == list(range(1, 11))


def test_nothing_is_sent_before_the_first_row_is_asked_for(db):
    stream = db.stream(select(Item))
    db.ping()
    next(stream)
    stream.close()


def test_an_open_stream_holds_its_connection_and_the_last_row_gives_it_back(db):
    stream = db.stream(select(Item))
    next(stream)
    with pytest.raises(Db) as caught:
        db.ping()
    assert caught.value.kind is DbErrorKind.TIMEOUT
    assert sum(1 for _ in stream) == COUNT - 1
    db.ping()


def test_closing_a_stream_early_gives_the_connection_back(db):
    with closing(db.stream(select(Item))) as stream:
        assert len(list(islice(stream, 10))) == 10
    db.ping()


def test_leaving_the_loop_gives_the_connection_back(db):
    for _ in db.stream(select(Item)):
        break
    db.ping()


def test_an_error_in_the_loop_gives_the_connection_back(db):
    def fail() -> None:
        for _ in db.stream(select(Item)):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    db.ping()


@pytest.mark.refused_by_the_server
def test_a_stream_that_the_server_refuses_gives_the_connection_back(db):
    broken = from_(Few).where(fn.function("no_such_function", returns=t.boolean())()).select(One)
    for _ in range(2):
        with pytest.raises(Db) as caught:
            list(db.stream(broken))
        assert caught.value.kind is DbErrorKind.UNDEFINED
    db.ping()


def test_a_stream_that_fails_half_way_says_so_and_gives_the_connection_back(db):
    half_way = fn.function("sqrt", t.double_precision(), returns=t.double_precision())
    query = from_(Items).order_by(Items.id).select(half_way((Items.id * -1 + 5000).cast(t.double_precision())))
    stream = db.stream(query)
    assert next(stream) > 0
    with pytest.raises(Db) as caught:
        list(stream)
    assert caught.value.kind is DbErrorKind.INVALID_DATA
    db.ping()


def test_a_query_that_cannot_mean_anything_is_refused_at_the_call(executor):
    with pytest.raises(QueryError):
        executor.stream(from_(Items).select(Items.id, fn.count()))


def test_two_streams_of_one_transaction_are_read_by_turns(db):
    with db.transaction() as tx:
        ascending = tx.stream(select(Items.id).order_by(Items.id))
        descending = tx.stream(select(Items.id).order_by(Items.id.desc()))
        assert all(a + b == COUNT + 1 for a, b in zip(ascending, descending, strict=True))


def test_other_statements_may_run_while_a_stream_of_the_transaction_is_read(db):
    with db.transaction() as tx:
        for name in tx.stream(select(Few.name)):
            tx.execute(insert_into(Few).values(One(name + "!")))
        assert tx.fetch_value(from_(Few).select(fn.count())) == 20


def test_a_stream_inside_a_transaction_sees_its_changes(db):
    with db.begin() as tx:
        tx.execute(delete_from(Few).where(Few.id > 3))
        assert list(tx.stream(select(Few.id).order_by(Few.id))) == [1, 2, 3]


def test_streamed_rows_can_be_written_in_the_same_transaction(db):
    with db.transaction() as tx:
        copies = [One(row.name) for row in tx.stream(select(One))]
        PgRepository(One, tx).insert_many(copies)
    assert db.fetch_value(from_(Few).select(fn.count())) == 20


def test_a_stream_that_was_not_begun_ends_with_its_transaction(db):
    tx = db.begin()
    stream = tx.stream(select(Item))
    tx.commit()
    with db.begin() as stranger:  # on the same connection
        with pytest.raises(QueryError, match="over"):
            next(stream)
        assert len(stranger.fetch_all(select(One))) == 10


def test_a_stream_that_was_begun_ends_with_its_transaction(db):
    tx = db.begin()
    stream = tx.stream(select(Item))
    next(stream)
    tx.commit()
    with db.begin() as stranger:  # on the same connection
        with pytest.raises(QueryError, match="over"):
            list(stream)
        assert len(stranger.fetch_all(select(One))) == 10


def test_closing_a_stream_whose_transaction_is_over_harms_no_other_transaction(db):
    tx = db.begin()
    stream = tx.stream(select(Item))
    next(stream)
    tx.rollback()
    with db.begin() as stranger:  # on the same connection
        stream.close()
        assert len(stranger.fetch_all(select(One))) == 10


@pytest.mark.parametrize("inner", [False, True])
def test_closing_a_stream_that_a_rolled_back_savepoint_took_away_harms_nothing(db, inner):
    with db.transaction() as tx:
        savepoint = tx.savepoint()
        stream = (savepoint if inner else tx).stream(select(Item))
        next(stream)
        savepoint.rollback()
        stream.close()
        assert len(tx.fetch_all(select(One))) == 10


def test_a_stream_survives_an_error_of_another_statement_in_a_savepoint(db):
    with db.transaction() as tx:
        stream = tx.stream(select(Items.id).order_by(Items.id))
        assert next(stream) == 1
        with pytest.raises(Db), tx.savepoint() as savepoint:
            savepoint.execute(insert_into(Few).values(One("x", 2**40)))
        assert sum(1 for _ in stream) == COUNT - 1
