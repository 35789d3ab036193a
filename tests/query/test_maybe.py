"""`maybe(Model)`: None where the outer join found no row, the model where it found one, be it all NULL."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import pytest
from databases import database_with

from ferra_sync import Database, FerraModel, QueryError, Table, from_, insert_into, maybe
from ferra_sync import functions as fn
from ferra_sync import types as t


class Parents(Table):
    id = t.integer(primary_key=True)


class Notes(Table):
    """A table of which nothing is sure: no key, no column that is never NULL; a column is called as the table."""

    parent_id = t.nullable(t.integer(references=Parents.id))
    notes = t.nullable(t.text())


class Keyed(Table):
    id = t.integer(primary_key=True)
    parent_id = t.nullable(t.integer(references=Parents.id))
    text = t.nullable(t.text())


@attrs.frozen
class Parent(FerraModel[Parents]):
    id: int


@attrs.frozen
class Note(FerraModel[Notes]):
    notes: str | None


@attrs.frozen
class FullNote(FerraModel[Notes]):
    parent_id: int | None
    notes: str | None


@attrs.frozen
class KeyedText(FerraModel[Keyed]):
    text: str | None


@attrs.frozen
class FullKeyed(FerraModel[Keyed]):
    id: int
    parent_id: int | None
    text: str | None


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Parents, Notes, Keyed) as db:
        db.execute(insert_into(Parents).values(*map(Parent, (1, 2, 3))))
        db.execute(insert_into(Notes).values(FullNote(1, None), FullNote(2, "two"), FullNote(2, "two")))
        db.execute(insert_into(Keyed).values(FullKeyed(1, 1, None), FullKeyed(2, 2, "two"), FullKeyed(3, 2, "two")))
        yield db


def test_a_row_of_nothing_but_nulls_is_a_row(db: Database):
    query = from_(Parents).left_join(Notes).order_by(Parents.id).select(Parents.id, maybe(Note))
    assert db.fetch_all(query) == [(1, Note(None)), (2, Note("two")), (2, Note("two")), (3, None)]


def test_a_row_of_nothing_but_nulls_is_a_row_of_a_view_too(db: Database):
    class Viewed(Table, name="viewed"):
        parent_id = t.nullable(t.integer(references=Parents.id))
        notes = t.nullable(t.text())

    @attrs.frozen
    class View(FerraModel[Viewed]):
        notes: str | None

    with db.connection() as connection:
        connection.execute("CREATE VIEW viewed AS SELECT parent_id, notes FROM notes WHERE parent_id < 10")
    query = from_(Parents).left_join(Viewed).order_by(Parents.id).select(Parents.id, maybe(View))
    assert db.fetch_all(query) == [(1, View(None)), (2, View("two")), (2, View("two")), (3, None)]


@pytest.mark.parametrize(("table", "model"), [(Notes, Note), (Keyed, KeyedText)])
def test_distinct_is_of_what_is_selected(db: Database, table: type[Table], model: type[FerraModel[Table]]):
    query = from_(Parents).left_join(table).distinct().order_by(Parents.id).select(Parents.id, maybe(model))
    assert db.fetch_all(query) == [(1, model(None)), (2, model("two")), (3, None)]
    page = db.fetch_page(from_(Parents).left_join(table).distinct().select(Parents.id, maybe(model)), 1, 2)
    assert (page.items, page.total) == ([(1, model(None)), (2, model("two"))], 3)


def test_distinct_on_takes_the_first_row_of_each_value(db: Database):
    query = from_(Parents).left_join(Keyed).distinct(Parents.id).order_by(Parents.id, Keyed.id.desc())
    assert db.fetch_all(query.select(Parents.id, maybe(KeyedText))) == [
        (1, KeyedText(None)),
        (2, KeyedText("two")),
        (3, None),
    ]


def test_a_grouped_primary_key_tells_whether_there_is_a_row(db: Database):
    query = from_(Parents).left_join(Keyed).group_by(Parents.id, Keyed.id).order_by(Parents.id, Keyed.id)
    assert db.fetch_all(query.select(Parents.id, maybe(KeyedText), fn.count())) == [
        (1, KeyedText(None), 1),
        (2, KeyedText("two"), 1),
        (2, KeyedText("two"), 1),
        (3, None, 1),
    ]


def test_groups_that_cannot_tell_a_missing_row_from_one_of_nulls_are_refused(db: Database):
    query = from_(Parents).left_join(Keyed).group_by(Parents.id, Keyed.text).select(Parents.id, maybe(KeyedText))
    with pytest.raises(QueryError, match=r"maybe\(…\) of keyed beside group_by needs a field that is never NULL, or"):
        db.fetch_all(query)


def test_a_group_with_a_column_that_is_never_null_tells_it(db: Database):
    @attrs.frozen
    class Key(FerraModel[Keyed]):
        id: int

    query = from_(Parents).left_join(Keyed).group_by(Parents.id, Keyed.id).order_by(Parents.id, Keyed.id)
    assert db.fetch_all(query.select(Parents.id, maybe(Key))) == [(1, Key(1)), (2, Key(2)), (2, Key(3)), (3, None)]
