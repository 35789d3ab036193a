from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import database_with
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shop import LONG_AGO, Customer, Customers, NewCustomer, Order, Orders, Referrers

from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    Database,
    Db,
    NotFound,
    QueryError,
    excluded,
    from_,
    insert_into,
    maybe,
    new,
    old,
    select,
    update,
)
from ferra_sync import functions as fn

ANN = Customer(1, "a@x", "Ann", orders=3, note="old", created_at=LONG_AGO, updated_at=LONG_AGO)


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Customers, Orders) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        tx.execute(insert_into(Customers).values(ANN))
        yield tx


def inserting(**changes: Any) -> Any:
    return insert_into(Customers).values(attrs.evolve(Customer(2, "a@x", "Bea"), **changes))


def test_do_nothing_leaves_the_row_and_returns_none(tx: Any) -> None:
    query = inserting().on_conflict(Customers.email).do_nothing()
    assert tx.execute(query) == 0
    assert tx.fetch_all(query.returning(Customer)) == []
    assert tx.fetch_optional(query.returning(Customer)) is None
    with pytest.raises(NotFound, match=r"^customers not found$"):
        tx.fetch_one(query.returning(Customer))
    assert tx.fetch_one(select(Customer)) == ANN


def test_do_nothing_of_no_target_takes_every_conflict(tx: Any) -> None:
    assert tx.execute(inserting(id=1, email="b@x").on_conflict().do_nothing()) == 0
    assert tx.execute(inserting(name="ANN", email="b@x").on_conflict().do_nothing()) == 0
    assert tx.execute(inserting(email="b@x").on_conflict().do_nothing()) == 1


def test_another_conflict_than_the_target_is_an_error(tx: Any) -> None:
    with pytest.raises(Conflict, match="customers_pkey"):
        tx.execute(inserting(id=1, email="b@x").on_conflict(Customers.email).do_nothing())


def test_do_update_assigns_what_was_to_be_inserted_and_stamps(tx: Any) -> None:
    upsert = inserting(orders=4).on_conflict(Customers.email)
    query = upsert.do_update(
        Customers.name.to(excluded(Customers.name)), Customers.orders.to(Customers.orders + excluded(Customers.orders))
    )
    made = tx.fetch_one(query.returning(Customer))
    assert (made.id, made.name, made.orders, made.note, made.created_at) == (1, "Bea", 7, "old", LONG_AGO)
    assert made.updated_at > LONG_AGO
    stamped = upsert.do_update(Customers.note.to(None), Customers.updated_at.to(LONG_AGO))
    made = tx.fetch_one(stamped.returning(Customer))
    assert (made.note, made.updated_at) == (None, LONG_AGO)
    with_default = upsert.do_update(Customers.orders.to(SERVER_DEFAULT))
    assert tx.fetch_one(with_default.returning(Customers.orders)) == 0


def test_a_row_that_where_does_not_keep_is_left_as_it_is(tx: Any) -> None:
    upsert = inserting().on_conflict(Customers.email)
    change = Customers.name.to(excluded(Customers.name))
    assert tx.execute(upsert.do_update(change, where=Customers.orders > 3)) == 0
    with pytest.raises(NotFound):
        tx.fetch_one(upsert.do_update(change, where=Customers.orders > 3).returning(Customer))
    assert tx.execute(upsert.do_update(change, where=excluded(Customers.name) != Customers.name)) == 1
    assert tx.execute(upsert.do_update_all(where=excluded(Customers.name) != Customers.name)) == 0


def test_do_update_all_sets_what_the_rows_give_but_key_target_and_stamps_of_creation(tx: Any) -> None:
    query = inserting(note="new", created_at=attrs.evolve(ANN).updated_at).on_conflict(Customers.email).do_update_all()
    made = tx.fetch_one(query.returning(Customer))
    assert (made.id, made.email, made.name, made.note) == (1, "a@x", "Bea", "new")
    assert (made.orders, made.created_at) == (3, LONG_AGO)
    assert made.updated_at > LONG_AGO
    by_name = inserting(id=5, email="n@x", name="bea").on_conflict(fn.lower(Customers.name)).do_update_all()
    made = tx.fetch_one(by_name.returning(Customer))
    assert (made.id, made.email, made.name) == (1, "n@x", "Bea")


