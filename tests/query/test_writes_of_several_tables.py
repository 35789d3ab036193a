from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from databases import database_with
from shop import LONG_AGO, Customer, CustomerPatch, Customers, NewCustomer, Order, Orders, Referrers, Totals

from ferra_sync import (
    Database,
    Db,
    Derived,
    QueryError,
    Table,
    delete_from,
    from_,
    insert_into,
    maybe,
    new,
    old,
    only,
    select,
    truncate,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Loose(Table, name="old"):
    id = t.integer(primary_key=True)


class Numbers(Derived):
    id = t.integer()
    number = t.integer()


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Customers, Orders) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        tx.execute(insert_into(Customers).values(NewCustomer(1, "a@x", "Ann", 3), NewCustomer(2, "b@x", "Bob", 4)))
        tx.execute(insert_into(Orders).values(Order(1, 5), Order(1, 6), Order(2, 7, "x")))
        yield tx


def test_an_update_sets_what_another_table_has(tx: Any) -> None:
    query = update(Orders).from_(Customers).where(Orders.customer_id == Customers.id, Customers.name == "Ann")
    query = query.set(Orders.label.to(Customers.email), Orders.total.to(Orders.total + Customers.orders))
    found = tx.fetch_all(query.returning(Orders.total, Customers.name, Orders.label))
    assert sorted(found) == [(8, "Ann", "a@x"), (9, "Ann", "a@x")]
    assert tx.execute(query) == 2


def test_values_stand_in_their_places_whatever_the_order_of_the_calls(tx: Any) -> None:
    counted = Totals.of(
        from_(Orders)
        .where(Orders.total > 5)
        .group_by(Orders.customer_id)
        .select(Orders.customer_id, fn.count() + fn.literal(10))
    )
    query: Any = update(Customers).set(Customers.region.to("R"), CustomerPatch(note="N"))
    query = query.where(Customers.id == 1).from_(counted).where(Totals.customer_id == Customers.id, Totals.total > 10)
    row = tx.fetch_one(query.returning(Customers.region, Customers.note, Totals.total, Customers.id + 100))
    assert row == ("R", "N", 11, 101)


def test_the_table_itself_is_read_under_an_alias(tx: Any) -> None:
    query = update(Customers).from_(Referrers).where(Referrers.id == Customers.id + 1)
    assert tx.fetch_all(query.set(Customers.note.to(Referrers.name)).returning(Customers.id, Customers.note)) == [
        (1, "Bob")
    ]


def test_from_takes_joins_lists_parts_of_tables_and_queries_in_with(tx: Any) -> None:
    joined = from_(Customers).left_join(Referrers, on=Referrers.id == Customers.id + 1)
    query = update(Orders).from_(joined).where(Orders.customer_id == Customers.id)
    query_set = query.set(Orders.label.to(Referrers.name.nullable()))
    found = tx.fetch_all(query_set.returning(Orders.customer_id, Orders.label, maybe(Referrers.name)))
    assert sorted(found, key=str) == [(1, "Bob", "Bob"), (1, "Bob", "Bob"), (2, None, None)]

    listed = Numbers.values([(1, 10), (2, 20)])
    numbers = update(Customers).from_(listed).where(Numbers.id == Customers.id).set(Customers.orders.to(Numbers.number))
    assert sorted(tx.fetch_all(numbers.returning(Customers.orders))) == [10, 20]

    part = update(Orders).from_(only(Customers)).where(Customers.id == Orders.customer_id).set(Orders.total.to(1))
    assert tx.execute(part) == 3

    sums = Totals.cte(from_(Orders).group_by(Orders.customer_id).select(Orders.customer_id, fn.count()))
    for again in (
        update(Customers).from_(sums).where(Totals.customer_id == Customers.id, Totals.total > 1),
        update(Customers).with_(sums).from_(Totals).where(Totals.customer_id == Customers.id, Totals.total > 1),
        update(Customers).from_(Totals).with_(sums).where(Totals.customer_id == Customers.id, Totals.total > 1),
        update(Customers)
        .with_(sums)
        .where(Customers.id.is_in(from_(Totals).where(Totals.total > 1).select(Totals.customer_id))),
    ):
        assert tx.fetch_all(again.set(Customers.note.to("many")).returning(Customers.id)) == [1]


