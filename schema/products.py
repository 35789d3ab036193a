"""Products, and how many of each are there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Constraint,
    FerraModel,
    Insertable,
    Table,
    Unset,
    check,
    when_set,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from schema._rules import not_empty, not_negative, positive


class Products(Table):
    id = t.uuid(primary_key=True, default=fn.gen_random_uuid())
    name = t.varchar(100)
    description = t.nullable(t.text())
    price = t.numeric(10, 2)
    sku = t.varchar(50, unique=True)
    in_stock = t.boolean(default=False, index=True)
    stock_quantity = t.integer(default=0)
    category = t.varchar(50, index=True)
    created_at = t.timestamptz(default=fn.now())
    updated_at = t.timestamptz(default=fn.now(), on_update=fn.now())

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (
            check(cls.name != "", name="products_name_not_empty"),
            check(cls.price > Decimal(0), name="products_price_positive"),
            check(cls.sku != "", name="products_sku_not_empty"),
            check(cls.stock_quantity >= 0, name="products_stock_quantity_not_negative"),
        )


@attrs.define
class Product(FerraModel[Products]):
    """A whole row."""

    name: str = attrs.field(validator=not_empty)
    price: Decimal = attrs.field(validator=positive)
    sku: str = attrs.field(validator=not_empty)
    category: str
    description: str | None = None
    in_stock: bool = False
    stock_quantity: int = attrs.field(default=0, validator=not_negative)
    id: UUID = SERVER_DEFAULT
    created_at: datetime = SERVER_DEFAULT
    updated_at: datetime = SERVER_DEFAULT

    def update_price(self, price: Decimal) -> None:
        """Set the price; ValueError where it is not positive. Stamped when it is written."""
        self.price = price

    def update_stock(self, quantity: int) -> None:
        """Set how many there are, and with it whether it can be sold; ValueError where it is less than none."""
        self.stock_quantity = quantity
        self.in_stock = quantity > 0


@attrs.define
class NewProduct(Insertable[Products]):
    """A product to create."""

    name: str = attrs.field(validator=not_empty)
    price: Decimal = attrs.field(validator=positive)
    sku: str = attrs.field(validator=not_empty)
    category: str
    description: str | None = None
    in_stock: bool = False
    stock_quantity: int = attrs.field(default=0, validator=not_negative)


@attrs.define
class ProductPatch(Changeset[Products]):
    """What may change in a product."""

    name: str | Unset = attrs.field(default=UNSET, validator=when_set(not_empty))
    price: Decimal | Unset = attrs.field(default=UNSET, validator=when_set(positive))
    sku: str | Unset = attrs.field(default=UNSET, validator=when_set(not_empty))
    category: str | Unset = UNSET
    description: str | Unset | None = UNSET
    in_stock: bool | Unset = UNSET
    stock_quantity: int | Unset = attrs.field(default=UNSET, validator=when_set(not_negative))
