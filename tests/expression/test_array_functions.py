"""Functions of arrays: their lengths, changes and places."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import SERVER_DEFAULT, Database, FerraModel, QueryError, Table, from_, insert_into
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._expression.nullability import may_be_null


class Hue(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Bins(Table):
    id = t.serial(primary_key=True)
    tags = t.array(t.varchar(5))
    marks = t.array(t.nullable(t.smallint()))
    hues = t.array(t.enum(Hue))
    grid = t.array(t.array(t.integer()))
    plain = t.array(t.json())
    other = t.nullable(t.array(t.text()))
    name = t.nullable(t.text())


@attrs.frozen
class Bin(FerraModel[Bins]):
    tags: list[str]
    marks: list[int | None]
    hues: list[Hue]
    grid: list[list[int]]
    plain: list[Any]
    other: list[str] | None = None
    name: str | None = None
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Bins) as db:
        db.execute(insert_into(Bins).values(Bin(["a", "b", "a"], [1, None], [Hue.BLUE], [[1, 2], [3, 4]], [])))
        yield db


CASES: list[tuple[Any, Any]] = [
    (fn.cardinality(Bins.tags), 3),
    (fn.cardinality(Bins.grid), 4),
    (fn.cardinality(Bins.other), None),
    (fn.array_length(Bins.tags), 3),
    (fn.array_length(Bins.grid, 2), 2),
    (fn.array_length(Bins.tags, 2), None),
    (fn.array_length(fn.literal([], t.array(t.text()))), None),
    (fn.array_append(Bins.tags, "c"), ["a", "b", "a", "c"]),
    (fn.array_append(Bins.tags, fn.literal("c")), ["a", "b", "a", "c"]),
    (fn.array_append(Bins.other, "c"), ["c"]),
    (fn.array_append(Bins.marks, None), [1, None, None]),
    (fn.array_append(Bins.marks, fn.literal(2, t.smallint())), [1, None, 2]),
    (fn.array_append(Bins.hues, Hue.RED), [Hue.BLUE, Hue.RED]),
    (fn.array_prepend("c", Bins.tags), ["c", "a", "b", "a"]),
    (fn.array_prepend(Hue.RED, Bins.hues), [Hue.RED, Hue.BLUE]),
    (fn.array_remove(Bins.tags, "a"), ["b"]),
    (fn.array_remove(Bins.marks, None), [1]),
    (fn.array_remove(Bins.other, "a"), None),
    (fn.array_remove(Bins.tags, Bins.name), ["a", "b", "a"]),
    (fn.array_replace(Bins.tags, "a", "x"), ["x", "b", "x"]),
    (fn.array_replace(Bins.marks, None, 0), [1, 0]),
    (fn.array_position(Bins.tags, "a"), 1),
    (fn.array_position(Bins.tags, "a", 2), 3),
    (fn.array_position(Bins.tags, "z"), None),
    (fn.array_position(Bins.marks, None), 2),
    (fn.array_position(Bins.hues, Hue.BLUE), 1),
    (fn.array_positions(Bins.tags, "a"), [1, 3]),
    (fn.array_positions(Bins.tags, "z"), []),
    (fn.array_positions(Bins.other, "z"), None),
    (fn.array_to_string(Bins.tags, ", "), "a, b, a"),
    (fn.array_to_string(fn.literal(["a", None], t.array(t.nullable(t.text()))), "-"), "a"),
    (fn.array_to_string(fn.literal(["a", None], t.array(t.nullable(t.text()))), "-", "?"), "a-?"),
    (fn.string_to_array(fn.literal("a,b,"), ","), ["a", "b", ""]),
    (fn.string_to_array(fn.literal("a,b,"), ",", ""), ["a", "b", None]),
    (fn.string_to_array(fn.literal(""), ","), []),
    (fn.string_to_array(Bins.name, ","), None),
]


@pytest.mark.parametrize(("given", "expected"), CASES, ids=repr)
def test_it_gives_what_postgresql_gives(db: Database, given: Any, expected: Any) -> None:
    assert db.fetch_one(from_(Bins).select(Bins.id, given)) == (1, expected)
    assert expected is not None or may_be_null(given.shape, iter(given.params))


@pytest.mark.parametrize(
    "never",
    [
        fn.cardinality(Bins.tags),
        fn.array_append(Bins.other, "c"),
        fn.array_prepend("c", Bins.other),
        fn.array_remove(Bins.tags, Bins.name),
        fn.array_positions(Bins.tags, Bins.name),
        fn.array_to_string(Bins.tags, ","),
    ],
    ids=repr,
)
def test_what_is_never_null_is_known_not_to_be(never: Any) -> None:
    assert not may_be_null(never.shape)


WRONG: Any = fn  # No checker takes what is refused here.


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: WRONG.cardinality(Bins.name), "cardinality takes an array, not text"),
        (lambda: WRONG.cardinality([1]), "not list"),
        (lambda: WRONG.array_append(Bins.tags, 1), r"is varchar \(str\), not int"),
        (lambda: WRONG.array_append(Bins.tags, None), r"declared t\.array\(t\.nullable"),
        (lambda: WRONG.array_replace(Bins.tags, "a", None), r"declared t\.array\(t\.nullable"),
        (lambda: WRONG.array_append(Bins.marks, 2**20), "no number this big"),
        (lambda: WRONG.array_append(Bins.grid, 1), r"one dimension, not integer\[\]\[\]"),
        (lambda: WRONG.array_remove(Bins.plain, {}), "declare jsonb"),
        (lambda: WRONG.array_position(Bins.tags, Bins.id), "is varchar, not integer"),
        (lambda: WRONG.array_length(Bins.tags, "x"), r"is integer \(int\), not str"),
        (lambda: WRONG.array_to_string(Bins.marks, ","), r"say \.cast\(t\.array\(t\.text\(\)\)\)"),
        (lambda: WRONG.string_to_array(Bins.id, ","), "takes text, not integer"),
    ],
)
def test_what_means_nothing_is_refused(wrong: Any, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        wrong()