def test_from_takes_several_tables_with_what_is_made_from_those_before(tx: Any) -> None:
    lateral = Numbers.lateral(
        from_(Referrers)
        .correlate(Customers)
        .where(Referrers.id == Customers.id)
        .select(Referrers.id, Referrers.orders + 1)
    )
    several = from_(Customers).cross_join(lateral)
    query = update(Orders).from_(several).where(Numbers.id == Orders.customer_id).set(Orders.total.to(Numbers.number))
    assert sorted(tx.fetch_all(query.returning(Orders.total))) == [4, 4, 5]


def test_a_delete_reads_other_tables_and_returns_both(tx: Any) -> None:
    query = delete_from(Orders).using(Customers).where(Orders.customer_id == Customers.id, Customers.orders > 3)
    gone = tx.fetch_all(query.returning(Orders.total, Customer, maybe(new(Orders.total))))
    assert [(total, customer.name, after) for total, customer, after in gone] == [(7, "Bob", None)]
    joined = from_(Customers).inner_join(Referrers, on=Referrers.id > Customers.id)
    assert tx.execute(delete_from(Orders).using(joined).where(Orders.customer_id == Customers.id)) == 2


def test_what_a_row_was_and_is_comes_back_side_by_side(tx: Any) -> None:
    query = update(Orders).where(Orders.label == "x").set(Orders.total.to(Orders.total * 2))
    before, after, gain, label = tx.fetch_one(
        query.returning(old(Order), new(Order), new(Orders.total) - old(Orders.total), old(Orders.label))
    )
    assert (before.total, after.total, gain, label, before.id) == (7, 14, 7, "x", after.id)
    assert tx.fetch_all(delete_from(Orders).where(Orders.label == "x").returning(old(Order))) == [after]
    made = tx.fetch_one(insert_into(Orders).values(Order(1, 1)).returning(new(Orders.total), maybe(old(Order))))
    assert made == (1, None)


def test_a_changeset_without_a_change_returns_the_row_as_old_and_new(tx: Any) -> None:
    query = update(Customers).find(1).set(CustomerPatch()).returning(old(Customer), new(Customers.name))
    before, name = tx.fetch_one(query)
    assert (before.name, name) == ("Ann", "Ann")
    several = update(Customers).from_(Orders).where(Orders.customer_id == Customers.id).set(CustomerPatch())
    assert tx.execute(several) == 0
    with pytest.raises(QueryError, match="nothing is set in customers"):
        several.returning(Customer).sql()


def test_stamps_are_set_beside_other_tables(tx: Any) -> None:
    tx.execute(update(Customers).all_rows().set(Customers.updated_at.to(LONG_AGO)))
    tx.execute(update(Customers).from_(Orders).where(Orders.customer_id == Customers.id).set(CustomerPatch(region="n")))
    assert tx.fetch_value(from_(Customers).where(Customers.updated_at > LONG_AGO).select(fn.count())) == 2


def test_a_write_of_several_tables_stands_in_with(tx: Any) -> None:
    write = update(Orders).from_(Customers).where(Orders.customer_id == Customers.id).set(Orders.total.to(0))
    changed = Numbers.cte(write.returning(Customers.id, old(Orders.total)))
    assert sorted(tx.fetch_all(from_(changed).select(Numbers.number))) == [5, 6, 7]
    lost = delete_from(Orders).all_rows().returning(Orders.customer_id, new(Orders.total))
    with pytest.raises(QueryError, match=r"Numbers.number is never NULL; old.total may be|new.total may be"):
        Numbers.cte(lost)


