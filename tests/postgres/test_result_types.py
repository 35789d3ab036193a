"""A result whose columns are of other types than the tables declare is a SchemaError, and never wrong values."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from databases import fresh_database
from tables import model_of

from ferra_sync import Database, Executor, FerraModel, PgRepository, SchemaError, Table, from_, insert_into, select
from ferra_sync import functions as fn
from ferra_sync import types as t

_numbers = itertools.count(1)

TYPES = """
    CREATE SCHEMA legacy;
    CREATE EXTENSION citext;
    CREATE EXTENSION ltree;
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE DOMAIN short AS text CHECK (length(VALUE) < 5)
"""

WRONG = [
    ("mood", t.text(), "mood"),
    ("money", t.text(), "money"),
    ("tsvector", t.text(), "tsvector"),
    ("ltree", t.text(), "ltree"),
    ("point", t.text(), "point"),
    ("char(3)", t.varchar(3), "character"),
    ("text", t.char(3), "text"),
    ("text", t.uuid(), "text"),
    ("bigint", t.integer(), "bigint"),
    ("integer", t.bigint(), "integer"),
    ("real", t.double_precision(), "real"),
    ("numeric", t.double_precision(), "numeric"),
    ("timestamp", t.timestamptz(), "timestamp without time zone"),
    ("timestamptz", t.timestamp(), "timestamp with time zone"),
    ("date", t.timestamp(), "date"),
    ("json", t.jsonb(), "json"),
    ("jsonb", t.json(), "jsonb"),
    ("citext[]", t.array(t.text()), "citext[]"),
    ("int8[]", t.array(t.integer()), "bigint[]"),
    ("text", t.array(t.text()), "text"),
    ("tsrange", t.tstzrange(), "tsrange"),
    ("cidr", t.inet(), "cidr"),
]
RIGHT = [
    ("varchar(9)", t.text()),
    ("text", t.varchar(9)),
    ("name", t.text()),
    ("citext", t.text()),
    ("citext", t.varchar(9)),
    ("varchar(9)[]", t.array(t.text())),
    ("short", t.text()),
]


@pytest.fixture(scope="module")
def legacy(server_url: str) -> Iterator[Database]:
    """A database with types that no declaration of a column names."""
    with fresh_database(server_url, script=TYPES) as url, Database.connect(url) as db:
        yield db


def made(db: Database, sql_type: str, declared: Any) -> type[Table]:
    """Make a table with one column of `sql_type`, and return a class that declares it otherwise."""
    name = f"t{next(_numbers)}"
    with db.connection() as connection:
        connection.execute(f"CREATE TABLE legacy.{name} (id integer PRIMARY KEY, value {sql_type})".encode())
        connection.execute(f"INSERT INTO legacy.{name} VALUES (1, NULL)".encode())
    body = {"id": t.integer(primary_key=True), "value": t.nullable(declared)}
    return type("Legacy", (Table,), body, name=name, schema="legacy")  # type: ignore[call-overload] # Table's keywords


READS: dict[str, Callable[[Executor, Any], object]] = {
    "fetch_all": lambda db, query: db.fetch_all(query),
    "fetch_one": lambda db, query: db.fetch_one(query),
    "stream": lambda db, query: list(db.stream(query)),
    "batches": lambda db, query: list(db.batches(query)),
    "fetch_page": lambda db, query: db.fetch_page(query),
    "distinct": lambda db, query: db.fetch_all(query.distinct()),
}


@pytest.mark.parametrize(("sql_type", "declared", "found"), WRONG, ids=str)
def test_a_declaration_that_the_database_does_not_share_is_named(
    legacy: Database, sql_type: str, declared: Any, found: str
):
    table: Any = made(legacy, sql_type, declared)
    with pytest.raises(SchemaError) as caught:
        legacy.fetch_all(from_(table).select(table.id, table.value))
    ref = table.value.ref
    assert str(caught.value) == f"{ref} is declared {ref.type}; the database has {found}"


@pytest.mark.parametrize("read", READS)
def test_every_way_to_read_sees_it_each_time_and_the_connection_stays_usable(legacy: Database, read: str):
    table: Any = made(legacy, "ltree", t.text())
    query = from_(table).select(table.value)
    for _ in range(2):
        with pytest.raises(SchemaError, match="is declared text; the database has ltree"):
            READS[read](legacy, query)
        with legacy.transaction() as tx:
            with pytest.raises(SchemaError, match="is declared text; the database has ltree"):
                READS[read](tx, query)
            assert tx.fetch_value(from_(table).select(fn.count())) == 1


@pytest.mark.parametrize(("sql_type", "declared"), RIGHT, ids=str)
def test_types_that_differ_in_nothing_one_sees_are_read(legacy: Database, sql_type: str, declared: Any):
    table: Any = made(legacy, sql_type, declared)
    assert legacy.fetch_all(from_(table).select(table.id, table.value)) == [(1, None)]


class Mixed(Table, name="mixed", schema="legacy"):
    id = t.integer(primary_key=True)
    text = t.nullable(t.text())
    raw = t.bytea()


def test_citext_is_read_as_text_from_the_first_row_on_and_bytes_beside_it_stay(legacy: Database):
    row = model_of(FerraModel[Mixed], id=int, text=str | None, raw=bytes)
    with legacy.connection() as connection:
        connection.execute("CREATE TABLE legacy.mixed (id integer PRIMARY KEY, text citext, raw bytea NOT NULL)")
        connection.execute("INSERT INTO legacy.mixed VALUES (1, NULL, 'x'), (2, 'Ärger', 'x')")
    expected = [row(1, None, b"x"), row(2, "Ärger", b"x")]
    with Database(legacy.config) as db:
        for _ in range(3):
            assert db.fetch_all(select(row).order_by(Mixed.id)) == expected
            assert list(db.stream(select(row).order_by(Mixed.id))) == expected
            assert set(db.fetch_all(from_(Mixed).distinct().select(Mixed.text))) == {None, "Ärger"}


def test_a_repository_sees_it(legacy: Database):
    table: Any = made(legacy, "bigint", t.integer())
    row = model_of(FerraModel[table], id=int, value=int | None)
    for call in (lambda repo: repo.find_by_id(1), lambda repo: repo.find_page(), lambda repo: repo.find_all()):
        with pytest.raises(SchemaError, match="is declared integer; the database has bigint"):
            call(PgRepository(row, legacy))


def test_a_function_that_was_declared_to_return_another_type_is_named(legacy: Database):
    wrong = fn.function("length", t.text(), returns=t.bigint())
    table: Any = made(legacy, "text", t.text())
    with pytest.raises(
        SchemaError, match="expression 1 of the select list is declared bigint; the database has integer"
    ):
        legacy.fetch_all(select(wrong(table.value)))


def test_each_database_is_asked(legacy: Database, server_url: str):
    table: Any = made(legacy, "text", t.text())
    query = from_(table).select(table.value)
    assert legacy.fetch_all(query) == [None]
    name = table.__ferra_table__.name
    with fresh_database(server_url) as url, Database.connect(url) as other:
        with other.connection() as connection:
            connection.execute(f"CREATE SCHEMA legacy CREATE TABLE {name} (id integer, value bytea)".encode())
        with pytest.raises(SchemaError, match="the database has bytea"):
            other.fetch_all(query)


def test_a_column_that_was_altered_is_seen_by_the_next_connection(legacy: Database):
    table: Any = made(legacy, "integer", t.integer())
    query = from_(table).select(table.value)
    assert legacy.fetch_all(query) == [None]
    with legacy.connection() as connection:
        connection.execute(f"ALTER TABLE legacy.{table.__ferra_table__.name} ALTER value TYPE bigint".encode())
    with Database(legacy.config) as again, pytest.raises(SchemaError, match="the database has bigint"):
        again.fetch_all(query)


CITEXT_PREDICATES = [
    (lambda c: c == "BOB", "value = 'BOB'"),
    (lambda c: c != "BOB", "value <> 'BOB'"),
    (lambda c: c < "BOB", "value < 'BOB'"),
    (lambda c: c >= "BOB", "value >= 'BOB'"),
    (lambda c: c.is_in(["BOB", "x"]), "value IN ('BOB', 'x')"),
    (lambda c: c.is_not_in(["BOB", "x"]), "value NOT IN ('BOB', 'x')"),
    (lambda c: c.between("BOB", "CAT"), "value BETWEEN 'BOB' AND 'CAT'"),
    (lambda c: c.is_distinct_from("BOB"), "value IS DISTINCT FROM 'BOB'"),
    (lambda c: c.like("B%"), "value LIKE 'B%'"),
    (lambda c: c.startswith("B"), "value LIKE 'B%'"),
]


@pytest.mark.parametrize(("predicate", "written"), CITEXT_PREDICATES)
@pytest.mark.parametrize("declared", [t.text(), t.varchar(20)], ids=["text", "varchar"])
def test_a_comparison_with_a_column_that_is_citext_goes_by_its_rules(
    legacy: Database, predicate: Callable[[Any], Any], written: str, declared: Any
):
    table: Any = made(legacy, "citext", declared)
    name = table.__ferra_table__.name
    with legacy.connection() as connection:
        connection.execute(f"INSERT INTO legacy.{name} VALUES (2, 'Bob'), (3, 'anna'), (4, 'Carl')".encode())
        expected = connection.execute(f"SELECT id FROM legacy.{name} WHERE {written} ORDER BY id".encode()).fetchall()
    found = legacy.fetch_all(from_(table).where(predicate(table.value)).order_by(table.id).select(table.id))
    assert found == [number for (number,) in expected]


def test_a_write_whose_answer_is_of_another_type_writes_nothing(legacy: Database):
    table: Any = made(legacy, "bigint", t.integer())
    row = model_of(FerraModel[table], id=int, value=int | None)
    with pytest.raises(SchemaError, match="the database has bigint"):
        legacy.fetch_one(insert_into(table).values(row(2, 3)).returning(row))
    with pytest.raises(SchemaError, match="the database has bigint"):
        PgRepository(row, legacy).insert(row(3, 4))
    assert legacy.fetch_all(from_(table).order_by(table.id).select(table.id)) == [1]


def test_a_write_that_another_database_has_answered_well_says_that_it_is_stored(legacy: Database, server_url: str):
    table: Any = made(legacy, "integer", t.integer())
    row = model_of(FerraModel[table], id=int, value=int | None)
    insert = insert_into(table).values(row(2, 3)).returning(row)
    assert legacy.fetch_one(insert) == row(2, 3)
    name = table.__ferra_table__.name
    with fresh_database(server_url) as url, Database.connect(url) as other:
        with other.connection() as connection:
            connection.execute(f"CREATE SCHEMA legacy CREATE TABLE {name} (id integer, value bigint)".encode())
        with pytest.raises(SchemaError, match="the database has bigint; the write is stored"):
            other.fetch_one(insert)
        with pytest.raises(SchemaError, match=r"the database has bigint$"):
            other.fetch_one(insert)
        assert other.fetch_value(from_(table).select(fn.count())) == 1
