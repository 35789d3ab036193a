"""What observers of statements are told, from every way that a statement goes; and that they change nothing."""

from __future__ import annotations

import io
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import psycopg
import pytest
from databases import fresh_database
from heard import ROWS, SECRET, Film, Films, Memory

from ferra_sync import (
    SERVER_DEFAULT,
    ConfigError,
    Conflict,
    Database,
    DatabaseConfig,
    Databases,
    Db,
    FerraModel,
    Observer,
    PgRepository,
    Table,
    capped,
    delete_from,
    from_,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._database.rehearsal import rehearsal

VIEW = "CREATE VIEW sights AS SELECT id, title FROM films"


class Sights(Table):
    """A view, whose rows are inserted one by one."""

    id = t.serial(primary_key=True)
    title = t.text()


@attrs.define
class Sight(FerraModel[Sights]):
    title: str
    id: int = SERVER_DEFAULT


ALL = select(Film).order_by(Films.id)


@pytest.fixture(scope="module")
def url(server_url):
    with fresh_database(server_url, Films, script=f"{ROWS}; {VIEW}") as url:
        yield url


@pytest.fixture(scope="module")
def memory():
    return Memory()


@pytest.fixture(scope="module")
def opened(url, memory):
    with Database.connect(url, observers=(memory,)) as db:
        yield db


@pytest.fixture
def db(opened, memory):
    memory.clear()
    return opened


@pytest.fixture(scope="module")
def films(opened):
    return PgRepository(Film, opened)


def test_a_statement_is_told_with_what_it_does_and_how_it_went(db, memory):
    db.fetch_all(ALL.where(Films.id <= 3, Films.title != SECRET))
    (event,) = memory.events
    assert (event.summary, event.operation, event.table) == ("SELECT films", "SELECT", "films")
    assert (event.rows, event.parameter_count, event.batch_size) == (3, 2, 1)
    assert (event.sqlstate, event.error, event.is_internal) == (None, None, False)
    assert event.sql.startswith('SELECT "films"."title"')
    assert event.seconds > 0


def test_no_event_has_a_value(db, memory, films):
    with pytest.raises(Conflict):
        films.insert_many([Film(SECRET), Film(SECRET)])
    assert memory.events
    assert not any(SECRET in f"{event!r} {event.sql} {event.summary}" for event in memory.events)


def test_the_line_that_sent_it_is_the_first_outside_of_ferra_sync(db, memory, films):
    def helper():
        return films.find_by_id(1)

    helper()
    (caller,) = memory.callers
    assert (Path(caller.file), caller.line) == (Path(__file__), helper.__code__.co_firstlineno + 1)
    assert caller.function.endswith("helper")
    assert str(caller).startswith(f"{__file__}:")


def test_the_line_is_found_through_context_managers_and_generators(db, memory, films):
    with db.transaction() as tx, tx.savepoint():
        next(db.stream(ALL))
        films.find_page_in_tx(tx, 1, 10)
    assert len(memory.callers) > 5
    assert {caller.file for caller in memory.callers} == {__file__}


def test_the_line_is_known_while_the_observer_is_told(db, memory):
    db.fetch_one(ALL)
    assert memory.events[0].caller is None


def test_where_a_statement_was_sent_is_told(db, memory, url):
    db.fetch_one(ALL)
    assert memory.events[0].server.database == psycopg.conninfo.conninfo_to_dict(url)["dbname"]


@pytest.mark.parametrize(
    ("call", "summaries"),
    [
        (lambda db, _: db.fetch_one(ALL), ["SELECT films"]),
        (lambda db, _: db.fetch_optional(ALL), ["SELECT films"]),
        (lambda db, _: db.fetch_value(from_(Films).select(fn.count())), ["SELECT films"]),
        (lambda db, _: db.fetch_value(select(fn.now())), ["SELECT"]),
        (lambda db, _: db.fetch_page(ALL, 2), ["SELECT films", "SELECT films"]),
        (lambda db, _: db.fetch_page(ALL, 2, count=capped(10)), ["SELECT films", "SELECT films"]),
        (lambda db, _: db.fetch_slice(ALL, 2), ["SELECT films"]),
        (lambda db, _: db.fetch_keyset(ALL, 2), ["SELECT films"]),
        (lambda db, _: list(db.stream(ALL)), ["SELECT films"]),
        (lambda db, _: list(db.batches(ALL, 2000)), ["SELECT films"] * 3),
        (lambda db, _: db.copy_out(ALL, io.BytesIO()), ["COPY films"]),
        (lambda db, _: db.copy_out(ALL.where(Films.id > 1), io.BytesIO()), ["SELECT films"]),
        (lambda db, _: db.execute(update(Films).find(1).set(Films.likes.to(1))), ["UPDATE films"]),
        (lambda db, _: db.execute(delete_from(Films).find(-1)), ["DELETE films"]),
        (lambda db, _: db.fetch_all(ALL.union(ALL)), ["SELECT films"]),
        (lambda _, films: films.find_by_id(1), ["SELECT films"]),
        (lambda _, films: films.find_many([1, 2]), ["SELECT films"]),
        (lambda _, films: films.insert(Film("one")), ["INSERT films"]),
        (lambda _, films: films.insert_many([Film("two"), Film("three")]), ["INSERT films"]),
        (lambda _, films: films.copy_in([Film("four")]), ["COPY films"]),
        (lambda _, films: films.upsert_many([Film("five", 1, 9001)]), ["INSERT films"]),
        (lambda _, films: films.update_many([Film("1", 2, 1)]), ["UPDATE films"]),
        (lambda _, films: films.delete_many([9001]), ["DELETE films"]),
        (lambda db, _: ALL.explain(db), ["EXPLAIN"]),
    ],
)
def test_every_way_that_a_statement_goes_is_told(db, memory, films, call, summaries):
    call(db, films)
    assert memory.seen() == summaries


def nested(db):
    with db.transaction() as tx, tx.savepoint() as inner:
        inner.fetch_one(ALL)


def locked(db):
    with db.lock("of a test"):
        pass


@pytest.mark.parametrize(
    ("call", "summaries"),
    [
        (lambda db: db.ping(), ["SELECT"]),
        (lambda db: list(db.stream(ALL)), ["BEGIN", "SELECT films", "COMMIT"]),
        (lambda db: next(db.stream(ALL)), ["BEGIN", "SELECT films", "ROLLBACK"]),
        (nested, ["BEGIN", "SAVEPOINT", "SELECT films", "RELEASE", "COMMIT"]),
        (locked, ["SELECT", "SELECT"]),
    ],
)
def test_what_is_sent_beside_queries_is_told_as_internal(db, memory, call, summaries):
    call(db)
    assert memory.sent() == summaries


def test_a_stream_is_told_once_at_its_end_with_all_its_rows(db, memory):
    rows = db.stream(ALL.where(Films.id <= 4500))
    next(rows)
    assert memory.seen() == []
    assert len(list(rows)) == 4499
    assert [(event.summary, event.rows) for event in memory.events if not event.is_internal] == [("SELECT films", 4500)]


def test_rows_sent_one_by_one_in_a_pipeline_are_one_event_with_their_number(db, memory):
    PgRepository(Sight, db).insert_many([Sight("s1"), Sight("s2"), Sight("s3")])
    (event,) = (event for event in memory.events if not event.is_internal)
    assert (event.summary, event.batch_size, event.rows) == ("INSERT sights", 3, 3)


def test_an_error_is_told_with_its_sqlstate(db, memory, films):
    with pytest.raises(Conflict):
        films.insert_many([Film("same"), Film("same")])
    (event,) = (event for event in memory.events if event.error)
    assert (event.summary, event.sqlstate, event.error, event.rows) == ("INSERT films", "23505", "UniqueViolation", 0)
    with pytest.raises(Db):
        db.fetch_all(select(Film).where(Films.likes / 0 == 1))
    assert memory.events[-1].sqlstate == "22012"


def test_a_lost_connection_is_told_as_an_error_without_sqlstate(db, memory, url):
    with db.begin() as tx:
        backend = tx._acquire().info.backend_pid
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (backend,))
        with pytest.raises(Db):
            tx.fetch_one(ALL)
    failed = [event for event in memory.events if event.error]
    assert failed[0].summary == "SELECT films"
    assert failed[0].error in {"OperationalError", "AdminShutdown"}


