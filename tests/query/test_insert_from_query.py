from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from databases import database_with
from shop import Customer, Customers, Moved, NewCustomer, Order, Orders, Referrers, Totals

from ferra_sync import (
    Database,
    Db,
    NotFound,
    QueryError,
    ValidationError,
    delete_from,
    excluded,
    exists,
    from_,
    insert_into,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Customers, Orders) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        tx.execute(insert_into(Customers).values(NewCustomer(1, "a@x", "Ann", 3), NewCustomer(2, "b@x", "Bob", 4)))
        yield tx


def test_the_items_of_a_query_go_into_the_columns_and_the_rest_has_its_defaults(tx: Any) -> None:
    query = from_(Customers).where(Customers.orders > 3).select(Customers.id, Customers.orders * 2)
    insert = insert_into(Orders).from_query(query, Orders.customer_id, Orders.total)
    made = tx.fetch_one(insert.returning(Order))
    assert (made.customer_id, made.total, made.label) == (2, 8, None)
    assert made.id > 0
    assert tx.execute(insert) == 1


def test_a_query_without_rows_inserts_none(tx: Any) -> None:
    nobody = from_(Customers).where(Customers.id == 9).select(Customers.id, Customers.orders)
    insert = insert_into(Orders).from_query(nobody, Orders.customer_id, Orders.total)
    assert tx.execute(insert) == 0
    with pytest.raises(NotFound, match=r"^orders not found$"):
        tx.fetch_one(insert.returning(Order))


def test_without_columns_all_that_can_be_written_are_filled_in_their_order(tx: Any) -> None:
    query = from_(Customers).select(Customers.id, Customers.orders, Customers.name)
    tx.execute(insert_into(Orders).from_query(query))
    assert tx.fetch_all(from_(Orders).order_by(Orders.total).select(Orders.total, Orders.label)) == [
        (3, "Ann"),
        (4, "Bob"),
    ]


def test_set_operations_limits_values_and_conflicts_go_along(tx: Any) -> None:
    first = from_(Customers).select(Customers.id, fn.literal(7, t.integer()))
    both = first.union_all(from_(Customers).where(Customers.id == 1).select(Customers.id, Customers.orders))
    assert tx.execute(insert_into(Orders).from_query(both.limit(2), Orders.customer_id, Orders.total)) == 2
    renamed = from_(Customers).where(Customers.id == 1).select(Customers.id, Customers.email, Customers.name + "!")
    insert = insert_into(Customers).from_query(renamed, Customers.id, Customers.email, Customers.name)
    met = insert.on_conflict(Customers.id).do_update(Customers.name.to(excluded(Customers.name) + "?"))
    assert tx.fetch_one(met.returning(Customers.name, Customers.orders)) == ("Ann!?", 3)
    everything = insert.on_conflict(Customers.id).do_update_all().returning(Customers.name)
    assert tx.fetch_one(everything) == "Ann!?!"


def test_the_with_of_a_query_is_the_inserts_and_may_write(tx: Any) -> None:
    tx.execute(insert_into(Orders).values(Order(1, 5), Order(2, 6)))
    gone = Moved.cte(delete_from(Orders).where(Orders.total == 5).returning(Orders.customer_id, Orders.total))
    totals = Totals.cte(
        from_(Orders).group_by(Orders.customer_id).select(Orders.customer_id, fn.count().filter(Orders.total > 0))
    )
    moved = from_(gone).where(Moved.total > 1, exists(from_(Totals))).select(Moved.customer_id, Moved.total * 10)
    insert = insert_into(Orders).with_(totals).from_query(moved, Orders.customer_id, Orders.total)
    assert tx.fetch_all(insert.returning(Orders.total)) == [50]
    after = insert_into(Orders).from_query(moved, Orders.customer_id, Orders.total).with_(totals)
    assert tx.execute(after) == 0
    with pytest.raises(QueryError, match="moved is in WITH"):
        insert_into(Orders).with_(gone).from_query(moved, Orders.customer_id, Orders.total)


