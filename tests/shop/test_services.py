"""A shop's services: what they do, and what they say when they cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import uuid4

import attrs
import pytest
from argon2 import PasswordHasher

from examples.shop import passwords
from examples.shop.errors import Code, ServiceError
from examples.shop.product_service import ProductService
from examples.shop.user_service import Registration, UserService
from ferra_sync import Database, PgRepository, from_, to_dict, to_json, update
from ferra_sync import functions as fn
from schema import NewProduct, Product, Products, User, UserPatch, UserRole, Users

PASSWORD = "hunter2 hunter2"
ANN = Registration("ann", "ann@example.com", "Ann", PASSWORD)
LAMP = NewProduct("Lamp", Decimal("19.90"), "LAMP-1", "home", stock_quantity=3)


@pytest.fixture
def users(db: Database) -> UserService:
    return UserService(db)


@pytest.fixture
def products(db: Database) -> ProductService:
    return ProductService(db)


def refusal(call: Callable[[], object], code: Code) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        call()
    assert caught.value.code is code
    assert PASSWORD not in str(caught.value) + repr(caught.value.__cause__)
    return caught.value


# Users


def test_a_user_is_created_with_a_hash_and_shown_without_it(users, db):
    profile = users.create_user(ANN)
    assert (profile.username, profile.role, hasattr(profile, "password_hash")) == ("ann", UserRole.USER, False)
    assert users.get_user_profile(profile.id) == profile
    stored = PgRepository(User, db).find_by_id(profile.id)
    assert stored.password_hash.startswith("$argon2id$")
    assert PASSWORD not in repr(ANN)
    assert stored.password_hash not in repr(stored) + repr(to_dict(stored)) + to_json(stored)


@pytest.mark.parametrize("change", [{"email": "b@x"}, {"username": "bob"}], ids=["a name", "an address"])
def test_what_is_taken_is_refused_by_the_constraint(users, change):
    users.create_user(ANN)
    error = refusal(lambda: users.create_user(attrs.evolve(ANN, **change)), Code.USER_ALREADY_EXISTS)
    taken = "username" if "email" in change else "email"
    assert str(error) == f"There is a user with this {taken} already"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"username": ""}, "username cannot be empty"),
    "no @": ({"email": "nowhere"}, "email must contain an @"),
    "no name to show": ({"display_name": ""}, "display_name cannot be empty"),
    "a short password": ({"password": "1234567"}, "password has between 8 and 1000 characters"),
    "a book": ({"password": "x" * 1001}, "password has between 8 and 1000 characters"),
    "a long name": ({"username": "x" * 51}, "A value is too long, or cannot be stored"),
    "a NUL": ({"username": "a\0b"}, "A value is too long, or cannot be stored"),
}


@pytest.mark.parametrize(("change", "message"), WRONG.values(), ids=WRONG)
def test_what_is_not_valid_is_refused_before_it_is_written(users, change, message):
    assert str(refusal(lambda: users.create_user(attrs.evolve(ANN, **change)), Code.VALIDATION_ERROR)) == message
    assert users.get_users_by_role(UserRole.USER) == []


def test_of_sixteen_who_want_a_name_at_once_one_gets_it(users, db):
    together = threading.Barrier(16)

    def register(number: int) -> Code | None:
        asked = attrs.evolve(ANN, email=f"{number}@example.com")
        together.wait(timeout=60)
        try:
            users.create_user(asked)
        except ServiceError as error:
            return error.code
        return None

    with ThreadPoolExecutor(16) as threads:
        told = list(threads.map(register, range(16)))
    assert sorted(map(str, told)) == ["None", *[str(Code.USER_ALREADY_EXISTS)] * 15]
    assert db.fetch_value(from_(Users).select(fn.count())) == 1


def test_status_and_role_are_changed_in_one_update_each(users):
    profile = users.create_user(ANN)
    assert users.change_user_role(profile.id, UserRole.ADMIN).role is UserRole.ADMIN
    assert [each.username for each in users.get_users_by_role(UserRole.ADMIN)] == ["ann"]
    users.update_user_status(profile.id, is_active=False)
    refusal(lambda: users.log_in("ann", PASSWORD), Code.INVALID_CREDENTIALS)
    users.update_user_status(profile.id, is_active=True)
    assert users.log_in("ann", PASSWORD).id == profile.id


def test_who_is_not_there_is_not_found(users):
    for ask in (
        lambda: users.get_user_profile(uuid4()),
        lambda: users.update_user_status(uuid4(), is_active=True),
        lambda: users.change_user_role(uuid4(), UserRole.USER),
    ):
        assert str(refusal(ask, Code.USER_NOT_FOUND)) == "There is no such user"


def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words(users):
    users.create_user(ANN)
    told = {
        str(refusal(lambda name=name, word=word: users.log_in(name, word), Code.INVALID_CREDENTIALS))
        for name, word in [("ann", "another password"), ("bob", PASSWORD), ("", ""), ("bob", "the password of nobody")]
    }
    assert told == {"The name or the password is wrong"}


def test_an_outdated_hash_is_renewed_at_the_next_login(users, db):
    profile = users.create_user(ANN)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    db.execute(update(Users).find(profile.id).set(UserPatch(password_hash=weak)))
    assert passwords.is_outdated(weak)
    users.log_in("ann", PASSWORD)
    stored = PgRepository(User, db).find_by_id(profile.id).password_hash
    assert not passwords.is_outdated(stored)
    assert users.log_in("ann", PASSWORD) == profile


def test_a_hash_that_is_none_matches_nothing():
    assert not passwords.matches("not a hash", PASSWORD)
    assert not passwords.matches(None, "the password of nobody")


def test_an_entity_is_let_in_and_kept_out(db, users):
    repository = PgRepository(User, db)
    user = repository.find_by_id(users.create_user(ANN).id)
    user.deactivate()
    kept_out = repository.save(user)
    assert (kept_out.is_active, kept_out.updated_at > kept_out.created_at) == (False, True)
    kept_out.activate()
    assert repository.save(kept_out).is_active


# Products


def test_stock_is_true_to_the_quantity_whichever_way_it_is_set(products):
    lamp = products.create_product(LAMP)
    assert (lamp.in_stock, products.get_products_in_stock()) == (True, [lamp])
    assert not products.update_stock_quantity(lamp.id, 0).in_stock
    assert products.update_stock_quantity(lamp.id, 7).in_stock
    lamp.update_stock(0)
    lamp.in_stock = True
    assert not products.update_product(lamp).in_stock
    assert products.get_products_in_stock() == []
    assert products.get_products_by_category("home") == [products.get_product(lamp.id)]


def test_a_price_is_exact_and_positive(products):
    lamp = products.create_product(LAMP)
    lamp.update_price(Decimal("0.10"))
    assert products.update_product(lamp).price * 3 == Decimal("0.30")
    with pytest.raises(ValueError, match="price must be positive"):
        lamp.update_price(Decimal(0))
    with pytest.raises(ValueError, match="stock_quantity cannot be negative"):
        lamp.update_stock(-1)
    assert (lamp.price, lamp.stock_quantity) == (Decimal("0.10"), 3)


def test_a_sku_is_given_once(products):
    lamp = products.create_product(LAMP)
    refusal(lambda: products.create_product(LAMP), Code.DUPLICATE_SKU)
    other = products.create_product(attrs.evolve(LAMP, sku="LAMP-2"))
    refusal(lambda: products.update_product(attrs.evolve(other, sku=lamp.sku)), Code.DUPLICATE_SKU)
    together = threading.Barrier(16)

    def create(_number: int) -> Code | None:
        together.wait(timeout=60)
        try:
            products.create_product(attrs.evolve(LAMP, sku="LAMP-3"))
        except ServiceError as error:
            return error.code
        return None

    with ThreadPoolExecutor(16) as threads:
        assert sorted(map(str, threads.map(create, range(16)))) == [str(Code.DUPLICATE_SKU)] * 15 + ["None"]


def test_what_is_no_product_is_refused(products, db):
    lamp = products.create_product(LAMP)
    refusal(lambda: products.update_stock_quantity(lamp.id, -1), Code.VALIDATION_ERROR)
    refusal(lambda: products.create_product(attrs.evolve(LAMP, sku="x" * 51)), Code.VALIDATION_ERROR)
    error = refusal(lambda: products.create_product(attrs.evolve(LAMP, category=7)), Code.VALIDATION_ERROR)
    assert list(error.errors) == ["category"]
    assert db.fetch_value(from_(Products).select(fn.count())) == 1


def test_what_is_not_there_is_not_found(products):
    gone: Product = products.create_product(LAMP)
    products.delete_product(gone.id)
    for ask in (
        lambda: products.get_product(gone.id),
        lambda: products.delete_product(gone.id),
        lambda: products.update_product(gone),
        lambda: products.update_stock_quantity(gone.id, 1),
    ):
        refusal(ask, Code.PRODUCT_NOT_FOUND)


# Both


def test_services_work_inside_a_transaction(db):
    with db.transaction() as tx:
        UserService(tx).create_user(ANN)
        ProductService(tx).create_product(LAMP)
        assert ProductService(db).get_products_in_stock() == []
    assert len(ProductService(db).get_products_in_stock()) == 1


def test_a_database_that_says_no_is_told_without_what_it_says(db, users):
    with db.connection() as connection:
        connection.execute("ALTER TABLE users RENAME TO elsewhere")
    try:
        for ask in (lambda: users.create_user(ANN), lambda: users.get_user_profile(uuid4())):
            assert str(refusal(ask, Code.DATABASE_ERROR)) == "The database could not do it"
    finally:
        with db.connection() as connection:
            connection.execute("ALTER TABLE elsewhere RENAME TO users")
