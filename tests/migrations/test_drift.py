"""The migrations make exactly the tables that `schema/` declares, and its rules hold on both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from uuid import uuid4

import attrs
import psycopg
import pytest
from psycopg import conninfo, sql

import schema
from ferra_sync import UNSET, Database, Db, DbErrorKind, Insertable, PgRepository, ValidationError, insert_into, update
from ferra_sync.migrations import Migrations
from ferra_sync.migrations._catalog import Connection, described, differences
from schema import (
    Film,
    Films,
    NewProduct,
    NewUser,
    Post,
    Posts,
    Product,
    ProductPatch,
    Products,
    User,
    UserPatch,
    UserProfile,
    UserRole,
    Users,
)

TABLES = (Users, Posts, Films, Products)

FOREIGN_KEY = "ALTER TABLE posts DROP CONSTRAINT posts_user_id_fkey, ADD FOREIGN KEY (user_id) REFERENCES users (id)"
CHECK = "ALTER TABLE products DROP CONSTRAINT products_price_positive, ADD CONSTRAINT products_price_positive CHECK"
DRIFTS = {
    "a missing table": ("DROP TABLE films", "relation films is missing"),
    "an extra table": ("CREATE TABLE notes (id integer)", "relation notes is not declared"),
    "an extra view": ("CREATE VIEW titles AS SELECT title FROM films", "relation titles is not declared"),
    "an extra sequence": ("CREATE SEQUENCE numbers", "relation numbers is not declared"),
    "a missing column": ("ALTER TABLE films DROP COLUMN archived", "column films.archived is missing"),
    "an extra column": ("ALTER TABLE films ADD COLUMN length integer", "column films.length is not declared"),
    "a renamed column": ("ALTER TABLE films RENAME archived TO hidden", "column films.archived is missing"),
    "another type": ("ALTER TABLE films ALTER release_year TYPE bigint", "column films.release_year is bigint"),
    "another length": (
        "ALTER TABLE users ALTER username TYPE varchar(60)",
        "column users.username is character varying(60)",
    ),
    "another precision": ("ALTER TABLE products ALTER price TYPE numeric(12,2)", "products.price is numeric(12,2)"),
    "NULL allowed": ("ALTER TABLE posts ALTER content DROP NOT NULL", "column posts.content is text; declared is"),
    "NULL refused": ("ALTER TABLE posts ALTER subtitle SET NOT NULL", "column posts.subtitle is text NOT NULL"),
    "a missing default": ("ALTER TABLE posts ALTER published DROP DEFAULT", "column posts.published is boolean"),
    "an extra default": ("ALTER TABLE posts ALTER title SET DEFAULT ''", "column posts.title is"),
    "another default": ("ALTER TABLE products ALTER stock_quantity SET DEFAULT 1", "DEFAULT 1; declared is"),
    "another default function": (
        "ALTER TABLE posts ALTER created_at SET DEFAULT clock_timestamp()",
        "DEFAULT clock_timestamp(); declared is timestamp with time zone NOT NULL DEFAULT now()",
    ),
    "a serial that does not count": ("ALTER TABLE films ALTER id DROP DEFAULT", "column films.id is integer"),
    "a missing primary key": ("ALTER TABLE films DROP CONSTRAINT films_pkey", "constraint films_pkey of films is mis"),
    "another primary key": (
        "ALTER TABLE films DROP CONSTRAINT films_pkey, ADD PRIMARY KEY (id, title)",
        "constraint films_pkey of films is PRIMARY KEY (id, title)",
    ),
    "a missing unique": ("ALTER TABLE films DROP CONSTRAINT films_title_key", "films_title_key of films is missing"),
    "an extra unique": ("ALTER TABLE films ADD UNIQUE (release_year)", "films_release_year_key of films is not decl"),
    "a missing foreign key": (
        "ALTER TABLE posts DROP CONSTRAINT posts_user_id_fkey",
        "constraint posts_user_id_fkey of posts is missing",
    ),
    "another action": (
        f"{FOREIGN_KEY} ON DELETE RESTRICT",
        "ON DELETE RESTRICT; declared is FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE",
    ),
    "another action on update": (
        f"{FOREIGN_KEY} ON DELETE CASCADE ON UPDATE CASCADE",
        "constraint posts_user_id_fkey of posts is",
    ),
    "an extra foreign key": (
        "ALTER TABLE posts ADD FOREIGN KEY (id) REFERENCES users (id)",
        "constraint posts_id_fkey of posts is not declared",
    ),
    "a missing check": ("ALTER TABLE products DROP CONSTRAINT products_price_positive", "products_price_positive of"),
    "an extra check": ("ALTER TABLE films ADD CHECK (release_year > 1800)", "films_release_year_check of films is not"),
    "a weaker check": (
        f"{CHECK} (price >= 0)",
        "products_price_positive of products is CHECK ((price >= (0)::numeric))",
    ),
    "a check that is not validated": (
        f"{CHECK} (price > 0) NOT VALID",
        "NOT VALID; declared is",
    ),
    "a renamed constraint": (
        "ALTER TABLE films RENAME CONSTRAINT films_title_key TO films_titles",
        "constraint films_titles of films is not declared",
    ),
    "a missing index": ("DROP INDEX posts_user_id_idx", "index posts_user_id_idx is missing"),
    "an extra index": ("CREATE INDEX ON films (release_year)", "index films_release_year_idx is not declared"),
    "a missing enum label": ("ALTER TYPE user_role RENAME VALUE 'moderator' TO 'mod'", "enum user_role is user, mod,"),
    "an extra enum label": ("ALTER TYPE user_role ADD VALUE 'guest'", "enum user_role is user, moderator, admin, gue"),
    "enum labels in another order": ("ALTER TYPE user_role ADD VALUE 'x' BEFORE 'user'", "enum user_role is x, user"),
    "another enum": ("ALTER TYPE user_role RENAME TO role", "enum user_role is missing"),
}
INDEX = "DROP INDEX posts_published_newest_idx; CREATE INDEX posts_published_newest_idx ON posts "
INDEX_DRIFTS = {
    "another order": ("(created_at) WHERE published", "(created_at) WHERE published; declared is"),
    "another place for NULLs": ("(created_at DESC NULLS LAST) WHERE published", "NULLS LAST) WHERE published; decl"),
    "another column": ("(updated_at DESC) WHERE published", "(updated_at DESC) WHERE published; declared is"),
    "no condition": ("(created_at DESC)", "(created_at DESC); declared is"),
    "another condition": ("(created_at DESC) WHERE NOT published", "WHERE NOT published; declared is"),
}


@pytest.fixture(scope="module")
def shared(server_url: str, domain_template: str) -> Iterator[Connection]:
    """A connection to a database with the domain's tables, one for this module: its users roll back."""
    database = f"ferra_drift_{uuid4().hex}"
    name = sql.Identifier(database)
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(domain_template)))
        try:
            with psycopg.connect(conninfo.make_conninfo(server_url, dbname=database), autocommit=True) as connection:
                yield connection
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture
def connection(shared: Connection) -> Iterator[Connection]:
    with shared.transaction(force_rollback=True):
        yield shared


