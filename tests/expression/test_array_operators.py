"""Elements, slices and containment of arrays."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import SERVER_DEFAULT, Database, FerraModel, QueryError, Table, from_, insert_into, update
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._expression.nullability import may_be_null


class Side(enum.Enum):
    LEFT = "left"
    RIGHT = "right"


class Shelves(Table):
    id = t.serial(primary_key=True)
    tags = t.array(t.varchar(5))
    marks = t.array(t.nullable(t.smallint()))
    sides = t.array(t.enum(Side))
    grid = t.array(t.array(t.integer()))
    cube = t.array(t.array(t.array(t.text())), default=[[["x", "y"]]])
    other = t.nullable(t.array(t.text()))
    plain = t.array(t.json(), default=[])
    place = t.bigint(default=2)
    name = t.text(default="a")


@attrs.frozen
class Shelf(FerraModel[Shelves]):
    tags: list[str]
    marks: list[int | None]
    sides: list[Side]
    grid: list[list[int]]
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Shelves) as db:
        row = Shelf(["a", "b", "c"], [1, None], [Side.LEFT], [[1, 2], [3, 4], [5, 6]])
        db.execute(insert_into(Shelves).values(row))
        yield db


CASES: list[tuple[Any, Any]] = [
    (Shelves.tags[1], "a"),
    (Shelves.tags[4], None),
    (Shelves.marks[2], None),
    (Shelves.tags[Shelves.place], "b"),
    (Shelves.tags[fn.literal(3, t.smallint())], "c"),
    (Shelves.sides[1], Side.LEFT),
    (Shelves.other[1], None),
    (Shelves.grid[2, 1], 3),
    (Shelves.grid[4, 1], None),
    (Shelves.grid[Shelves.place, 2], 4),
    (Shelves.cube[1, 1, 2], "y"),
    (Shelves.tags[2:3], ["b", "c"]),
    (Shelves.tags[2:], ["b", "c"]),
    (Shelves.tags[:2], ["a", "b"]),
    (Shelves.tags[3:2], []),
    (Shelves.tags[2:9], ["b", "c"]),
    (Shelves.tags[Shelves.place :], ["b", "c"]),
    (Shelves.tags[2:][1], "b"),
    (Shelves.grid[2:], [[3, 4], [5, 6]]),
    (Shelves.grid[:1], [[1, 2]]),
    (Shelves.other[1:2], None),
    (Shelves.grid[2:][1, 2], 4),
    (fn.string_to_array(Shelves.name, ",")[1], "a"),
    (Shelves.tags.contains(["a", "c"]), True),
    (Shelves.tags.contains(["z"]), False),
    (Shelves.tags.contains([]), True),
    (Shelves.grid.contains([[6]]), True),
    (Shelves.sides.contains([Side.LEFT]), True),
    (Shelves.marks.contains([None]), False),
    (Shelves.other.contains(["a"]), None),
    (Shelves.tags.contained_by(["a", "b", "c", "d"]), True),
    (Shelves.tags.contained_by(Shelves.tags[2:]), False),
    (Shelves.tags.overlaps(["z", "a"]), True),
    (Shelves.tags.overlaps([]), False),
    (Shelves.sides.overlaps([Side.RIGHT]), False),
    (Shelves.tags[1] + "!", "a!"),
    (Shelves.grid[1, 1] + Shelves.grid[2, 2], 5),
]


@pytest.mark.parametrize(("given", "expected"), CASES, ids=repr)
def test_it_gives_what_postgresql_gives(db: Database, given: Any, expected: Any) -> None:
    assert db.fetch_one(from_(Shelves).select(Shelves.id, given)) == (1, expected)
    assert expected is not None or may_be_null(given.shape, iter(given.params))


@pytest.mark.parametrize("never", [Shelves.tags[1:2], Shelves.tags.contains([]), Shelves.tags.overlaps([])], ids=repr)
def test_what_is_never_null_is_known_not_to_be(never: Any) -> None:
    assert not may_be_null(never.shape, iter(never.params))


def test_an_element_may_always_be_null() -> None:
    assert may_be_null(Shelves.tags[1].shape)
    assert Shelves.tags[1].shape == Shelves.tags[2].shape


def test_a_part_is_assigned(db: Database) -> None:
    with db.begin() as tx:
        changed = update(Shelves).find(1).set(Shelves.tags.to(Shelves.tags[2:]), Shelves.marks.to(Shelves.marks[:1]))
        assert tx.fetch_one(changed.returning(Shelves.tags, Shelves.marks)) == (["b", "c"], [1])


WRONG: Any = Shelves  # No checker takes what is refused here.


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: WRONG.name[1], "arrays have elements; shelves.name is text"),
        (lambda: WRONG.tags[0], "1 or more"),
        (lambda: WRONG.tags[-1], "1 or more"),
        (lambda: WRONG.tags[0:2], "1 or more"),
        (lambda: WRONG.tags["a"], "a whole number, not a str"),
        (lambda: WRONG.tags[True], "a whole number, not a bool"),
        (lambda: WRONG.tags[None], "a whole number, not None"),
        (lambda: WRONG.tags[2**31], "no place this far"),
        (lambda: WRONG.tags[WRONG.name], "shelves.name is text"),
        (lambda: WRONG.tags[1, 2], "an element of it has 1 places, not 2"),
        (lambda: WRONG.grid[1], r"is integer\[\]\[\]: an element of it has 2 places, not 1"),
        (lambda: WRONG.tags[:], "a first place, a last one, or both"),
        (lambda: WRONG.tags[1:3:2], "has no step"),
        (lambda: WRONG.tags.contains(["a", 1]), "holds an element that is varchar"),
        (lambda: WRONG.tags.contains("a"), r"is varchar\(5\)\[\] \(list\), not str"),
        (lambda: WRONG.tags.contains(WRONG.marks), "shelves.marks is smallint"),
        (lambda: WRONG.tags.overlaps(None), "always NULL"),
        (lambda: WRONG.plain.contains([{}]), "declare jsonb"),
        (lambda: WRONG.name.overlaps(["a"]), "overlaps takes arrays and ranges"),
    ],
)
def test_what_means_nothing_is_refused(wrong: Any, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        wrong()
