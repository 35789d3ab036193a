"""Values of every type through UNION: read as they would be alone, compared and sorted by the type's own rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from databases import database_with
from type_cases import EXAMPLES, SUBJECTS, Mood, Subject, every_type, same

from ferra_sync import Database, QueryError, Table, from_, insert_into, select
from ferra_sync import functions as fn
from ferra_sync import types as t


class Words(Table):
    id = t.integer(primary_key=True)
    word = t.text()


class Members(Table):
    email = t.citext(primary_key=True)
    mood = t.enum(Mood)


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Words, Members, *(each.table for each in SUBJECTS)) as db:
        with db.connection() as connection:
            connection.execute("INSERT INTO words VALUES (1, 'b'), (2, 'a')")
            connection.execute("INSERT INTO members VALUES ('b@x', 'sad'), ('A@x', 'happy')")
        yield db


@every_type
def test_a_value_of_every_type_is_read_as_it_is_alone(db: Database, of: Subject) -> None:
    db.execute(insert_into(of.table).values(*(of.model(value, [value]) for value in EXAMPLES[of.case.name])))
    alone = from_(of.table).select(of.table.value, of.table.other, of.table.many, of.model)
    (row,) = db.fetch_all(alone)
    nothing = alone.where(of.table.id < 0)
    for query in (alone.union_all(nothing), nothing.union_all(alone), alone.union_all(alone).limit(1)):
        (found,) = db.fetch_all(query)
        assert all(map(same, found, row))
    if of.case.has_equality:
        assert db.fetch_all(alone.union(alone)) == db.fetch_all(alone.intersect(alone)) == [row]
        assert list(db.stream(alone.except_(alone))) == []
        page = db.fetch_page(alone.union_all(alone), 1, 1)
        assert (page.items, page.total) == ([row], 2)
    else:
        with pytest.raises(QueryError, match="which UNION cannot compare"):
            alone.union(alone).sql()


def test_an_enum_is_sorted_by_its_declaration(db: Database) -> None:
    query = select(Members.mood).union(select(Members.mood)).order_by(Members.mood)
    assert db.fetch_all(query) == [Mood.SAD, Mood.HAPPY]


def test_citext_is_one_text_whatever_its_case_is(db: Database) -> None:
    emails = select(Members.email)
    upper = from_(Members).select(fn.upper(Members.email).cast(t.citext()))
    assert len(db.fetch_all(emails.union(upper))) == len(db.fetch_all(upper.intersect(emails))) == 2
    texts = emails.union_all(select(Words.word)).order_by(Members.email)
    assert sorted(db.fetch_all(texts)) == ["A@x", "a", "b", "b@x"]
    assert sorted(db.fetch_all(select(Words.word).union_all(emails))) == ["A@x", "a", "b", "b@x"]


TEXTS: dict[str, Callable[..., Any]] = {
    "text": t.text,
    "varchar": lambda: t.varchar(9),
    "char": lambda: t.char(4),
}


@pytest.mark.parametrize("first", TEXTS)
@pytest.mark.parametrize("second", TEXTS)
def test_texts_of_all_types_go_together(db: Database, first: str, second: str) -> None:
    one, other = select(Words.word.cast(TEXTS[first]())), select(Words.word.cast(TEXTS[second]()))
    assert Counter(map(str.strip, db.fetch_all(one.union_all(other)))) == {"a": 2, "b": 2}


NUMBERS: dict[str, Callable[..., Any]] = {"smallint": t.smallint, "integer": t.integer, "bigint": t.bigint}


@pytest.mark.parametrize("first", NUMBERS)
@pytest.mark.parametrize("second", NUMBERS)
def test_whole_numbers_of_all_types_go_together(db: Database, first: str, second: str) -> None:
    one, other = select(Words.id.cast(NUMBERS[first]())), select(Words.id.cast(NUMBERS[second]()))
    assert sorted(db.fetch_all(one.union_all(other))) == [1, 1, 2, 2]
    assert sorted(db.fetch_all(one.intersect(other))) == [1, 2]


def test_floats_of_both_types_go_together(db: Database) -> None:
    real, double = select(Words.id.cast(t.real())), select(Words.id.cast(t.double_precision()))
    assert sorted(db.fetch_all(real.union_all(double))) == sorted(db.fetch_all(double.union_all(real)))
