"""COPY: of any number of rows, all or none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from databases import fresh_database, one_connection, state_of
from keyed_rows import Always, AlwaysRow, Identities, IdentityRow, Row, Rows, UuidRow, Uuids, Word, Words, names
from tables import truncate

from ferra_sync import Conflict, Database, Db, DbErrorKind, PgRepository, QueryError, select

TABLES = (Rows, Uuids, Identities, Always, Words)


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, *TABLES) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with one_connection(database_url, truncate(*TABLES)) as db:
        yield db


@pytest.fixture
def rows(db: Database) -> PgRepository[Row]:
    return PgRepository(Row, db)


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 25_000])
def test_any_number_of_rows_can_be_copied(rows, count):
    assert rows.copy_in([Row(f"n{number}", None, number) for number in range(count)]) == count
    assert rows.count() == count
    assert names(rows.find_all()) == [f"n{number}" for number in range(count)]


def test_copied_rows_leave_columns_to_the_server(rows):
    assert rows.copy_in([Row("a"), Row("b")]) == 2
    assert [(row.id, row.name, row.tag, row.size) for row in rows.find_all()] == [(1, "a", None, 7), (2, "b", None, 7)]


def test_copied_rows_bring_their_own_keys(db, rows):
    assert rows.copy_in([Row("b", "t", 2, 20), Row("a", None, 1, 10)]) == 2
    assert rows.find_all() == [Row("a", None, 1, 10), Row("b", "t", 2, 20)]
    words = PgRepository(Word, db)
    assert words.copy_in([Word('"', "a")]) == 1
    assert words.find_all() == [Word('"', "a")]


@pytest.mark.parametrize("model", [IdentityRow, AlwaysRow, UuidRow])
def test_copied_rows_have_their_keys_from_the_server(db, model):
    repository = PgRepository(model, db)
    assert repository.copy_in(model(f"n{number}") for number in range(1500)) == 1500
    assert len({row.id for row in repository.find_all()}) == 1500


@pytest.mark.parametrize("at", [1, 999, 1000, 1500])
def test_copied_rows_that_leave_other_columns_to_the_server_are_refused_and_none_is_written(rows, at):
    given = [Row("a", None, 1) for _ in range(2000)]
    given[at] = Row("b")
    with pytest.raises(QueryError, match="insert_many"):
        rows.copy_in(given)
    assert rows.count() == 0


@pytest.mark.parametrize("after", [0, 1, 999, 1000, 5000])
def test_a_generator_that_fails_half_way_copies_nothing(rows, after):
    error = RuntimeError("mine")

    def failing() -> Iterator[Row]:
        for number in range(after):
            yield Row(f"n{number}")
        raise error

    with pytest.raises(RuntimeError) as caught:
        rows.copy_in(failing())
    assert caught.value is error
    assert rows.count() == 0


def test_a_row_that_the_server_refuses_half_way_leaves_none(rows):
    given = [Row(f"n{number}", f"t{number % 4999}") for number in range(5000)]
    with pytest.raises(Conflict) as caught:
        rows.copy_in(given)
    assert caught.value.columns == ("tag",)
    assert rows.count() == 0


def test_a_value_that_the_server_cannot_read_leaves_none_and_is_not_shown(rows):
    with pytest.raises(Db) as caught:
        rows.copy_in([Row("a", None, 1), Row("b", None, 2**40)])
    assert caught.value.kind is DbErrorKind.INVALID_DATA
    assert str(2**40) not in str(caught.value)
    assert rows.count() == 0


def test_copy_reads_its_rows_as_it_sends_them(rows):
    read = 0

    def counted() -> Iterator[Row]:
        nonlocal read
        for number in range(100_000):
            read += 1
            yield Row("double" if number == 5000 else f"n{number}", "double" if number >= 5000 else None)

    with pytest.raises(Conflict):
        rows.copy_in(counted())
    assert rows.count() == 0
    assert read > 5000


def test_rows_can_be_copied_from_a_stream_of_another_connection(database_url, rows):
    rows.insert_many([Row(f"n{number}") for number in range(5000)])
    with Database.connect(database_url) as other:
        streamed = other.stream(select(Row))
        assert rows.copy_in(Row(row.name) for row in streamed) == 5000
    assert rows.count() == 10_000


def test_a_failed_bulk_write_gives_the_connection_back(db, rows):
    for _ in range(3):
        with pytest.raises(Conflict):
            rows.copy_in([Row("a", "t"), Row("b", "t")])
        with pytest.raises(Conflict):
            rows.insert_many([Row("a", "t"), Row("b", "t")])
        with pytest.raises(Conflict):
            rows.insert_many([Row("a", "t"), Row("b", "t", 3)])
    assert state_of(db._pool) == (1, 1, 0)