def test_what_is_refused_before_it_is_sent_is_not_told(db, memory):
    with pytest.raises(Exception, match="surrogate"):
        db.fetch_all(ALL.where(Films.title == "\ud800"))
    assert memory.events == []


def test_an_observer_that_raises_breaks_nothing_and_is_logged_once(url, caplog):
    class Broken(Observer):
        def on_query(self, _event):
            raise ZeroDivisionError

        def on_checkout(self, _waited):
            raise LookupError

    memory = Memory()
    with caplog.at_level(logging.ERROR, "ferra_sync"), Database.connect(url, observers=(Broken(), memory)) as db:
        assert [db.fetch_one(ALL).id for _ in range(3)] == [1, 1, 1]
    assert memory.seen() == ["SELECT films"] * 3
    logged = sorted(record.getMessage() for record in caplog.records)
    assert [line.split()[0].rpartition(".")[2] for line in logged] == ["on_checkout", "on_query"]


def test_what_an_observer_sends_itself_is_told_to_nobody(url):
    class Curious(Observer):
        asked = taken = 0

        def on_query(self, _event):
            self.asked += 1
            db.fetch_one(ALL)

        def on_checkout(self, _waited):
            self.taken += 1
            db.fetch_one(ALL)

    curious = Curious()
    with Database.connect(url, observers=(curious,)) as db:
        db.fetch_one(ALL)
        db.fetch_one(ALL)
    assert (curious.asked, curious.taken) == (2, 2)


