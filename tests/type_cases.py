"""Every column type with a strategy of its values, and a table and a model of it."""

from __future__ import annotations

import datetime as dt
import enum
import math
import struct
import types
from collections.abc import Callable
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import Any, NamedTuple
from uuid import UUID

import attrs
import pytest
from hypothesis import strategies as st

from ferra_sync import SERVER_DEFAULT, FerraModel, Table
from ferra_sync import types as t
from ferra_sync.types import Multirange, Range


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


def _at_least_sad(mood: Any) -> Any:
    return mood >= Mood.SAD


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
MOODS = st.sampled_from(Mood)
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


@st.composite
def multiranges(draw: st.DrawFn, bounds: st.SearchStrategy[Any]) -> Multirange[Any]:
    """Multiranges as PostgreSQL itself writes them: in order, none empty, none beside another."""
    drawn = sorted(draw(st.lists(bounds, unique=True, max_size=6)))
    pairs = [Range(low, high, "[)") for low, high in zip(drawn[::2], drawn[1::2], strict=False)]
    is_open = len(drawn) % 2
    return Multirange([*pairs, Range(drawn[-1], None, "[)")] if is_open else pairs)


WORDS = st.lists(st.sampled_from(["cat", "it''s", "été", "a b"]), unique=True, max_size=3).map(sorted)
VECTORS = WORDS.map(lambda words: " ".join(f"'{word}':{place}A" for place, word in enumerate(words, 1)))
QUERIES = WORDS.map(lambda words: " & ".join(f"'{word}'" for word in words))
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
    Case("hstore", t.hstore, dict[str, str | None], st.dictionaries(TEXTS, TEXTS | st.none(), max_size=4)),
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
    Case("int4multirange", t.int4multirange, Multirange[int], multiranges(st.integers(-(2**31), 2**31 - 1))),
    Case("int8multirange", t.int8multirange, Multirange[int], multiranges(WHOLE[8])),
    Case("nummultirange", t.nummultirange, Multirange[Decimal], multiranges(st.decimals(-1000, 1000, places=3))),
    Case("datemultirange", t.datemultirange, Multirange[dt.date], multiranges(DATES)),
    Case("tsmultirange", t.tsmultirange, Multirange[dt.datetime], multiranges(NAIVE)),
    Case(
        "tstzmultirange",
        t.tstzmultirange,
        Multirange[dt.datetime],
        multiranges(AWARE.map(lambda at: at.astimezone(UTC))),
    ),
    Case("tsvector", t.tsvector, str, VECTORS),
    Case("tsquery", t.tsquery, t.TsQuery, QUERIES),
    Case("enum", lambda **o: t.enum(Mood, **o), Mood, st.sampled_from(Mood)),
    Case("enum_of_schema", lambda **o: t.enum(Mood, schema="of moods", **o), Mood, st.sampled_from(Mood)),
    Case("domain", lambda **o: t.domain("sure", t.text(), check=lambda x: x >= "", **o), str, TEXTS),
    Case("domain_of_enum", lambda **o: t.domain("felt", t.enum(Mood), check=_at_least_sad, **o), Mood, MOODS),
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
    "hstore": [{"a": '"', "b": None}],
    "inet": [IPv4Address("10.0.0.1")],
    "cidr": [IPv6Network("2001:db8::/32")],
    "macaddr": ["08:00:2b:01:02:03"],
    "int4range": [Range(1, 5)],
    "int8range": [Range(1, None)],
    "numrange": [Range(Decimal(1), Decimal(2), "[]")],
    "daterange": [Range(MOMENT.date(), None)],
    "tsrange": [Range(MOMENT, None)],
    "tstzrange": [Range(MOMENT.replace(tzinfo=UTC), None)],
    "int4multirange": [Multirange([Range(1, 5), Range(7, None)])],
    "int8multirange": [Multirange()],
    "nummultirange": [Multirange([Range(Decimal(1), Decimal(2), "[]")])],
    "datemultirange": [Multirange([Range(MOMENT.date(), None)])],
    "tsmultirange": [Multirange([Range(MOMENT, None)])],
    "tstzmultirange": [Multirange([Range(MOMENT.replace(tzinfo=UTC), None)])],
    "tsvector": ["'cat':3 'fat':2A"],
    "tsquery": ["'fat' & 'cat'"],
    "enum": [Mood.OKAY],
    "enum_of_schema": [Mood.OKAY],
    "domain": ["a\tb\\\n"],
    "domain_of_enum": [Mood.OKAY],
}


class Everything(Table):
    id = t.serial(primary_key=True)
    price = t.numeric(10, 2)
    weight = t.double_precision()
    day = t.nullable(t.date())
    at = t.timestamptz()
    span = t.interval()
    raw = t.bytea()
    host = t.inet()
    ages = t.int4range()
    mood = t.enum(Mood)
    document = t.jsonb()
    outer = t.nullable(t.jsonb(Outer))
    tags = t.array(t.text())
    hidden = t.text(name="hid_den")
