"""char(n): its blanks at the end count in LIKE and its kin alone, and never those of a value beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import SERVER_DEFAULT, Database, FerraModel, Table, from_, insert_into, select
from ferra_sync import functions as fn
from ferra_sync import types as t


class Nations(Table):
    id = t.serial(primary_key=True)
    name = t.char(6)
    other = t.nullable(t.char(6))
    text = t.text(default="t ")


@attrs.define
class Nation(FerraModel[Nations]):
    name: str
    other: str | None = None
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Nations) as db:
        yield db


WORDS = st.text("ab ", max_size=6)
PARTS = st.text("ab ", max_size=4)


@settings(max_examples=40, deadline=None)
@given(name=WORDS, part=PARTS)
def test_operators_and_functions_of_text_are_the_server_s_own(db: Database, name: str, part: str) -> None:
    """The judge is the statement as one writes it by hand."""
    judge = """
        SELECT name || $1, $1 || name, name || $1 || text, text || name, lower(name || $1), lower(name), upper(name),
            length(name), length(name || $1), coalesce(other, $1), name LIKE '%' || $1 || '%', name LIKE $1 || '%',
            name LIKE '%' || $1, name = $1::bpchar, name = ANY(ARRAY[$1::bpchar]), name < $1::bpchar, name || other
        FROM nations
    """
    c = Nations.name
    mine: list[Any] = [
        c + part, part + c, c + part + Nations.text, Nations.text + c, fn.lower(c + part), fn.lower(c), fn.upper(c),
        fn.length(c), fn.length(c + part), fn.coalesce(Nations.other, part), c.contains(part), c.startswith(part),
        c.endswith(part), c == part, c.is_in([part]), c < part, c + Nations.other,
    ]  # fmt: skip
    with db.begin() as tx:
        tx.execute(insert_into(Nations).values(Nation(name)))
        found: list[Any] = []
        for start in range(0, len(mine), 8):
            items = mine[start : start + 8]
            row = tx.fetch_one(from_(Nations).select(*items))
            found += row if len(items) > 1 else [row]
        text = judge.replace("%", "%%").replace("$1", "%(part)s::text")
        expected = tx._acquire().execute(text, {"part": part}).fetchone()
        assert tuple(found) == expected


def test_a_blank_that_is_joined_stays(db: Database) -> None:
    with db.begin() as tx:
        tx.execute(insert_into(Nations).values(Nation("ab")))
        both = from_(Nations).select(Nations.name + " ", " " + Nations.name + " x ")
        assert tx.fetch_one(both) == ("ab ", " ab x ")
        assert tx.fetch_one(select(Nations.name)) == "ab    "
