"""The verbs, over the database, a transaction and a savepoint."""

# ruff: noqa: PT012 - the block of a transaction is what raises
from __future__ import annotations

import enum
from collections.abc import Iterator

import attrs
import psycopg
import pytest
from databases import fresh_database, one_connection

from ferra_sync import (
    SERVER_DEFAULT,
    UNSET,
    Changeset,
    ConfigError,
    Conflict,
    Database,
    DatabaseConfig,
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


class Notes(Table):
    id = t.serial(primary_key=True)
    title = t.text(unique=True)
    stars = t.integer(default=0)
    body = t.nullable(t.text())


class Cells(Table):
    x = t.integer(primary_key=True)
    y = t.integer(primary_key=True)
    mark = t.text()


@attrs.define
class Note(FerraModel[Notes]):
    title: str
    stars: int = 0
    body: str | None = None
    id: int = SERVER_DEFAULT


@attrs.define
class NotePatch(Changeset[Notes]):
    title: str | Unset = UNSET
    stars: int | Unset = UNSET


@attrs.define
class Cell(FerraModel[Cells]):
    x: int
    y: int
    mark: str


DDL = """
CREATE TABLE notes (id serial PRIMARY KEY, title text NOT NULL UNIQUE, stars integer NOT NULL DEFAULT 0, body text);
CREATE TABLE cells (x integer, y integer, mark text NOT NULL, PRIMARY KEY (x, y));
"""
ROWS = """
TRUNCATE notes, cells RESTART IDENTITY;
INSERT INTO notes (title, stars) VALUES ('one', 1), ('two', 2), ('three', 3);
INSERT INTO cells VALUES (1, 2, 'a'), (2, 1, 'b');
"""


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, tables=DDL) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with one_connection(database_url, ROWS) as db:
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


def test_each_call_writes_for_good(db, database_url):
    db.execute(insert_into(Notes).values(Note("kept")))
    with psycopg.connect(database_url) as other:
        assert other.execute("SELECT count(*) FROM notes WHERE title = 'kept'").fetchone() == (1,)


def test_ping_asks_the_server_and_says_nothing(db):
    assert db.ping() is None


def test_close_may_be_called_twice(database_url):
    db = Database.connect(database_url)
    db.close()
    db.close()


@pytest.mark.parametrize("verb", ["fetch_all", "fetch_one", "fetch_optional", "fetch_value", "fetch_page"])
def test_reading_a_closed_database_is_a_closed_connection(db, verb):
    db.close()
    with pytest.raises(Db) as caught:
        getattr(db, verb)(select(Notes.id))
    assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION


def test_every_other_verb_of_a_closed_database_is_a_closed_connection(db):
    def lend():
        with db.connection():
            pass

    db.close()
    for call in (
        db.ping,
        db.begin,
        lend,
        lambda: db.execute(delete_from(Notes).all_rows()),
        lambda: list(db.stream(select(Note))),
        lambda: list(db.batches(select(Note))),
        lambda: db.run_in_transaction(lambda tx: tx.fetch_all(select(Note))),
    ):
        with pytest.raises(Db) as caught:
            call()
        assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION


def test_as_a_context_manager_a_database_is_closed_at_the_end(database_url):
    with Database.connect(database_url) as db:
        db.ping()
    with pytest.raises(Db, match="closed"):
        db.ping()


def test_an_error_leaves_the_context_manager_as_it_is_and_closes_the_database(database_url):
    error = RuntimeError("mine")
    with pytest.raises(RuntimeError) as caught, Database.connect(database_url) as db:
        raise error
    assert caught.value is error
    with pytest.raises(Db, match="closed"):
        db.ping()


def test_connection_lends_psycopg_itself_in_autocommit(db):
    with db.connection() as connection:
        assert isinstance(connection, psycopg.Connection)
        assert connection.autocommit
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert connection.execute("SELECT %s, %s, pg_typeof(%s)::text", (1, "two", 3)).fetchone() == (
            1,
            "two",
            "smallint",
        )


def test_connection_is_given_back_also_after_an_error(db):
    with pytest.raises(psycopg.errors.UndefinedTable), db.connection() as connection:
        connection.execute("SELECT * FROM ghosts")
    db.ping()


