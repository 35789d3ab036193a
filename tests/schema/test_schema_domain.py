"""The reference domain: its rules hold in its models and in the database, and what it exports is there."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import uuid4

import attrs
import pytest

import schema
from ferra_sync import UNSET, Database, Db, DbErrorKind, Insertable, PgRepository, ValidationError, insert_into, update
from schema import (
    Film,
    NewProduct,
    NewUser,
    Post,
    Product,
    ProductPatch,
    Products,
    User,
    UserPatch,
    UserProfile,
    UserRole,
    Users,
)


def test_every_name_that_the_schema_exports_is_there() -> None:
    assert sorted(schema.__all__) == list(schema.__all__)
    assert all(hasattr(schema, name) for name in schema.__all__)


# The rules


def _user(**changes: object) -> NewUser:
    return NewUser(
        **{"username": "alice", "email": "a@x.org", "display_name": "Alice", "password_hash": "h", **changes}
    )


def _product(**changes: object) -> NewProduct:
    given = {"name": "Lamp", "price": Decimal("9.50"), "sku": "L1", "category": "home"} | changes
    return NewProduct(**given)


RULES = {
    "no username": (_user, {"username": ""}, "username cannot be empty", "users_username_not_empty"),
    "no at in the email": (_user, {"email": "a.x.org"}, "email must contain an @", "users_email_has_an_at"),
    "an empty email": (_user, {"email": ""}, "email must contain an @", "users_email_has_an_at"),
    "no display name": (_user, {"display_name": ""}, "display_name cannot be empty", "users_display_name_not_empty"),
    "no product name": (_product, {"name": ""}, "name cannot be empty", "products_name_not_empty"),
    "no SKU": (_product, {"sku": ""}, "sku cannot be empty", "products_sku_not_empty"),
    "no price": (_product, {"price": Decimal(0)}, "price must be positive", "products_price_positive"),
    "a negative price": (_product, {"price": Decimal(-1)}, "price must be positive", "products_price_positive"),
    "a negative stock": (
        _product,
        {"stock_quantity": -1},
        "stock_quantity cannot be negative",
        "products_stock_quantity_not_negative",
    ),
}
_RULES = pytest.mark.parametrize(("make", "wrong", "message", "constraint"), RULES.values(), ids=RULES)
Make = Callable[..., Insertable[Users] | Insertable[Products]]


@_RULES
def test_a_model_refuses_what_breaks_a_rule_when_it_is_made(
    make: Make, wrong: dict[str, object], message: str, constraint: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        make(**wrong)


@_RULES
def test_a_write_refuses_what_breaks_a_rule_by_field(
    db: Database, make: Make, wrong: dict[str, object], message: str, constraint: str
) -> None:
    row = make()
    with attrs.validators.disabled():
        changed = attrs.evolve(row, **wrong)
    table = Users if isinstance(row, NewUser) else Products
    with pytest.raises(ValidationError) as caught:
        db.execute(insert_into(table).values(changed))
    assert caught.value.errors == {next(iter(wrong)): message}


@_RULES
def test_the_database_refuses_what_breaks_a_rule_by_constraint(
    db: Database, make: Make, wrong: dict[str, object], message: str, constraint: str
) -> None:
    with attrs.validators.disabled():
        row = make(**wrong)
        table = Users if isinstance(row, NewUser) else Products
        with pytest.raises(Db) as caught:
            db.execute(insert_into(table).values(row))
    assert caught.value.kind is DbErrorKind.CHECK_VIOLATION
    assert caught.value.constraint == constraint


def test_several_broken_rules_are_reported_together(db: Database) -> None:
    with attrs.validators.disabled():
        user = User(username="", email="nowhere", display_name="", password_hash="h")
    with pytest.raises(ValidationError) as caught:
        PgRepository(User, db).insert(user)
    assert caught.value.errors == {
        "username": "username cannot be empty",
        "email": "email must contain an @",
        "display_name": "display_name cannot be empty",
    }


def test_a_patch_leaves_unset_fields_alone_and_checks_the_others(db: Database) -> None:
    users = PgRepository(User, db)
    alice = users.insert(User("alice", "a@x.org", "Alice", "h"))
    changed = db.fetch_one(update(Users).find(alice.id).set(UserPatch(role=UserRole.ADMIN)).returning(User))
    assert (changed.role, changed.username, changed.email) == (UserRole.ADMIN, "alice", "a@x.org")
    assert changed.updated_at > alice.updated_at
    with pytest.raises(ValueError, match="username cannot be empty"):
        UserPatch(username="")
    with pytest.raises(ValueError, match="price must be positive"):
        ProductPatch(price=Decimal(0))
    assert UserPatch().username is UNSET


def test_the_server_fills_in_the_defaults_and_the_model_has_them(db: Database) -> None:
    user = db.fetch_one(insert_into(Users).values(_user()).returning(User))
    assert (user.role, user.is_active) == (UserRole.USER, True)
    assert user.created_at == user.updated_at
    post = PgRepository(Post, db).insert(Post(user.id, "Title", "Content"))
    assert (post.published, post.subtitle) == (False, None)
    product = db.fetch_one(insert_into(Products).values(_product()).returning(Product))
    assert (product.in_stock, product.stock_quantity, product.price) == (False, 0, Decimal("9.50"))
    assert PgRepository(Film, db).insert(Film("Alien")) == Film("Alien", None, False, id=1)


def test_a_password_hash_is_in_no_repr() -> None:
    assert "secret" not in repr(User("a", "a@x", "A", "secret", id=uuid4()))
    assert "secret" not in repr(_user(password_hash="secret"))
    assert "secret" not in repr(UserPatch(password_hash="secret"))
    assert not hasattr(UserProfile, "password_hash")


def test_roles_are_ordered_from_the_least_to_the_most(db: Database) -> None:
    users = PgRepository(User, db)
    for role in (UserRole.ADMIN, UserRole.USER, UserRole.MODERATOR):
        users.insert(User(role.value, f"{role.value}@x.org", role.name, "h", role=role))
    assert [user.role for user in users.find_all(order_by=[Users.role])] == list(UserRole)
    assert users.count(Users.role > UserRole.USER) == 2
