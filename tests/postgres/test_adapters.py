from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from ipaddress import ip_address, ip_interface, ip_network
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.multirange import Int8Multirange, Multirange, TimestamptzMultirange
from psycopg.types.range import (
    DateRange,
    Int4Range,
    Int8Range,
    NumericRange,
    Range,
    TimestampRange,
    TimestamptzRange,
)

from ferra_sync import JSON_NULL
from ferra_sync._expression.intervals import timedelta_of
from ferra_sync._postgres.adapters import ADAPTERS


class Cursor(psycopg.RawCursor):
    @property
    def adapters(self):
        return ADAPTERS


class Size(enum.IntEnum):
    SMALL = 7


class Mood(enum.StrEnum):
    GLAD = "glåd"


class Name(str):
    __slots__ = ()


UTC = dt.UTC
NOON = dt.datetime(2026, 7, 1, 12, 30, 15, 123456, tzinfo=UTC)
UUID_ = UUID("01234567-89ab-cdef-0123-456789abcdef")
ODD_TEXTS = ["", " ", "null", "NULL", ",", "{}", '"', "\\", "a\\\"b'c", "\n\t", "é😀\u2003", "\x01\x7f"]


@pytest.fixture(scope="module")
def connection(server_url):
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("SET timezone = 'Asia/Kathmandu'")
        yield connection


def sent(connection, cast, value, *, binary=False):
    """Return what the server makes of `value` as the type `cast`."""
    return read(cast, Cursor(connection).execute(f"SELECT $1::{cast}".encode(), (value,), binary=binary).fetchone()[0])


def read(cast, value):
    """Return what is read; of an interval come its parts, for months would be lost in a timedelta."""
    if not cast.startswith("interval") or value is None:
        return value
    if isinstance(value, list):
        return [read(cast, each) for each in value]
    return timedelta_of(value)


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize(
    ("cast", "value"),
    [
        ("smallint", -(2**15)),
        ("integer", 0),
        ("integer", -1),
        ("bigint", 2**40),
        ("bigint", -(2**63)),
        ("numeric", Decimal(2) ** 80),
        ("integer", Size.SMALL),
        ("boolean", True),
        ("boolean", False),
        ("real", 0.5),
        ("double precision", 0.1),
        ("double precision", 5e-324),
        ("double precision", -1.7976931348623157e308),
        ("double precision", float("inf")),
        ("double precision", float("-inf")),
        ("numeric", Decimal("-1.50")),
        ("numeric", Decimal("1E+5")),
        ("numeric", Decimal("1E-20")),
        ("text", "a"),
        ("text", Name("a")),
        ("text", Mood.GLAD),
        ("bytea", b""),
        ("bytea", bytes(range(256))),
        ("bytea", bytearray(b"\0\xff")),
        ("bytea", memoryview(b"\0\xff")),
        ("uuid", UUID_),
        ("date", dt.date(1, 1, 1)),
        ("date", dt.date(9999, 12, 31)),
        ("time", dt.time(23, 59, 59, 999999)),
        ("timestamp", dt.datetime(1, 1, 1)),  # noqa: DTZ001 - a timestamp has no zone
        ("timestamp", dt.datetime(9999, 12, 31, 23, 59, 59, 999999)),  # noqa: DTZ001 - a timestamp has no zone
        ("timestamptz", NOON),
        ("timestamptz", NOON.astimezone(ZoneInfo("America/St_Johns"))),
        ("timestamptz", dt.datetime(1850, 1, 1, tzinfo=ZoneInfo("Europe/Amsterdam"))),
        ("timetz", dt.time(1, 2, 3, tzinfo=UTC)),
        ("interval", dt.timedelta(0)),
        ("interval", dt.timedelta(days=-3, seconds=5, microseconds=6)),
        ("interval", dt.timedelta(days=30_000, microseconds=1)),
        ("inet", ip_address("1.2.3.4")),
        ("inet", ip_address("::1")),
        ("inet", ip_interface("1.2.3.4/24")),
        ("inet", ip_interface("2001:db8::1/64")),
        ("cidr", ip_network("10.0.0.0/8")),
        ("cidr", ip_network("2001:db8::/32")),
        ("int4range", Range(1, 5)),
        ("int4range", Range(empty=True)),
        ("int4range", Range(None, None)),
        ("int4range", Int4Range(1, 5)),
        ("int8range", Range(None, 2**40)),
        ("int8range", Int8Range(1, 2)),
        ("numrange", Range(Decimal("1.5"), Decimal(2), "(]")),
        ("numrange", NumericRange(Decimal(1), None)),
        ("daterange", Range(dt.date(2026, 1, 1), dt.date(2026, 2, 1))),
        ("daterange", DateRange(dt.date(2026, 1, 1), None)),
        ("tsrange", TimestampRange(dt.datetime(2026, 1, 1), None)),  # noqa: DTZ001 - a timestamp has no zone
        ("tstzrange", Range(NOON, None)),
        ("tstzrange", TimestamptzRange(None, NOON)),
        ("int4multirange", Multirange([Range(1, 5), Range(7, None)])),
        ("int8multirange", Int8Multirange([Range(1, 5)])),
        ("nummultirange", Multirange([Range(Decimal("1.5"), Decimal(2), "(]")])),
        ("tstzmultirange", TimestamptzMultirange([Range(None, NOON)])),
        ("datemultirange", Multirange()),
        ("integer[]", []),
        ("integer[]", [None]),
        ("bigint[]", [1, 2**40, None]),
        ("integer[]", [Size.SMALL, 1, None]),
        ("integer[]", [[1, 2], [3, None]]),
        ("boolean[]", [True, False, None]),
        ("double precision[]", [0.1, float("inf"), 1, None]),
        ("numeric[]", [Decimal("1.5"), Decimal("1E+5"), 10**30, None]),
        ("text[]", ODD_TEXTS),
        ("text[]", [*ODD_TEXTS, None]),
        ("text[]", [Mood.GLAD, Name("a"), *ODD_TEXTS]),
        ("bytea[]", [b"", b'\0\xff\\"', None]),
        ("bytea[]", [bytearray(b"\0"), memoryview(b"\xff")]),
        ("uuid[]", [UUID_, None]),
        ("date[]", [dt.date(2026, 1, 1), None]),
        ("time[]", [dt.time(1, 2), None]),
        ("timestamp[]", [dt.datetime(2026, 1, 1)]),  # noqa: DTZ001 - a timestamp has no zone
        ("timestamptz[]", [NOON, None]),
        ("interval[]", [dt.timedelta(days=-1, seconds=3), None]),
        ("inet[]", [ip_address("::1"), ip_interface("1.2.3.4/24"), None]),
        ("cidr[]", [ip_network("10.0.0.0/8")]),
        ("int4range[]", [Range(1, 5), Range(empty=True), None]),
        ("tstzrange[]", [Range(NOON, None)]),
        ("tstzmultirange[]", [Multirange([Range(NOON, None)]), Multirange(), None]),
    ],
)
def test_a_value_comes_back_as_it_was_sent(connection, cast, value, binary):
    found = sent(connection, cast, value, binary=binary)
    assert found == value
    assert sent(connection, cast, None) is None