def test_what_a_borrower_left_open_is_rolled_back(db):
    with db.connection() as connection:
        connection.execute("BEGIN")
        connection.execute("DELETE FROM notes")
    assert db.fetch_value(from_(Notes).select(fn.count())) == 3
    with db.connection() as connection:
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_a_borrower_who_turned_autocommit_off_costs_nobody_their_writes(db, database_url):
    with db.connection() as connection:
        connection.autocommit = False
        connection.execute("DELETE FROM notes")
    db.execute(insert_into(Notes).values(Note("kept")))
    with psycopg.connect(database_url) as other:
        assert other.execute("SELECT count(*) FROM notes").fetchone() == (4,)


def test_a_borrower_may_change_the_row_factory_and_our_rows_stay_models(db):
    with db.connection() as connection:
        connection.row_factory = psycopg.rows.dict_row
    assert db.fetch_one(select(Note).find(1)).title == "one"
    assert db.fetch_page(select(Note), 1, 2).total == 3
    assert [note.title for note in db.stream(select(Note).order_by(Notes.id))] == ["one", "two", "three"]


def test_a_borrower_may_close_the_connection_and_the_next_call_has_another(db):
    with db.connection() as connection:
        connection.close()
    assert db.fetch_value(from_(Notes).select(fn.count())) == 3


def test_a_server_that_ended_the_connection_is_noticed_before_the_next_call(db, database_url):
    with db.connection() as connection:
        victim = connection.info.backend_pid
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", (victim,))
    assert db.fetch_value(from_(Notes).select(fn.count())) == 3


def test_no_repr_shows_a_password(database_url):
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("CREATE ROLE keeper LOGIN SUPERUSER PASSWORD 'hunter2'")
    try:
        url = psycopg.conninfo.make_conninfo(database_url, user="keeper", password="hunter2")
        with Database.connect(url) as db:
            assert "hunter2" not in repr(db) + str(db) + repr(db.config) + str(db.config)
            with db.begin() as tx, tx.savepoint() as savepoint:
                assert "hunter2" not in repr(tx) + repr(savepoint)
    finally:
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("DROP ROLE keeper")


def test_the_config_decides_what_the_server_is_told(database_url):
    config = DatabaseConfig(database_url, application_name="the tests", statement_timeout=12.5)
    with Database.connect(config=config) as db, db.connection() as connection:
        row = connection.execute(
            "SELECT current_setting('application_name'), current_setting('statement_timeout')"
        ).fetchone()
    assert row == ("the tests", "12500ms")


def test_a_url_goes_before_the_url_of_the_config(database_url):
    with Database.connect(database_url, config=DatabaseConfig("postgresql://nowhere.invalid/x")) as db:
        assert db.config.url == database_url


def test_database_url_is_taken_from_the_environment(database_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    with Database.connect() as db:
        db.ping()


def test_a_database_that_is_not_there_is_said_at_once(database_url):
    url = psycopg.conninfo.make_conninfo(database_url, dbname="ferra_no_such_database")
    with pytest.raises(Db) as caught:
        Database.connect(url)
    assert caught.value.kind is DbErrorKind.UNDEFINED


def test_a_url_that_does_not_parse_is_said_without_being_shown():
    with pytest.raises(ConfigError) as caught:
        Database.connect("postgresql://user:hunter2@host:notaport/db")
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(caught.value)


def test_an_embedded_database_is_a_real_postgresql_and_gone_after_close():
    with Database.embedded() as db:
        with db.connection() as connection:
            connection.execute(DDL)
        assert db.fetch_one(insert_into(Notes).values(Note("one")).returning(Note)) == Note("one", 0, None, 1)
        url = db.config.url
    with pytest.raises(Db) as caught:
        Database.connect(url)
    assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION


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


@pytest.fixture
def settled(db: Database) -> Database:
    """A database that has read a note so often that its statement is prepared."""
    for _ in range(8):
        db.fetch_one(select(Note).find(1))
    return db


def change_type(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(f"ALTER TABLE notes ALTER stars TYPE {name}")


def test_a_column_whose_type_another_session_changed_is_read_all_the_same(settled, database_url):
    change_type(database_url, "bigint")
    try:
        assert settled.fetch_one(select(Note).find(1)).stars == 1
    finally:
        change_type(database_url, "integer")


def test_a_transaction_that_met_a_changed_type_spoils_no_later_call(settled, database_url):
    try:
        with pytest.raises(Db), settled.begin() as tx:
            change_type(database_url, "bigint")
            tx.fetch_one(select(Note).find(1))
        assert settled.fetch_one(select(Note).find(1)).stars == 1
    finally:
        change_type(database_url, "integer")
