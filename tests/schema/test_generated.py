"""Columns that only the server writes: generated from others, or always numbered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import attrs
import pytest
from databases import database_with, one_connection

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Database,
    FerraModel,
    Insertable,
    ModelMeta,
    PgRepository,
    QueryError,
    SchemaError,
    Table,
    Unset,
    ValidationError,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Orders(Table):
    id = t.serial(primary_key=True)
    price = t.integer()
    total = t.integer(generated_as=lambda: Orders.price * Orders.quantity)
    quantity = t.integer(default=1)
    note = t.nullable(t.text())
    shout = t.nullable(t.text(generated_as=lambda: fn.upper(Orders.note)))
    number = t.identity(always=True)


@attrs.define
class Order(FerraModel[Orders]):
    price: int
    total: int = SERVER_DEFAULT
    quantity: int = SERVER_DEFAULT
    note: str | None = None
    shout: str | None = SERVER_DEFAULT
    number: int = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


@attrs.define
class Total(FerraModel[Orders]):
    """A part that cannot be inserted, whose one other column is never written."""

    id: int
    total: int


@attrs.define
class NewOrder(Insertable[Orders]):
    price: int
    quantity: int = 2


@attrs.define
class NumberPatch(Changeset[Orders]):
    number: int | Unset = UNSET


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with database_with(server_url, Orders) as database:
        yield database.config.url


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    with one_connection(url, "TRUNCATE orders RESTART IDENTITY") as database:
        yield database


@pytest.fixture
def orders(db: Database) -> PgRepository[Order]:
    return PgRepository(Order, db)


def test_an_inserted_row_comes_back_with_what_was_generated(db, orders):
    made = orders.insert(Order(3, quantity=4, note="a"))
    assert (made.total, made.shout, made.number) == (12, "A", 1)
    assert db.fetch_one(insert_into(Orders).values(NewOrder(5)).returning(Order)).total == 10
    assert db.fetch_one(select(Order).where(Orders.total == 12)) == made


def test_what_a_row_says_of_a_generated_column_is_never_written(orders):
    made = orders.insert(Order(3, 99, 4, "a", "hunter2"))
    assert (made.total, made.shout) == (12, "A")
    assert orders.update(made.id, attrs.evolve(made, price=5, total=99)).total == 20
    assert orders.save(attrs.evolve(made, price=6, total=99)).total == 24
    assert orders.save(Order(7, 99, id=50)).total == 7


def test_many_rows_leave_generated_columns_out(orders):
    given = [Order(price, 99, 2, "a", "x") for price in range(1, 4)]
    assert [(row.total, row.shout) for row in orders.insert_many(given)] == [(2, "A"), (4, "A"), (6, "A")]
    assert orders.copy_in([*given, Order(4, quantity=2)]) == 4
    assert [row.total for row in orders.find_all()] == [2, 4, 6, 2, 4, 6, 8]
    mixed = orders.insert_many([Order(5, 99), Order(6, quantity=2), Order(7)])
    assert [row.total for row in mixed] == [5, 12, 7]


def test_several_values_leave_generated_columns_out(db, orders):
    rows = [Order(2, 99, 3), Order(4, quantity=5)]
    assert db.fetch_all(insert_into(Orders).values(*rows).returning(Orders.total)) == [6, 20]


def test_a_row_whose_other_columns_are_never_written_is_updated_to_itself(db, orders):
    made = orders.insert(Order(3))
    assert PgRepository(Total, db).update(made.id, Total(made.id, 99)) == Total(made.id, 3)


def test_a_field_of_a_row_to_insert_or_to_change_cannot_be_generated():
    with pytest.raises(SchemaError, match=r"BadOrder\.total: Orders\.total is generated"):

        @attrs.define
        class BadOrder(Insertable[Orders]):
            price: int
            total: int

    with pytest.raises(SchemaError, match=r"BadPatch\.total: Orders\.total is generated"):

        @attrs.define
        class BadPatch(Changeset[Orders]):
            total: int | Unset = UNSET


def test_a_generated_column_is_never_assigned():
    for value in (1, SERVER_DEFAULT, Orders.price):
        with pytest.raises(QueryError, match=r"orders\.total is generated from other columns"):
            Orders.total.to(value)


def test_tools_see_that_a_column_is_generated():
    fields = ModelMeta.of(Order).by_column
    assert [fields[name].generated for name in ("total", "number", "id", "price")] == [
        "stored",
        "identity always",
        "serial",
        None,
    ]
    assert [ref.name for ref, _ in Orders.__ferra_table__.generated] == ["total", "shout"]


class Wrong(Table):
    id = t.integer(primary_key=True, default=1)
    number = t.integer()
    name = t.text()


def wrong(generated_as: Any) -> Any:
    return type("Bad", (Table,), {"id": t.integer(primary_key=True), "sum": t.integer(generated_as=generated_as)})


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (lambda: Orders.price * 2, "orders.price, a column of orders"),
        (fn.now, "is timestamptz"),
        (fn.count, "one row"),
        (lambda: 5, "returns an expression, not a int"),
    ],
)
def test_what_a_column_cannot_be_generated_from_is_a_schema_error_when_it_is_asked_for(expression, message):
    table = wrong(expression)
    with pytest.raises(SchemaError, match=message):
        _ = table.__ferra_table__.generated


@pytest.mark.parametrize(
    "declare",
    [
        lambda: t.integer(generated_as=5),
        lambda: t.integer(generated_as=lambda: Wrong.number, default=1),
        lambda: t.integer(generated_as=lambda: Wrong.number, on_update=1),
        lambda: t.serial(generated_as=lambda: Wrong.number),
        lambda: t.identity(generated_as=lambda: Wrong.number),
    ],
)
def test_a_generated_column_has_no_other_source(declare):
    with pytest.raises(SchemaError, match="generated"):
        declare()


# Always numbered


def test_a_number_of_the_servers_is_refused_where_a_row_is_inserted(db, orders):
    calls = (
        lambda: orders.insert(Order(1, number=5)),
        lambda: orders.insert_many([Order(1, number=5)]),
        lambda: orders.copy_in([Order(1, number=5)]),
        lambda: insert_into(Orders).values(Order(1, number=5)),
        lambda: update(Orders).all_rows().set(NumberPatch(5)),
    )
    for call in calls:
        with pytest.raises(ValidationError, match=r"orders\.number is always numbered by the server") as caught:
            call()
        assert "5" not in str(caught.value)
    with pytest.raises(QueryError, match=r"orders\.number is always numbered by the server"):
        Orders.number.to(5)
    assert orders.count() == 0


def test_a_row_that_carries_its_number_along_is_updated_and_saved(orders):
    made = orders.insert(Order(1))
    assert orders.update(made.id, attrs.evolve(made, price=2)).number == made.number
    assert orders.save(attrs.evolve(made, price=3)) == attrs.evolve(made, price=3, total=3)


def test_a_new_number_can_be_asked_for(db, orders):
    made = orders.insert(Order(1))
    query = update(Orders).find(made.id)
    assert db.fetch_one(query.set(Orders.number.to(SERVER_DEFAULT)).returning(Orders.number)) == 2
    assert db.fetch_one(query.set(NumberPatch(SERVER_DEFAULT)).returning(Orders.number)) == 3


class Moments(Table):
    id = t.serial(primary_key=True)
    day = t.date()
    price = t.numeric(8, 2, generated_as=lambda: Moments.cost * Decimal(2))
    cost = t.numeric(8, 2)


@attrs.define
class Moment(FerraModel[Moments]):
    day: dt.date
    cost: Decimal
    id: int = SERVER_DEFAULT
    price: Decimal = SERVER_DEFAULT


def test_values_in_the_expression_are_its_own(server_url):
    with database_with(server_url, Moments) as db:
        assert PgRepository(Moment, db).insert(Moment(dt.date(2024, 1, 1), Decimal("1.25"))).price == Decimal("2.50")
