"""What a repository writes and what it refuses: parts of rows, validators and values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

import attrs
import pytest
from databases import fresh_database
from films import Film, Films, FilmTitle, Seat, Seats
from tables import GUARD, Guard, Guarded, truncate

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    DatabaseConfig,
    Db,
    DbErrorKind,
    FerraDbError,
    FerraModel,
    PgRepository,
    QueryError,
    Table,
    ValidationError,
)
from ferra_sync import types as t


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Films, Seats, Guarded, script=GUARD) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with Database.connect(config=DatabaseConfig(database_url, max_connections=4, acquire_timeout=20)) as db:
        with db.connection() as connection:
            connection.execute(truncate(Films, Seats, Guarded))
        yield db


@pytest.fixture
def films(db: Database) -> PgRepository[Film]:
    return PgRepository(Film, db)


@pytest.fixture
def alien(films: PgRepository[Film]) -> Film:
    return films.insert(Film("Alien", 1979, Decimal("8.5")))


# Models that cannot be written


def test_a_part_of_a_row_is_read_found_counted_and_deleted(db, alien):
    titles = PgRepository(FilmTitle, db)
    assert titles.find_by_id(alien.id) == FilmTitle(alien.id, "Alien")
    assert titles.find_page().items == [FilmTitle(alien.id, "Alien")]
    assert titles.count() == 1
    titles.delete(alien.id)
    assert titles.find_all() == []


def test_a_part_of_a_row_updates_its_own_columns_alone(db, films, alien):
    PgRepository(FilmTitle, db).update(alien.id, FilmTitle(alien.id, "Aliens"))
    changed = films.find_by_id(alien.id)
    assert (changed.title, changed.year, changed.rating) == ("Aliens", 1979, Decimal("8.5"))
    assert changed.updated_at > alien.updated_at


def test_inserting_a_part_that_lacks_a_required_column_is_a_query_error_that_names_it(db):
    titles = PgRepository(FilmTitle, db)
    row = FilmTitle(uuid4(), "x")
    for call in (
        lambda: titles.insert(row),
        lambda: titles.save(row),
        lambda: titles.insert_many([row]),
        lambda: titles.copy_in([row]),
    ):
        with pytest.raises(QueryError, match="FilmTitle cannot be inserted: it lacks year"):
            call()


def test_a_row_of_another_model_is_refused(db, films):
    other = Seat("A", 1)
    for call in (
        lambda: films.insert(other),
        lambda: films.save(other),
        lambda: films.insert_many([other]),
        lambda: films.copy_in([other]),
        lambda: films.update(uuid4(), other),
    ):
        with pytest.raises(QueryError, match="Seat"):
            call()
    assert PgRepository(Seat, db).count() == 0


# Values


def test_validators_run_before_a_write_and_say_what_is_wrong_by_field(films, alien):
    bad = Film.__new__(Film)
    for name, value in (("title", ""), ("year", 1700), ("rating", None)):
        setattr_without_validator(bad, name, value)
    for name in ("id", "created_at", "updated_at"):
        setattr_without_validator(bad, name, SERVER_DEFAULT)
    for call in (
        lambda: films.insert(bad),
        lambda: films.save(bad),
        lambda: films.update(alien.id, bad),
        lambda: films.insert_many([Film("ok", 2000), bad]),
        lambda: films.copy_in([Film("ok", 2000), bad]),
    ):
        with pytest.raises(ValidationError) as caught:
            call()
        assert caught.value.model == "Film"
        assert caught.value.errors.keys() == {"title", "year"}
        assert "1700" not in str(caught.value)
    assert films.find_all() == [alien]


def setattr_without_validator(row: object, name: str, value: object) -> None:
    getattr(type(row), name).__set__(row, value)


def test_a_value_of_the_wrong_type_is_a_validation_error_that_does_not_show_it(films):
    with pytest.raises(ValidationError) as caught:
        films.insert(Film("Alien", 1979, id="hunter2"))  # type: ignore[arg-type] # what types forbid
    assert caught.value.errors.keys() == {"id"}
    assert "hunter2" not in str(caught.value)
    assert films.count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rating": 8.5}, "rating"),
        ({"created_at": datetime(2020, 1, 1)}, "created_at"),  # noqa: DTZ001 - without a zone is what is wrong
        ({"created_at": None}, "created_at"),
        ({"id": None}, "id"),
    ],
)
def test_each_wrong_value_is_named_by_its_field(films, changes, field):
    with pytest.raises(ValidationError) as caught:
        films.insert(Film("Alien", 1979, **changes))
    assert caught.value.errors.keys() == {field}


class Tagged(Table):
    id = t.serial(primary_key=True)
    tags = t.array(t.text())


@attrs.define
class Tag(FerraModel[Tagged]):
    tags: list[str] = attrs.field(
        validator=attrs.validators.deep_iterable(attrs.validators.in_(["red", "green"])), on_setattr=attrs.setters.NO_OP
    )
    id: int = SERVER_DEFAULT


def test_a_validator_of_the_elements_shows_no_element(db):
    row = Tag(["red"])
    row.tags = ["red", "hunter2"]
    with pytest.raises(ValidationError) as caught:
        PgRepository(Tag, db).insert(row)
    assert caught.value.errors.keys() == {"tags"}
    assert "hunter2" not in str(caught.value)


def test_rows_that_are_read_pass_no_validator(db, films):
    with db.connection() as connection:
        connection.execute("INSERT INTO films (title, year) VALUES ('', 12)")
    assert films.find_all()[0].year == 12


def test_a_value_that_the_column_is_too_short_for_is_invalid_data_and_not_shown(films):
    with pytest.raises(Db) as caught:
        films.insert(Film("hunter2" * 10, 1979))
    assert caught.value.kind is DbErrorKind.INVALID_DATA
    assert "hunter2" not in str(caught.value)


def test_a_row_that_a_trigger_keeps_out_is_an_error_by_name(db):
    rows = PgRepository(Guard, db)
    for call in (rows.insert, rows.save, lambda row: rows.insert_many([Guard("wanted"), row])):
        with pytest.raises((QueryError, FerraDbError)):
            call(Guard("unwanted"))
    assert rows.count() == 0
