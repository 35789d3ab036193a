"""Behind PgBouncer in transaction mode: every answer right, and every timeout heard."""

from __future__ import annotations

import json
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import psycopg
import pytest
from databases import fresh_database, server_in_memory
from pgbouncer import pgbouncer
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus

from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    Database,
    DatabaseConfig,
    Db,
    FerraModel,
    PgRepository,
    Table,
    delete_from,
    insert_into,
    select,
    update,
)
from ferra_sync import types as t
from ferra_sync.monitoring import activity, monitor

TABLES = """
    CREATE TABLE notes (
        id serial PRIMARY KEY,
        content text NOT NULL,
        waits text NOT NULL DEFAULT current_setting('statement_timeout'),
        UNIQUE (content) DEFERRABLE INITIALLY DEFERRED
    );
    CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.waits := current_setting('statement_timeout'); RETURN NEW; END $$;
    CREATE TRIGGER touched BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION touched();
    CREATE VIEW settings AS SELECT
        n AS id, current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
        current_setting('idle_in_transaction_session_timeout') AS idle
        FROM generate_series(1, 3) AS n;
    CREATE VIEW slow AS SELECT 1 AS id FROM pg_sleep(60)
"""


class Notes(Table):
    id = t.serial(primary_key=True)
    content = t.text()
    waits = t.text(default="0")


class Settings(Table):
    id = t.integer(primary_key=True)
    statement = t.text()
    lock = t.text()
    idle = t.text()


class Slow(Table, name="slow"):
    id = t.integer(primary_key=True)


@attrs.define
class Note(FerraModel[Notes]):
    content: str
    waits: str = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


@attrs.define
class Setting(FerraModel[Settings]):
    id: int
    statement: str
    lock: str
    idle: str


SET = [Setting(n, "77s", "55s", "66s") for n in (1, 2, 3)]
UNSET = [Setting(n, "0", "0", "0") for n in (1, 2, 3)]
EVERY = select(Setting).order_by(Settings.id)


@pytest.fixture(scope="module")
def server():
    """A server whose sessions nobody else uses, and a PgBouncer before it."""
    with server_in_memory() as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            row = connection.execute("SHOW hba_file").fetchone()
            Path(row[0]).write_text("local all all trust\n")
            connection.execute("SELECT pg_reload_conf()")
        with pgbouncer(server.url) as url:
            yield server.url, url


@pytest.fixture(scope="module")
def url(server):
    direct, pooled = server
    with fresh_database(direct, script=TABLES) as url:
        yield make_conninfo(pooled, dbname=psycopg.conninfo.conninfo_to_dict(url)["dbname"])


@pytest.fixture
def timed(url):
    config = DatabaseConfig(
        url,
        prepared_statements=False,
        statement_timeout=77,
        lock_timeout=55,
        idle_in_transaction_timeout=66,
        max_connections=2,
    )
    with Database.connect(config=config) as db:
        yield db
        db.execute(delete_from(Notes).all_rows())


@pytest.fixture
def untimed(url):
    with Database.connect(f"{url} prepared_statements=false") as db:
        yield db


def test_many_clients_on_few_sessions_have_their_own_answers(untimed, url):
    shapes = [
        lambda n: select(Setting).where(Settings.id < n),
        lambda n: select(Setting).where(Settings.id >= n),
        lambda n: select(Setting).where(Settings.id == n),
        lambda n: select(Setting).where(Settings.id != n),
        lambda n: select(Setting).find(n),
    ]
    expected = [lambda i, n: i < n, lambda i, n: i >= n, lambda i, n: i == n, lambda i, n: i != n, lambda i, n: i == n]
    both = threading.Barrier(8)

    def ask(seed):
        both.wait()
        wrong = 0
        with Database.connect(f"{url} prepared_statements=false") as own:
            for turn in range(70):
                shape, n = (turn + seed) % len(shapes), (turn * seed) % 5
                rows = (own, untimed)[turn % 2].fetch_all(shapes[shape](n))
                wrong += [row.id for row in rows] != [i for i in (1, 2, 3) if expected[shape](i, n)]
        return wrong

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(ask, range(1, 9))) == 0


