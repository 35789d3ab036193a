"""Reading more rows than fit into memory: streams through a server-side cursor, batches along the key."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import Any
from uuid import UUID

import attrs
import psycopg
import pytest
from databases import fresh_database, one_connection

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    PgRepository,
    QueryError,
    Select,
    Table,
    Transaction,
    delete_from,
    from_,
    insert_into,
    maybe,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t

COUNT = 10_500


class Groups(Table):
    id = t.integer(primary_key=True)
    name = t.text()


class Items(Table):
    id = t.integer(primary_key=True)
    group_id = t.nullable(t.integer(references=Groups.id))
    token = t.uuid()
    payload = t.bytea()


class Cells(Table):
    x = t.integer(primary_key=True)
    y = t.text(primary_key=True)


class Few(Table):
    id = t.serial(primary_key=True)
    name = t.text()


class Logs(Table):
    line = t.text()


@attrs.define
class Group(FerraModel[Groups]):
    id: int
    name: str


@attrs.define
class Item(FerraModel[Items]):
    id: int
    group_id: int | None
    token: UUID
    payload: bytes


@attrs.define
class Token(FerraModel[Items]):
    """A model without the key."""

    token: UUID


@attrs.define
class Cell(FerraModel[Cells]):
    x: int
    y: str


@attrs.define
class One(FerraModel[Few]):
    name: str
    id: int = SERVER_DEFAULT


DDL = f"""
CREATE TABLE groups (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE items (
    id integer PRIMARY KEY, group_id integer REFERENCES groups, token uuid NOT NULL, payload bytea NOT NULL
);
CREATE TABLE cells (x integer, y text, PRIMARY KEY (x, y));
CREATE TABLE few (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE logs (line text NOT NULL);
INSERT INTO groups VALUES (0, 'zero'), (1, 'one'), (2, 'two');
INSERT INTO items SELECT n, nullif(n % 4, 3), md5(n::text)::uuid, decode(md5(n::text), 'hex')
    FROM generate_series(1, {COUNT}) AS n ORDER BY md5(n::text);
INSERT INTO cells SELECT n / 100, (n % 100)::text FROM generate_series(0, 999) AS n;
"""
FEW = """
TRUNCATE few RESTART IDENTITY;
INSERT INTO few (name) SELECT 'n' || n FROM generate_series(1, 10) AS n;
"""


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, tables=DDL) as url:
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


# Batches


@pytest.mark.parametrize("size", [1000, 7, 2500, COUNT - 1, COUNT, COUNT + 1, 10**9])
def test_batches_together_are_the_table_in_the_order_of_the_key(db, size):
    batches = list(db.batches(select(Item), size))
    assert all(len(batch) == size for batch in batches[:-1])
    assert 0 < len(batches[-1]) <= size
    rows = [row for batch in batches for row in batch]
    assert rows == db.fetch_all(select(Item).order_by(Items.id))
    assert [row.id for row in rows] == list(range(1, COUNT + 1))


def test_batches_of_one_row_each_are_as_many_as_the_rows(db):
    assert list(db.batches(select(Cells.x).where(Cells.x < 3), 1)) == [[n // 100] for n in range(300)]


def test_a_batch_has_a_thousand_rows_where_nothing_else_is_said(executor):
    assert [len(batch) for batch in executor.batches(select(Item))] == [1000] * 10 + [500]


def test_batches_of_nothing_are_none(executor):
    assert list(executor.batches(select(Item).where(Items.id < 0))) == []


def test_a_last_batch_that_is_full_is_followed_by_no_empty_one(executor):
    assert [len(batch) for batch in executor.batches(select(One), 5)] == [5, 5]


def test_batches_keep_the_rows_that_the_query_keeps(db):
    batches = db.batches(select(Item).where(Items.group_id == 1, Items.id > 50), 100)
    assert [row.id for batch in batches for row in batch] == [n for n in range(51, COUNT + 1) if n % 4 == 1]


@pytest.mark.parametrize("size", [1, 3, 100, 150, 5000])
def test_batches_walk_along_a_key_of_several_columns(db, size):
    found = [row for batch in db.batches(select(Cell), size) for row in batch]
    assert found == db.fetch_all(select(Cell).order_by(Cells.x, Cells.y))
    assert len(found) == 1000


def test_batches_of_a_model_without_the_key(db):
    tokens = [row.token for batch in db.batches(select(Token), 999) for row in batch]
    assert tokens == [row.token for row in db.fetch_all(select(Item).order_by(Items.id))]


def test_batches_of_one_column_are_its_values(db):
    (batch,) = db.batches(select(Few.name), 100)
    assert batch == [f"n{number}" for number in range(1, 11)]


def test_batches_of_several_items_are_tuples(db):
    batches = list(db.batches(from_(Few).select(Few.id, One, Few.id + 100), 4))
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert batches[0][0] == (1, One("n1", 1), 101)
    assert [row[2] for batch in batches for row in batch] == list(range(101, 111))


def test_batches_of_an_expression_with_values_and_a_filter_bind_each_where_it_belongs(db):
    batches = db.batches(from_(Few).where(Few.id > 3).select(Few.id + 1000, Few.name + "!"), 2)
    assert [row for batch in batches for row in batch] == [(1000 + n, f"n{n}!") for n in range(4, 11)]


def test_a_join_to_one_row_each_is_walked(db):
    query = from_(Items).inner_join(Groups).where(Items.id <= 400).select(Item, Group)
    pairs = [pair for batch in db.batches(query, 17) for pair in batch]
    assert [item.id for item, _ in pairs] == [n for n in range(1, 401) if n % 4 != 3]
    assert all(item.group_id == group.id for item, group in pairs)


def test_a_left_join_to_one_row_each_is_walked(db):
    query = from_(Items).left_join(Groups).where(Items.id <= 400).select(Item, maybe(Group))
    pairs = [pair for batch in db.batches(query, 17) for pair in batch]
    assert [item.id for item, _ in pairs] == list(range(1, 401))
    assert [item.id for item, group in pairs if group is None] == list(range(3, 401, 4))


def test_rows_deleted_ahead_are_not_seen_and_none_is_left_out(db, other):
    seen = []
    for batch in db.batches(select(One), 3):
        seen += [row.id for row in batch]
        other.execute("DELETE FROM few WHERE id IN (%s, %s)", (batch[-1].id, batch[-1].id + 1))
    assert seen == [1, 2, 3, 5, 6, 7, 9, 10]


def test_rows_inserted_ahead_are_seen_and_those_behind_are_not(db, other):
    seen = []
    for number, batch in enumerate(db.batches(select(One), 5)):
        seen += [row.id for row in batch]
        if number == 0:
            other.execute("INSERT INTO few VALUES (-1, 'behind'), (100, 'ahead')")
    assert seen == [*range(1, 11), 100]


def test_every_row_may_be_deleted_batch_by_batch(db):
    batches = db.batches(select(One), 4)
    sizes = [db.execute(delete_from(Few).where(Few.id.is_in([row.id for row in batch]))) for batch in batches]
    assert sizes == [4, 4, 2]
    assert db.fetch_value(from_(Few).select(fn.count())) == 0


def test_a_walk_holds_no_connection_between_its_batches(db):
    walk = db.batches(select(Item), 10)
    next(walk)
    db.ping()
    next(walk)
    db.ping()


REFUSED: dict[str, Select[Any, Any, Any]] = {
    "sort": select(Item).order_by(Items.token),
    "limit": select(Item).limit(3),
    "offset": select(Item).offset(3),
    "distinct": select(Item).distinct(),
    "distinct on": select(Item).distinct(Items.group_id),
    "group": from_(Items).group_by(Items.group_id).select(Items.group_id, fn.count()),
    "aggregate": from_(Items).select(fn.count()),
    "no key": select(Logs.line),
    "join to many": from_(Groups).inner_join(Items).select(Group),
    "left join to many": from_(Groups).left_join(Items).select(Group),
    "right join": from_(Items).right_join(Groups).select(Group),
    "full join": from_(Items).full_join(Groups).select(maybe(Item)),
    "cross join": from_(Items).cross_join(Groups).select(Item),
    "join on a condition": from_(Items).inner_join(Groups, on=Items.group_id > Groups.id).select(Item),
    "another table": from_(Items).where(Groups.id == 1).select(Item),
}


@pytest.mark.parametrize("query", REFUSED.values(), ids=REFUSED.keys())
def test_a_query_that_cannot_be_walked_is_refused_at_the_call(executor, query):
    with pytest.raises(QueryError):
        executor.batches(query)


@pytest.mark.parametrize("size", [0, -1, True, 1.5, "10", None])
def test_a_batch_of_no_rows_is_refused_at_the_call(executor, size):
    with pytest.raises(QueryError, match="batch"):
        executor.batches(select(Item), size)


# Streams


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
