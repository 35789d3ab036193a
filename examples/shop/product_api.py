"""Products over HTTP: all six operations of REST, and their stock by itself, so that it is true."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import attrs
from flask import Blueprint, Response

from ferra_sync import UNSET, Changeset, Filter, Insertable, Sort, Unset, by, when_set
from ferra_sync.integrations.flask import CrudOptions, Listing, crud_blueprint, json_response, request_body
from schema import Product, Products, not_empty, positive

from .answers import answered, ferra
from .product_service import ProductService


@attrs.frozen
class ProductFilter(Filter[Products]):
    """Which products are listed."""

    category: str | Unset = by(Products.category)
    in_stock: bool | Unset = by(Products.in_stock)
    name: str | Unset = by(Products.name.icontains)


@attrs.frozen
class ProductToAdd(Insertable[Products]):
    """A product without any in stock yet."""

    name: str = attrs.field(validator=not_empty)
    price: Decimal = attrs.field(validator=positive)
    sku: str = attrs.field(validator=not_empty)
    category: str
    description: str | None = None


@attrs.frozen
class ProductDetails(Changeset[Products]):
    """What may change in a product, but for its stock."""

    name: str | Unset = attrs.field(default=UNSET, validator=when_set(not_empty))
    price: Decimal | Unset = attrs.field(default=UNSET, validator=when_set(positive))
    sku: str | Unset = attrs.field(default=UNSET, validator=when_set(not_empty))
    category: str | Unset = UNSET
    description: str | Unset | None = UNSET


@attrs.frozen
class Stock(Changeset[Products]):
    """How many there are."""

    stock_quantity: int


products = crud_blueprint(
    Product,
    create=ProductToAdd,
    change=ProductDetails,
    listing=Listing(ProductFilter, Sort.of(Products.name, Products.price, Products.created_at)),
    options=CrudOptions(operations=("list", "get", "create", "change", "delete")),
)
products.url_prefix = "/api/products"

stock = Blueprint("stock", __name__, url_prefix="/api/products")


@stock.put("/<uuid:id>/stock")
def update_stock_quantity(id: UUID) -> Response:
    asked = request_body(Stock)
    with answered():
        return json_response(ProductService(ferra.db).update_stock_quantity(id, asked.stock_quantity))
