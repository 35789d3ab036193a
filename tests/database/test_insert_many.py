"""Many rows at once: of any number and any type, all or none."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_address
from typing import Any

import attrs
import pytest
from databases import fresh_database, one_connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keyed_rows import Row, Rows, names
from psycopg.types.range import Range
from tables import GUARD, Guard, Guarded, truncate

from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    Database,
    Db,
    FerraDbError,
    FerraModel,
    PgRepository,
    QueryError,
    Table,
    ValidationError,
    from_,
    insert_into,
)
from ferra_sync import types as t


class Counters(Table):
    id = t.serial(primary_key=True)


@attrs.define
class Counter(FerraModel[Counters]):
    id: int = SERVER_DEFAULT


class Lines(Table):
    """A table without a key."""

    line = t.text()
    number = t.integer(default=5)


@attrs.define
class Line(FerraModel[Lines]):
    line: str
    number: int = SERVER_DEFAULT


class Color(enum.Enum):
    RED = "red"
    BLUE = "light blue"


@attrs.define
class Point:
    x: int
    y: int


class Kinds(Table):
    id = t.integer(primary_key=True)
    color = t.enum(Color)
    colors = t.array(t.enum(Color))
    texts = t.array(t.nullable(t.text()))
    numbers = t.nullable(t.array(t.integer()))
    data = t.nullable(t.jsonb())
    plain = t.json()
    point = t.nullable(t.jsonb(Point))
    raw = t.bytea()
    price = t.numeric()
    ratio = t.double_precision()
    day = t.date()
    moment = t.timestamptz()
    span = t.interval()
    host = t.inet()
    mac = t.macaddr()
    window = t.int4range()
    flag = t.nullable(t.boolean())
    char = t.char(3)


@attrs.define
class Kind(FerraModel[Kinds]):
    id: int
    color: Color
    colors: list[Color]
    texts: list[str | None]
    numbers: list[int] | None
    data: Any
    plain: Any
    point: Point | None
    raw: bytes
    price: Decimal
    ratio: float
    day: date
    moment: datetime
    span: timedelta
    host: object
    mac: str
    window: Range[int]
    flag: bool | None
    char: str


@attrs.define
class Checked(FerraModel[Rows]):
    name: str = attrs.field(validator=attrs.validators.max_len(5), on_setattr=attrs.setters.NO_OP)
    id: int = SERVER_DEFAULT


TABLES = (Rows, Counters, Lines, Kinds, Guarded)


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, *TABLES, script=GUARD) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with one_connection(database_url, truncate(*TABLES)) as db:
        yield db


@pytest.fixture
def rows(db: Database) -> PgRepository[Row]:
    return PgRepository(Row, db)


# The rows


@pytest.mark.parametrize("count", [0, 1, 2, 9_999, 10_000, 10_001, 25_000])
def test_any_number_of_rows_can_be_inserted(rows, count):
    made = rows.insert_many([Row(f"n{number}") for number in range(count)])
    assert names(made) == [f"n{number}" for number in range(count)]
    assert rows.count() == count


def test_more_rows_than_a_statement_has_parameters_can_be_inserted(rows):
    made = rows.insert_many(Row(f"n{number}", f"t{number}", number) for number in range(70_000))
    assert (made[-1].name, made[-1].size, len(made)) == ("n69999", 69_999, 70_000)


def test_the_rows_may_come_from_a_generator(rows):
    assert names(rows.insert_many(Row(name) for name in "abc")) == ["a", "b", "c"]
    assert rows.insert_many(iter(())) == []


def test_a_generator_that_fails_inserts_nothing(rows):
    def failing() -> Iterator[Row]:
        yield Row("a")
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        rows.insert_many(failing())
    assert rows.count() == 0


def test_the_given_rows_are_left_alone(rows):
    given = [Row("a"), Row("b")]
    rows.insert_many(given)
    assert given == [Row("a"), Row("b")]


def test_each_row_may_leave_other_columns_to_the_server(rows):
    given = [
        Row("a"),
        Row("b", "t", 1, 100),
        Row("c", None, 2),
        Row("d", None, SERVER_DEFAULT, 50),
        Row("e"),
        Row("f", SERVER_DEFAULT, 3),
    ]
    made = rows.insert_many(given)
    assert names(made) == list("abcdef")
    assert [row.size for row in made] == [7, 1, 2, 7, 7, 3]
    assert [row.tag for row in made] == [None, "t", None, None, None, None]
    assert (made[1].id, made[3].id) == (100, 50)


def test_rows_that_leave_every_column_to_the_server_are_inserted_too_or_refused_by_name(db):
    repository = PgRepository(Counter, db)
    for call in (repository.insert_many, repository.copy_in):
        refused = outcome(lambda call=call: call([Counter(), Counter()]))
        assert refused is None or isinstance(refused, QueryError)


def outcome(call: Callable[[], object]) -> Exception | None:
    try:
        call()
    except Exception as error:  # noqa: BLE001 - which one it is, is the question
        return error
    return None


def test_a_table_without_a_key_has_no_repository_but_its_rows_can_be_inserted(db):
    with pytest.raises(QueryError, match="primary key"):
        PgRepository(Line, db)
    assert db.execute(insert_into(Lines).values(Line("a"), Line("b", 1))) == 2
    assert sorted(db.fetch_all(from_(Lines).select(Lines.line, Lines.number))) == [("a", 5), ("b", 1)]


def kind(number: int, **changes: Any) -> Kind:
    row = Kind(
        id=number,
        color=Color.BLUE,
        colors=[Color.RED, Color.BLUE],
        texts=["a", None, "", "NULL", 'q"q', "b\\", "{x,y}", "tab\t", "line\n", "é🎉"],
        numbers=[1, -2],
        data={"k": [1, None, "x\n"], "é": True},
        plain=[1, "a"],
        point=Point(1, 2),
        raw=b"\x00\xff\\'\n",
        price=Decimal("1.50"),
        ratio=0.1,
        day=date(2024, 2, 29),
        moment=datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
        span=timedelta(days=-1, seconds=5, microseconds=7),
        host=ip_address("10.0.0.1"),
        mac="08:00:2b:01:02:03",
        window=Range(1, 5),
        flag=None,
        char="abc",
    )
    return attrs.evolve(row, **changes)


KINDS = [
    kind(2),
    kind(1, numbers=None, data=None, point=None, flag=True),
    kind(3, colors=[], texts=[], numbers=[], data=[], plain="text", ratio=float("inf"), raw=b""),
    kind(4, data="NULL", plain="null", texts=["\\N", "\\.", "\r\n"], window=Range(empty=True)),
    kind(5, data=0, plain={}, color=Color.RED, colors=[Color.RED], price=Decimal("-12345678901234567890.123456789")),
]


def test_values_of_every_type_are_inserted_as_they_are(db):
    repository = PgRepository(Kind, db)
    assert repository.insert_many(KINDS) == KINDS
    assert repository.find_all() == sorted(KINDS, key=lambda row: row.id)


def test_values_of_every_type_are_copied_as_they_are(db):
    repository = PgRepository(Kind, db)
    assert repository.copy_in(KINDS) == len(KINDS)
    assert repository.find_all() == sorted(KINDS, key=lambda row: row.id)


hostile = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.tuples(hostile, st.none() | st.integers(-(2**31), 2**31 - 1)), max_size=20))
def test_any_text_is_inserted_and_copied_as_it_is(db, rows, texts):
    with db.connection() as connection:
        connection.execute("DELETE FROM rows")
    given = [Row(text, None, SERVER_DEFAULT if size is None else size) for text, size in texts]
    made = rows.insert_many(given)
    assert [(row.name, row.size) for row in made] == [(text, 7 if size is None else size) for text, size in texts]
    copied = [Row(text, None, 1) for text, _ in texts]
    assert rows.copy_in(copied) == len(texts)
    assert names(rows.find_by(Rows.id > max((row.id for row in made), default=0))) == [text for text, _ in texts]


def test_a_nul_in_a_text_is_an_error_by_name_and_nothing_is_inserted(rows):
    for call in (rows.insert, lambda row: rows.insert_many([Row("a"), row]), lambda row: rows.copy_in([Row("a"), row])):
        with pytest.raises((Db, ValidationError)):
            call(Row("a\0b"))
    assert rows.count() == 0


# All or none


def test_a_conflict_in_a_later_chunk_undoes_the_earlier_ones(rows):
    given = [Row(f"n{number}", f"t{number}") for number in range(20_001)]
    given.append(Row("double", "t5"))
    with pytest.raises(Conflict) as caught:
        rows.insert_many(given)
    assert caught.value.columns == ("tag",)
    assert rows.count() == 0


def test_a_conflict_among_rows_of_several_kinds_undoes_them_all(rows):
    with pytest.raises(Conflict):
        rows.insert_many([Row("a", "t"), Row("b", "u", 3), Row("c", "t", SERVER_DEFAULT, 9)])
    assert rows.count() == 0


def test_a_row_that_a_trigger_keeps_out_is_an_error_and_nothing_is_inserted(db):
    repository = PgRepository(Guard, db)
    with pytest.raises((QueryError, FerraDbError)):
        repository.insert_many([Guard("a"), Guard("unwanted"), Guard("b")])
    assert repository.count() == 0


def test_inside_a_transaction_a_failure_in_several_chunks_undoes_only_the_insert(db, rows):
    with db.transaction() as tx:
        inside = PgRepository(Row, tx)
        kept = inside.insert(Row("kept", "t0"))
        with pytest.raises(Conflict), tx.savepoint():
            inside.insert_many([Row(f"n{number}", f"t{number}") for number in range(10_001)])
        assert inside.find_all() == [kept]
    assert rows.find_all() == [kept]


def test_inside_a_transaction_the_rows_go_with_it(db, rows):
    with db.begin() as tx:
        assert len(PgRepository(Row, tx).insert_many([Row("a"), Row("b", None, 3)])) == 2
        assert PgRepository(Row, tx).copy_in([Row("c")]) == 1
        assert PgRepository(Row, tx).count() == 3
    assert rows.count() == 0


@pytest.mark.parametrize("verb", ["insert_many", "copy_in"])
def test_a_value_of_the_wrong_type_anywhere_is_a_validation_error_and_nothing_is_written(rows, verb):
    bad = Row("hunter2")
    bad.size = "hunter2"  # type: ignore[assignment] # what types forbid
    with pytest.raises(ValidationError) as caught:
        getattr(rows, verb)([*(Row("a") for _ in range(2500)), bad])
    assert caught.value.errors.keys() == {"size"}
    assert "hunter2" not in str(caught.value)
    assert rows.count() == 0


@pytest.mark.parametrize("verb", ["insert_many", "copy_in"])
def test_validators_run_on_every_row_and_nothing_is_written(db, verb):
    repository = PgRepository(Checked, db)
    bad = Checked("ok")
    bad.name = "far too long"
    with pytest.raises(ValidationError) as caught:
        getattr(repository, verb)([*(Checked("fine") for _ in range(2500)), bad])
    assert caught.value.errors.keys() == {"name"}
    assert "far too long" not in str(caught.value)
    assert repository.count() == 0


@pytest.mark.parametrize("verb", ["insert_many", "copy_in"])
def test_rows_of_another_class_anywhere_are_refused_and_nothing_is_written(rows, verb):
    with pytest.raises(QueryError, match="Checked"):
        getattr(rows, verb)([*(Row("a") for _ in range(2500)), Checked("b")])
    assert rows.count() == 0
