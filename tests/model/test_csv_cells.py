"""Values as people and PostgreSQL write them in CSV."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from ipaddress import ip_address
from uuid import UUID

import attrs
import pytest

from ferra_sync import JSON_NULL
from ferra_sync import types as t
from ferra_sync._model.csv_cells import read_cell
from ferra_sync.types import Interval, Range


class Mood(enum.Enum):
    GLAD = "glad"


@attrs.frozen
class Inner:
    n: int


READ = [
    (t.integer(), " +7 ", 7),
    (t.bigint(), "-12", -12),
    (t.numeric(8, 2), "1.50", Decimal("1.50")),
    (t.numeric(), "1e3", Decimal("1E+3")),
    (t.double_precision(), ".5", 0.5),
    (t.real(), "-Infinity", float("-inf")),
    (t.text(), "  a ", "  a "),
    (t.varchar(3), "7", "7"),
    *((t.boolean(), text, True) for text in ("t", "True", "YES", "y", "on", "1")),
    *((t.boolean(), text, False) for text in ("f", "false", "No", "n", "off", "0")),
    (t.date(), "2024-01-02", dt.date(2024, 1, 2)),
    (t.time(), "10:11", dt.time(10, 11)),
    (t.timestamp(), "2024-01-02 03:04:05", dt.datetime(2024, 1, 2, 3, 4, 5)),  # noqa: DTZ001 - one without a zone
    (t.timestamptz(), "2024-01-02 03:04:05+00", dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)),
    (t.timestamptz(), "2024-01-02T03:04:05Z", dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)),
    (t.interval(), "1 day 02:00:00", dt.timedelta(days=1, hours=2)),
    (t.interval(), "-P1DT2H", -dt.timedelta(days=1, hours=2)),
    (t.calendar_interval(), "1 mon", Interval(months=1)),
    (t.uuid(), "00000000-0000-0000-0000-000000000001", UUID(int=1)),
    (t.bytea(), "\\x00ff", b"\0\xff"),
    (t.bytea(), "AP8=", b"\0\xff"),
    (t.jsonb(), '{"a": [1]}', {"a": [1]}),
    (t.jsonb(), "null", JSON_NULL),
    (t.jsonb(Inner), '{"n": 1}', Inner(1)),
    (t.array(t.integer()), "[1, 2]", [1, 2]),
    (t.array(t.integer()), "{1,2}", [1, 2]),
    (t.array(t.integer()), "{}", []),
    (t.array(t.text()), '{a,"b \\" , c",NULL,"NULL"}', ["a", 'b " , c', None, "NULL"]),
    (t.array(t.date()), "{2024-01-02}", [dt.date(2024, 1, 2)]),
    (t.hstore(), '{"a": null}', {"a": None}),
    (t.int4range(), "[1,5)", Range(1, 5)),
    (t.daterange(), "[2024-01-02,)", Range(dt.date(2024, 1, 2), None)),
    (t.enum(Mood), "glad", Mood.GLAD),
    (t.inet(), "10.0.0.1", ip_address("10.0.0.1")),
]


@pytest.mark.parametrize(("declared", "cell", "value"), READ, ids=lambda value: str(value)[:20])
def test_a_cell_is_read(declared, cell, value):
    read = read_cell(declared.sql_type, cell)
    assert read == value
    assert type(read) is type(value)


WRONG = [
    (t.integer(), "1.0"),
    (t.integer(), "1_000"),
    (t.integer(), "١"),  # noqa: RUF001 - another script's digit
    (t.integer(), "9" * 5000),
    (t.numeric(), "1,5"),
    (t.double_precision(), "1_0.5"),
    (t.boolean(), "ja"),
    (t.boolean(), "2"),
    (t.date(), "02.01.2024"),
    (t.timestamptz(), "2024-01-02"),
    (t.interval(), "two days"),
    (t.uuid(), "x"),
    (t.bytea(), "\\xfg"),
    (t.jsonb(), "{"),
    (t.jsonb(Inner), '{"n": "x"}'),
    (t.array(t.integer()), "1,2"),
    (t.array(t.integer()), "{1,x}"),
    (t.array(t.integer()), "{{1},{2}}"),
    (t.array(t.integer()), "{1,}"),
    (t.int4range(), "1-5"),
    (t.enum(Mood), "sad"),
    (t.inet(), "10.0.0.256"),
]


@pytest.mark.parametrize(("declared", "cell"), WRONG, ids=lambda value: str(value)[:20])
def test_a_cell_that_spells_no_value_is_refused(declared, cell):
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever a parser raises
        read_cell(declared.sql_type, cell)
