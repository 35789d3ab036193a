"""What differs between a database and the tables that are declared; the migrations make exactly what `schema/` says."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import conninfo, sql

from ferra_sync import Database, MigrationError
from ferra_sync.migrations import Migrations
from ferra_sync.migrations._catalog import Connection, described
from ferra_sync.migrations._drift import differences
from schema import Films, Posts, Products, Users

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
    "a missing enum label": (
        "ALTER TYPE user_role RENAME VALUE 'moderator' TO 'mod'",
        "enum user_role is 'user', 'mod',",
    ),
    "an extra enum label": (
        "ALTER TYPE user_role ADD VALUE 'guest'",
        "enum user_role is 'user', 'moderator', 'admin', 'gue",
    ),
    "enum labels in another order": (
        "ALTER TYPE user_role ADD VALUE 'x' BEFORE 'user'",
        "enum user_role is 'x', 'user'",
    ),
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
    found = {str(what): spelled for what, spelled in described(connection, ["public"]).items()}
    kinds = [what.partition(" ")[0] for what in found]
    columns = sum(len(table.__ferra_table__.attributes) for table in TABLES)
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "relation": 4,
        "column": columns,
        "constraint": 4 + 4 + 1 + 7,  # primary keys, uniques, foreign keys, checks
        "index": 7,
        "enum": 1,
    }
    assert found["column users.id"] == "uuid NOT NULL DEFAULT gen_random_uuid()"
    assert found["column posts.subtitle"] == "text"
    assert found["enum user_role"] == "'user', 'moderator', 'admin'"


@pytest.mark.parametrize(("statement", "difference"), DRIFTS.values(), ids=DRIFTS)
def test_a_drift_of_the_database_is_named(connection: Connection, statement: str, difference: str) -> None:
    connection.execute(statement)
    assert difference in "\n".join(map(str, differences(connection, TABLES)))


@pytest.mark.parametrize(("index", "difference"), INDEX_DRIFTS.values(), ids=INDEX_DRIFTS)
def test_a_drift_of_an_index_is_named(connection: Connection, index: str, difference: str) -> None:
    connection.execute(INDEX + index)
    (found,) = map(str, differences(connection, TABLES))
    assert found.startswith("index posts_published_newest_idx is")
    assert difference in found


def test_a_table_that_the_schema_does_not_declare_is_named_as_one_it_lacks(connection: Connection) -> None:
    found = [str(each) for each in differences(connection, (Users, Posts, Films))]
    assert "relation products is not declared: kind r" in found
    assert all("products" in line for line in found)


def test_where_the_search_path_names_nothing_there_is_nothing_to_compare(connection: Connection) -> None:
    connection.execute("SET LOCAL search_path = nowhere")
    with pytest.raises(MigrationError, match=r"^no schema of the search path exists$"):
        differences(connection, TABLES)


def test_a_comparison_changes_nothing(connection: Connection) -> None:
    before = connection.execute("SELECT nspname, current_setting('search_path') FROM pg_namespace").fetchall()
    differences(connection, TABLES)
    after = connection.execute("SELECT nspname, current_setting('search_path') FROM pg_namespace").fetchall()
    assert after == before


def test_reverting_all_migrations_leaves_an_empty_schema(empty_db: Database) -> None:
    migrations = Migrations("migrations")
    applied = migrations.run(empty_db)
    with empty_db.connection() as connection:
        assert described(connection, ["public"]) != {}
    assert len(migrations.revert(empty_db, len(applied))) == len(applied)
    with empty_db.connection() as connection:
        assert described(connection, ["public"]) == {}
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
