"""What multisets hold is of the types that the tables declare, or a SchemaError; moments come in the session's zone."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from databases import fresh_database

from ferra_sync import Database, Db, Derived, FerraModel, SchemaError, Table, from_, select
from ferra_sync import functions as fn
from ferra_sync import types as t

_numbers = itertools.count(1)

SCRIPT = """
    CREATE TYPE mood AS ENUM ('sad');
    CREATE EXTENSION citext;
    CREATE DOMAIN short AS text;
    CREATE DOMAIN shorter AS short;
    CREATE DOMAIN few AS integer[];
    CREATE TABLE texts (id integer PRIMARY KEY, a citext, b shorter, c name, d varchar(3)[], e char(3), f few);
    INSERT INTO texts VALUES (1, 'A', 'b', 'c', '{d,NULL}', 'e', '{1}'), (2, NULL, NULL, NULL, NULL, NULL, NULL);
    CREATE TABLE odd (
        id integer PRIMARY KEY, matrix integer[], gaps text[], span interval, place point, places point[], worth money);
    INSERT INTO odd VALUES
        (1, '{{1,2},{3,4}}', '{a,NULL,""}', '1 month 2 days', '(1,2)', '{"(1,2)","(3,4)"}', '1.50'),
        (2, '{}', '{}', NULL, NULL, '{}', NULL), (3, NULL, NULL, '-1 year', NULL, NULL, NULL);
    CREATE TABLE times (id integer PRIMARY KEY, at timestamptz, span tstzrange, days date);
    INSERT INTO times VALUES (1, '2024-06-01 12:00:00.5Z', '[2024-01-01Z,)', '2024-01-01'), (2, NULL, NULL, NULL);
