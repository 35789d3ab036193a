"""Arrays of arrays: rectangular, written and read at any depth, refused where they are ragged."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import model_of

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    FerraModel,
    PgRepository,
    QueryError,
    SchemaError,
    Table,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.types import Range


class Suit(enum.Enum):
    HEARTS = "hearts"
    SPADES = "spades"


@attrs.frozen
class Cell:
    text: str


class Boards(Table):
    id = t.serial(primary_key=True)
    grid = t.array(t.array(t.integer()))
    words = t.array(t.array(t.nullable(t.text())), default=[["a", None]])
    cube = t.nullable(t.array(t.array(t.array(t.boolean()))))
    suits = t.array(t.array(t.enum(Suit)), default=[])
    cells = t.array(t.array(t.jsonb(Cell)), default=[])
    spans = t.array(t.array(t.int4range()), default=[])


@attrs.frozen
class Board(FerraModel[Boards]):
    grid: list[list[int]]
    words: list[list[str | None]] = SERVER_DEFAULT
    cube: list[list[list[bool]]] | None = None
    suits: list[list[Suit]] = SERVER_DEFAULT
    cells: list[list[Cell]] = SERVER_DEFAULT
    spans: list[list[Range[int]]] = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


FULL = Board(
    [[1, 2, 3], [4, 5, 6]],
    [["NULL", None], ['q"\\', "{,}"]],
    [[[True], [False]], [[False], [False]]],
    [[Suit.HEARTS], [Suit.SPADES]],
    [[Cell("x"), Cell('"')]],
    [[Range(1, 2), Range(3, None)]],
)


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Boards) as db:
        yield db


@pytest.fixture
def tx(db: Database) -> Iterator[Any]:
    with db.begin() as tx:
        yield tx


def test_they_come_back_as_they_were_written(tx: Any) -> None:
    kept = tx.fetch_one(insert_into(Boards).values(FULL).returning(Board))
    assert attrs.evolve(kept, id=FULL.id) == FULL
    assert tx.fetch_one(select(Board)) == kept
    assert list(tx.stream(select(Board))) == [kept]
    assert tx.fetch_one(from_(Boards).distinct().select(Boards.grid, Boards.suits)) == (FULL.grid, FULL.suits)


TEXTS = st.text('ab"\\{},NUL ', max_size=4)
GRIDS = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(TEXTS | st.none(), min_size=width, max_size=width), max_size=3)
)


@settings(max_examples=40, deadline=None)
@given(words=GRIDS)
def test_any_texts_and_sizes_are_kept(db: Database, words: list[list[str | None]]) -> None:
    with db.begin() as tx:
        kept = tx.fetch_one(insert_into(Boards).values(Board([], words)).returning(Board))
        assert kept.words == words
        assert tx.fetch_all(select(Boards.id).where(Boards.words == words)) == [kept.id]


def test_many_rows_have_arrays_of_different_sizes(tx: Any) -> None:
    boards = PgRepository(Board, tx)
    rows = [FULL, attrs.evolve(FULL, grid=[[1]], cube=None, suits=[]), attrs.evolve(FULL, grid=[], words=[["x"]])]
    assert [each.grid for each in boards.insert_many(rows)] == [each.grid for each in rows]
    assert boards.copy_in(rows) == len(rows)
    assert [attrs.evolve(each, id=FULL.id) for each in boards.find_all()] == [*rows, *rows]


def test_they_are_compared_assigned_and_defaulted(tx: Any) -> None:
    key = tx.fetch_one(insert_into(Boards).values(Board([[1, 2]])).returning(Boards.id))
    assert tx.fetch_all(select(Boards.words).where(Boards.grid == [[1, 2]])) == [[["a", None]]]
    row = [[3, 4]]
    assert tx.execute(update(Boards).find(key).set(Boards.grid.to(Boards.grid + row))) == 1
    assert tx.fetch_all(select(Boards.grid)) == [[[1, 2], [3, 4]]]
    tuples: Any = ((1, 2), (3, 4))
    assert tx.fetch_all(select(Boards.id).where(Boards.grid == tuples)) == [key]


def test_their_ddl_names_each_dimension(db: Database) -> None:
    with db.connection() as connection:
        found = connection.execute(
            "SELECT attndims, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = 'boards'::regclass AND attnum BETWEEN 2 AND 5 ORDER BY attnum"
        ).fetchall()
    assert found == [(2, "integer[]"), (2, "text[]"), (3, "boolean[]"), (2, "suit[]")]
    assert str(Boards.cube.type) == "boolean[][][]"


@pytest.mark.parametrize(
    "ragged",
    [
        [[1], [1, 2]],
        [[1], []],
        [[], []],
        [[1], None],
        [1, 2],
        [["a"]],
    ],
)
def test_what_is_not_rectangular_is_refused(tx: Any, ragged: Any) -> None:
    with pytest.raises(QueryError, match=r"boards\.grid|Board\.grid") as caught:
        tx.execute(update(Boards).all_rows().set(Boards.grid.to(ragged)))
    assert "2" not in str(caught.value).replace("of different lengths", "")


def test_a_cube_is_rectangular_in_each_dimension(tx: Any) -> None:
    with pytest.raises(QueryError, match="rectangular"):
        tx.execute(update(Boards).all_rows().set(Boards.cube.to([[[True]], [[True, False]]])))


def test_what_has_no_type_is_refused_at_declaration() -> None:
    with pytest.raises(SchemaError, match="never NULL"):
        t.array(t.nullable(t.array(t.text())))
    deep: Any = t.integer()
    for _ in range(6):
        deep = t.array(deep)
    with pytest.raises(SchemaError, match="6 dimensions"):
        t.array(deep)
    with pytest.raises(SchemaError, match=r"integer\[\]\[\]"):
        model_of(FerraModel[Boards], grid=list[int])


def test_unnest_returns_the_innermost_elements() -> None:
    (column,) = fn.unnest(Boards.words).columns
    assert (column.type.cast, column.nullable) == ("text", True)
    assert fn.unnest(Boards.grid).columns[0].nullable is False