def test_default_values_are_a_row_of_their_own(tx: Any) -> None:
    with pytest.raises(QueryError, match=r"^id, email, name must be given: customers has no default there$"):
        insert_into(Customers).default_values()
    with pytest.raises(QueryError, match="customer_id, total must be given"):
        insert_into(Orders).default_values()


def test_overriding_gives_the_servers_numbers_or_keeps_to_them(tx: Any) -> None:
    mine = insert_into(Orders).overriding("system").values(Order(1, 2, id=77)).returning(Orders.id)
    assert tx.fetch_one(mine) == 77
    rows = [Order(1, 2, id=78), Order(1, 2, id=79)]
    assert tx.fetch_all(insert_into(Orders).overriding("system").values(*rows).returning(Orders.id)) == [78, 79]
    theirs = insert_into(Orders).overriding("user").values(Order(1, 2, id=80)).returning(Orders.id)
    assert tx.fetch_one(theirs) < 77
    copied = from_(Orders).where(Orders.id == 77).select(Orders.id + 100, Orders.customer_id, Orders.total)
    insert = insert_into(Orders).overriding("system").from_query(copied, Orders.id, Orders.customer_id, Orders.total)
    assert tx.fetch_one(insert.returning(Orders.id)) == 177
    with pytest.raises(ValidationError, match="always numbered by the server"):
        insert_into(Orders).values(Order(1, 2, id=78))


def test_what_a_column_cannot_hold_is_the_servers_to_refuse(tx: Any) -> None:
    query = from_(Customers).select(Customers.id + 7, Customers.orders)
    with pytest.raises(Db, match="foreign key"):
        tx.execute(insert_into(Orders).from_query(query, Orders.customer_id, Orders.total))


PAIR = from_(Customers).select(Customers.id, Customers.orders)


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: insert_into(Orders).from_query(Customer), "from_query takes a SELECT or a set operation, not the mod"),
        (lambda: insert_into(Orders).from_query(from_(Customers)), "from_query takes a SELECT"),
        (lambda: insert_into(Orders).from_query(PAIR, Orders.customer_id), "total must be given"),
        (lambda: insert_into(Orders).from_query(PAIR), r"inserts 3 columns \(customer_id, total, label\).* has 2"),
        (lambda: insert_into(Orders).from_query(select(Customer)), "the query has 7"),
        (lambda: insert_into(Orders).from_query(PAIR, Orders.customer_id, "total"), "takes columns of orders"),
        (lambda: insert_into(Orders).from_query(PAIR, Orders.customer_id, Customers.id), "not a column of orders"),
        (lambda: insert_into(Orders).from_query(PAIR, Orders.total, Orders.total), "orders.total is there twice"),
        (
            lambda: insert_into(Orders).from_query(PAIR, Orders.customer_id, Orders.id),
            r'orders.id is the server\'s own to write: say overriding\("system"\)',
        ),
        (
            lambda: insert_into(Orders).from_query(
                from_(Customers).select(Customers.name, Customers.id), Orders.customer_id, Orders.total
            ),
            r"orders.customer_id is integer; customers.name is text: say \.cast",
        ),
        (
            lambda: insert_into(Orders).from_query(
                from_(Customers).select(Customers.id, fn.max(Customers.id).filter(Customers.id > 1)),
                Orders.customer_id,
                Orders.total,
            ),
            r"orders.total is not nullable, and column 2 of the query may be NULL: say fn\.coalesce",
        ),
        (lambda: insert_into(Customers).overriding("user"), "customers has no identity"),
        (lambda: insert_into(Orders).overriding("all"), 'overriding is "system" or "user", not a str'),
        (lambda: insert_into(Referrers), "write to the table customers itself"),
        (lambda: insert_into(Orders).sql(), r"nothing to insert into orders: say \.values"),
        (lambda: insert_into(Orders).with_(PAIR), "with_ takes what"),
    ],
)
def test_what_can_mean_nothing_is_refused_by_name(refused: Any, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        refused()
