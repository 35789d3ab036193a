"""Users and products of a shop, and what it says when it cannot: `cd examples && python -m shop`."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from uuid import uuid4

import attrs
from _database import database

from ferra_sync import Database
from schema import NewProduct, UserRole

from .errors import ServiceError
from .product_service import ProductService
from .user_service import Registration, UserService


def main(db: Database) -> None:
    users, products = UserService(db), ProductService(db)
    ann = Registration("ann", "ann@example.com", "Ann", "correct horse battery")
    profile = users.create_user(ann)
    print("registered:", profile.username, profile.role.value)
    print("promoted:  ", users.change_user_role(profile.id, UserRole.ADMIN).role.value)
    print("admins:    ", [each.username for each in users.get_users_by_role(UserRole.ADMIN)])
    print("logged in: ", users.log_in("ann", "correct horse battery") == users.get_user_profile(profile.id))
    users.update_user_status(profile.id, is_active=False)

    lamp = products.create_product(NewProduct("Lamp", Decimal("19.90"), "LAMP-1", "home", stock_quantity=3))
    print("on sale:   ", [f"{each.name} at {each.price}" for each in products.get_products_in_stock()])
    lamp.update_price(Decimal("24.90"))
    lamp.update_stock(0)
    sold_out = products.update_product(lamp)
    print("sold out:  ", sold_out.price, sold_out.in_stock, products.get_products_by_category("home") == [sold_out])

    for attempt in (
        partial(users.log_in, "ann", "correct horse battery"),
        partial(users.create_user, ann),
        partial(users.create_user, attrs.evolve(ann, username="bob", email="nowhere")),
        partial(users.get_user_profile, uuid4()),
        partial(products.create_product, NewProduct("Lamp", Decimal(5), "LAMP-1", "home")),
        partial(products.update_stock_quantity, lamp.id, -1),
        partial(products.delete_product, uuid4()),
    ):
        try:
            attempt()
        except ServiceError as error:
            print("refused:   ", error.code, "-", error)


if __name__ == "__main__":
    with database() as db:
        main(db)
