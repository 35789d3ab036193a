"""What a forked child does with a database that its parent made: nothing of the parent's, and everything anew."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import attrs
import psycopg
import pytest
from databases import fresh_database
from forks import Child, in_child

from ferra_sync import (
    PROVIDERS,
    Database,
    DatabaseConfig,
    Databases,
    Db,
    FerraModel,
    Observer,
    QueryError,
    Table,
    select,
    update,
)
from ferra_sync import types as t

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="there is no fork"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]

CELLS = 6000


class Cells(Table):
    id = t.integer(primary_key=True)
    content = t.text()


@attrs.define
class Cell(FerraModel[Cells]):
    id: int
    content: str


@pytest.fixture(scope="module")
def url(server_url):
    tables = f"""
        CREATE TABLE cells (id integer PRIMARY KEY, content text NOT NULL);
        INSERT INTO cells SELECT n, 'cell ' || n FROM generate_series(1, {CELLS}) AS n
    """
    with fresh_database(server_url, script=tables) as url:
        yield url


@pytest.fixture
def db(url):
    with Database.connect(config=DatabaseConfig(url, min_connections=1, max_connections=6)) as db:
        yield db


def asked(db, number):
    """Return whether the answer is that to our question, and whose it was."""
    found = db.fetch_one(select(Cell).find(number))
    return found == Cell(number, f"cell {number}")


def backend(db):
    with db.connection() as connection:
        return connection.execute("SELECT pg_backend_pid()").fetchone()[0]


def backends(db, number):
    with ExitStack() as held:
        connections = [held.enter_context(db.connection()) for _ in range(number)]
        return {connection.info.backend_pid for connection in connections}


def test_a_hundred_children_and_their_parent_ask_at_once_and_each_gets_its_own_answers(db):
    over = threading.Event()

    def ask_on(first):
        rights = [asked(db, first)]
        while not over.is_set():
            rights.append(asked(db, first + len(rights) % 40))
        return rights

    def ask_as_child(first):
        with ThreadPoolExecutor(2) as threads:
            rights = list(threads.map(lambda number: asked(db, first + number), range(10)))
        return rights, backends(db, 2)

    ours = backends(db, 4)
    theirs = []
    with ThreadPoolExecutor(3) as threads:
        asking = [threads.submit(ask_on, 50 * number + 1) for number in range(3)]
        try:
            for wave in range(20):
                first = 1000 + 200 * wave
                children = [Child(lambda first=first + 20 * n: ask_as_child(first)) for n in range(5)]
                theirs += [child.result() for child in children]
        finally:
            over.set()
        assert all(all(rights.result()) for rights in asking)
    assert len(theirs) == 100
    assert all(all(rights) for rights, _ in theirs)
    seen = [pid for _, pids in theirs for pid in pids]
    assert len(set(seen)) == len(seen)
    assert not ours & set(seen)
    assert backends(db, 4) == ours


def test_what_a_child_inherits_while_it_is_in_use_is_an_error_by_name(db):
    db.execute(update(Cells).find(1).set(Cells.content.to("cell 1")))
    rows = db.stream(select(Cell).order_by(Cells.id))
    assert next(rows).id == 1
    with db.begin() as tx, db.connection() as lent:
        cursor = lent.cursor()
        savepoint = tx.savepoint()

        def used(call):
            with pytest.raises(QueryError, match="before a fork") as caught:
                call()
            return "the parent" in str(caught.value)

        calls = [
            lambda: next(rows),
            lambda: tx.fetch_all(select(Cell)),
            lambda: tx.execute(update(Cells).all_rows().set(Cells.content.to("x"))),
            tx.commit,
            tx.rollback,
            tx.savepoint,
            lambda: next(iter(tx.stream(select(Cell)))),
            lambda: next(tx.batches(select(Cell))),
            lambda: savepoint.fetch_all(select(Cell)),
            lambda: lent.execute("SELECT 1"),
            lent.cursor,
            lent.commit,
            lambda: lent.info.backend_pid,
            lambda: cursor.execute("SELECT 1"),
            lambda: lent.pgconn.exec_(b"SELECT 1"),
        ]
        assert in_child(lambda: [used(call) for call in calls]) == [True] * len(calls)
        assert in_child(lambda: (tx.is_open, lent.closed)) == (False, True)
        assert lent.execute("SELECT 1").fetchone() == (1,)
        tx.execute(update(Cells).find(1).set(Cells.content.to("changed")))
    assert [row.id for row in rows] == list(range(2, CELLS + 1))
    assert asked(db, 1)


def test_leaving_and_dropping_what_was_inherited_is_silent(db):
    class Left(Exception):  # noqa: N818 - it is what happens
        pass

    def fork_inside(*, leaving_by):
        """Fork inside everything at once; the child leaves it, and asks for a connection of its own."""
        rows = db.stream(select(Cell))
        next(rows)
        dropped, child = db.begin(), None
        with suppress(Left), db.connection() as lent, db.begin() as begun, db.transaction() as tx, tx.savepoint():
            pid = os.fork()
            if pid:
                child = pid
                assert os.waitpid(child, 0)[1] == 0
                assert lent.execute("SELECT 1").fetchone() == (1,)
            elif leaving_by is Left:
                raise Left
        if child is None:
            said = []
            sys.unraisablehook = said.append
            del dropped, rows, begun, tx, lent
            gc.collect()
            os._exit(0 if asked(db, 7) and not said else 1)
        dropped.rollback()
        rows.close()

    for way in (None, Left):
        outside = os.getpid()
        try:
            fork_inside(leaving_by=way)
        finally:
            if os.getpid() != outside:
                os._exit(2)
    assert asked(db, 8)


def test_a_child_that_closes_the_database_closes_nothing_of_its_parents(db):
    ours = backends(db, 4)
    db.fetch_all(select(Cell).limit(1))

    def close():
        db.close()
        with pytest.raises(Db, match="the database is closed"):
            asked(db, 1)

    in_child(close)
    in_child(lambda: (asked(db, 1), db.close()))
    assert backends(db, 4) == ours


def test_what_was_closed_before_a_fork_stays_closed(url):
    db = Database.connect(url)
    db.close()
    with pytest.raises(Db, match="the database is closed"):
        in_child(lambda: asked(db, 1))


def test_a_lock_that_another_thread_held_at_the_fork_stops_no_child(db, url):
    databases = Databases({"default": url, "other": url})
    held, over = threading.Event(), threading.Event()

    def hold():
        with (
            db._pool._connections._lock,
            databases._lock,
            databases._entries["default"]._lock,
            lent.lock,
        ):
            held.set()
            over.wait()

    with db.connection() as lent:
        holder = threading.Thread(target=hold)
        holder.start()
        held.wait()
        try:

            def ask():
                with pytest.raises(QueryError, match="before a fork"):
                    lent.execute("SELECT 1")
                databases.register("third", url)
                answers = [asked(db, 1), asked(databases.get(), 2), asked(databases.get("other"), 3)]
                databases.close_all()
                return answers

            assert in_child(ask) == [True] * 3
        finally:
            over.set()
            holder.join()
    databases.close_all()


def test_a_repository_by_name_is_the_childs_own_while_another_thread_connects(url):
    held, over = threading.Event(), threading.Event()

    class Slow:
        name = "slow"

        def supports(self, url, /):
            return url.startswith("slow:")

        def connect(self, config, /):
            if not held.is_set():  # Its own lock may be held at the fork.
                held.set()
            over.wait()
            return PROVIDERS[0].connect(attrs.evolve(config, url=url))

    def ask():
        over.set()
        found = databases.repository(Cell, "slow").find_by_id(2), databases.repository(Cell).find_by_id(1)
        databases.close_all()
        return found

    with Databases({"default": url, "slow": "slow:"}, providers=(*PROVIDERS, Slow())) as databases:
        first = databases.repository(Cell)
        connecting = threading.Thread(target=databases.open, args=("slow",))
        connecting.start()
        held.wait()
        try:
            assert in_child(ask) == (Cell(2, "cell 2"), Cell(1, "cell 1"))
            assert first.find_by_id(3) == Cell(3, "cell 3")
        finally:
            over.set()
            connecting.join()


def test_a_childs_child_has_connections_of_its_own_too(db):
    def ask():
        unused = in_child(lambda: in_child(lambda: backend(db)))
        return {unused, backend(db), in_child(lambda: backend(db))}

    ours = backends(db, 4)
    theirs = in_child(ask)
    assert len(theirs) == 3
    assert not ours & theirs


def test_a_server_that_cannot_be_reached_in_the_child_is_an_error_there(server_url, url):
    config = DatabaseConfig(url, acquire_timeout=0.5, application_name="forked")
    with fresh_database(server_url) as gone:
        db = Database.connect(config=attrs.evolve(config, url=gone))
        asked_for = psycopg.conninfo.conninfo_to_dict(gone)["dbname"]
    with pytest.raises(Db, match=f'no connection came free .* database "{asked_for}" does not exist'):
        in_child(lambda: asked(db, 1))
    db.close()


ENDINGS = """
import multiprocessing, os, sys
from ferra_sync import Database

