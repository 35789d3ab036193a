"""`any_` and `all_` of arrays and of lists, beside a column or an expression."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import SERVER_DEFAULT, Database, FerraModel, QueryError, Table, all_, any_, from_, insert_into
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._expression.nullability import may_be_null


class Tone(enum.Enum):
    LOW = "low"
    HIGH = "high"


class Notes(Table):
    id = t.serial(primary_key=True)
    title = t.varchar(20)
    key = t.citext()
    size = t.smallint()
    tone = t.enum(Tone)
    tags = t.array(t.varchar(20))
    marks = t.array(t.nullable(t.integer()))
    tones = t.array(t.enum(Tone), default=[])
    grid = t.array(t.array(t.integer()))
    data = t.array(t.json(), default=[])


@attrs.frozen
class Note(FerraModel[Notes]):
    title: str
    key: str
    size: int
    tone: Tone
    tags: list[str]
    marks: list[int | None]
    grid: list[list[int]]
    tones: list[Tone] = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Notes) as db:
        db.execute(insert_into(Notes).values(Note("a", "Key", 3, Tone.LOW, ["a", "b"], [1, 3], [[1, 2], [3, 4]])))
        yield db


@pytest.mark.parametrize(
    "true",
    [
        Notes.title == any_(Notes.tags),
        any_(Notes.tags) == Notes.title,
        Notes.size == any_(Notes.grid),
        Notes.size <= all_(fn.literal([3, 4], t.array(t.bigint()))),
        Notes.title != all_(["x", "y"]),
        Notes.title == any_(("a", "x")),
        Notes.key == any_(["KEY"]),
        Notes.size > any_([2, 2**40]),
        Notes.size < all_([2**40]),
        Notes.size == all_([]),
        Notes.tone == any_([Tone.LOW]),
        fn.literal("b") == any_(Notes.tags),
        fn.coalesce(Notes.tone, Tone.HIGH) == any_(fn.array_append(Notes.tones, Tone.LOW)),
    ],
    ids=repr,
)
def test_a_comparison_with_it_is_true(db: Database, true: Any) -> None:
    assert db.fetch_all(from_(Notes).where(true).select(Notes.id)) == [1]


@pytest.mark.parametrize(
    "other",
    [
        Notes.title == any_(["x"]),
        Notes.title == any_([]),
        Notes.size > all_(Notes.grid),
        Notes.size != any_([3]),
        Notes.title == any_(fn.literal(["A"], t.array(t.text()))),
    ],
    ids=repr,
)
def test_a_comparison_with_it_is_false(db: Database, other: Any) -> None:
    assert db.fetch_all(from_(Notes).where(other).select(Notes.id)) == []


def test_beside_an_element_that_is_null_it_may_be_null(db: Database) -> None:
    unknown = Notes.size == any_(fn.array_append(Notes.marks, None))
    found = Notes.size == any_(Notes.marks)
    assert db.fetch_one(
        from_(Notes).select(unknown, found, Notes.size != all_(fn.array_append(Notes.marks, None)))
    ) == (
        True,
        True,
        False,
    )
    assert db.fetch_one(from_(Notes).select(fn.literal(9) == any_(fn.array_append(Notes.marks, None)))) is None
    assert may_be_null(found.shape)


def test_lists_of_any_length_have_one_shape() -> None:
    one, other = Notes.size == any_([1]), Notes.size == any_([1, 2, 3])
    assert one.shape == other.shape
    assert (one.params, other.params) == (([1],), ([1, 2, 3],))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            lambda: Notes.size == any_(["x"]),
            r"notes\.size: the list holds an element that is smallint",
        ),
        (lambda: Notes.size == any_([1, None]), "None is never in a list"),
        (lambda: Notes.tags == any_([["a"]]), "is an array"),
        (lambda: Notes.size == any_(Notes.tags), r"notes\.size is smallint"),
        (lambda: Notes.title == any_(Notes.data), "is json"),
        (lambda: any_(Notes.title), "a query, an array or a list"),  # type: ignore[call-overload]  # it is no array
        (lambda: any_("ab"), "a query, an array or a list"),  # type: ignore[call-overload]  # nor is this
        (lambda: any_([1]) == 1, "beside a column or an expression"),
    ],
)
def test_what_means_nothing_is_refused(wrong: Any, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        wrong()


def test_it_stands_in_a_comparison_alone() -> None:
    alone: Any = any_([1])
    with pytest.raises(QueryError, match="where takes predicates"):
        from_(Notes).where(alone)
    with pytest.raises(QueryError, match="cannot be selected"):
        from_(Notes).select(alone)
