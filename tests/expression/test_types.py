from __future__ import annotations

import datetime as dt
import enum
import math
import struct
import types
from collections.abc import Callable, Iterator
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import (
    JSON_NULL,
    SERVER_DEFAULT,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    Insertable,
    ModelMeta,
    PgRepository,
    QueryError,
    SchemaError,
    Table,
    ValidationError,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._database.copy_in import copy_in
from ferra_sync._database.executor import prepared
from ferra_sync._database.insert_many import insert_many
from ferra_sync.types import Range


class Mood(enum.Enum):
    """Neither the names nor the labels are in the order of the alphabet."""

    SAD = "sad"
    OKAY = 'it\'s "ok", {really}\\'
    HAPPY = "happy"
    NULL = "NULL"
    EMPTY = ""


@attrs.frozen
class Inner:
    at: dt.datetime
    tags: tuple[str, ...] = ()


@attrs.define
class Outer:
    name: str
    inner: Inner
    more: list[Inner] = attrs.Factory(list)
    mood: Mood | None = None


# --- every type, there and back --------------------------------------------------------------------------------------


class Case(NamedTuple):
    name: str
    declare: Callable[..., Any]
    python: Any
    values: st.SearchStrategy[Any]
    read_as: Callable[[Any], Any] = lambda value: value
    has_equality: bool = True


UTC = dt.UTC
FIRST = dt.datetime.fromisoformat("0001-01-01T00:00:00")
LAST = dt.datetime.fromisoformat("9999-12-31T23:59:59.999999")
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.text(CHARACTERS, max_size=20) | st.sampled_from(
    [
        "",
        "NULL",
        "null",
        "'",
        '"',
        "\\",
        '\\"',
        "{}",
        "{a,b}",
        ",",
        " ",
        "\n",
        "%s",
        "$1",
        "%",
        "'; DROP TABLE x; --",
        "😀",
    ]
)
DECIMALS = (
    st.decimals(min_value=-(10**20), max_value=10**20, places=10)
    | st.sampled_from([Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity"), Decimal("1E+40"), Decimal("1E-40")])
    | st.integers(-(10**40), 10**40).map(Decimal)
)
NAIVE = st.datetimes() | st.sampled_from([FIRST, LAST])
AWARE = st.datetimes(
    min_value=FIRST.replace(year=2),
    max_value=LAST.replace(year=9998),
    timezones=st.just(UTC) | st.timezones(),
) | st.sampled_from([FIRST.replace(tzinfo=UTC), LAST.replace(tzinfo=UTC)])
DATES = st.dates() | st.sampled_from([dt.date.min, dt.date.max])
JSON_LEAVES = st.none() | st.booleans() | st.integers() | st.floats(-1e6, 1e6).map(lambda x: round(x, 6)) | TEXTS
JSONS = st.recursive(
    JSON_LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
).filter(lambda value: value is not None)
INNERS = st.builds(Inner, AWARE.map(lambda at: at.astimezone(UTC)), st.lists(TEXTS, max_size=3).map(tuple))
OUTERS = st.builds(Outer, TEXTS, INNERS, st.lists(INNERS, max_size=2), st.none() | st.sampled_from(Mood))


def float32(value: float) -> float:
    return struct.unpack("f", struct.pack("f", value))[0]


@st.composite
def ranges(draw: st.DrawFn, bounds: st.SearchStrategy[Any], *, discrete: bool) -> Range[Any]:
    """Ranges as PostgreSQL itself writes them, so that they come back as they were."""
    kind = draw(st.sampled_from(["empty", "all", "from", "to", "both", "both"]))
    closed = "[" if discrete else draw(st.sampled_from("[("))
    closing = ")" if discrete else draw(st.sampled_from("])"))
    low, high = sorted([draw(bounds), draw(bounds)])
    if kind == "empty" or (kind == "both" and low == high):
        return Range(empty=True)
    if kind == "all":
        return Range(None, None, "()")
    if kind == "from":
        return Range(low, None, f"{closed})")
    if kind == "to":
        return Range(None, high, f"({closing}")
    return Range(low, high, closed + closing)


MACS = st.binary(min_size=6, max_size=6).map(lambda raw: raw.hex(":"))
INETS = (
    st.ip_addresses()
    | st.tuples(st.ip_addresses(v=4), st.integers(0, 31)).map(IPv4Interface)
    | st.tuples(st.ip_addresses(v=6), st.integers(0, 127)).map(IPv6Interface)
)
CIDRS = st.tuples(st.ip_addresses(v=4), st.integers(0, 32)).map(
    lambda pair: IPv4Network(pair, strict=False)
) | st.tuples(st.ip_addresses(v=6), st.integers(0, 128)).map(lambda pair: IPv6Network(pair, strict=False))
INET = IPv4Address | IPv6Address | IPv4Interface | IPv6Interface
WHOLE = {2: st.integers(-(2**15), 2**15 - 1), 4: st.integers(-(2**31), 2**31 - 1), 8: st.integers(-(2**63), 2**63 - 1)}

CASES = [
    Case("smallint", t.smallint, int, WHOLE[2]),
    Case("integer", t.integer, int, WHOLE[4]),
    Case("bigint", t.bigint, int, WHOLE[8]),
    Case("real", t.real, float, st.floats(width=32), float32),
    Case("double", t.double_precision, float, st.floats()),
    Case("numeric", t.numeric, Decimal, DECIMALS),
    Case("numeric_p", lambda **o: t.numeric(10, **o), Decimal, st.integers(-(10**10) + 1, 10**10 - 1).map(Decimal)),
    Case(
        "numeric_ps",
        lambda **o: t.numeric(10, 2, **o),
        Decimal,
        st.decimals(min_value=-99_999_999, max_value=99_999_999, places=2) | st.just(Decimal("NaN")),
    ),
    Case("text", t.text, str, TEXTS),
    Case("varchar", lambda **o: t.varchar(20, **o), str, TEXTS.map(lambda text: text[:20])),
    Case("char", lambda **o: t.char(20, **o), str, TEXTS.map(lambda text: text[:20]), lambda text: text.ljust(20)),
    Case("boolean", t.boolean, bool, st.booleans()),
    Case("uuid", t.uuid, UUID, st.uuids()),
    Case("date", t.date, dt.date, DATES),
    Case("time", t.time, dt.time, st.times() | st.sampled_from([dt.time.min, dt.time.max])),
    Case("timestamp", t.timestamp, dt.datetime, NAIVE),
    Case("timestamptz", t.timestamptz, dt.datetime, AWARE),
    Case("interval", t.interval, dt.timedelta, st.timedeltas() | st.sampled_from([dt.timedelta.min, dt.timedelta.max])),
    Case("bytea", t.bytea, bytes, st.binary(max_size=40) | st.sampled_from([bytes(range(256)), b"\\x00", b"'\"\\{}"])),
    Case("json", t.json, object, JSONS, has_equality=False),
    Case("jsonb", t.jsonb, object, JSONS),
    Case("json_of", lambda **o: t.json(Outer, **o), Outer, OUTERS, has_equality=False),
    Case("jsonb_of", lambda **o: t.jsonb(Outer, **o), Outer, OUTERS),
    Case("inet", t.inet, INET, INETS),
    Case("cidr", t.cidr, IPv4Network | IPv6Network, CIDRS),
    Case("macaddr", t.macaddr, str, MACS),
    Case("int4range", t.int4range, Range[int], ranges(st.integers(-(2**31), 2**31 - 1), discrete=True)),
    Case("int8range", t.int8range, Range[int], ranges(WHOLE[8], discrete=True)),
    Case("numrange", t.numrange, Range[Decimal], ranges(st.decimals(-1000, 1000, places=3), discrete=False)),
    Case("daterange", t.daterange, Range[dt.date], ranges(DATES, discrete=True)),
    Case("tsrange", t.tsrange, Range[dt.datetime], ranges(NAIVE, discrete=False)),
    Case(
        "tstzrange", t.tstzrange, Range[dt.datetime], ranges(AWARE.map(lambda at: at.astimezone(UTC)), discrete=False)
    ),
    Case("enum", lambda **o: t.enum(Mood, **o), Mood, st.sampled_from(Mood)),
]


class Subject(NamedTuple):
    case: Case
    table: Any
    model: Any


def subject(case: Case) -> Subject:
    """Return a table with a column of the type, a nullable one and an array of it; and its model."""
    columns = {
        "id": t.serial(primary_key=True),
        "value": case.declare(),
        "other": t.nullable(case.declare()),
        "many": t.array(case.declare()),
    }
    table = types.new_class(f"Of{case.name}", (Table,), exec_body=lambda body: body.update(columns))
    fields = {"value": case.python, "many": list[case.python], "other": case.python | None, "id": int}
    defaults = {"other": None, "id": SERVER_DEFAULT}
    model = types.new_class(
        f"Row{case.name}",
        (FerraModel[table],),
        exec_body=lambda body: body.update({"__annotations__": fields, **defaults}),
    )
    return Subject(case, table, attrs.define(model))


SUBJECTS = [subject(case) for case in CASES]
every_type = pytest.mark.parametrize("of", SUBJECTS, ids=[case.name for case in CASES])


def same(one: Any, other: Any) -> bool:
    """Equality in which NaN is itself, and 1 is not True."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dt.datetime) and one.tzinfo is not None:  # Python never calls moments in a gap or a fold equal.
        return isinstance(other, dt.datetime) and one.astimezone(UTC) == other.astimezone(UTC)
    if isinstance(one, (float, Decimal)) and isinstance(other, (float, Decimal)) and math.isnan(one):
        return type(one) is type(other) and math.isnan(other)
    return type(one) is type(other) and bool(one == other)


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, *(each.table for each in SUBJECTS), Defaults, Odd, Zoned) as db:
        yield db


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


MOMENT = dt.datetime.fromisoformat("2024-02-29T12:30:15.123456")
EXAMPLES: dict[str, list[Any]] = {
    "smallint": [1],
    "integer": [1],
    "bigint": [1],
    "real": [0.5],
    "double": [0.1],
    "numeric": [Decimal("1.10")],
    "numeric_p": [Decimal(1)],
    "numeric_ps": [Decimal("1.10")],
    "text": ["a\tb\\\n"],
    "varchar": ["é"],
    "char": ["x"],
    "boolean": [True],
    "uuid": [UUID(int=1)],
    "date": [MOMENT.date()],
    "time": [MOMENT.time()],
    "timestamp": [MOMENT],
    "timestamptz": [MOMENT.replace(tzinfo=UTC)],
    "interval": [dt.timedelta(days=-1, microseconds=1)],
    "bytea": [bytes(range(256))],
    "json": [{"a": [1, None, "\\"]}],
    "jsonb": ["text"],
    "json_of": [Outer("a", Inner(MOMENT.replace(tzinfo=UTC)))],
    "jsonb_of": [Outer("a", Inner(MOMENT.replace(tzinfo=UTC)), [], Mood.SAD)],
    "inet": [IPv4Address("10.0.0.1")],
    "cidr": [IPv6Network("2001:db8::/32")],
    "macaddr": ["08:00:2b:01:02:03"],
    "int4range": [Range(1, 5)],
    "int8range": [Range(1, None)],
    "numrange": [Range(Decimal(1), Decimal(2), "[]")],
    "daterange": [Range(MOMENT.date(), None)],
    "tsrange": [Range(MOMENT, None)],
    "tstzrange": [Range(MOMENT.replace(tzinfo=UTC), None)],
    "enum": [Mood.OKAY],
}


# --- values of the wrong kind ----------------------------------------------------------------------------------------

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
    "inet": ["10.0.0.1", IPv4Network("10.0.0.0/8"), 1],
    "cidr": ["10.0.0.0/8", IPv4Address("10.0.0.1")],
    "macaddr": [1, b"\x08\x00"],
    "int4range": [(1, 5), [1, 5], range(5), "[1,5)"],
    "int8range": [1],
    "numrange": [Decimal(1)],
    "daterange": [MOMENT.date()],
    "tsrange": [MOMENT],
    "tstzrange": [MOMENT],
    "enum": ["sad", "SAD", 1],
}


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
        if of.case.has_equality:
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


# --- one type at a time ----------------------------------------------------------------------------------------------


class Defaults(Table):
    id = t.identity(primary_key=True)
    small = t.smallint(default=-1)
    word = t.text(default="it's {0} $1 %s \\")
    amount = t.numeric(6, 2, default=Decimal("1.50"))
    at = t.timestamptz(default=fn.now())
    key = t.uuid(default=fn.gen_random_uuid())
    mood = t.enum(Mood, default=Mood.OKAY)
    moods = t.array(t.enum(Mood), default=[Mood.SAD, Mood.OKAY])
    data = t.jsonb(default={"a": [1, True, None]})
    made = t.jsonb(Outer, default=Outer("x", Inner(MOMENT.replace(tzinfo=UTC))))
    raw = t.bytea(default=b"\x00\\'")
    yes = t.boolean(default=True)
    age = t.interval(default=dt.timedelta(days=1))
    nothing = t.nullable(t.text(default="given"))


@attrs.define
class Default(FerraModel[Defaults]):
    id: int
    small: int
    word: str
    amount: Decimal
    at: dt.datetime
    key: UUID
    mood: Mood
    moods: list[Mood]
    data: Any
    made: Outer
    raw: bytes
    yes: bool
    age: dt.timedelta
    nothing: str | None


@attrs.define
class OnlySmall(Insertable[Defaults]):
    small: int = SERVER_DEFAULT


def test_the_server_fills_in_the_default_of_every_type(db: Database) -> None:
    with db.begin() as tx:
        row = tx.fetch_one(insert_into(Defaults).values(OnlySmall()).returning(Default))
        assert tx.fetch_one(insert_into(Defaults).values(OnlySmall(7)).returning(Defaults.small)) == 7
    made = Outer("x", Inner(MOMENT.replace(tzinfo=UTC)))
    assert attrs.astuple(row, recurse=False)[1:4] == (-1, "it's {0} $1 %s \\", Decimal("1.50"))
    assert (row.mood, row.moods, row.data, row.made) == (Mood.OKAY, [Mood.SAD, Mood.OKAY], {"a": [1, True, None]}, made)
    assert (row.raw, row.yes, row.age, row.nothing) == (b"\x00\\'", True, dt.timedelta(days=1), "given")


class Odd(Table):
    """An enum type and a column whose names need quoting in every place."""

    id = t.identity(primary_key=True, always=True)
    kind = t.enum(Mood, type_name='odd "{type}" %s', name='"$1"')
    kinds = t.array(t.enum(Mood, type_name='odd "{type}" %s'), name="{}")


@attrs.define
class OddRow(FerraModel[Odd]):
    kind: Mood
    kinds: list[Mood]
    id: int = SERVER_DEFAULT


def test_an_enum_type_may_have_any_name(db: Database) -> None:
    with db.begin() as tx:
        rows = tx.fetch_all(
            insert_into(Odd).values(OddRow(Mood.SAD, [Mood.NULL]), OddRow(Mood.EMPTY, [])).returning(OddRow)
        )
        assert [(row.kind, row.kinds) for row in rows] == [(Mood.SAD, [Mood.NULL]), (Mood.EMPTY, [])]
        assert tx.fetch_one(select(Odd.kind).where(Odd.kind.is_in([Mood.EMPTY]))) is Mood.EMPTY
        assert tx.fetch_all(select(Odd.kind.cast(t.text())).order_by(Odd.id)) == ["sad", ""]
        assert tx.fetch_one(select(fn.literal("sad").cast(t.enum(Mood, 'odd "{type}" %s')) == Odd.kind)) is True


@pytest.mark.refused_by_the_server
def test_an_identity_that_is_always_generated_takes_no_value(db: Database) -> None:
    with pytest.raises(ValidationError, match="always numbered by the server"):
        db.execute(insert_into(Odd).values(OddRow(Mood.SAD, [], 5)))


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_enums_are_sorted_by_their_declaration_and_not_by_their_labels(db: Database, order: str) -> None:
    of = next(each for each in SUBJECTS if each.case.name == "enum")
    table, model = of.table, of.model
    expected = list(Mood) if order == "asc" else list(Mood)[::-1]
    key = getattr(table.value, order)()
    with db.begin() as tx:
        tx.execute(insert_into(table).values(*(model(mood, [mood], mood) for mood in sorted(Mood, key=str))))
        assert tx.fetch_all(select(table.value).order_by(key)) == expected
        assert [row.value for row in tx.fetch_all(select(model).order_by(key))] == expected
        assert tx.fetch_all(select(table.value).distinct().order_by(key)) == expected
        assert tx.fetch_all(select(table.value).distinct(table.value).order_by(key)) == expected
        grouped = from_(table).group_by(table.value).order_by(key).select(table.value, fn.count())
        assert [mood for mood, _ in tx.fetch_all(grouped)] == expected
        filled = fn.coalesce(table.other, Mood.NULL)
        assert tx.fetch_all(select(filled).order_by(getattr(filled, order)())) == expected
        assert [row.value for row in tx.fetch_page(select(model).order_by(key), 1, 50).items] == expected
        assert list(tx.stream(select(table.value).order_by(key))) == expected
        assert tx.fetch_one(from_(table).select(fn.min(table.value), fn.max(table.value))) == (Mood.SAD, Mood.EMPTY)
        assert tx.fetch_all(select(table.value).where(table.value > Mood.HAPPY).order_by(table.value)) == [
            Mood.NULL,
            Mood.EMPTY,
        ]


class Zoned(Table):
    id = t.serial(primary_key=True)
    at = t.timestamptz()
    plain = t.timestamp()


@attrs.define
class ZonedRow(FerraModel[Zoned]):
    at: dt.datetime
    plain: dt.datetime
    id: int = SERVER_DEFAULT


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati"])
def test_a_moment_is_the_same_moment_in_every_session_time_zone(db: Database, zone: str) -> None:
    moments = [
        dt.datetime(2024, 3, 10, 2, 30, tzinfo=ZoneInfo("America/New_York")),
        dt.datetime(2024, 10, 27, 1, 30, fold=1, tzinfo=ZoneInfo("Europe/London")),
        dt.datetime(1890, 1, 1, tzinfo=ZoneInfo("Europe/Amsterdam")),
        dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=-12, minutes=-34, seconds=-56))),
    ]
    with db.begin() as tx:
        tx._acquire().execute("SELECT set_config('timezone', %s, true)", [zone])
        rows = tx.fetch_all(insert_into(Zoned).values(*(ZonedRow(at, MOMENT) for at in moments)).returning(ZonedRow))
        assert same([row.at for row in rows], moments)
        assert {row.plain for row in rows} == {MOMENT}
        for at in moments:
            assert same(tx.fetch_one(select(Zoned.at).where(Zoned.at == at)), at)
        assert all(row.at.utcoffset() == row.at.astimezone(ZoneInfo(zone)).utcoffset() for row in rows)


@pytest.mark.parametrize("style", ["postgres", "sql_standard", "iso_8601", "postgres_verbose"])
def test_the_session_s_styles_of_dates_and_intervals_change_nothing(db: Database, style: str) -> None:
    interval = next(each for each in SUBJECTS if each.case.name == "interval")
    date = next(each for each in SUBJECTS if each.case.name == "date")
    spans = [dt.timedelta(days=-1, seconds=5), dt.timedelta(days=400, microseconds=-1), dt.timedelta(0)]
    days = [dt.date(2001, 2, 3), dt.date.min]
    with db.begin() as tx:
        tx._acquire().execute("SELECT set_config('intervalstyle', %s, true)", [style])
        tx._acquire().execute("SELECT set_config('datestyle', 'SQL, DMY', true)")
        for of, values in ((interval, spans), (date, days)):
            rows = [of.model(value, values) for value in values]
            tx.execute(insert_into(of.table).values(*rows))
            tx.execute(insert_into(of.table).values(rows[0]))
            copy_in(tx, ModelMeta.of(of.model), rows)
            assert tx.fetch_all(select(of.table.value).order_by(of.table.id)) == [*values, values[0], *values]
            assert tx.fetch_all(select(of.table.many)) == [values] * (2 * len(values) + 1)


def test_discrete_ranges_come_back_as_the_server_writes_them(db: Database) -> None:
    of = next(each for each in SUBJECTS if each.case.name == "int4range")
    with db.begin() as tx:
        row = tx.fetch_one(
            insert_into(of.table).values(of.model(Range(1, 5, "[]"), [Range(3, 3, "()")])).returning(of.model)
        )
    assert (row.value, row.many) == (Range(1, 6, "[)"), [Range(empty=True)])


def test_bytea_takes_every_kind_of_bytes(db: Database) -> None:
    of = next(each for each in SUBJECTS if each.case.name == "bytea")
    raw = bytes(range(256))
    kinds = [raw, bytearray(raw), memoryview(raw)]
    with db.begin() as tx:
        rows = tx.fetch_all(
            insert_into(of.table).values(*(of.model(kind, kinds) for kind in kinds)).returning(of.model)
        )
        rows += [
            tx.fetch_one(insert_into(of.table).values(of.model(kind, kinds)).returning(of.model)) for kind in kinds
        ]
    assert {row.value for row in rows} == {raw}
    assert all(row.many == [raw, raw, raw] for row in rows)


def test_numeric_and_floating_columns_take_whole_numbers(db: Database) -> None:
    for name, read in (("numeric", Decimal(3)), ("double", 3.0), ("real", 3.0)):
        of = next(each for each in SUBJECTS if each.case.name == name)
        with db.begin() as tx:
            row = tx.fetch_one(insert_into(of.table).values(of.model(3, [3, 4])).returning(of.model))
        assert same(row.value, read)


def test_json_null_is_neither_none_nor_a_missing_row(db: Database) -> None:
    of = next(each for each in SUBJECTS if each.case.name == "jsonb")
    with db.begin() as tx:
        tx._acquire().execute("INSERT INTO ofjsonb (value, many) VALUES ('null', '{}')")
        assert tx.fetch_one(select(of.model)).value is JSON_NULL


def test_json_with_a_repeated_key_or_big_number_is_what_python_reads(db: Database) -> None:
    of = next(each for each in SUBJECTS if each.case.name == "jsonb")
    big = {"n": 10**30, "s": "\\u0000 is text here", "é": [[]]}
    with db.begin() as tx:
        assert tx.fetch_one(insert_into(of.table).values(of.model(big, [])).returning(of.table.value)) == big


def test_a_structured_value_that_cannot_be_read_is_an_error_without_the_value(db: Database) -> None:
    with db.begin() as tx:
        tx._acquire().execute("""INSERT INTO ofjsonb_of (value, many) VALUES ('{"name": "hunter2"}', '{}')""")
        of = next(each for each in SUBJECTS if each.case.name == "jsonb_of")
        with pytest.raises(Db) as caught:
            tx.fetch_all(select(of.model))
    assert caught.value.kind is DbErrorKind.INVALID_DATA
    assert "hunter2" not in str(caught.value)


def test_a_label_that_the_python_enum_lacks_is_an_error_of_ours(db: Database) -> None:
    with db.begin() as tx:
        tx._acquire().execute("ALTER TYPE mood RENAME VALUE 'sad' TO 'melancholy'")
        tx._acquire().execute("INSERT INTO ofenum (value, many) VALUES ('melancholy', '{}')")
        of = next(each for each in SUBJECTS if each.case.name == "enum")
        with pytest.raises(Db) as caught:
            tx.fetch_all(select(of.model))
    assert caught.value.kind is DbErrorKind.INVALID_DATA
    cause = caught.value.__cause__
    assert cause is not None
    assert cause.__cause__ is cause.__context__ is None  # Enum's own error shows the label.


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
        (lambda: t.array(t.array(t.integer())), "array"),
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
