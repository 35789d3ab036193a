"""The verbs, over the database, a transaction and a savepoint."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import attrs
import psycopg
import pytest
from databases import fresh_database, one_connection
from notes import ROWS, Note, Notes
from tables import truncate

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    Conflict,
    Database,
    Db,
    DbErrorKind,
    Executor,
    FerraModel,
    NotFound,
    QueryError,
    Table,
    Unset,
    delete_from,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Cells(Table):
    x = t.integer(primary_key=True)
    y = t.integer(primary_key=True)
    mark = t.text()


@attrs.define
class NotePatch(Changeset[Notes]):
    title: str | Unset = UNSET
    stars: int | Unset = UNSET


@attrs.define
class Cell(FerraModel[Cells]):
    x: int
    y: int
    mark: str


CELLS = f"{truncate(Cells)}; INSERT INTO cells VALUES (1, 2, 'a'), (2, 1, 'b')"


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Notes, Cells) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with one_connection(database_url, ROWS + CELLS) as db:
        yield db


@pytest.fixture(params=["database", "transaction", "savepoint"])
def executor(request, db: Database) -> Iterator[Executor]:
    if request.param == "database":
        yield db
    elif request.param == "transaction":
        with db.transaction() as tx:
            yield tx
    else:
        with db.transaction() as tx, tx.savepoint() as savepoint:
            yield savepoint


def test_fetch_all_returns_every_row_in_the_order_asked_for(executor):
    titles = [note.title for note in executor.fetch_all(select(Note).order_by(Notes.id.desc()))]
    assert titles == ["three", "two", "one"]


def test_fetch_all_of_nothing_is_an_empty_list(executor):
    assert executor.fetch_all(select(Note).where(Notes.stars > 99)) == []


def test_fetch_one_returns_the_first_row(executor):
    assert executor.fetch_one(select(Note).order_by(Notes.stars.desc())) == Note("three", 3, None, 3)


def test_fetch_one_of_nothing_names_the_table(executor):
    with pytest.raises(NotFound, match=r"^notes not found$") as caught:
        executor.fetch_one(select(Note).where(Notes.title == "absent"))
    assert (caught.value.resource, caught.value.id) == ("notes", None)


def test_fetch_one_of_a_key_that_is_not_there_names_table_and_key(executor):
    with pytest.raises(NotFound, match=r"^notes/42 not found$") as caught:
        executor.fetch_one(select(Note).find(42))
    assert caught.value.id == "42"


def test_fetch_one_of_a_composite_key_that_is_not_there_names_both_parts(executor):
    with pytest.raises(NotFound, match=r"^cells/7,9 not found$"):
        executor.fetch_one(select(Cell).find((7, 9)))


def test_fetch_one_of_an_update_that_meets_no_row_names_the_key(executor):
    with pytest.raises(NotFound, match=r"^notes/42 not found$"):
        executor.fetch_one(update(Notes).find(42).set(Notes.stars.to(1)).returning(Note))


def test_fetch_one_of_a_delete_that_meets_no_row_names_the_key(executor):
    with pytest.raises(NotFound, match=r"^notes/42 not found$"):
        executor.fetch_one(delete_from(Notes).find(42).returning(Note))


def test_fetch_one_of_an_aggregate_is_its_value(executor):
    assert executor.fetch_one(from_(Notes).select(fn.count())) == 3


def test_fetch_one_respects_a_limit_and_an_offset_of_the_query(executor):
    ordered = select(Note).order_by(Notes.id)
    assert executor.fetch_one(ordered.limit(2).offset(1)).title == "two"
    assert executor.fetch_one(ordered.offset(2)).title == "three"
    with pytest.raises(NotFound):
        executor.fetch_one(ordered.limit(0))


def test_fetch_one_leaves_the_query_as_it_was(executor):
    query = select(Note)
    executor.fetch_one(query)
    assert len(executor.fetch_all(query)) == 3


def test_fetch_one_and_fetch_optional_read_one_row_only():
    query = select(Note).where(Notes.stars > 0)
    assert " LIMIT " in query.first().sql().text
    assert query.first().parts()[1] == (0, 1)
    assert " LIMIT " not in query.sql().text


def test_a_row_found_by_key_needs_no_limit():
    assert " LIMIT " not in select(Note).find(1).first().sql().text


def test_fetch_optional_returns_the_first_row_or_none(executor):
    found = executor.fetch_optional(select(Note).find(2))
    assert found is not None
    assert found.title == "two"
    assert executor.fetch_optional(select(Note).find(42)) is None


def test_fetch_value_returns_one_value(executor):
    assert executor.fetch_value(from_(Notes).select(fn.sum(Notes.stars))) == 6


def test_fetch_value_of_null_is_none(executor):
    assert executor.fetch_value(select(Notes.body).find(1)) is None


def test_fetch_value_of_several_columns_is_refused_and_nothing_is_sent(executor):
    with pytest.raises(QueryError, match="one column"):
        executor.fetch_value(from_(Notes).select(Notes.id, Notes.title))
    with pytest.raises(QueryError, match="one column"):
        executor.fetch_value(delete_from(Notes).all_rows().returning(Note))
    assert executor.fetch_value(from_(Notes).select(fn.count())) == 3


def test_fetch_value_without_a_row_is_not_found(executor):
    with pytest.raises(NotFound, match=r"^notes/42 not found$"):
        executor.fetch_value(select(Notes.title).find(42))


def test_fetch_value_returns_what_a_write_returns(executor):
    assert executor.fetch_value(insert_into(Notes).values(Note("four", 4)).returning(Notes.stars)) == 4


def test_execute_counts_the_rows_that_it_affected(executor):
    assert executor.execute(update(Notes).where(Notes.stars > 1).set(Notes.body.to("x"))) == 2
    assert executor.execute(update(Notes).where(Notes.stars > 99).set(Notes.body.to("x"))) == 0
    assert executor.execute(insert_into(Notes).values(Note("four"), Note("five"))) == 2
    assert executor.execute(delete_from(Notes).all_rows()) == 5


def test_execute_counts_the_rows_of_a_write_with_returning(executor):
    assert executor.execute(delete_from(Notes).where(Notes.stars < 3).returning(Note)) == 2


def test_execute_of_an_empty_changeset_or_of_no_rows_changes_nothing(executor):
    assert executor.execute(update(Notes).all_rows().set(NotePatch())) == 0
    assert executor.execute(insert_into(Notes).values()) == 0
    assert executor.fetch_all(insert_into(Notes).values().returning(Note)) == []
    assert executor.fetch_value(from_(Notes).select(fn.count())) == 3


def test_an_empty_changeset_that_returns_gives_the_rows_as_they_are(executor):
    unchanged = executor.fetch_one(update(Notes).find(2).set(NotePatch()).returning(Note))
    assert unchanged == Note("two", 2, None, 2)


def test_execute_takes_no_select(executor):
    with pytest.raises(QueryError, match="fetch_all reads"):
        executor.execute(select(Note))


def test_a_write_without_where_is_refused_before_it_is_sent(executor):
    with pytest.raises(QueryError, match="all_rows"):
        executor.execute(delete_from(Notes))
    assert executor.fetch_value(from_(Notes).select(fn.count())) == 3


def test_several_rows_are_inserted_and_returned_in_one_statement(executor):
    made = executor.fetch_all(insert_into(Notes).values(Note("four", 4), Note("five", 5)).returning(Note))
    assert {(note.title, note.stars) for note in made} == {("four", 4), ("five", 5)}


def test_a_query_runs_again_and_sees_what_was_written_since(executor):
    query = from_(Notes).select(fn.count())
    before = executor.fetch_value(query)
    executor.execute(insert_into(Notes).values(Note("four")))
    assert executor.fetch_value(query) == before + 1


def test_values_of_any_kind_come_back_as_they_went(executor):
    text = "';--\\ \" % $1 \t\n é 🎉"
    made = executor.fetch_one(insert_into(Notes).values(Note(text, -(2**31), text)).returning(Note))
    assert (made.title, made.stars, made.body) == (text, -(2**31), text)
    assert executor.fetch_one(select(Note).where(Notes.title == text)) == made


def test_a_violated_unique_constraint_is_a_conflict(db):
    with pytest.raises(Conflict, match=r'^unique constraint "notes_title_key" violated on column "title"$') as caught:
        db.execute(insert_into(Notes).values(Note("one")))
    assert (caught.value.constraint, caught.value.columns) == ("notes_title_key", ("title",))
    assert isinstance(caught.value.__cause__, psycopg.errors.UniqueViolation)


def test_a_number_that_does_not_fit_its_column_is_invalid_data(db):
    with pytest.raises(Db) as caught:
        db.execute(insert_into(Notes).values(Note("big", 2**40)))
    assert caught.value.kind is DbErrorKind.INVALID_DATA
    assert str(2**40) not in str(caught.value)
    assert db.fetch_value(from_(Notes).select(fn.count())) == 3


def test_a_table_that_is_not_there_is_undefined(db):
    class Ghosts(Table):
        id = t.integer(primary_key=True)

    with pytest.raises(Db) as caught:
        db.fetch_all(select(Ghosts.id))
    assert caught.value.kind is DbErrorKind.UNDEFINED
    assert caught.value.sqlstate == "42P01"


def test_every_failed_call_gives_its_connection_back(db):
    for _ in range(3):
        with pytest.raises(Conflict):
            db.execute(insert_into(Notes).values(Note("one")))
        with pytest.raises(Conflict):
            db.fetch_one(insert_into(Notes).values(Note("one")).returning(Note))
        with pytest.raises(NotFound):
            db.fetch_one(select(Note).find(42))
    assert db.fetch_value(from_(Notes).select(fn.count())) == 3


def test_sql_shows_the_text_and_the_values_apart():
    rendered = select(Note).where(Notes.title == "secret").sql()
    assert rendered.params == ("secret",)
    assert "$1" in rendered.text
    assert "secret" not in rendered.text
    assert "secret" not in repr(rendered)


def test_queries_show_no_values_in_their_repr():
    assert "secret" not in repr(select(Note).where(Notes.title == "secret"))


class Level(enum.Enum):
    LOW = "low"
    HIGH = "high"


class Alarms(Table):
    id = t.serial(primary_key=True)
    level = t.enum(Level)
    path = t.array(t.text())
    data = t.nullable(t.jsonb())


@attrs.define
class Alarm(FerraModel[Alarms]):
    level: Level
    path: list[str]
    data: object
    id: int = SERVER_DEFAULT


def test_enums_arrays_and_json_travel_through_every_verb(db):
    with db.connection() as connection:
        connection.execute("CREATE TYPE level AS ENUM ('low', 'high')")
        connection.execute(
            "CREATE TABLE alarms (id serial PRIMARY KEY, level level NOT NULL, path text[] NOT NULL, data jsonb)"
        )
    made = db.fetch_one(
        insert_into(Alarms).values(Alarm(Level.HIGH, ["a", 'b"\\'], {"k": [1, None, "x"]})).returning(Alarm)
    )
    assert made == Alarm(Level.HIGH, ["a", 'b"\\'], {"k": [1, None, "x"]}, 1)
    assert db.fetch_all(select(Alarm).where(Alarms.level == Level.HIGH)) == [made]
    assert list(db.stream(select(Alarm))) == [made]
    assert list(db.batches(select(Alarm))) == [[made]]
    assert db.fetch_page(select(Alarm)).items == [made]
    assert db.fetch_value(select(Alarms.level)) is Level.HIGH


def test_reading_takes_no_write_that_returns_nothing_and_nothing_is_sent(executor):
    write = delete_from(Notes).all_rows()
    for verb in (executor.fetch_all, executor.fetch_one, executor.fetch_optional, executor.fetch_value):
        with pytest.raises(QueryError):
            verb(write)
    assert executor.fetch_value(from_(Notes).select(fn.count())) == 3


def test_pages_streams_and_batches_take_no_write_and_nothing_is_sent(executor):
    write = delete_from(Notes).all_rows().returning(Note)
    for verb in (executor.fetch_page, executor.stream, executor.batches):
        with pytest.raises(QueryError):
            verb(write)
    assert executor.fetch_value(from_(Notes).select(fn.count())) == 3


@pytest.mark.parametrize("query", [Note, Notes, Notes.id, "SELECT 1", None])
def test_no_verb_takes_what_is_no_query(executor, query):
    for verb in (
        executor.fetch_all,
        executor.fetch_one,
        executor.fetch_optional,
        executor.fetch_value,
        executor.execute,
        executor.fetch_page,
        executor.stream,
        executor.batches,
    ):
        with pytest.raises(QueryError):
            verb(query)
