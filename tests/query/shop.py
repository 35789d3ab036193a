"""Customers, their orders and what stock there is, for writes that meet rows or read other tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs

from ferra_sync import SERVER_DEFAULT, UNSET, Changeset, Derived, FerraModel, Insertable, Table, Unset, index, unique
from ferra_sync import functions as fn
from ferra_sync import types as t

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Customers(Table):
    id = t.integer(primary_key=True)
    email = t.text(unique=True)
    name = t.text()
    region = t.text(default="north")
    code = t.integer(default=1)
    orders = t.integer(default=0)
    note = t.nullable(t.text())
    created_at = t.timestamptz(default=fn.now())
    updated_at = t.timestamptz(default=fn.now(), on_update=fn.now())

    @classmethod
    def __constraints__(cls) -> list[Any]:
        return [
            unique(cls.region, cls.code, cls.id, name="customers_place"),
            index(fn.lower(cls.name).desc(), unique=True),
            index(cls.note, unique=True, where=cls.orders.is_not_null()),
            index(cls.orders, unique=True, where=cls.region == "south"),
        ]


class Referrers(Customers, alias="referrers"):
    pass


class Orders(Table):
    id = t.identity(always=True, primary_key=True)
    customer_id = t.integer(references=Customers.id)
    total = t.integer()
    label = t.nullable(t.text())


class Totals(Derived):
    customer_id = t.integer()
    total = t.bigint()


class Moved(Derived):
    customer_id = t.integer()
    total = t.integer()


@attrs.define
class Customer(FerraModel[Customers]):
    id: int
    email: str
    name: str
    orders: int = SERVER_DEFAULT
    note: str | None = SERVER_DEFAULT
    created_at: datetime = SERVER_DEFAULT
    updated_at: datetime = SERVER_DEFAULT


@attrs.define
class NewCustomer(Insertable[Customers]):
    id: int
    email: str
    name: str
    orders: int = SERVER_DEFAULT


@attrs.define
class CustomerPatch(Changeset[Customers]):
    name: str | Unset = UNSET
    note: str | Unset | None = UNSET
    region: str | Unset = UNSET


@attrs.define
class Order(FerraModel[Orders]):
    customer_id: int
    total: int
    label: str | None = None
    id: int = SERVER_DEFAULT