def test_truncate_empties_tables_at_once_and_is_undone_with_its_transaction(database: Database, tx: Any) -> None:
    with tx.savepoint() as savepoint:
        assert savepoint.execute(truncate(Orders, Customers, restart_identity=True)) == 0
        assert savepoint.fetch_all(select(Customer)) == []
        savepoint.execute(insert_into(Customers).values(NewCustomer(1, "a@x", "Ann")))
        assert savepoint.fetch_one(insert_into(Orders).values(Order(1, 1)).returning(Orders.id)) == 1
        savepoint.rollback()
    assert len(tx.fetch_all(select(Order))) == 3
    with tx.savepoint() as savepoint:
        with pytest.raises(Db, match="cannot truncate a table referenced in a foreign key"):
            savepoint.execute(truncate(Customers))
        savepoint.rollback()
    assert tx.execute(truncate(Customers, cascade=True)) == 0
    assert tx.fetch_all(select(Order)) == []
    assert repr(truncate(Customers, cascade=True)) == 'TRUNCATE "customers" CASCADE'
    assert truncate(Orders).sql().text == 'TRUNCATE "orders"'


TITLED: Any = update(Orders).from_(Customers).where(Orders.customer_id == Customers.id)
SET: Any = Orders.total.to(1)


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: TITLED.from_(Referrers), r"from_ is there already: say from_\(from_\(…\).cross_join"),
        (lambda: update(Orders).from_(Orders), "orders is what is written: from_ takes an alias of it"),
        (lambda: delete_from(Orders).using(Orders), "using takes an alias"),
        (lambda: update(Orders).from_(Customer), "takes a table, not the model Customer"),
        (lambda: update(Orders).from_(from_(Customers).where(Customers.id == 1)), r"says where too"),
        (lambda: TITLED.set(Customers.name.to("x")), "not a column of orders"),
        (lambda: update(Orders).all_rows().set(Orders.label.to(Customers.name)).sql(), "customers is not in this"),
        (lambda: TITLED.set(SET).returning(Referrers.id).sql(), "referrers is not in this query"),
        (lambda: update(Orders).from_(Customers).set(SET).sql(), "update every row of orders"),
        (lambda: TITLED.set(Orders.total.to(fn.sum(Customers.id))).sql(), "aggregate cannot stand in SET"),
        (
            lambda: (
                update(Orders)
                .from_(from_(Customers).inner_join(Referrers, on=Referrers.id == Orders.customer_id))
                .all_rows()
                .set(SET)
                .sql()
            ),
            "table orders is not joined before referrers",
        ),
        (lambda: TITLED.set(SET).where(old(Orders.total) == 1).sql(), "stand in returning, and nowhere else"),
        (
            lambda: TITLED.set(SET).returning(old(Customers.id)).sql(),
            r"of customers: the statement writes ord",
        ),
        (lambda: from_(Orders).select(old(Orders.id)).sql(), "stand in returning"),
        (lambda: old(Referrers.id), "old takes a column or a model of the table that is written"),
        (lambda: new(Orders.id + 1), "new takes a column or a model"),
        (
            lambda: update(Orders).from_(Loose).all_rows().set(SET).returning(old(Orders.total)).sql(),
            "old is a table of this statement",
        ),
        (truncate, "at least one table"),
        (lambda: truncate(Customer), "truncate takes a table, not the model"),
        (lambda: truncate(Referrers), "write to the table customers itself"),
        (lambda: truncate(Numbers), "made by a query"),
        (lambda: truncate(Orders, cascade=1), "cascade is True or False"),
        (lambda: truncate(Orders, restart_identity="x"), "restart_identity is True or False"),
    ],
)
def test_what_can_mean_nothing_is_refused_by_name(refused: Any, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        refused()


def test_a_truncate_has_no_rows(tx: Any) -> None:
    with pytest.raises(QueryError, match=r"returns no rows"):
        tx.fetch_all(truncate(Orders))
