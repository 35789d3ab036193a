"""Reading more rows than fit into memory: batches along the key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import attrs
import psycopg
import pytest
from databases import fresh_database, one_connection
from many_rows import COUNT, FEW, ROWS, Few, Group, Groups, Item, Items, One

from ferra_sync import Database, FerraModel, QueryError, Select, Table, Transaction, delete_from, from_, maybe, select
from ferra_sync import functions as fn
from ferra_sync import types as t


class Cells(Table):
    x = t.integer(primary_key=True)
    y = t.text(primary_key=True)


class Logs(Table):
    line = t.text()


@attrs.define
class Token(FerraModel[Items]):
    """A model without the key."""

    token: UUID


@attrs.define
class Cell(FerraModel[Cells]):
    x: int
    y: str


CELLS = "INSERT INTO cells SELECT n / 100, (n % 100)::text FROM generate_series(0, 999) AS n"


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Groups, Items, Few, Cells, script=ROWS + CELLS) as url:
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


def test_batches_go_along_the_order_of_the_query(db):
    query = select(Item).order_by(Items.group_id.desc(nulls="last"))
    found = [row for batch in db.batches(query, 1000) for row in batch]
    assert found == db.fetch_all(query.order_by(Items.id.desc()))


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
    "limit": select(Item).limit(3),
    "offset": select(Item).offset(3),
    "aggregate": from_(Items).select(fn.count()),
    "window": from_(Items).select(Items.id, fn.row_number().over()),
    "no table": select(fn.now()),
    "no key": select(Logs.line),
    "no key in a join": from_(Logs).cross_join(Items).select(Logs.line),
    "no order": from_(Items).distinct().order_by(Items.token).select(Items.id),
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
