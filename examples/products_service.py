"""A service over a repository: the rules of the trade in one place, the database's errors in its own words."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from uuid import UUID, uuid4

import attrs
from _database import database

from ferra_sync import Conflict, Database, PgRepository, select, update
from schema import Product, ProductPatch, Products


class ProductError(Exception):
    """What a caller of the service may be told."""


@attrs.frozen
class ProductService:
    """What can be done with products."""

    db: Database

    def create(self, product: Product) -> Product:
        """Add a product; no SELECT beforehand, which could be overtaken: the unique constraint finds duplicates."""
        try:
            return PgRepository(Product, self.db).insert(product)
        except Conflict as error:
            raise ProductError(f"there is a product with this {', '.join(error.columns)}") from error

    def restock(self, id: UUID, quantity: int) -> Product:
        """Set how many there are."""
        patch = ProductPatch(stock_quantity=quantity, in_stock=quantity > 0)
        if found := self.db.fetch_optional(update(Products).find(id).set(patch).returning(Product)):
            return found
        raise ProductError("there is no such product")

    def in_stock(self, category: str) -> list[Product]:
        """Return what can be sold."""
        return self.db.fetch_all(select(Product).where(Products.category == category, Products.in_stock))


def main(db: Database) -> None:
    service = ProductService(db)
    lamp = service.create(Product("Lamp", Decimal("19.90"), "LAMP-1", "home"))
    print("restocked:", service.restock(lamp.id, 12).stock_quantity)
    print("in stock: ", [f"{each.name} at {each.price}" for each in service.in_stock("home")])
    for attempt in (partial(service.create, lamp), partial(service.restock, uuid4(), 1), partial(ProductPatch, sku="")):
        try:
            attempt()
        except (ProductError, ValueError) as error:
            print("refused:  ", error)


if __name__ == "__main__":
    with database() as db:
        main(db)
