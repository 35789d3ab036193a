"""COPY brings every value as it is, whether a chunk travels as one text or psycopg spells its rows."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
from databases import database_with
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    Db,
    DbErrorKind,
    FerraModel,
    ModelMeta,
    PgRepository,
    QueryError,
    Table,
    ValidationError,
    delete_from,
    insert_into,
    update,
)
from ferra_sync import types as t
from ferra_sync._postgres.copy_text import RowText


class Mood(enum.Enum):
    GLAD = "glad"
    ODD = "o\tdd\\N"


class Cells(Table):
    id = t.integer(primary_key=True)
    text = t.nullable(t.text())
    size = t.nullable(t.bigint())
    ratio = t.nullable(t.double_precision())
    price = t.nullable(t.numeric())
    flag = t.nullable(t.boolean())
    key = t.nullable(t.uuid())
    day = t.nullable(t.date())
    at = t.nullable(t.timestamptz())
    mood = t.nullable(t.enum(Mood))


@attrs.define
class Cell(FerraModel[Cells]):
    id: int
    text: str | None = None
    size: int | None = None
    ratio: float | None = None
    price: Decimal | None = None
    flag: bool | None = None
    key: UUID | None = None
    day: dt.date | None = None
    at: dt.datetime | None = None
    mood: Mood | None = None


class Papers(Table):
    id = t.serial(primary_key=True)
    data = t.nullable(t.jsonb())
    content = t.nullable(t.bytea())
    tags = t.nullable(t.array(t.text()))


@attrs.define
class Paper(FerraModel[Papers]):
    data: Any = None
    content: bytes | None = None
    tags: list[str] | None = None
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Cells, Papers) as database:
        yield database


@pytest.fixture
def cells(db: Database) -> PgRepository[Cell]:
    db.execute(delete_from(Cells).all_rows())
    return PgRepository(Cell, db)


texts = st.text(st.sampled_from("a\\Nntb\t\n\r\x08\x0b\x0c\"',é😀"), max_size=5)
rows = st.builds(
    Cell,
    id=st.just(0),
    text=st.none() | texts,
    size=st.none() | st.integers(-(2**63), 2**63 - 1),
    ratio=st.none() | st.floats(allow_nan=False),
    price=st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=3),
    flag=st.none() | st.booleans(),
    key=st.none() | st.uuids(),
    day=st.none() | st.dates(),
    at=st.none() | st.datetimes(dt.datetime(1, 1, 3), dt.datetime(9999, 12, 29), timezones=st.just(dt.UTC)),  # noqa: DTZ001
    mood=st.none() | st.sampled_from(Mood),
)  # fmt: skip
unlike = {"suppress_health_check": [HealthCheck.function_scoped_fixture], "deadline": None}


@settings(max_examples=25, **unlike)
@given(st.lists(rows, max_size=12))
def test_values_of_every_day_come_back_as_they_went(db, rows):
    db.execute(delete_from(Cells).all_rows())
    cells = PgRepository(Cell, db)
    numbered = [attrs.evolve(row, id=number) for number, row in enumerate(rows)]
    assert cells.copy_in(numbered) == len(rows)
    assert cells.find_all() == numbered


def test_chunks_that_psycopg_spells_stay_between_the_others(cells):
    odd = {1_500: "a\tb", 3_999: "\\N", 4_000: "\\", 4_001: None, 4_002: ""}
    given = [Cell(number, odd.get(number, "plain")) for number in range(6_000)]
    assert cells.copy_in(given) == 6_000
    assert cells.find_all() == given


@pytest.mark.parametrize("text", ["\\N", "a\\N", "\\.", "\\", "a\\tb"])
def test_a_text_that_looks_like_null_beside_one_that_is_null_stays_a_text(cells, text):
    given = [Cell(1, text), Cell(2, None), Cell(3, "x"), Cell(4, text)]
    assert cells.copy_in(given) == 4
    assert cells.find_all() == given


class Label(enum.StrEnum):
    A = "a"


class Number(enum.IntEnum):
    ONE = 1


def test_values_of_subclasses_are_what_they_are_and_not_what_they_are_called(cells):
    assert cells.copy_in([Cell(Number.ONE, Label.A, Number.ONE), Cell(2, "b", 2)]) == 2
    assert [(row.id, row.text, row.size) for row in cells.find_all()] == [(1, "a", 1), (2, "b", 2)]


@pytest.mark.parametrize("price", [Decimal("NaN"), Decimal("sNaN"), Decimal("1E+3"), Decimal("1E-30"), 7])
def test_numbers_are_spelled_as_parameters_are(db, cells, price):
    assert cells.copy_in([Cell(1, price=price)]) == 1
    copied = str(cells.find_by_id(1).price)
    db.execute(update(Cells).find(1).set(Cells.price.to(None)))
    db.execute(insert_into(Cells).values(Cell(2, price=price)))
    assert copied == str(cells.find_by_id(2).price)


def test_a_text_with_a_nul_is_refused_as_ever(cells):
    with pytest.raises(Db) as caught:
        cells.copy_in([Cell(1, "a"), Cell(2, "\0")])
    assert caught.value.kind is DbErrorKind.INVALID_DATA
    with pytest.raises(QueryError, match="lone surrogate"):
        cells.copy_in([Cell(1, "\ud800")])
    assert cells.count() == 0


def test_documents_bytes_and_arrays_come_back_as_they_went(db):
    papers = PgRepository(Paper, db)
    given = [Paper({"a": '"\n\\'}, b"\0\\x\t", ["a,b", '"', "\\"], 1), Paper(id=2), Paper([1], b"", [], 3)]
    assert papers.copy_in(given) == 3
    assert papers.find_all() == given
    with pytest.raises(QueryError, match="a set cannot be written as jsonb"):
        papers.copy_in([Paper({1, 2})])


def test_types_without_a_template_are_psycopgs():
    only_content = RowText(ModelMeta.of(Paper), (False, True, False, False))
    assert only_content.of([Paper(content=b"a")]) is None
    meta = ModelMeta.of(Cell)
    every = RowText(meta, (True,) * len(meta.fields))
    assert (
        every.of([Cell(1, "a", flag=True), Cell(2)])
        == "1\ta\t\\N\t\\N\t\\N\tt" + "\t\\N" * 4 + "\n2" + "\t\\N" * 9 + "\n"
    )


# Progress


def test_progress_hears_of_the_rows_on_their_way_and_of_all_at_the_end(cells):
    heard: list[int] = []
    assert cells.copy_in((Cell(number) for number in range(2_500)), progress=heard.append) == 2_500
    assert heard == [1_000, 2_000, 2_500]
    assert cells.copy_in([], progress=heard.append) == 0
    assert heard == [1_000, 2_000, 2_500]


@pytest.mark.parametrize("when", [1, 2])
def test_what_progress_raises_undoes_the_copy(db, cells, when):
    calls: list[int] = []

    def stop(done: int) -> None:
        calls.append(done)
        if len(calls) == when:
            raise RuntimeError("enough")

    with db.transaction() as tx:
        with pytest.raises(RuntimeError, match="enough"):
            PgRepository(Cell, tx).copy_in((Cell(number) for number in range(2_000)), progress=stop)
        assert PgRepository(Cell, tx).count() == 0


def test_progress_that_uses_the_transaction_of_the_copy_is_refused(db, cells):
    with db.transaction() as tx:
        copied = PgRepository(Cell, tx)
        with pytest.raises(QueryError, match="busy with a COPY"):
            copied.copy_in([Cell(1)], progress=lambda _done: copied.count())
        assert copied.count() == 0


def test_a_bad_row_is_named_among_those_before_it(cells):
    with pytest.raises(ValidationError) as caught:
        cells.copy_in([*(Cell(number) for number in range(1_200)), Cell(1_200, 5), Cell("x")])  # type: ignore[arg-type]
    assert (caught.value.row, list(caught.value.errors)) == (1_200, ["text"])
    assert cells.count() == 0