def end_by_itself():
    db.ping()

def fork(end):
    pid = os.fork()
    if pid == 0:
        end_by_itself()
        end()
        os._exit(9)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def fail():
    raise LookupError("on purpose")

def close_and_exit():
    db.close()
    sys.exit(3)

if __name__ == "__main__":
    db = Database.embedded()
    print(fork(lambda: os._exit(4)), flush=True)
    print(fork(lambda: sys.exit(5)), flush=True)
    print(fork(fail), flush=True)
    print(fork(close_and_exit), flush=True)
    process = multiprocessing.get_context("fork").Process(target=end_by_itself)
    process.start()
    process.join()
    print(process.exitcode, db.ping() is None, os.path.exists(db._server.path))
    db.close()
    print(os.path.exists(db._server.path))
"""


def test_no_childs_end_stops_its_parents_embedded_server(tmp_path):
    script = tmp_path / "endings.py"
    script.write_text(ENDINGS)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, encoding="utf-8", check=False)
    assert done.stdout.split() == ["4", "5", "1", "3", "0", "True", "True", "False"], done.stderr
    assert done.stderr.splitlines()[-1] == "LookupError: on purpose"
    assert done.stderr.count("Traceback") == 1


def test_a_child_counts_its_own_statements_also_where_its_parent_was_counting(db):
    def counted():
        with db.counting() as own:
            assert asked(db, 1)
        return own.queries

    with db.counting() as parents, db._pool.listeners._lock:
        assert in_child(counted) == 1
    assert asked(db, 2)
    assert parents.queries == 0


def test_a_child_has_its_parents_observers(url):
    class Heard(Observer):
        def __init__(self):
            self.told = []

        def on_query(self, event):
            self.told.append(event.summary)

        def on_connect(self, _seconds):
            self.told.append("connect")

    heard = Heard()

    def told():
        heard.told.clear()
        assert asked(db, 1)
        return heard.told

    with Database.connect(config=DatabaseConfig(url, min_connections=1), observers=(heard,)) as db:
        assert asked(db, 1)
        said = in_child(told)
    assert (said.count("SELECT cells"), set(said)) == (1, {"connect", "SELECT cells"})  # The pool may make a second.