"""


class Odd(Table):
    id = t.integer(primary_key=True)
    matrix = t.nullable(t.array(t.array(t.integer())))
    gaps = t.nullable(t.array(t.nullable(t.text())))
    span = t.nullable(t.calendar_interval())
    place = t.nullable(t.custom("point", python=str, dump=str, load=str))
    places = t.nullable(t.array(t.custom("point", python=str, dump=str, load=str)))
    worth = t.nullable(t.custom("money", python=float, dump=str, load=lambda text: float(text.lstrip("$"))))


class Ones(Derived):
    n = t.integer()


class Texts(Table):
    id = t.integer(primary_key=True)
    a = t.nullable(t.text())
    b = t.nullable(t.varchar(9))
    c = t.nullable(t.text())
    d = t.nullable(t.array(t.nullable(t.text())))
    e = t.nullable(t.char(3))
    f = t.nullable(t.array(t.integer()))


class Times(Table):
    id = t.integer(primary_key=True)
    at = t.nullable(t.timestamptz())
    span = t.nullable(t.tstzrange())
    days = t.nullable(t.date())


@attrs.frozen
class Time(FerraModel[Times]):
    id: int
    at: dt.datetime | None


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with fresh_database(server_url, script=SCRIPT) as url, Database.connect(url) as db:
        yield db


def made(db: Database, sql_type: str, declared: Any, *values: str) -> Any:
    """Make a table with one column of `sql_type` and these values, and return a class that declares it otherwise."""
    name = f"t{next(_numbers)}"
    with db.connection() as connection:
        connection.execute(f"CREATE TABLE {name} (value {sql_type})".encode())
        for value in values:
            connection.execute(f"INSERT INTO {name} VALUES ({value})".encode())
    return type("Legacy", (Table,), {"value": t.nullable(declared)}, name=name)  # type: ignore[call-overload] # Table's keywords


WRONG = [
    ("bigint", t.integer(), "bigint"),
    ("text", t.uuid(), "text"),
    ("money", t.text(), "money"),
    ("mood", t.text(), "mood"),
    ("jsonb", t.json(), "jsonb"),
    ("timestamp", t.timestamptz(), "timestamp without time zone"),
    ("short", t.integer(), "short"),
    ("char(3)", t.text(), "character"),
]


@pytest.mark.parametrize(("sql_type", "declared", "found"), WRONG, ids=str)
def test_a_declaration_that_the_database_does_not_share_is_named_each_time(
    db: Database, sql_type: str, declared: Any, found: str
) -> None:
    table = made(db, sql_type, declared, "NULL")
    values = from_(table).select(table.value).multiset()
    inner = from_(Ones.values([(1,)])).select(Ones.n, values).multiset()
    ref = table.value.ref
    for query in (select(values), select(inner)) * 2:
        with pytest.raises(SchemaError) as caught:
            db.fetch_all(query)
        assert str(caught.value) == f"{ref} is declared {ref.type}; the database has {found}"


def test_it_is_found_by_the_first_row_that_comes_at_any_depth(db: Database) -> None:
    table = made(db, "bigint", t.integer())
    values = from_(table).select(table.value).multiset()
    inner = from_(Ones.values([(1,)])).select(Ones.n, values).multiset()
    with db.transaction() as tx:
        assert tx.fetch_all(select(inner)) == [[(1, [])]]
        tx.fetch_all(select(inner))
        with db.connection() as connection:
            connection.execute(f"INSERT INTO {table.__ferra_table__.name} VALUES (7)".encode())
        with pytest.raises(SchemaError, match="value is declared integer; the database has bigint"):
            tx.fetch_all(select(inner))
        assert tx.fetch_value(select(fn.now())) is not None


def test_an_array_that_is_declared_a_value_or_holds_others_is_found(db: Database) -> None:
    arrays = made(db, "text[]", t.text(), "'{a,b}'")
    with pytest.raises(SchemaError, match=r"value is declared text; the database has text\[\]"):
        db.fetch_all(select(from_(arrays).select(arrays.value).multiset()))
    wider = made(db, "bigint[]", t.array(t.integer()), "'{1}'")
    with pytest.raises(SchemaError, match=r"value is declared integer\[\]; the database has bigint"):
        db.fetch_all(select(from_(wider).select(wider.value).multiset()))
    value = made(db, "text", t.array(t.text()), "'a'")
    with pytest.raises(Db, match="function array_send"):
        db.fetch_all(select(from_(value).select(value.value).multiset()))


def test_types_that_differ_in_nothing_one_sees_are_read_those_of_the_database_too(db: Database) -> None:
    texts = from_(Texts).order_by(Texts.id).select(Texts.a, Texts.b, Texts.c, Texts.d, Texts.e, Texts.f).multiset()
    for _ in range(2):
        assert db.fetch_all(select(texts)) == [
            [("A", "b", "c", ["d", None], "e  ", [1]), (None, None, None, None, None, None)]
        ]


def test_arrays_of_arrays_and_with_nulls_months_and_custom_types_come_as_in_a_flat_row(db: Database) -> None:
    items = (Odd.matrix, Odd.gaps, Odd.span, Odd.place, Odd.places, Odd.worth)
    odd: Any = from_(Odd).order_by(Odd.id).select(*items)
    (first, *_), flat = db.fetch_all(odd), db.fetch_all(odd)
    assert first[:2] == ([[1, 2], [3, 4]], ["a", None, ""])
    assert first[3:] == ("(1,2)", ["(1,2)", "(3,4)"], 1.5)
    assert db.fetch_all(select(odd.multiset())) == [flat]
    assert db.fetch_all(select(select(odd.multiset()).multiset())) == [[flat]]
    ids = from_(Odd).distinct(Odd.id).order_by(Odd.id).select(Odd.place, select(Odd.id).multiset())
    assert db.fetch_all(ids)[0] == ("(1,2)", [1, 2, 3])


@pytest.mark.parametrize("zone", ["UTC", "-3", "Europe/Vienna"])
def test_moments_come_in_the_zone_of_the_session(db: Database, zone: str) -> None:
    times = from_(Times).order_by(Times.id).select(Time).multiset()
    spans = from_(Times).order_by(Times.id).select(Times.span, Times.at, Times.days).multiset()
    with db.transaction() as tx:
        tx._acquire().execute(f"SET LOCAL TimeZone = '{zone}'".encode())
        flat = tx.fetch_all(select(Time).order_by(Times.id))
        rows = tx.fetch_all(from_(Times).order_by(Times.id).select(Times.span, Times.at, Times.days))
        for query, expected in ((select(times), [flat]), (select(times, spans), [(flat, rows)])):
            found = tx.fetch_all(query)
            assert found == expected
            assert repr(found) == repr(expected)
    assert flat[0].at is not None
    assert flat[0].at == dt.datetime(2024, 6, 1, 12, microsecond=500_000, tzinfo=ZoneInfo("UTC"))


def test_a_value_that_python_has_not_is_the_same_error_as_in_a_flat_row(db: Database) -> None:
    infinite = made(db, "timestamptz", t.timestamptz(), "'infinity'")
    day = made(db, "date", t.date(), "'4000-01-01 BC'")
    for table in (infinite, day):
        with pytest.raises(Db) as flat:
            db.fetch_all(select(table.value))
        with pytest.raises(Db) as nested:
            db.fetch_all(select(from_(table).select(table.value).multiset()))
        assert str(nested.value) == str(flat.value)
