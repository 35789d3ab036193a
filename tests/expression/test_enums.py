"""Enums: those of another schema, and the order in which PostgreSQL declares their labels."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    Database,
    FerraModel,
    PgRepository,
    QueryError,
    SchemaError,
    Table,
    check,
    from_,
    index,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Mood(enum.Enum):
    """Neither the names nor the labels are in the order of the alphabet."""

    SAD = "sad"
    OKAY = "okay"
    HAPPY = "happy"


class Level(enum.Enum):
    LOW = "low"
    HIGH = "high"


class People(Table):
    """The schema of its enum has no tables; both schemas have an enum of that name."""

    mood = t.enum(Mood, schema="App of moods", primary_key=True)
    moods = t.array(t.enum(Mood, schema="App of moods"), default=[Mood.SAD])
    before = t.nullable(t.enum(Mood, schema="App of moods", default=Mood.OKAY))
    other = t.enum(Level, "mood", default=Level.LOW)

    @classmethod
    def __constraints__(cls) -> list[Any]:
        return [
            check(cls.before.is_in([Mood.OKAY, Mood.HAPPY]), name="people_before"),
            index(cls.other, where=cls.mood > Mood.SAD),
        ]


@attrs.frozen
class Person(FerraModel[People]):
    mood: Mood
    moods: list[Mood] = SERVER_DEFAULT
    before: Mood | None = SERVER_DEFAULT
    other: Level = SERVER_DEFAULT


HAPPY, SAD, OKAY = Person(Mood.HAPPY, [Mood.OKAY, Mood.SAD], None, Level.HIGH), Person(Mood.SAD), Person(Mood.OKAY)
DECLARED = [Mood.SAD, Mood.OKAY, Mood.HAPPY]


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, People) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        PgRepository(Person, tx).insert_many([HAPPY, SAD, OKAY])
        yield tx


def test_it_is_written_and_read_with_its_schema_outside_of_the_search_path(tx: Any) -> None:
    assert select(People.mood).where(People.mood == Mood.SAD).sql()[0].count('"App of moods"."mood"') == 1
    assert tx.fetch_one(select(Person).find(Mood.HAPPY)) == HAPPY
    assert tx.fetch_one(select(Person).find(Mood.SAD)) == Person(Mood.SAD, [Mood.SAD], Mood.OKAY, Level.LOW)
    assert tx.execute(update(People).find(Mood.SAD).set(People.moods.to([Mood.HAPPY]))) == 1
    assert tx.fetch_all(from_(People).where(People.moods == [Mood.HAPPY]).select(People.moods)) == [[Mood.HAPPY]]
    assert (
        tx.fetch_value(from_(People).limit(1).select(fn.literal("okay").cast(t.enum(Mood, schema="App of moods"))))
        is Mood.OKAY
    )
    with pytest.raises(Conflict) as caught:
        PgRepository(Person, tx).insert_many([Person(Mood.HAPPY)])
    assert caught.value.row == 0


def test_rows_are_copied_in(database: Database) -> None:
    people = PgRepository(Person, database)
    try:
        assert people.copy_in([Person(Mood.OKAY, [Mood.HAPPY], None, Level.HIGH)]) == 1
        assert people.find_all() == [Person(Mood.OKAY, [Mood.HAPPY], None, Level.HIGH)]
    finally:
        people.delete(Mood.OKAY)


@pytest.mark.parametrize(
    ("predicate", "found"),
    [
        (People.mood > Mood.SAD, [Mood.OKAY, Mood.HAPPY]),
        (People.mood <= Mood.OKAY, [Mood.SAD, Mood.OKAY]),
        (People.mood.between(Mood.OKAY, Mood.HAPPY), [Mood.OKAY, Mood.HAPPY]),
        (People.mood.is_in([Mood.HAPPY, Mood.SAD]), [Mood.SAD, Mood.HAPPY]),
        (People.before < People.mood, []),
        (fn.greatest(People.mood, Mood.OKAY) == Mood.OKAY, [Mood.SAD, Mood.OKAY]),
        (fn.nullif(People.mood, Mood.SAD).is_null(), [Mood.SAD]),
    ],
    ids=repr,
)
def test_its_order_is_that_of_the_declaration(tx: Any, predicate: Any, found: list[Mood]) -> None:
    assert tx.fetch_all(from_(People).where(predicate).order_by(People.mood).select(People.mood)) == found


def test_it_is_sorted_by_the_server_in_every_clause(tx: Any) -> None:
    assert tx.fetch_all(from_(People).order_by(People.mood.desc()).select(People.mood)) == DECLARED[::-1]
    assert tx.fetch_all(from_(People).distinct().order_by(People.mood).select(People.mood)) == DECLARED
    both = from_(People).select(People.mood).union(from_(People).select(People.mood))
    assert tx.fetch_all(both.order_by(People.mood)) == DECLARED
    extremes = from_(People).select(fn.min(People.mood), fn.max(People.mood))
    assert tx.fetch_one(extremes) == (Mood.SAD, Mood.HAPPY)
    ranked = fn.row_number().over(order_by=People.mood)
    assert tx.fetch_all(from_(People).order_by(ranked).select(People.mood)) == DECLARED
    collected = from_(People).select(fn.array_agg(People.mood, order_by=People.mood.desc()))
    assert tx.fetch_one(collected) == DECLARED[::-1]


def test_batches_and_pages_walk_in_the_servers_order(tx: Any) -> None:
    walked = [[each.mood for each in batch] for batch in tx.batches(select(Person), size=2)]
    assert walked == [DECLARED[:2], DECLARED[2:]]
    pages = [PgRepository(Person, tx).find_page(page, 1).items[0].mood for page in (1, 2, 3)]
    assert pages == DECLARED


def test_enums_of_one_name_in_two_schemas_are_two() -> None:
    with pytest.raises(QueryError, match=r'people\.mood is "App of moods"\."mood"; people\.other is "mood"$'):
        People.mood == People.other  # noqa: B015 - building it is what is refused


@pytest.mark.parametrize("wrong", ["", 1, "x" * 64])
def test_a_schema_that_is_no_identifier_is_refused(wrong: Any) -> None:
    with pytest.raises(SchemaError, match="an enum's schema"):
        t.enum(Mood, schema=wrong)