@pytest.mark.parametrize("value", [float("nan"), Decimal("NaN"), Decimal("sNaN")])
def test_what_is_not_a_number_stays_so(connection, value):
    assert sent(connection, "numeric", value).is_nan()
    assert sent(connection, "numeric[]", [value])[0].is_nan()


def test_a_json_text_is_parsed_by_the_server(connection):
    texts = ['{"a": ["\\\\", "\\"", null, "é"]}', "null", '"x"']
    assert sent(connection, "jsonb", texts[0]) == {"a": ["\\", '"', None, "é"]}
    assert sent(connection, "jsonb[]", texts) == [{"a": ["\\", '"', None, "é"]}, JSON_NULL, "x"]


def test_a_tuple_is_an_array_too(connection):
    assert sent(connection, "integer[]", (1, None, 2)) == [1, None, 2]
    assert sent(connection, "integer[]", ()) == []
    assert sent(connection, "text[]", (Mood.GLAD,)) == ["glåd"]


def test_an_integer_has_more_digits_than_python_likes_to_spell(connection):
    huge = 10**5000 + 1
    assert sent(connection, "numeric", huge) == Decimal(huge)
    assert sent(connection, "numeric[]", [huge, None]) == [Decimal(huge), None]


@pytest.mark.parametrize("style", ["postgres", "postgres_verbose", "sql_standard", "iso_8601"])
def test_an_interval_means_the_same_in_every_style(connection, style):
    with connection.transaction(force_rollback=True):
        connection.execute(f"SET LOCAL intervalstyle = {style}".encode())
        query = b"SELECT $1::interval = i, $2::interval[] = ARRAY[i] FROM make_interval(days => -3, secs => 5.000006) i"
        value = dt.timedelta(days=-3, seconds=5, microseconds=6)
        assert Cursor(connection).execute(query, (value, [value])).fetchone() == (True, True)


@pytest.mark.parametrize("style", ["SQL, DMY", "German", "Postgres, MDY"])
def test_a_date_means_the_same_in_every_style(connection, style):
    with connection.transaction(force_rollback=True):
        connection.execute(f"SET LOCAL datestyle = '{style}'".encode())
        noon = b"make_timestamptz(2026, 7, 1, 12, 30, 15.123456, 'UTC')"
        query = b"SELECT $1::date = make_date(2026, 2, 1), $2::timestamptz = " + noon
        assert Cursor(connection).execute(query, (dt.date(2026, 2, 1), NOON)).fetchone() == (True, True)


@pytest.mark.parametrize(
    ("cast", "value"),
    [
        ("text", "a\0b"),
        ("text", Name("a\0b")),
        ("text[]", ["a", "\0"]),
        ("text[]", ["a", None, "\0"]),
        ("text[]", [Mood.GLAD, "\0"]),
    ],
)
def test_a_nul_in_a_text_is_refused_before_anything_is_sent(connection, cast, value):
    with pytest.raises(psycopg.DataError, match="NUL"):
        sent(connection, cast, value)


