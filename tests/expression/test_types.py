"""Every type, there and back."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st
from type_cases import EXAMPLES, SUBJECTS, UTC, Mood, Subject, every_type, same

from ferra_sync import Database, ModelMeta, SchemaError, from_, insert_into, select, update
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._database.many.copy_in import copy_in
from ferra_sync._database.many.insert_many import insert_many
from ferra_sync._database.runner import prepared


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, *(each.table for each in SUBJECTS)) as db:
        yield db


# --- every type, there and back --------------------------------------------------------------------------------------


@every_type
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_value_comes_back_as_it_was_on_every_way_in(db: Database, of: Subject, data: st.DataObject) -> None:
    table, model, case = of.table, of.model, of.case
    values = data.draw(st.lists(case.values, min_size=2, max_size=8))
    read = [case.read_as(value) for value in values]
    rows = [model(value, values, value) for value in values]
    with db.begin() as tx:
        made = tx.fetch_all(insert_into(table).values(*rows).returning(model))
        made.append(tx.fetch_one(insert_into(table).values(rows[0]).returning(model)))
        made += insert_many(tx, ModelMeta.of(model), rows)
        assert copy_in(tx, ModelMeta.of(model), rows) == len(rows)
        made += tx.fetch_all(select(model).order_by(table.id.desc()).limit(len(rows)))[::-1]
        for row, value in zip(made, [*read, read[0], *read, *read], strict=True):
            assert same(row.value, value)
            assert same(row.other, value)
            assert same(row.many, read)
        listed = tx.fetch_all(select(model).order_by(table.id))
        assert [row.id for row in listed] == sorted(row.id for row in made)
        assert same([row.value for row in listed], [row.value for row in sorted(made, key=lambda row: row.id)])
        tx.execute(update(table).find(made[0].id).set(table.value.to(values[-1]), table.other.to(values[-1])))
        tx.execute(update(table).find(made[0].id).set(table.many.to(values[1:])))
        changed = tx.fetch_one(select(model).find(made[0].id))
        assert same([changed.value, changed.other], [read[-1], read[-1]])
        assert same(changed.many, read[1:])


@every_type
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_value_is_found_by_itself(db: Database, of: Subject, data: st.DataObject) -> None:
    if not of.case.has_equality:
        return
    table, model = of.table, of.model
    values = data.draw(st.lists(of.case.values, min_size=2, max_size=6))
    with db.begin() as tx:
        tx.execute(insert_into(table).values(*(model(value, [value]) for value in values)))
        everything = tx.fetch_all(select(table.id))
        for value in values:
            assert tx.fetch_all(select(table.id).where(table.value == value))
            assert tx.fetch_all(select(table.id).where(table.value.is_not_distinct_from(value)))
            assert tx.fetch_all(select(table.id).where(table.many == [value]))
            assert tx.fetch_all(select(table.id).where(table.value.is_in([value])))
        assert sorted(tx.fetch_all(select(table.id).where(table.value.is_in(values)))) == sorted(everything)
        assert tx.fetch_all(select(table.id).where(table.value.is_not_in(values))) == []
        assert tx.fetch_all(select(table.id).where(table.value.is_in([]))) == []
        assert tx.fetch_all(select(table.id).where(table.value != table.value)) == []
        assert sorted(tx.fetch_all(select(table.id).where(table.other.is_null()))) == sorted(everything)


@every_type
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_arrays_hold_nothing_one_null_or_many(db: Database, of: Subject, data: st.DataObject) -> None:
    value = data.draw(of.case.values)
    read = of.case.read_as(value)
    lists: list[list[Any]] = [[], [value], [value, value], [None], [None, value, None]]
    expected: list[list[Any]] = [[], [read], [read, read], [None], [None, read, None]]
    rows = [of.model(value, each) for each in lists]
    with db.begin() as tx:
        together = tx.fetch_all(insert_into(of.table).values(*rows).returning(of.table.many))
        alone = [tx.fetch_one(insert_into(of.table).values(row).returning(of.table.many)) for row in rows]
        assert same(together, expected)
        assert same(alone, expected)


@every_type
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_distinct_and_grouped_and_streamed_values_are_those_that_were_written(
    db: Database, of: Subject, data: st.DataObject
) -> None:
    if not of.case.has_equality:
        return
    table, value = of.table, data.draw(of.case.values)
    read = of.case.read_as(value)
    with db.begin() as tx:
        tx.execute(insert_into(table).values(of.model(value, [value], value), of.model(value, [value], None)))
        assert same(tx.fetch_all(select(table.value).distinct()), [read])
        assert same(tx.fetch_all(select(table.many).distinct()), [[read]])
        (row,) = tx.fetch_all(from_(table).distinct(table.value).order_by(table.value, table.id).select(of.model))
        assert same([row.value, row.many], [read, [read]])
        grouped = tx.fetch_all(
            from_(table).group_by(table.value, table.many).select(table.value, table.many, fn.count())
        )
        assert same(list(grouped[0]), [read, [read], 2])
        assert same(list(tx.stream(select(table.value))), [read, read])
        assert same(tx.fetch_value(select(table.other).order_by(table.id)), read)


@every_type
def test_a_model_of_every_type_can_be_copied_in(db: Database, of: Subject) -> None:
    value = next(iter(EXAMPLES[of.case.name]))
    with db.begin() as tx:
        assert copy_in(tx, ModelMeta.of(of.model), [of.model(value, [value], None)]) == 1
        row = tx.fetch_one(select(of.model))
        assert same([row.value, row.many], [of.case.read_as(value), [of.case.read_as(value)]])


# --- declarations that cannot be -------------------------------------------------------------------------------------


class Numbered(enum.Enum):
    ONE = 1


class Plain:
    pass


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (lambda: t.varchar(0), "a length is a whole number from 1"),
        (lambda: t.varchar(-1), "a length is a whole number from 1"),
        (lambda: t.varchar(True), "a length is a whole number from 1"),
        (lambda: t.varchar("5"), "a length is a whole number from 1"),
        (lambda: t.char(10_485_761), "a length is a whole number from 1"),
        (lambda: t.numeric(0), "precision is a whole number from 1 to 1000"),
        (lambda: t.numeric(1001), "precision is a whole number from 1 to 1000"),
        (lambda: t.numeric(5, 6), "scale is a whole number from 0"),
        (lambda: t.numeric(scale=2), "scale only with a precision"),
        (lambda: t.enum(Plain), "takes a Python enum"),
        (lambda: t.enum(Numbered), "values of Numbered must be strings"),
        (lambda: t.enum(Mood, ""), "an enum's name is empty"),
        (lambda: t.enum(Mood, "x" * 64), "longer than 63 bytes"),
        (lambda: t.jsonb(Plain), "takes an attrs class"),
        (lambda: t.json(dict), "takes an attrs class"),
        (lambda: t.nullable(t.serial()), "never NULL"),
        (lambda: t.nullable(t.identity(always=True)), "never NULL"),
        (lambda: t.nullable(t.uuid(primary_key=True)), "a primary key is never NULL"),
        (lambda: t.nullable(int), "takes a column's declaration"),
        (lambda: t.text(on_delete="cascade"), "needs references"),
        (lambda: t.text(nul=True), "no option nul"),
        (lambda: t.array(int), "array takes"),
    ],
)
def test_a_type_that_postgresql_has_not_is_refused_when_it_is_declared(
    declare: Callable[[], object], message: str
) -> None:
    with pytest.raises(SchemaError, match=message):
        declare()


def test_results_are_asked_for_in_binary() -> None:
    assert all(prepared(select(of.model))[0].binary for of in SUBJECTS)


class Word(enum.StrEnum):
    ONE = 'one\'s \\ "1"'


class OlderWord(str, enum.Enum):  # noqa: UP042 - the older way to write it
    TWO = "two"


class Digit(enum.IntEnum):
    FIVE = 5


class Moment(dt.datetime):
    """As pandas' Timestamp is one."""