def test_do_update_all_keeps_a_stamp_that_a_row_gives_anew(tx: Any) -> None:
    later = LONG_AGO.replace(year=2010)
    query = inserting(updated_at=later).on_conflict(Customers.email).do_update_all()
    assert tx.fetch_one(query.returning(Customers.updated_at)) == later
    again = inserting(updated_at=later).on_conflict(Customers.email).do_update_all()
    assert tx.fetch_one(again.returning(Customers.updated_at)) > later


def test_several_rows_travel_as_arrays_and_some_are_new(tx: Any) -> None:
    rows = [NewCustomer(1, "b@x", "Bob", 5), NewCustomer(2, "c@x", "Cid", 6)]
    query = insert_into(Customers).values(*rows).on_conflict(Customers.id).do_update_all()
    assert "unnest" in query.sql().text
    found = tx.fetch_all(query.returning(Customers.id, maybe(old(Customers.orders)), new(Customers.orders)))
    assert sorted(found) == [(1, 3, 5), (2, None, 6)]


def test_the_row_before_tells_what_was_inserted(tx: Any) -> None:
    query = inserting(id=3).on_conflict(Customers.email).do_update_all().returning(maybe(old(Customer)), new(Customer))
    before, after = tx.fetch_one(query)
    assert (before, after.name) == (ANN, "Bea")
    query = inserting(id=3, email="c@x", name="C").on_conflict(Customers.email).do_update_all()
    assert tx.fetch_one(query.returning(maybe(old(Customer)))) is None


def test_the_target_may_be_a_constraint_several_columns_an_expression_or_part_of_the_rows(tx: Any) -> None:
    by_name = {"name": "ann", "email": "b@x"}
    for query in (
        inserting(id=1).on_conflict(constraint="customers_pkey"),
        inserting().on_conflict(constraint="customers_email_key"),
        inserting(id=1).on_conflict(Customers.id, Customers.code, Customers.region),
        inserting(id=1).on_conflict(constraint="customers_place"),
        inserting(**by_name).on_conflict(fn.lower(Customers.name)),
        inserting(email="b@x", note="old").on_conflict(Customers.note, where=Customers.orders.is_not_null()),
    ):
        with tx.savepoint() as savepoint:
            assert savepoint.execute(query.do_update(Customers.orders.to(9))) == 1
            assert savepoint.fetch_value(select(Customers.orders)) == 9
            savepoint.rollback()


def test_a_row_twice_in_one_statement_is_an_error_of_the_server(tx: Any) -> None:
    rows = [NewCustomer(7, "b@x", "Bob"), NewCustomer(7, "c@x", "Cid")]
    with pytest.raises(Db, match="cannot affect row a second time"):
        tx.execute(insert_into(Customers).values(*rows).on_conflict(Customers.id).do_update_all())


def test_rows_that_give_nothing_but_key_and_target_come_back_all_the_same(tx: Any) -> None:
    query = insert_into(Orders).overriding("system").values(Order(1, 2, id=5))
    assert tx.execute(query) == 1
    again = query.on_conflict(Orders.id).do_update_all().returning(Order)
    assert tx.fetch_one(again) == Order(1, 2, None, 5)


def test_a_conflict_without_what_is_done_says_what_is_missing(tx: Any) -> None:
    said = "<OnConflict on customers: say .do_nothing(), .do_update(…) or .do_update_all()>"
    assert repr(inserting().on_conflict(Customers.email)) == said
    with pytest.raises(QueryError, match=r"^execute takes an INSERT"):
        tx.execute(inserting().on_conflict(Customers.email))


def test_no_rows_meet_nothing(tx: Any) -> None:
    assert tx.execute(insert_into(Customers).values().on_conflict(Customers.id).do_update_all()) == 0


