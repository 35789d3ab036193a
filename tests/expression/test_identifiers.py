from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import SchemaError, Table
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._expression.identifiers import checked, quoted, snake_case


@pytest.mark.parametrize(
    ("class_name", "table_name"),
    [
        ("Users", "users"),
        ("BlogPosts", "blog_posts"),
        ("HTTPLogs", "http_logs"),
        ("UserIDs", "user_i_ds"),
        ("A", "a"),
        ("Utf8Names", "utf8_names"),
        ("already_snake", "already_snake"),
        ("Straße", "straße"),
    ],
)
def test_a_class_name_becomes_a_table_s_name_in_snake_case(class_name: str, table_name: str) -> None:
    assert snake_case(class_name) == table_name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "is empty"),
        ("x" * 64, "is longer than 63 bytes"),
        ("é" * 32, "is longer than 63 bytes"),
        ("a\0b", "holds a NUL character"),
        ("\ud800", "is not valid Unicode"),
        (5, "must be a string, not int"),
        (None, "must be a string, not NoneType"),
        (b"bytes", "must be a string, not bytes"),
    ],
)
def test_a_name_that_postgresql_cannot_carry_unchanged_is_refused(name: Any, message: str) -> None:
    with pytest.raises(SchemaError, match=f"^a table's name .*{message}|^a table's name {message}"):
        checked(name, "a table's name")


@pytest.mark.parametrize("name", ["x" * 63, "é" * 31, "select", "a b", '"', "'", "%s", "$1", "{}", "\\", "\n", "😀"])
def test_any_other_name_is_accepted(name: str) -> None:
    assert checked(name, "a table's name") == name


def test_names_are_checked_wherever_one_can_be_given() -> None:
    long = "x" * 64
    declarations = [
        lambda: type("Long", (Table,), {"id": t.text()}, name=long),
        lambda: type("Long", (Table,), {"id": t.text()}, schema=long),
        lambda: type("Long", (Table,), {"id": t.text()}, name=""),
        lambda: type("Long", (Table,), {"id": t.text()}, schema="a\0"),
        lambda: type("Long", (Table,), {"id": t.text(name=long)}),
        lambda: type("Long", (Table,), {"id": t.text(name="")}),
        lambda: type("Long", (Table,), {long: t.text()}),
        lambda: type("Long", (type("Short", (Table,), {"id": t.text()}),), {}, alias=long),
        lambda: type("Long", (type("Short", (Table,), {"id": t.text()}),), {}, alias=""),
        lambda: fn.function(long, returns=t.text()),
        lambda: fn.function("f", returns=t.text(), schema=""),
        lambda: fn.aggregate("", t.text(), returns=t.text()),
    ]
    for declare in declarations:
        with pytest.raises(SchemaError):
            declare()


@pytest.fixture(scope="module")
def connection(server_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(server_url) as connection:
        yield connection


@settings(max_examples=300, deadline=None)
@given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20))
def test_a_quoted_name_is_one_identifier_whatever_is_in_it(connection: psycopg.Connection[Any], name: str) -> None:
    if len(name.encode()) > 63:
        return
    cursor = psycopg.RawCursor(connection)
    cursor.execute(b"SELECT 1 AS " + quoted(name).encode())
    assert cursor.description is not None
    assert cursor.description[0].name == name
