"""Enums and domains in DDL: made once, in their own schema, and compared with those that are there."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from ferra_sync import SchemaError, Table, check, index
from ferra_sync import types as t
from ferra_sync._postgres.adapters import ADAPTERS
from ferra_sync.migrations._catalog import Connection, described
from ferra_sync.migrations._ddl import Ddl
from ferra_sync.migrations._drift import differences


class Mood(enum.Enum):
    SAD = "sad"
    OKAY = "okay"


MOOD = t.enum(Mood, schema="app")
EMAIL = t.domain("email", t.varchar(99), schema="app", check=lambda value: value.like("%@%") & (value > "'"))


class People(Table):
    mood = t.enum(Mood, schema="app", default=Mood.SAD)
    moods = t.array(MOOD, default=[Mood.OKAY])
    email = t.nullable(EMAIL)
    emails = t.array(EMAIL)
    work = t.domain("work_email", EMAIL, check=lambda value: value.endswith(".org"))
    good = t.domain("good_mood", MOOD, schema="app", check=lambda value: value > Mood.SAD)
    text = t.text(generated_as=lambda: People.work + "!")

    @classmethod
    def __constraints__(cls) -> list[Any]:
        return [
            check(cls.mood >= Mood.SAD, name="people_mood"),
            check(cls.good == Mood.OKAY, name="people_good"),
            check(cls.moods == [Mood.SAD], name="people_moods"),
            check(cls.work.cast(EMAIL) != "", name="people_work"),
            index(cls.email, where=cls.mood < Mood.OKAY),
        ]


@pytest.fixture(scope="module")
def shared(server_url: str) -> Iterator[Connection]:
    with psycopg.connect(server_url, autocommit=True, context=ADAPTERS) as connection:
        yield connection


@pytest.fixture
def connection(shared: Connection) -> Iterator[Connection]:
    with shared.transaction(force_rollback=True):
        shared.execute("CREATE SCHEMA written; SET LOCAL search_path = written")
        for statement in Ddl().create([People]):
            shared.execute(statement.encode())
        yield shared


def test_they_are_made_in_their_own_schema_what_one_is_over_before_it() -> None:
    schema, *types, table, _index = Ddl().create([People])
    assert schema == 'CREATE SCHEMA IF NOT EXISTS "app"'
    assert types == [
        """CREATE TYPE "app"."mood" AS ENUM ('sad', 'okay')""",
        """CREATE DOMAIN "app"."email" AS varchar(99) CHECK (((VALUE LIKE '%@%'::text) AND (VALUE > ''''::varchar)))""",
        """CREATE DOMAIN "work_email" AS "app"."email" CHECK ((VALUE LIKE '%.org'::text))""",
        """CREATE DOMAIN "app"."good_mood" AS "app"."mood" CHECK ((VALUE > 'sad'::"app"."mood"))""",
    ]
    assert '"good" "app"."good_mood" NOT NULL' in table


def test_what_is_made_is_what_is_declared(connection: Connection) -> None:
    assert differences(connection, [People]) == []
    found = {str(what): spelled for what, spelled in described(connection, ["app"]).items()}
    assert found.keys() == {"enum mood", "domain email", "domain good_mood"}
    assert found["domain good_mood"] == "app.mood CHECK ((VALUE > 'sad'::app.mood))"


DRIFTS = {
    "a missing enum label": (
        "ALTER TYPE app.mood RENAME VALUE 'okay' TO 'fine'",
        "enum mood is 'sad', 'fine'; declared",
    ),
    "labels in another order": ("ALTER TYPE app.mood ADD VALUE 'x' BEFORE 'sad'", "enum mood is 'x', 'sad', 'okay'"),
    "a missing check": (
        # After the first alone the server takes no savepoint.
        "ALTER DOMAIN app.email DROP CONSTRAINT email_check; CREATE TABLE gone (); DROP TABLE gone",
        "domain email is character varying(99); declared is character varying(99) CHECK",
    ),
    "another check": ("ALTER DOMAIN work_email ADD CHECK (VALUE <> 'x')", "domain work_email is email CHECK"),
    "NULL refused": ("ALTER DOMAIN work_email SET NOT NULL", "domain work_email is email NOT NULL CHECK"),
    "a default": ("ALTER DOMAIN app.good_mood SET DEFAULT 'okay'", "domain good_mood is mood DEFAULT"),
    "another schema": ("CREATE SCHEMA far; ALTER DOMAIN app.good_mood SET SCHEMA far", "domain good_mood is missing"),
    "an extra enum": ("CREATE TYPE extra AS ENUM ('a')", "enum extra is not declared: 'a'"),
}


@pytest.mark.parametrize(("statement", "difference"), DRIFTS.values(), ids=DRIFTS)
def test_a_drift_of_a_type_is_named(connection: Connection, statement: str, difference: str) -> None:
    connection.execute(statement.encode())
    assert [str(each) for each in differences(connection, [People]) if difference in str(each)] != []


def test_in_a_schema_that_only_types_name_nothing_else_is_looked_at(connection: Connection) -> None:
    connection.execute("CREATE TABLE app.theirs (id integer); CREATE TYPE app.their AS ENUM ('a')")
    connection.execute("CREATE DOMAIN app.theirs_too AS text; CREATE DOMAIN own AS text")
    assert differences(connection, [People]) == []


def test_a_domain_without_a_check_and_a_custom_type_are_taken_as_there(connection: Connection) -> None:
    class Others(Table):
        price = t.domain("price", t.numeric(8, 2))
        paid = t.custom("money", python=str, dump=str, load=str)
        flags = t.custom("bit", 3, python=str, dump=str, load=str, default="101")

    connection.execute("CREATE DOMAIN price AS numeric(8, 2) CHECK (VALUE > 0)")
    statements = list(Ddl().create([Others]))
    assert len(statements) == 1
    connection.execute(statements[0].encode())
    assert differences(connection, [People, Others]) == []
    found = {str(what): spelled for what, spelled in described(connection, ["written"]).items()}
    assert found["column others.flags"] == "bit(3) NOT NULL DEFAULT '101'::\"bit\""


def test_two_domains_of_one_name_are_refused_where_they_differ() -> None:
    other = t.domain("email", t.varchar(99), schema="app", check=lambda value: value != "")
    with pytest.raises(SchemaError, match=r'^domain "app"\."email" is declared twice, with another check$'):
        list(Ddl().create([People, type("Other", (Table,), {"email": other})]))