def test_the_migrated_database_is_what_the_schema_declares(connection: Connection) -> None:
    assert differences(connection, TABLES) == []


def test_the_comparison_sees_every_table_column_constraint_index_and_enum(connection: Connection) -> None:
    found = described(connection)
    kinds = [what.partition(" ")[0] for what in found]
    columns = sum(len(table.__ferra_table__.attributes) for table in TABLES)
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "relation": 4,
        "column": columns,
        "constraint": 4 + 4 + 1 + 7,  # primary keys, uniques, foreign keys, checks
        "index": 6,
        "enum": 1,
    }
    assert found["column users.id"] == "uuid NOT NULL DEFAULT gen_random_uuid()"
    assert found["column posts.subtitle"] == "text"
    assert found["enum user_role"] == "user, moderator, admin"


@pytest.mark.parametrize(("statement", "difference"), DRIFTS.values(), ids=DRIFTS)
def test_a_drift_of_the_database_is_named(connection: Connection, statement: str, difference: str) -> None:
    connection.execute(statement)
    assert difference in "\n".join(differences(connection, TABLES))


@pytest.mark.parametrize(("index", "difference"), INDEX_DRIFTS.values(), ids=INDEX_DRIFTS)
def test_a_drift_of_an_index_is_named(connection: Connection, index: str, difference: str) -> None:
    connection.execute(INDEX + index)
    (found,) = differences(connection, TABLES)
    assert found.startswith("index posts_published_newest_idx is")
    assert difference in found


def test_a_table_that_the_schema_does_not_declare_is_named_as_one_it_lacks(connection: Connection) -> None:
    found = differences(connection, (Users, Posts, Films))
    assert "relation products is not declared: kind r" in found
    assert all("products" in line for line in found)


def test_reverting_all_migrations_leaves_an_empty_schema(empty_db: Database) -> None:
    migrations = Migrations("migrations")
    applied = migrations.run(empty_db)
    with empty_db.connection() as connection:
        assert described(connection) != {}
    assert len(migrations.revert(empty_db, len(applied))) == len(applied)
    with empty_db.connection() as connection:
        assert described(connection) == {}
        assert (
            connection.execute("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace").rowcount == 0
        )


def test_migrations_can_be_applied_reverted_and_applied_again(empty_db: Database) -> None:
    migrations = Migrations("migrations")
    applied = migrations.run(empty_db)
    migrations.revert(empty_db, len(applied))
    migrations.run(empty_db)
    with empty_db.connection() as connection:
        assert differences(connection, TABLES) == []


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