READS = {
    "fetch_all": lambda db: db.fetch_all(EVERY),
    "fetch_one": lambda db: [db.fetch_one(EVERY), *SET[1:]],
    "fetch_optional": lambda db: [db.fetch_optional(EVERY), *SET[1:]],
    "fetch_page": lambda db: db.fetch_page(EVERY, 1, 3).items,
    "the count of a page": lambda db: SET if db.fetch_page(EVERY, 1, 1).total == len(SET) else [],
    "batches": lambda db: [row for rows in db.batches(select(Setting), 2) for row in rows],
    "stream": lambda db: list(db.stream(EVERY)),
    "find_by_id": lambda db: [PgRepository(Setting, db).find_by_id(1), *SET[1:]],
    "run_in_transaction": lambda db: db.run_in_transaction(lambda tx: tx.fetch_all(EVERY)),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_every_read_has_the_timeouts_and_leaves_none(timed, untimed, read):
    assert read(timed) == SET
    assert untimed.fetch_all(EVERY) == UNSET
    with timed.connection() as connection:
        assert connection.execute("SELECT DISTINCT statement, lock, idle FROM settings").fetchall() == [("0", "0", "0")]


def in_transactions(db):
    with db.transaction(isolation="serializable") as tx:
        found = [tx.fetch_all(EVERY)]
        with tx.savepoint() as savepoint:
            found.append(savepoint.fetch_all(EVERY))
        twice = insert_into(Notes).values(Note("x", id=1000))
        tx.execute(twice)
        with pytest.raises(Conflict), tx.savepoint() as savepoint:
            savepoint.execute(twice)
        found.append(list(tx.stream(EVERY)))
    with db.begin(read_only=True) as tx:
        found.append(tx.fetch_all(EVERY))
    return found


def test_transactions_and_savepoints_have_the_timeouts(timed):
    assert in_transactions(timed) == [SET] * 4


def test_every_write_has_the_timeouts_and_stays(timed, untimed):
    notes = PgRepository(Note, timed)
    written = [
        notes.insert(Note("insert")),
        *notes.insert_many([Note("many 1"), Note("many 2")]),
        notes.save(Note("save")),
        timed.fetch_one(insert_into(Notes).values(Note("fetch_one")).returning(Note)),
    ]
    assert timed.execute(insert_into(Notes).values(Note("execute"))) == 1
    assert notes.copy_in([Note("copy 1", "none"), Note("copy 2", "none")]) == 2
    assert timed.execute(update(Notes).where(Notes.waits == "none").set(Notes.waits.to("set"))) == 2
    assert {note.waits for note in written} == {"77s"}
    found = {note.content: note.waits for note in untimed.fetch_all(select(Note))}
    names = ["insert", "many 1", "many 2", "save", "fetch_one", "execute", "copy 1", "copy 2"]
    assert found == dict.fromkeys(names, "77s")


def test_a_write_that_fails_at_its_commit_says_so_and_leaves_nothing(timed, untimed):
    timed.execute(insert_into(Notes).values(Note("once")))
    for write in (
        lambda: timed.execute(insert_into(Notes).values(Note("once"))),
        lambda: PgRepository(Note, timed).insert(Note("once")),
        lambda: PgRepository(Note, timed).copy_in([Note("once", "x")]),
    ):
        with pytest.raises(Conflict):
            write()
    assert len(untimed.fetch_all(select(Note))) == 1
    timed.ping()


def test_a_statement_that_is_too_slow_is_ended_by_its_timeout(url):
    config = DatabaseConfig(f"{url} prepared_statements=false", statement_timeout=0.05)
    with Database.connect(config=config) as db:
        for call in (db.fetch_all, lambda query: list(db.stream(query))):
            with pytest.raises(Db) as caught:
                call(select(Slow.id))
            assert caught.value.sqlstate == "57014"
        db.ping()


def test_only_without_prepared_statements_and_with_a_timeout_is_a_transaction_opened_round_a_call(url, server):
    def status(config):
        with Database.connect(config=config) as db:
            connection = db._acquire()
            try:
                return connection.info.transaction_status
            finally:
                db._release(connection)

    assert status(DatabaseConfig(url, prepared_statements=False, lock_timeout=5)) is TransactionStatus.INTRANS
    assert status(DatabaseConfig(url, prepared_statements=False)) is TransactionStatus.IDLE
    assert status(DatabaseConfig(url)) is TransactionStatus.IDLE
    assert status(DatabaseConfig(server[0], lock_timeout=5)) is TransactionStatus.IDLE


def test_a_borrowed_connection_prepares_nothing_either(untimed):
    with untimed.connection() as connection:
        assert connection.prepare_threshold is None
        assert [connection.execute("SELECT 1").fetchone() for _ in range(10)] == [(1,)] * 10
    with untimed.connection() as connection:
        assert connection.prepare_threshold is None


def test_health_and_statistics_are_known_and_the_server_is_watched(timed):
    health = timed.health()
    assert (health.is_live, health.is_ready) == (True, True)
    with timed.transaction() as tx:
        (borrower,) = timed.stats().pool.borrowers
        assert borrower.caller.file == __file__
        assert activity(tx).sessions is not None
    assert timed.stats().pool.borrowers == ()
    with monitor(timed) as page, urllib.request.urlopen(page.url + "data.json") as answer:
        assert json.load(answer)["failure"] is None
