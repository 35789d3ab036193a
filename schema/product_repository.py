"""Products by what they are asked for."""

from __future__ import annotations

from ferra_sync import Executor, PgRepository, exists, from_, select
from schema.products import Product, Products


class ProductRepository(PgRepository[Product]):
    """The products."""

    __slots__ = ()

    def __init__(self, db: Executor) -> None:
        super().__init__(Product, db)

    def find_by_sku(self, sku: str) -> Product:
        """Return the product with this SKU; NotFound where there is none."""
        return self.db.fetch_one(select(Product).where(Products.sku == sku))

    def find_by_category(self, category: str) -> list[Product]:
        """Return the products of a category, by name."""
        return self.find_by(Products.category == category, order_by=[Products.name])

    def find_in_stock(self) -> list[Product]:
        """Return the products that can be sold, by name."""
        return self.find_by(Products.in_stock, order_by=[Products.name])

    def exists_by_sku(self, sku: str) -> bool:
        """Whether there is a product with this SKU."""
        return self.db.fetch_value(select(exists(from_(Products).where(Products.sku == sku))))