SUBCLASSED = Moment(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "given", "plain"),
    [
        ("text", [Word.ONE, OlderWord.TWO, "three"], ['one\'s \\ "1"', "two", "three"]),
        ("integer", [Digit.FIVE, 6], [5, 6]),
        ("double", [1, 2.5], [1.0, 2.5]),
        ("numeric", [1, Decimal("2.5")], [Decimal(1), Decimal("2.5")]),
        ("timestamptz", [SUBCLASSED, SUBCLASSED.astimezone(UTC)], [dt.datetime(2024, 1, 1, tzinfo=UTC)] * 2),
    ],
)
def test_subclasses_are_what_they_stand_for_on_every_way_in(
    db: Database, name: str, given: list[Any], plain: list[Any]
) -> None:
    of = next(each for each in SUBJECTS if each.case.name == name)
    rows = [of.model(value, given, value) for value in given]
    with db.begin() as tx:
        made = tx.fetch_all(insert_into(of.table).values(*rows).returning(of.model))
        made += [tx.fetch_one(insert_into(of.table).values(row).returning(of.model)) for row in rows]
        made += insert_many(tx, ModelMeta.of(of.model), rows)
        copy_in(tx, ModelMeta.of(of.model), rows)
        made += tx.fetch_all(select(of.model).order_by(of.table.id.desc()).limit(len(rows)))[::-1]
        assert [row.value for row in made] == plain * 4
        assert all(row.many == plain for row in made)
        assert {type(element) for row in made for element in row.many} == {type(plain[0])}
        found = tx.fetch_all(select(of.table.id).where(of.table.value.is_in(given), of.table.many == given))
        assert len(found) == len(made)
