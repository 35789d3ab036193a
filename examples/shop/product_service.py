"""What can be done with products. `in_stock` is true to the quantity, whichever way that is set."""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import UUID

import attrs

from ferra_sync import Executor, insert_into, update
from schema import NewProduct, Product, ProductPatch, ProductRepository, Products

from .errors import Code, told_as

_told: Final = partial(told_as, "product", not_found=Code.PRODUCT_NOT_FOUND, conflict=Code.DUPLICATE_SKU)


@attrs.frozen
class ProductService:
    """The products of a database, or of a transaction.

    Raises:
        ServiceError: with a code; DATABASE_ERROR in each of its methods.
    """

    db: Executor

    @property
    def _products(self) -> ProductRepository:
        return ProductRepository(self.db)

    def create_product(self, product: NewProduct) -> Product:
        """Add a product; DUPLICATE_SKU, VALIDATION_ERROR."""
        with _told():
            stocked = attrs.evolve(product, in_stock=product.stock_quantity > 0)
            return self.db.fetch_one(insert_into(Products).values(stocked).returning(Product))

    def get_product(self, id: UUID) -> Product:
        """Return a product; PRODUCT_NOT_FOUND."""
        with _told():
            return self._products.find_by_id(id)

    def update_product(self, product: Product) -> Product:
        """Set all that a product says; PRODUCT_NOT_FOUND, DUPLICATE_SKU, VALIDATION_ERROR."""
        with _told():
            stocked = attrs.evolve(product, in_stock=product.stock_quantity > 0)
            return self._products.update(product.id, stocked)

    def update_stock_quantity(self, id: UUID, quantity: int) -> Product:
        """Set how many there are, in one UPDATE; PRODUCT_NOT_FOUND, VALIDATION_ERROR."""
        with _told():
            patch = ProductPatch(stock_quantity=quantity, in_stock=quantity > 0)
            return self.db.fetch_one(update(Products).find(id).set(patch).returning(Product))

    def delete_product(self, id: UUID) -> None:
        """Remove a product; PRODUCT_NOT_FOUND."""
        with _told():
            self._products.delete(id)

    def get_products_by_category(self, category: str) -> list[Product]:
        """Return the products of a category, by name."""
        with _told():
            return self._products.find_by_category(category)

    def get_products_in_stock(self) -> list[Product]:
        """Return the products that can be sold, by name."""
        with _told():
            return self._products.find_in_stock()
