"""The repositories of the reference domain find what they are asked for, and names by their beginning on an index."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ferra_sync import Database, NotFound, select
from schema import Product, ProductRepository, User, UserRepository, UserRole, Users


def user(name: str, role: UserRole = UserRole.USER) -> User:
    return User(name, f"{name}@example.org", name.title(), "no hash", role)


def product(name: str, category: str = "home", *, in_stock: bool = False) -> Product:
    return Product(name, Decimal("9.90"), f"{name}-1", category, in_stock=in_stock)


@pytest.fixture
def users(db: Database) -> UserRepository:
    repository = UserRepository(db)
    repository.insert_many([user("bob"), user("alice", UserRole.ADMIN), user("alan"), user("a_n", UserRole.ADMIN)])
    return repository


@pytest.fixture
def products(db: Database) -> ProductRepository:
    repository = ProductRepository(db)
    repository.insert_many([product("Lamp", in_stock=True), product("Bed"), product("Axe", "garden", in_stock=True)])
    return repository


def test_a_user_is_found_by_email_and_one_that_is_not_there_is_said_to_be_missing(users: UserRepository) -> None:
    assert users.find_by_email("bob@example.org").username == "bob"
    with pytest.raises(NotFound, match="users"):
        users.find_by_email("nobody@example.org")


def test_users_are_found_by_the_beginning_of_their_name_and_no_more_than_asked_for(users: UserRepository) -> None:
    assert [each.username for each in users.find_by_username_prefix("al")] == ["alan", "alice"]
    assert [each.username for each in users.find_by_username_prefix("al", limit=1)] == ["alan"]
    assert [each.username for each in users.find_by_username_prefix("a_")] == ["a_n"]


def test_the_beginning_of_a_name_is_looked_up_in_an_index_made_for_it(users: UserRepository, db: Database) -> None:
    users.insert_many([user(f"user{number}") for number in range(3_000)])
    with db.connection() as connection:
        # It serves where the database's collation is C, as here; the other one whatever that is.
        connection.execute("ALTER TABLE users DROP CONSTRAINT users_username_key")
        connection.execute("ANALYZE users")
    plan = select(User).where(Users.username.startswith("user12")).order_by(Users.username).limit(10).explain(db)
    assert "users_username_prefix_idx" in {node.index for node in plan.root.walk()}


def test_users_are_found_by_role_in_the_order_of_their_names(users: UserRepository) -> None:
    assert [each.username for each in users.find_by_role(UserRole.ADMIN)] == ["a_n", "alice"]
    assert users.find_by_role(UserRole.MODERATOR) == []


def test_a_name_or_an_address_that_is_taken_is_known(users: UserRepository) -> None:
    assert users.exists_by_username_or_email("bob", "new@example.org")
    assert users.exists_by_username_or_email("new", "bob@example.org")
    assert not users.exists_by_username_or_email("new", "new@example.org")


def test_products_are_found_by_sku_category_and_stock(products: ProductRepository) -> None:
    assert products.find_by_sku("Bed-1").name == "Bed"
    assert [each.name for each in products.find_by_category("home")] == ["Bed", "Lamp"]
    assert [each.name for each in products.find_in_stock()] == ["Axe", "Lamp"]
    assert (products.exists_by_sku("Axe-1"), products.exists_by_sku("Axe-2")) == (True, False)
    with pytest.raises(NotFound, match="products"):
        products.find_by_sku("Axe-2")


def test_a_repository_of_the_domain_works_inside_a_transaction_as_a_whole(db: Database) -> None:
    with db.begin() as tx:
        UserRepository(tx).insert(user("carol"))
        assert UserRepository(tx).find_by_email("carol@example.org").display_name == "Carol"
    assert not UserRepository(db).exists_by_username_or_email("carol", "carol@example.org")