def test_many_threads_are_each_told_of_their_own_statements(url):
    class Threads(Observer):
        def __init__(self):
            self.lines = []

        def on_query(self, event):
            self.lines.append((threading.get_ident(), event.caller.function.rpartition(".")[2]))

    observer = Threads()

    def call(_number):
        db.fetch_one(ALL)
        return threading.get_ident()

    with Database.connect(url, observers=(observer,)) as db, ThreadPoolExecutor(4) as pool:
        threads = list(pool.map(call, range(200)))
    assert sorted(observer.lines) == sorted((thread, "call") for thread in threads)


def test_observers_are_of_a_config_too_and_of_databases_by_name(url):
    first, second = Memory(), Memory()
    config = DatabaseConfig(url, observers=(first,))
    with Database.connect(config=config, observers=(second,)) as db, Databases({"main": config}) as databases:
        db.fetch_one(ALL)
        databases.get("main").fetch_one(ALL)
    assert (first.seen(), second.seen()) == (["SELECT films"] * 2, ["SELECT films"])
    assert "Memory" not in repr(config)


@pytest.mark.parametrize("observers", [Memory(), [Memory()], (Memory,), (print,), (None,)])
def test_what_is_no_observer_is_refused(url, observers):
    with pytest.raises(ConfigError, match="observer"):
        Database.connect(url, observers=observers)
    with pytest.raises(ConfigError, match="observer"):
        DatabaseConfig(url, observers=observers)


def test_a_borrowed_connection_is_heard_while_it_is_used(url):
    one, other = Memory(), Memory()
    with psycopg.connect(url) as connection:
        first, second = (Database.over(connection, observers=(each,)) for each in (one, other))
        with first.transaction() as tx:
            tx.fetch_one(ALL)
            second.fetch_value(select(fn.now()))
            tx.fetch_one(ALL)
        connection.execute("SELECT 1")
        assert not hasattr(connection, "listeners")
    assert (one.seen(), other.seen()) == (["SELECT films"] * 2, ["SELECT"])


def test_observers_hear_of_a_rehearsal_and_its_statements_are_counted(db, memory):
    with rehearsal(db) as rehearsed, rehearsed.counting() as n:
        PgRepository(Film, rehearsed).insert(Film("rehearsed"))
        with rehearsed.transaction() as tx:
            tx.fetch_one(ALL)
    assert (memory.seen(), n.queries) == (["INSERT films", "SELECT films"], 2)


@pytest.fixture(autouse=True)
def _only_the_first_rows(url):
    yield
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM films WHERE id > 5000")