START = insert_into(Customers).values(Customer(2, "a@x", "Bea"))
THERE = r"there are \(Customers.id\), \(Customers.email\), \(Customers.region, Customers.code, Customers.id\), "


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: START.on_conflict(Customers.name), rf"^on_conflict: customers declares nothing unique over .*{THERE}"),
        (lambda: START.on_conflict(Customers.id, Customers.email), "nothing unique over these"),
        (lambda: START.on_conflict(Referrers.id), "nothing unique over these"),
        (lambda: START.on_conflict(fn.upper(Customers.name)), "nothing unique over these"),
        (lambda: START.on_conflict(Customers.note), "nothing unique over these with that where"),
        (lambda: START.on_conflict(Customers.email, where=Customers.orders.is_null()), "with that where"),
        (lambda: START.on_conflict(Customers.orders, where=Customers.region == "south"), "the index holds values"),
        (lambda: START.on_conflict("email"), r"^on_conflict takes columns and expressions of customers, not a str"),
        (lambda: START.on_conflict(where=Customers.orders.is_null()), "name them"),
        (lambda: START.on_conflict(Customers.id, where=1), "takes a predicate"),
        (lambda: START.on_conflict(Customers.id, constraint="customers_pkey"), "not both"),
        (lambda: START.on_conflict(constraint="x"), "no unique constraint 'x': there are customers_pkey, customers_em"),
        (lambda: START.on_conflict(Customers.id).do_nothing().on_conflict(Customers.id), "said twice"),
        (lambda: START.on_conflict().do_update_all(), "takes do_nothing"),
        (lambda: START.on_conflict(Customers.id).do_update(), "do_update_all"),
        (lambda: START.on_conflict(Customers.id).do_update("x"), r"say Customers\.….to"),
        (lambda: START.on_conflict(Customers.id).do_update(Orders.total.to(1)), "not a column of customers"),
        (lambda: START.on_conflict(Customers.id).do_update(*[Customers.orders.to(1)] * 2), "set twice"),
        (lambda: START.on_conflict(Customers.id).do_update_all(where=True), "where takes predicates"),
        (lambda: excluded(Customer), "excluded takes a column"),
        (lambda: update(Customers).all_rows().set(Customers.name.to(excluded(Customers.name))).sql(), "nowhere else"),
        (lambda: from_(Customers).select(excluded(Customers.name)).sql(), "nowhere else"),
        (lambda: START.returning(excluded(Customers.name)).sql(), "nowhere else"),
        (
            lambda: START.on_conflict(Customers.id).do_update(Customers.orders.to(fn.sum(Customers.orders))).sql(),
            "an aggregate cannot stand in DO UPDATE",
        ),
        (
            lambda: (
                insert_into(Customers)
                .values(NewCustomer(1, "a", "a"), NewCustomer(2, "b", "b", 1))
                .on_conflict(Customers.id)
                .do_update_all()
                .sql()
            ),
            "some rows leave orders to the server",
        ),
    ],
)
def test_what_can_mean_nothing_is_refused_by_name(refused: Any, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        refused()


def test_a_table_without_anything_unique_says_so() -> None:
    with pytest.raises(QueryError, match=r"nothing unique over these: there are \(Orders.id\)$"):
        insert_into(Orders).values(Order(1, 1)).on_conflict(Orders.total)


ROWS = st.lists(st.tuples(st.integers(1, 4), st.sampled_from("pqrst"), st.integers(0, 9)), min_size=1, max_size=5)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, takes=st.sampled_from(["nothing", "more", "all"]))
def test_upserts_one_by_one_leave_what_a_dict_would(database: Database, rows: Any, takes: str) -> None:
    kept: dict[int, tuple[str, int]] = {}
    with database.begin() as tx:
        for key, note, orders in rows:
            row = Customer(key, f"{key}@x", str(key), orders, note)
            met = insert_into(Customers).values(row).on_conflict(Customers.id)
            if takes == "nothing":
                query = met.do_nothing()
            elif takes == "more":
                more = excluded(Customers.orders) > Customers.orders
                query = met.do_update(Customers.orders.to(excluded(Customers.orders)), where=more)
            else:
                query = met.do_update_all()
            with tx.savepoint() as savepoint:
                try:
                    savepoint.execute(query)
                except Conflict:  # Another's note.
                    savepoint.rollback()
                    continue
            known = kept.get(key)
            if known is None or takes == "all":
                kept[key] = (note, orders)
            elif takes == "more":
                kept[key] = (known[0], max(known[1], orders))
        found = tx.fetch_all(from_(Customers).select(Customers.id, Customers.note, Customers.orders))
        assert {key: rest for key, *rest in found} == {key: list(rest) for key, rest in kept.items()}
