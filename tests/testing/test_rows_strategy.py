"""What `rows` draws is in the database, with all that it references."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import pytest
from databases import database_with
from hypothesis import find, given, settings
from hypothesis import strategies as st

from ferra_sync import (
    SERVER_DEFAULT,
    Constraint,
    Database,
    FerraModel,
    Insertable,
    PgRepository,
    QueryError,
    SchemaError,
    Table,
    foreign_key,
    select,
)
from ferra_sync import types as t
from ferra_sync.testing import models, rehearsal, rows
from schema import NewUser, Post, Posts, User, Users

few = settings(max_examples=20, deadline=None)


class Shelves(Table):
    room = t.integer(primary_key=True)
    number = t.integer(primary_key=True)


class Books(Table):
    id = t.serial(primary_key=True)
    room = t.integer()
    shelf = t.integer()
    title = t.text(unique=True)
    sequel_to = t.nullable(t.integer(references=lambda: Books.id))

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (foreign_key(cls.room, cls.shelf, references=lambda: (Shelves.room, Shelves.number)),)


class Copies(Table):
    id = t.serial(primary_key=True)
    book_id = t.integer(references=Books.id)


class Links(Table):
    id = t.serial(primary_key=True)
    next_id = t.integer(references=lambda: Links.id)


@attrs.define
class NewShelf(Insertable[Shelves]):
    room: int
    number: int


@attrs.define
class Book(FerraModel[Books]):
    room: int
    shelf: int
    title: str
    sequel_to: int | None = None
    id: int = SERVER_DEFAULT


@attrs.define
class Copy(FerraModel[Copies]):
    book_id: int
    id: int = SERVER_DEFAULT


@attrs.define
class Link(FerraModel[Links]):
    next_id: int
    id: int = SERVER_DEFAULT


@pytest.fixture(scope="module")
def library(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Shelves, Books, Copies, Links) as db:
        yield db


@pytest.mark.parametrize("parent", [User, NewUser])
@few
@given(data=st.data())
def test_a_row_is_there_with_what_it_references(ferra_database: Database, parent: Any, data: st.DataObject) -> None:
    with rehearsal(ferra_database) as db:
        post = data.draw(rows(db, Post, parent))
        assert db.fetch_one(select(Post).where(Posts.id == post.id)) == post
        assert db.fetch_one(select(User).where(Users.id == post.user_id)).username


@few
@given(data=st.data())
def test_parents_of_parents_are_made_and_a_key_may_be_of_several_columns(
    library: Database, data: st.DataObject
) -> None:
    with rehearsal(library) as db:
        copy = data.draw(rows(db, Copy, Book, NewShelf))
        assert PgRepository(Book, db).find_by_id(copy.book_id).sequel_to is None


def test_rows_share_their_parents_or_have_their_own(library: Database) -> None:
    def parents(db: Database, *, data: st.DataObject) -> int:
        first, second = data.draw(rows(db, Copy, Book, NewShelf)), data.draw(rows(db, Copy, Book, NewShelf))
        return len({first.book_id, second.book_id})

    found = set()

    @settings(max_examples=40, deadline=None, database=None)
    @given(data=st.data())
    def draw(data: st.DataObject) -> None:
        with rehearsal(library) as db:
            found.add(parents(db, data=data))

    draw()
    assert found == {1, 2}


@few
@given(data=st.data())
def test_a_row_that_conflicts_with_another_is_drawn_anew(library: Database, data: st.DataObject) -> None:
    with rehearsal(library) as db:
        books = [data.draw(rows(db, Book, NewShelf, title=st.sampled_from("abcdefgh"))) for _ in range(2)]
        assert books[0].title != books[1].title


@few
@given(data=st.data())
def test_fields_are_given_and_a_parent_is_then_not_needed(ferra_database: Database, data: st.DataObject) -> None:
    with rehearsal(ferra_database) as db:
        user = PgRepository(User, db).insert(User("a", "a@x.org", "A", "…"))
        assert data.draw(rows(db, Post, user_id=user.id, title="t")).title == "t"
        above = rows(db, User, username="b").map(lambda one: one.id)
        assert data.draw(rows(db, Post, user_id=above)).user_id != user.id


@few
@given(data=st.data())
def test_rows_are_drawn_in_a_transaction_too(library: Database, data: st.DataObject) -> None:
    with library.begin() as tx:
        data.draw(rows(tx, Book, NewShelf))
        assert len(tx.fetch_all(select(Book))) == 1
    assert library.fetch_all(select(Book)) == []


def test_what_has_no_model_for_a_parent_is_refused_by_name(library: Database) -> None:
    with pytest.raises(QueryError, match=r"Copy\.book_id references books: say rows\(db, …, <a model of books>\)"):
        rows(library, Copy)
    with pytest.raises(QueryError, match=r"Book\.room references shelves: say rows\(db, …, <a model of shelves>\)"):
        rows(library, Copy, Book)


def test_a_row_that_must_reference_its_own_table_is_refused_by_name(library: Database) -> None:
    with pytest.raises(QueryError, match="Link references itself through Link: give that field"):
        rows(library, Link, Link)


def test_what_is_only_written_is_refused(library: Database) -> None:
    with pytest.raises(QueryError, match="rows gives what is read again, so it takes a FerraModel: NewShelf is none"):
        rows(library, NewShelf)  # type: ignore[type-var]  # that is what is tried
    with pytest.raises(SchemaError, match="int is not a model"):
        rows(library, Copy, int)  # type: ignore[arg-type]  # likewise


def test_a_field_that_is_not_there_is_refused(library: Database) -> None:
    with pytest.raises(QueryError, match="Copy has no field book"):
        rows(library, Copy, book=1)


def test_models_take_what_they_reference_from_elsewhere() -> None:
    assert find(models(Book, room=1, shelf=2), lambda book: book.title != "").room == 1
