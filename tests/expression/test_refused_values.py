"""Values that a type does not take: refused by name, and never shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network
from typing import Any
from uuid import UUID

import pytest
from databases import database_with
from type_cases import EXAMPLES, MOMENT, SUBJECTS, UTC, Inner, Mood, Subject, every_type

from ferra_sync import Database, Db, DbErrorKind, PgRepository, QueryError, ValidationError, insert_into, select, update
from ferra_sync.types import Multirange, Range


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, *(each.table for each in SUBJECTS)) as db:
        yield db


SECRET = "hunter2"
WRONG: dict[str, list[Any]] = {
    "smallint": ["1", 1.0, True, Decimal(1), SECRET, b"1", [1]],
    "integer": ["1", 1.0, True, Decimal(1), SECRET],
    "bigint": ["1", 1.5, False],
    "real": ["1.0", True, Decimal(1)],
    "double": ["1.0", True, Decimal(1)],
    "numeric": ["1.0", 1.5, True],
    "numeric_p": [1.5],
    "numeric_ps": [1.5],
    "text": [1, b"bytes", True, [SECRET], Mood.SAD],
    "varchar": [1, b"bytes"],
    "char": [1],
    "boolean": [1, 0, "t", "true"],
    "uuid": ["6f0f2f3e-0d5e-4b33-9d0e-0d3f2f3e0d5e", 1, UUID(int=1).bytes],
    "date": [MOMENT, "2024-02-29"],
    "time": [MOMENT.time().replace(tzinfo=UTC), MOMENT, "12:00"],
    "timestamp": [MOMENT.replace(tzinfo=UTC), MOMENT.date(), "2024-02-29"],
    "timestamptz": [MOMENT, MOMENT.date(), "2024-02-29"],
    "interval": [1, "1 day", 1.5],
    "bytea": ["text", 1, [1]],
    "json": [{1, 2}, math.nan, [math.inf], {"a": -math.inf}, object(), {"a": MOMENT}, Decimal(1)],
    "jsonb": [{1, 2}, math.nan, [math.inf], {"a": -math.inf}, object(), {"a": MOMENT}, Decimal(1)],
    "json_of": [{"name": SECRET}, SECRET, Inner(MOMENT)],
    "jsonb_of": [{"name": SECRET}, SECRET, Inner(MOMENT)],
    "hstore": [SECRET, [SECRET], {SECRET: 1}, {1: SECRET}],
    "inet": ["10.0.0.1", IPv4Network("10.0.0.0/8"), 1],
    "cidr": ["10.0.0.0/8", IPv4Address("10.0.0.1")],
    "macaddr": [1, b"\x08\x00"],
    "int4range": [(1, 5), [1, 5], range(5), "[1,5)"],
    "int8range": [1],
    "numrange": [Decimal(1)],
    "daterange": [MOMENT.date()],
    "tsrange": [MOMENT],
    "tstzrange": [MOMENT],
    "int4multirange": [Range(1, 5), [Range(1, 5)], (1, 5), "{[1,5)}", Multirange([Range(MOMENT, None)])],
    "int8multirange": [1],
    "nummultirange": [Decimal(1)],
    "datemultirange": [MOMENT.date()],
    "tsmultirange": [Multirange([Range(MOMENT.replace(tzinfo=UTC), None)])],
    "tstzmultirange": [Multirange([Range(MOMENT, None)])],
    "tsvector": [1, b"a", ["a"]],
    "tsquery": [1, b"a", ["a"]],
    "enum": ["sad", "SAD", 1],
    "enum_of_schema": ["sad", "SAD", 1],
    "domain": [1, b"a"],
    "domain_of_enum": ["sad", "SAD", 1],
}

COMPARED = {("date", datetime), ("timestamp", date)}
"""What PostgreSQL casts by itself where it is compared."""


def refused(build: Callable[[], object]) -> str:
    with pytest.raises((QueryError, ValidationError)) as caught:
        build()
    return str(caught.value)


@every_type
def test_a_value_of_the_wrong_type_is_refused_by_the_column_s_name_and_never_shown(db: Database, of: Subject) -> None:
    table, model, good = of.table, of.model, EXAMPLES[of.case.name][0]
    for wrong in WRONG[of.case.name]:
        ways: list[Callable[[], object]] = [
            lambda wrong=wrong: db.execute(insert_into(table).values(model(wrong, []))),
            lambda wrong=wrong: db.execute(insert_into(table).values(model(good, [wrong]))),
            lambda wrong=wrong: db.execute(insert_into(table).values(model(good, []), model(wrong, []))),
            lambda wrong=wrong: db.execute(update(table).all_rows().set(table.value.to(wrong))),
            lambda wrong=wrong: PgRepository(model, db).insert_many([model(wrong, [])]),
            lambda wrong=wrong: PgRepository(model, db).copy_in([model(wrong, [])]),
        ]
        if of.case.has_equality and (of.case.name, type(wrong)) not in COMPARED:
            ways += [
                lambda wrong=wrong: db.fetch_all(select(table.id).where(table.value == wrong)),
                lambda wrong=wrong: db.fetch_all(select(table.id).where(table.value.is_in([wrong]))),
                lambda wrong=wrong: db.fetch_all(select(table.id).where(table.value.between(wrong, wrong))),
            ]
        for way in ways:
            message = refused(way)
            assert SECRET not in message
            assert "hunter" not in message
            if of.case.python is not object:
                assert f"of{of.case.name}." in message or f"{table.__ferra_table__.name}." in message
    assert db.fetch_all(select(table.id)) == []


@every_type
def test_null_is_refused_where_a_column_is_not_nullable(db: Database, of: Subject) -> None:
    table, model, good = of.table, of.model, EXAMPLES[of.case.name][0]
    column = f"{table.__ferra_table__.name}.value is not nullable"
    with pytest.raises(ValidationError, match=column):
        insert_into(table).values(model(None, []))
    with pytest.raises(ValidationError, match="many is not nullable"):
        insert_into(table).values(model(good, None))
    with pytest.raises(QueryError, match=column):
        table.value.to(None)
    with pytest.raises(QueryError, match=r"use \.is_null"):
        assert table.value == None  # noqa: E711 - what is refused


NUMBERS_OUT_OF_RANGE = {
    "smallint": 2**15,
    "integer": 2**31,
    "bigint": 2**63,
    "real": 1e39,
    "numeric_ps": Decimal(10**8),
}


@pytest.mark.parametrize(("name", "value"), NUMBERS_OUT_OF_RANGE.items(), ids=NUMBERS_OUT_OF_RANGE.keys())
def test_a_number_out_of_range_is_invalid_data_and_never_shown(db: Database, name: str, value: Any) -> None:
    of = next(each for each in SUBJECTS if each.case.name == name)
    for rows in ([of.model(value, [])], [of.model(value, []), of.model(value, [])], [of.model(1, [value])]):
        with pytest.raises((Db, QueryError, ValidationError)) as caught:
            db.execute(insert_into(of.table).values(*rows))
        assert str(value) not in str(caught.value)
        assert getattr(caught.value, "kind", DbErrorKind.INVALID_DATA) is DbErrorKind.INVALID_DATA


def test_a_text_too_long_is_invalid_data_and_not_cut(db: Database) -> None:
    for name in ("varchar", "char"):
        of = next(each for each in SUBJECTS if each.case.name == name)
        with pytest.raises(Db) as caught:
            db.execute(insert_into(of.table).values(of.model("x" * 21, [])))
        assert caught.value.kind is DbErrorKind.INVALID_DATA
        assert db.fetch_all(select(of.table.id).where(of.table.value == "x" * 21)) == []
        assert db.fetch_all(select(of.table.id).where(of.table.value.is_in(["x" * 21]))) == []


@pytest.mark.parametrize("name", ["text", "varchar", "char", "jsonb", "json"])
@pytest.mark.parametrize("value", ["hunter2\0", "hunter2\ud800"], ids=["NUL", "surrogate"])
def test_text_that_postgresql_cannot_hold_is_an_error_of_ours(db: Database, name: str, value: str) -> None:
    of = next(each for each in SUBJECTS if each.case.name == name)
    if name == "json" and "\0" in value:
        return  # json keeps the text as it is.
    ways: list[Callable[[], object]] = [
        lambda: db.execute(insert_into(of.table).values(of.model(value, []))),
        lambda: db.execute(insert_into(of.table).values(of.model("a", [value]))),
        lambda: db.execute(insert_into(of.table).values(of.model(value, []), of.model(value, []))),
        lambda: PgRepository(of.model, db).copy_in([of.model(value, [])]),
        lambda: db.execute(update(of.table).all_rows().set(of.table.value.to(value))),
    ]
    if of.case.has_equality:
        ways += [
            lambda: db.fetch_all(select(of.table.id).where(of.table.value == value)),
            lambda: db.fetch_all(select(of.table.id).where(of.table.value.is_in([value]))),
        ]
    for way in ways:
        with pytest.raises((Db, QueryError, ValidationError)) as caught:
            way()
        assert "hunter2" not in str(caught.value)
    assert db.fetch_all(select(of.table.id)) == []


@pytest.mark.parametrize("value", [Range("hunter2", None), Range(MOMENT, None), Range(5, 1), Range(2**40, None)])
def test_a_range_with_bounds_that_do_not_fit_is_an_error_of_ours(db: Database, value: Range[Any]) -> None:
    of = next(each for each in SUBJECTS if each.case.name == "int4range")
    with pytest.raises((Db, QueryError, ValidationError)) as caught:
        db.execute(insert_into(of.table).values(of.model(value, [])))
    assert "hunter2" not in str(caught.value)
