"""A literal in DDL is the value that a parameter would be, whatever is in it."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.range import Range

from ferra_sync import QueryError
from ferra_sync import types as t
from ferra_sync._expression import sqltypes
from ferra_sync._postgres.adapters import ADAPTERS
from ferra_sync._postgres.conversions import dump_of
from ferra_sync.migrations._literals import literal


class Mood(enum.Enum):
    FINE = "it's fine"
    BAD = 'so "so", \\ bad'


@pytest.fixture(scope="module")
def shared(server_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection that sends parameters as the product does."""
    with psycopg.connect(server_url, context=ADAPTERS) as connection:
        connection.execute("CREATE TYPE pg_temp.mood AS ENUM ('it''s fine', E'so \"so\", \\\\ bad')")
        connection.execute("SET search_path = pg_temp")
        yield connection


_TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner),
    max_leaves=5,
)
_DECIMALS = st.decimals(allow_infinity=False, min_value=-(10**30), max_value=10**30, places=8) | st.just(Decimal("NaN"))
_DAYS = st.dates()
LITERALS: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "smallint": (sqltypes.SMALLINT, st.integers(-(2**15), 2**15 - 1)),
    "bigint": (sqltypes.BIGINT, st.integers(-(2**63), 2**63 - 1)),
    "real": (sqltypes.REAL, st.floats(width=32)),
    "double precision": (sqltypes.DOUBLE_PRECISION, st.floats()),
    "numeric": (sqltypes.NUMERIC, _DECIMALS),
    "text": (sqltypes.TEXT, _TEXTS),
    "boolean": (sqltypes.BOOLEAN, st.booleans()),
    "uuid": (sqltypes.UUID_, st.uuids()),
    "date": (sqltypes.DATE, _DAYS),
    "time": (sqltypes.TIME, st.times()),
    "timestamp": (sqltypes.TIMESTAMP, st.datetimes()),
    "timestamptz": (sqltypes.TIMESTAMPTZ, st.datetimes(timezones=st.just(dt.UTC))),
    "interval": (sqltypes.INTERVAL, st.timedeltas(dt.timedelta(-(10**6)), dt.timedelta(10**6))),
    "bytea": (sqltypes.BYTEA, st.binary()),
    "jsonb": (sqltypes.JSONB, _JSON),
    "inet": (sqltypes.INET, st.ip_addresses()),
    "daterange": (t.daterange().sql_type, st.tuples(_DAYS, _DAYS).map(lambda days: Range(min(days), max(days)))),
    "integers": (sqltypes.INTEGER.array, st.lists(st.none() | st.integers(-(2**31), 2**31 - 1))),
    "texts": (sqltypes.TEXT.array, st.lists(st.none() | _TEXTS)),
    "enum": (t.enum(Mood).sql_type, st.sampled_from(Mood)),
}


@pytest.mark.parametrize(("sql_type", "values"), LITERALS.values(), ids=LITERALS)
@pytest.mark.parametrize("conforming", ["on", "off"])
def test_a_literal_is_the_value_that_a_parameter_would_be(
    shared: psycopg.Connection[Any], conforming: str, sql_type: Any, values: st.SearchStrategy[Any]
) -> None:
    shared.execute(f"SET standard_conforming_strings = {conforming}".encode())
    cursor = psycopg.RawCursor(shared)
    dump = dump_of(sql_type) or (lambda value: value)

    @settings(max_examples=25)
    @given(values)
    def check_same(value: Any) -> None:
        query = f"SELECT {literal(value, sql_type)}::{sql_type.cast} IS NOT DISTINCT FROM $1::{sql_type.cast}"
        assert cursor.execute(query.encode(), (value if value is None else dump(value),)).fetchone() == (True,), query

    check_same()


@pytest.mark.parametrize(
    ("value", "sql_type", "written"),
    [
        (None, sqltypes.TEXT, "NULL"),
        (5, sqltypes.SMALLINT, "5"),
        (-5, sqltypes.NUMERIC, "(-5)"),
        (2**70, sqltypes.NUMERIC, str(2**70)),
        (-1.5, sqltypes.REAL, "(-1.5)"),
        (-0.0, sqltypes.DOUBLE_PRECISION, "'-0.0'"),
        (True, sqltypes.BOOLEAN, "true"),
        ("it's", sqltypes.TEXT, "'it''s'"),
        ("a\\b", sqltypes.TEXT, "E'a\\\\b'"),
        (UUID(int=1), sqltypes.UUID_, "'00000000000000000000000000000001'"),
        ([1, None], sqltypes.INTEGER.array, "'{1,NULL}'"),
    ],
)
def test_a_literal_is_written_as_people_write_it(value: object, sql_type: Any, written: str) -> None:
    assert literal(value, sql_type) == written


def test_a_document_that_cannot_be_written_is_refused_without_its_value() -> None:
    with pytest.raises(QueryError, match=r"^a dict cannot be written as jsonb$"):
        literal({"secret": {1}}, sqltypes.JSONB)