@pytest.mark.parametrize(
    ("cast", "value", "error"),
    [
        ("integer", 2**40, psycopg.errors.NumericValueOutOfRange),
        ("smallint[]", [1, 2**20], psycopg.errors.NumericValueOutOfRange),
        ("integer", True, psycopg.errors.InvalidTextRepresentation),
        ("integer", 1.5, psycopg.errors.InvalidTextRepresentation),
        ("integer[]", [1, [2]], psycopg.errors.InvalidTextRepresentation),
        ("timetz", dt.time(1, tzinfo=ZoneInfo("Europe/Berlin")), psycopg.DataError),
        ("timetz[]", [dt.time(1, tzinfo=ZoneInfo("Europe/Berlin"))], psycopg.DataError),
        ("text", object(), psycopg.ProgrammingError),
        ("text[]", [object()], psycopg.ProgrammingError),
    ],
)
def test_a_value_that_does_not_fit_is_an_error(connection, cast, value, error):
    with pytest.raises(error):
        sent(connection, cast, value)


def test_a_statement_is_prepared_once_whatever_its_values_are(server_url):
    columns = ("integer", "bigint", "text", "bytea", "numeric", "double precision", "boolean", "uuid", "date", "time")
    columns += ("timestamp", "timestamptz", "interval", "inet", "cidr", "int4range", "int4range", "bigint[]", "text[]")
    statement = f"SELECT {', '.join(f'${n}::{name}' for n, name in enumerate(columns, 1))}".encode()
    naive = NOON.replace(tzinfo=None)
    moments = (NOON.date(), NOON.time(), naive, NOON, dt.timedelta(1))
    networks = (ip_address("::1"), ip_network("10.0.0.0/8"))
    rows = [
        (1, 1, "a", b"a", Decimal(1), 1.5, True, UUID_, *moments, *networks, Range(1, 2), Int4Range(1, 2), [1], ["a"]),
        (2**20, 2**40, Mood.GLAD, bytearray(b"b"), 10**30, 1, False, *[None] * 8, Range(empty=True), None, [2**40], []),
        (None,) * len(columns),
    ]
    with psycopg.connect(server_url, autocommit=True) as connection:
        for row in rows * 3:
            Cursor(connection).execute(statement, row)
        prepared = connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
        assert prepared == (1,)
        for number in (1, 2**40, None) * 5:
            Cursor(connection).execute(b"SELECT $1::bigint", (number,))
        prepared = connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
        assert prepared == (2,)


def test_every_cursor_has_the_same_adapters_and_the_connection_has_psycopgs(connection):
    assert Cursor(connection).adapters is ADAPTERS
    assert connection.execute("SELECT %s", [1]).fetchone() == (1,)


def test_copy_writes_the_same_values(connection):
    row = (1, 'a\t\\"\n', b"\0\xff", NOON, ['x\t"\\', None], Decimal("1.5"), UUID_, Range(1, 2), None)
    with connection.transaction(force_rollback=True):
        connection.execute(
            "CREATE TABLE copied (a bigint, b text, c bytea, d timestamptz, e text[], f numeric, g uuid,"
            " h int4range, i integer)"
        )
        with Cursor(connection).copy(b"COPY copied FROM STDIN") as copy:
            copy.write_row(row)
            copy.write_row((None,) * len(row))
        assert connection.execute("SELECT * FROM copied").fetchall() == [row, (None,) * len(row)]


def test_texts_travel_in_the_connections_own_encoding(server_url):
    for encoding in ("LATIN1", "SQL_ASCII", "UTF8"):
        with psycopg.connect(server_url, client_encoding=encoding) as connection:
            query = b"SELECT $1::text = U&'gl\\00e5d', $2::text[] = ARRAY[U&'gl\\00e5d']"
            assert Cursor(connection).execute(query, ("glåd", ["glåd"])).fetchone() == (True, True)


VALUES = {
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "double precision": st.floats(allow_nan=False),
    "numeric": st.decimals(allow_nan=False, allow_infinity=False, places=6),
    "text": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    "bytea": st.binary(),
    "boolean": st.booleans(),
    "uuid": st.uuids(),
    "date": st.dates(),
    "timestamp": st.datetimes(),
    "timestamptz": st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the bounds have none
    "interval": st.timedeltas(dt.timedelta(-1_000_000), dt.timedelta(1_000_000)),
    "inet": st.ip_addresses(),
}


@pytest.mark.parametrize("cast", VALUES)
def test_any_value_and_any_list_of_values_comes_back(connection, cast):
    @given(value=VALUES[cast], values=st.lists(st.none() | VALUES[cast], max_size=6))
    def holds(value, values):
        query = f"SELECT $1::{cast}, $2::{cast}[]".encode()
        found = Cursor(connection).execute(query, (value, values)).fetchone()
        assert [read(cast, each) for each in found] == [value, values]

    holds()
