"""Whether a database of SQLite that migrations have made is what is declared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from written_migrations import FIRST, write

from ferra_sync import Constraint, SqliteDatabase, Table, check, index
from ferra_sync import types as t
from ferra_sync.errors import QueryError, SchemaError
from ferra_sync.migrations import Migrations
from ferra_sync.migrations._sqlite_drift import sqlite_differences


class Halls(Table):
    id = t.bigserial(primary_key=True)
    name = t.text(unique=True)


class Seats(Table):
    id = t.bigint(primary_key=True)
    hall_id = t.bigint(references=Halls.id, on_delete="cascade")
    label = t.nullable(t.text())

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (check(cls.label != "it's", name="no_it"), index(cls.hall_id, cls.label, where=cls.label.is_not_null()))


MADE = """
    create table halls (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name text NOT NULL UNIQUE) strict;
    CREATE TABLE seats (
      [id] INTEGER PRIMARY KEY, -- a number
      hall_id INTEGER NOT NULL REFERENCES halls (id) ON DELETE CASCADE
    ) STRICT;
    ALTER TABLE seats ADD label TEXT CONSTRAINT no_it CHECK (`label`<>'it''s');
    CREATE INDEX IF NOT EXISTS seats_hall_id_label_idx ON seats (hall_id, label) WHERE ("label"  IS NOT NULL);
"""


@pytest.fixture
def made(tmp_path: Path) -> Any:
    write(tmp_path / "migrations", FIRST, MADE)
    with SqliteDatabase.connect(f"sqlite:///{tmp_path}/halls.db") as db:
        Migrations(tmp_path / "migrations").run(db)
        yield db


def differences(db: SqliteDatabase, *tables: type[Table]) -> list[str]:
    return [str(each) for each in sqlite_differences(db, tables)]


def test_what_migrations_have_made_is_what_is_declared_however_it_is_spelled(made: SqliteDatabase) -> None:
    assert differences(made, Halls, Seats) == []


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE seats DROP COLUMN label", "column seats.label is missing: TEXT"),
        ("ALTER TABLE halls ADD size INTEGER DEFAULT 7", "column halls.size is not declared: INTEGER DEFAULT 7"),
        ("DROP INDEX seats_hall_id_label_idx", "index seats_hall_id_label_idx is missing: create index seats_hall"),
        (
            "CREATE UNIQUE INDEX other ON halls (name)",
            "index other is not declared: create unique index other on halls",
        ),
        ("CREATE TABLE more (a)", "relation more is not declared: table"),
        ("CREATE VIEW names AS SELECT name FROM halls", "relation names is not declared: view"),
        (
            "DROP TABLE halls; CREATE TABLE halls (id INTEGER NOT NULL PRIMARY KEY, name TEXT)",
            "constraint halls_name_key of halls is missing: UNIQUE (name)",
        ),
        (
            "ALTER TABLE halls ADD x TEXT CONSTRAINT no_it CHECK ((x <> 'IT''S'))",
            "constraint no_it of halls is not declared: CHECK (x < > 'IT''S')",
        ),
        (
            "DROP TABLE seats; CREATE TABLE seats (id INTEGER PRIMARY KEY, hall_id INTEGER REFERENCES halls (id))",
            "constraint seats_hall_id_fkey of seats is FOREIGN KEY (hall_id) REFERENCES halls (id) ON DELETE NO ACTION",
        ),
    ],
)
def test_a_drift_is_named(made: SqliteDatabase, sql: str, expected: str) -> None:
    with made._taken(writing=True) as connection:
        connection.executescript(f"PRAGMA foreign_keys = OFF; {_without_index(sql)}")
    assert any(each.startswith(expected) for each in differences(made, Halls, Seats)), differences(made, Halls, Seats)


def _without_index(sql: str) -> str:
    return f"DROP INDEX seats_hall_id_label_idx; {sql}" if "DROP COLUMN" in sql else sql


class Documents(Table):
    id = t.bigint(primary_key=True)
    tags = t.array(t.text())


def test_what_sqlite_does_not_keep_is_refused_and_what_is_no_table_too(made: SqliteDatabase) -> None:
    with pytest.raises(QueryError, match="is not kept in SQLite"):
        differences(made, Documents)
    with pytest.raises(SchemaError):
        differences(made, int)  # type: ignore[arg-type]  # wrong on purpose
