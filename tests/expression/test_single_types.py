"""What only one type does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import pytest
from databases import database_with
from type_cases import MOMENT, SUBJECTS, UTC, Inner, Mood, Outer, same

from ferra_sync import (
    JSON_NULL,
    SERVER_DEFAULT,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    Insertable,
    ModelMeta,
    Table,
    ValidationError,
    from_,
    insert_into,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._database.many.copy_in import copy_in
from ferra_sync.types import Range


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, *(each.table for each in SUBJECTS), Defaults, Odd, Zoned) as db:
        yield db


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
