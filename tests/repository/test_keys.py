"""A repository over keys of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import attrs
import pytest
from databases import fresh_database
from films import Film, Films, Seat, Seats, Serial, Serials
from tables import truncate

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    DatabaseConfig,
    FerraModel,
    NotFound,
    PgRepository,
    QueryError,
    Table,
    ValidationError,
)
from ferra_sync import types as t


@attrs.define
class Titled(FerraModel[Films]):
    """A part of a row without its key."""

    title: str
    year: int


class Identities(Table):
    id = t.identity(primary_key=True)
    name = t.text()


@attrs.define
class Identity(FerraModel[Identities]):
    name: str
    id: int = SERVER_DEFAULT


class Always(Table):
    id = t.identity(always=True, primary_key=True)
    name = t.text()


@attrs.define
class AlwaysRow(FerraModel[Always]):
    name: str
    id: int = SERVER_DEFAULT


class Words(Table):
    word = t.text(primary_key=True)
    name = t.text()


@attrs.define
class Word(FerraModel[Words]):
    word: str
    name: str


class Links(Table):
    """Nothing but its key."""

    a = t.integer(primary_key=True)
    b = t.integer(primary_key=True)


@attrs.define
class Link(FerraModel[Links]):
    a: int
    b: int


class Logs(Table):
    """No key."""

    line = t.text()


@attrs.define
class Log(FerraModel[Logs]):
    line: str


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Films, Seats, Serials, Identities, Always, Words, Links) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with Database.connect(config=DatabaseConfig(database_url, max_connections=4, acquire_timeout=20)) as db:
        with db.connection() as connection:
            connection.execute(truncate(Films, Seats, Serials, Identities, Always, Words, Links))
        yield db


@pytest.fixture
def films(db: Database) -> PgRepository[Film]:
    return PgRepository(Film, db)


@pytest.mark.parametrize(("model", "first"), [(Serial, 1), (Identity, 1), (AlwaysRow, 1)])
def test_numbered_keys_are_given_by_the_server(db, model, first):
    rows = PgRepository(model, db)
    made = rows.insert(model("a"))
    assert (made.id, rows.insert(model("b")).id) == (first, first + 1)
    assert rows.find_by_id(first) == made
    assert rows.update(first, model("c")).name == "c"
    assert rows.update(first, model("d", first)).name == "d"
    rows.delete(first)
    assert [row.name for row in rows.find_all()] == ["b"]


def test_a_key_that_the_server_always_numbers_is_refused_before_anything_is_sent(db):
    rows = PgRepository(AlwaysRow, db)
    for call in (rows.insert, lambda row: rows.insert_many([row]), lambda row: rows.copy_in([row])):
        with pytest.raises(ValidationError, match="always numbered by the server"):
            call(AlwaysRow("a", 77))
    assert rows.count() == 0


def test_saving_a_row_whose_key_the_server_always_numbers_updates_it(db):
    rows = PgRepository(AlwaysRow, db)
    made = rows.insert(AlwaysRow("a"))
    assert rows.save(attrs.evolve(made, name="b")) == AlwaysRow("b", made.id)
    assert rows.find_all() == [AlwaysRow("b", made.id)]


def test_text_keys_are_found_as_they_are(db):
    words = PgRepository(Word, db)
    for key in ("", "a/b", "Ä", "'; DROP TABLE words; --", "x" * 500):
        made = words.insert(Word(key, "n"))
        assert words.find_by_id(key) == made
        assert words.update(key, Word(key, "m")).name == "m"
        words.delete(key)
        assert not words.exists(key)


def test_a_composite_key_is_a_tuple_in_the_order_of_the_columns(db):
    seats = PgRepository(Seat, db)
    seats.insert(Seat("A", 1))
    seats.insert(Seat("A", 2))
    assert seats.find_by_id(("A", 2)) == Seat("A", 2)
    assert seats.update(("A", 2), Seat("A", 2, taken=True)).taken
    seats.delete(("A", 1))
    assert seats.find_all() == [Seat("A", 2, taken=True)]
    assert seats.exists(("A", 2))
    assert not seats.exists(("A", 1))
    with pytest.raises(NotFound, match=r"^seats/A,1 not found$"):
        seats.find_by_id(("A", 1))
    with pytest.raises(ValueError, match="another key"):
        seats.update(("A", 2), Seat("A", 3))


@pytest.mark.parametrize("key", ["A", ("A",), ("A", 1, 2), ["A", 1], None, ("A", "1"), ("A", None), (1, "A")])
def test_a_key_that_cannot_be_one_is_refused_before_anything_is_sent(db, key):
    seats = PgRepository(Seat, db)
    for call in (seats.find_by_id, seats.delete, seats.exists, lambda key: seats.update(key, Seat("A", 1))):
        with pytest.raises(QueryError):
            call(key)


@pytest.mark.parametrize("key", [None, "not a uuid", 1, SERVER_DEFAULT, (uuid4(),)])
def test_a_key_of_the_wrong_type_is_refused_without_being_shown(films, key):
    for call in (films.find_by_id, films.delete, films.exists, lambda key: films.update(key, Film("A", 2000))):
        with pytest.raises(QueryError) as caught:
            call(key)
        assert "not a uuid" not in str(caught.value)


def test_a_boolean_is_no_number_for_a_key(db):
    with pytest.raises(QueryError):
        PgRepository(Serial, db).find_by_id(True)


def test_a_table_of_nothing_but_its_key_has_all_verbs(db):
    links = PgRepository(Link, db)
    made = links.insert(Link(1, 2))
    assert links.update((1, 2), Link(1, 2)) == made
    assert links.save(Link(1, 2)) == made
    assert links.save(Link(1, 3)) == Link(1, 3)
    assert links.find_all() == [Link(1, 2), Link(1, 3)]
    with pytest.raises(NotFound):
        links.update((9, 9), Link(9, 9))


def test_a_table_without_a_key_has_no_repository(db):
    with pytest.raises(QueryError, match="primary key"):
        PgRepository(Log, db)


def test_a_model_without_the_key_has_no_repository(db):
    with pytest.raises(QueryError, match=r"Titled lacks films\.id"):
        PgRepository(Titled, db)
