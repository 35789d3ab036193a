"""Migrations that are generated, and any list of them."""

from __future__ import annotations

import contextlib
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from databases import fresh_database
from hypothesis import given, settings
from hypothesis import strategies as st
from written_migrations import labels, write

from ferra_sync import Database
from ferra_sync.errors import MigrationError
from ferra_sync.migrations import Migrations

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_generate_makes_a_directory_with_both_files_that_must_be_filled_in(db: Database, tmp_path: Path) -> None:
    migrations = Migrations(tmp_path / "new" / "migrations")
    made = migrations.generate("Create users & posts!")
    assert made.parent == migrations.directory
    assert re.fullmatch(r"2[0-9]{13}_create_users_posts", made.name)
    assert sorted(path.name for path in made.iterdir()) == ["down.sql", "up.sql"]
    with pytest.raises(MigrationError, match=r"up\.sql is empty"):
        migrations.run(db)


def test_generated_migrations_are_in_the_order_of_their_making(db: Database, migrations: Migrations) -> None:
    made = [migrations.generate(name) for name in ("zeta", "alpha", "zeta")]
    for path in made:
        (path / "up.sql").write_text("SELECT 1", encoding="utf-8")
    assert labels(migrations.run(db)) == [path.name for path in made]


def test_generate_comes_after_the_newest_even_from_a_clock_that_was_ahead(
    migrations: Migrations, directory: Path
) -> None:
    write(directory, "29991231235959_ahead", "SELECT 1")
    assert migrations.generate("next").name == "30000101000000_next"
    write(directory, "99999999999999_last", "SELECT 1")
    with pytest.raises(MigrationError, match="no timestamp comes after 99999999999999"):
        migrations.generate("next")


@pytest.mark.parametrize("name", ["", " ", "../..", "--"])
def test_generate_refuses_a_name_without_a_letter_or_digit(migrations: Migrations, directory: Path, name: str) -> None:
    with pytest.raises(MigrationError, match="needs a letter or a digit"):
        migrations.generate(name)
    assert list(directory.iterdir()) == []


def test_migrations_are_a_value() -> None:
    assert Migrations("migrations") == Migrations(Path("migrations"))


# --- any list of migrations ------------------------------------------------------------------------------------------


KINDS = ("table", "column", "index", "view", "function", "data")


def change(kind: str, number: int, target: int) -> tuple[str, str]:
    """Return the up and the down of migration `number`, which may build upon the table of migration `target`."""
    return {
        "table": (f"CREATE TABLE t{number} (id int PRIMARY KEY, note text);", f"DROP TABLE t{number};"),
        "column": (f"ALTER TABLE t{target} ADD c{number} int DEFAULT 1;", f"ALTER TABLE t{target} DROP c{number};"),
        "index": (f"CREATE INDEX i{number} ON t{target} (note);", f"DROP INDEX i{number};"),
        "view": (f"CREATE VIEW v{number} AS SELECT id FROM t{target};", f"DROP VIEW v{number};"),
        "function": (
            f"CREATE FUNCTION f{number}() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$;",
            f"DROP FUNCTION f{number}();",
        ),
        "data": (
            f"INSERT INTO t{target} (id, note) VALUES ({number}, '100%s; $1');",
            f"DO $$ BEGIN DELETE FROM t{target} WHERE id = {number}; END $$;",
        ),
    }[kind]


def schema_of(conn: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """Return every relation, column and function of the schema but the history's."""
    query = b"""
        SELECT relname::text, relkind::text, attname::text, format_type(atttypid, atttypmod)
        FROM pg_class LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
        WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE '%ferra_migrations%'
        UNION ALL SELECT proname, 'function', NULL, NULL FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        ORDER BY 1, 2, 3
    """
    return conn.execute(query).fetchall()


@pytest.fixture(scope="module")
def shared_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as database_url:
        yield database_url


@pytest.fixture(scope="module")
def shared_db(shared_url: str) -> Iterator[Database]:
    with contextlib.closing(Database.connect(shared_url)) as database:
        yield database


@settings(max_examples=30, deadline=None)
@given(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=8), data=st.data())
def test_any_list_of_migrations_run_and_reverted_leaves_the_schema_as_it_was(
    shared_url: str, shared_db: Database, kinds: list[str], data: st.DataObject
) -> None:
    steps = data.draw(st.integers(1, len(kinds)))
    existing = [0]
    with tempfile.TemporaryDirectory() as made, psycopg.connect(shared_url, autocommit=True) as conn:
        conn.execute(
            "DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE t0 (id int PRIMARY KEY, note text)"
        )
        migrations = Migrations(made)
        before = schema_of(conn)
        for number, kind in enumerate(kinds, start=1):
            up, down = change(kind, number, data.draw(st.sampled_from(existing)))
            write(Path(made), f"{number:014d}_{kind}", up, down)
            existing += [number] if kind == "table" else []
        applied = labels(migrations.run(shared_db))
        assert labels(migrations.revert(shared_db, steps)) == applied[::-1][:steps]
        assert labels(migrations.run(shared_db)) == applied[len(kinds) - steps :]
        assert labels(migrations.revert(shared_db, len(kinds))) == applied[::-1]
        assert schema_of(conn) == before
