"""A few users and products to look at."""

from __future__ import annotations

from decimal import Decimal

from ferra_sync import Database
from schema import NewProduct, UserRole

from .product_service import ProductService
from .user_service import Registration, UserService

_COLOURS = ("Black", "Blue", "Green", "Grey", "Red", "White", "Yellow")
_THINGS = {"Chair": ("home", "89.00"), "Lamp": ("home", "19.90"), "Mug": ("kitchen", "7.50"), "Pen": ("office", "1.20")}
_PEOPLE = {"ann": UserRole.ADMIN, "bob": UserRole.MODERATOR}
_OTHERS = ("carla", "dora", "emil", "fay", "gus", "hana", "ivo")


def add_samples(db: Database) -> None:
    """Add them all, or none."""
    with db.begin() as tx:
        users, products = UserService(tx), ProductService(tx)
        for name, role in {**_PEOPLE, **dict.fromkeys(_OTHERS, UserRole.USER)}.items():
            users.create_user(Registration(name, f"{name}@example.com", name.title(), role), f"{name} has no secrets")
        for thing, (category, price) in _THINGS.items():
            for number, colour in enumerate(_COLOURS):
                sku = f"{thing}-{colour}".upper()
                article = NewProduct(f"{colour} {thing}", Decimal(price), sku, category, stock_quantity=3 * number)
                products.create_product(article)
        tx.commit()
