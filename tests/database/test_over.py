"""`Database.over`: every verb on a connection that somebody else owns, and what stays its owner's."""

# ruff: noqa: PT012 - the block of a transaction is what raises
from __future__ import annotations

import io
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from accounts import ADD_CY, OWNERS, ROWS, TOTAL, Account, Accounts
from databases import fresh_database
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row, namedtuple_row
from psycopg.types.string import StrDumper

from ferra_sync import (
    Conflict,
    Database,
    Db,
    DbErrorKind,
    MigrationError,
    NotFound,
    PgRepository,
    QueryError,
    Transaction,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync.migrations import Migrations


class _Shouting(StrDumper):
    def dump(self, obj):
        return str(obj).upper().encode()


def _refusing_rows(cursor):
    raise AssertionError("the owner's row factory was asked")


def _owner_options(connection):
    """What an owner may have set, each of which would spoil our statements if they took it over."""
    connection.row_factory = _refusing_rows
    connection.cursor_factory = psycopg.ClientCursor
    connection.adapters.register_dumper(str, _Shouting)
    connection.adapters.register_loader("int4", psycopg.types.string.TextLoader)
    connection.prepare_threshold = None


OWNERS_WAYS = {
    "autocommit": {"autocommit": True},
    "autocommit off": {},
    "rows as dicts": {"row_factory": dict_row, "autocommit": True},
    "client-side cursors": {"cursor_factory": psycopg.ClientCursor, "row_factory": namedtuple_row},
    "as Django has it": {"prepare_threshold": None, "cursor_factory": psycopg.ClientCursor, "autocommit": True},
    "prepared at once": {"prepare_threshold": 0},
}


@pytest.fixture(scope="module")
def url(server_url):
    with fresh_database(server_url, Accounts) as url:
        yield url


@pytest.fixture(autouse=True)
def rows(url):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(ROWS.encode())
        yield connection


@pytest.fixture
def connection(url):
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
        if not connection.closed:
            connection.rollback()


@pytest.fixture
def db(connection):
    return Database.over(connection)


def names(observer):
    return [name for (name,) in observer.execute("SELECT owner FROM accounts ORDER BY id").fetchall()]


def use_every_verb(db: Database) -> None:
    accounts = PgRepository(Account, db)
    assert db.fetch_all(OWNERS) == ["ann", "bob"]
    assert (db.fetch_one(OWNERS), db.fetch_optional(OWNERS), db.fetch_value(TOTAL)) == ("ann", "ann", 200)
    assert db.fetch_json(select(Account).limit(1))[0]["owner"] == "ann"
    assert db.execute(ADD_CY) == 1
    assert accounts.insert(Account("dee")).balance == 0
    assert [each.owner for each in accounts.insert_many([Account("eve"), Account("fay")])] == ["eve", "fay"]
    assert accounts.copy_in([Account("gus"), Account("hal")]) == 2
    assert db.fetch_page(select(Account), 2, 3).total == 8
    assert list(db.stream(OWNERS)) == ["ann", "bob", "cy", "dee", "eve", "fay", "gus", "hal"]
    assert [len(batch) for batch in db.batches(select(Account), 3)] == [3, 3, 2]
    assert db.copy_out(select(Account), io.BytesIO()) == 8
    with pytest.raises(NotFound):
        accounts.find_by_id(0)
    assert accounts.save(attrs_of(accounts, "ann")).balance == 7
    assert OWNERS.explain(db, analyze=True).root.rows is not None
    db.ping()


def attrs_of(accounts, owner):
    (found,) = accounts.find_by(Accounts.owner == owner)
    found.balance = 7
    return found


@pytest.mark.parametrize("options", OWNERS_WAYS.values(), ids=OWNERS_WAYS)
def test_every_verb_runs_whatever_its_owner_has_chosen(url, options):
    with psycopg.connect(url, **options) as connection:
        use_every_verb(Database.over(connection))


def test_what_its_owner_has_set_is_neither_used_nor_changed(connection):
    connection.execute("SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'; SET search_path = public, pg_catalog")
    _owner_options(connection)
    kept = {name: value for name, value in vars(connection).items() if name != "lock"}
    use_every_verb(Database.over(connection))
    assert {name: value for name, value in vars(connection).items() if name != "lock"} == kept
    connection.row_factory = psycopg.rows.tuple_row
    shown = connection.execute("SELECT current_setting('TimeZone'), current_setting('DateStyle'), %s, 1", ["a"])
    assert shown.fetchone() == ("Asia/Tokyo", "German, DMY", "A", "1")


@pytest.mark.parametrize("ways", [{}, {"autocommit": True}], ids=["autocommit off", "conn.transaction()"])
def test_what_its_owner_has_begun_is_its_owners_to_commit(url, rows, ways):
    with psycopg.connect(url, **ways) as connection:
        outer = connection.transaction() if ways else connection
        with outer:
            db = Database.over(connection)
            use_every_verb(db)
            with db.transaction() as tx:
                tx.execute(update(Accounts).all_rows().set(Accounts.balance.to(1)))
            tx = db.begin()
            tx.fetch_all(OWNERS)
            tx.commit()
            assert connection.info.transaction_status is TransactionStatus.INTRANS
            assert names(rows) == ["ann", "bob"]
    assert len(names(rows)) == 8


def test_what_its_owner_rolls_back_is_undone(url, rows):
    with psycopg.connect(url) as connection:
        with Database.over(connection).transaction() as tx:
            tx.execute(ADD_CY)
        connection.rollback()
    assert names(rows) == ["ann", "bob"]


def test_in_autocommit_mode_each_call_and_each_transaction_is_committed(db, connection, rows):
    db.execute(ADD_CY)
    assert names(rows) == ["ann", "bob", "cy"]
    with db.transaction(isolation="serializable") as tx:
        assert connection.info.transaction_status is TransactionStatus.INTRANS
        tx.execute(update(Accounts).all_rows().set(Accounts.owner.to(fn.upper(Accounts.owner))))
        assert names(rows) == ["ann", "bob", "cy"]
    assert names(rows) == ["ANN", "BOB", "CY"]
    assert connection.info.transaction_status is TransactionStatus.IDLE


@pytest.mark.parametrize("autocommit", [True, False])
def test_transactions_nest_by_savepoints_and_an_error_undoes_only_its_own(url, autocommit):
    with psycopg.connect(url, autocommit=autocommit) as connection:
        db = Database.over(connection)
        with db.transaction() as outer:
            outer.execute(ADD_CY)
            with pytest.raises(ZeroDivisionError), db.transaction() as inner:
                inner.execute(update(Accounts).all_rows().set(Accounts.balance.to(0)))
                raise ZeroDivisionError
            with pytest.raises(Conflict), db.transaction() as inner, inner.transaction() as innermost:
                innermost.execute(update(Accounts).all_rows().set(Accounts.owner.to("same")))
            assert db.fetch_value(TOTAL) == outer.fetch_value(TOTAL) == 200
        assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_inside_its_owners_transaction_only_the_owner_says_how_isolated_it_is(connection):
    db = Database.over(connection)
    with connection.transaction():
        for options in ({"isolation": "serializable"}, {"read_only": True}, {"deferrable": True}):
            with pytest.raises(QueryError, match="its owner sets"), db.transaction(**options):
                pass
        assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_a_transaction_that_is_undone_leaves_the_owners_as_it_was(connection, db):
    with connection.transaction():
        db.execute(ADD_CY)
        tx = db.begin()
        tx.execute(update(Accounts).all_rows().set(Accounts.balance.to(0)))
        tx.rollback()
        assert db.fetch_value(TOTAL) == 200
    assert db.fetch_all(OWNERS) == ["ann", "bob", "cy"]


def test_rows_stay_locked_in_its_owners_transaction_and_nowhere_else(connection, db):
    query = select(Account).for_update()
    with pytest.raises(QueryError, match="until a transaction ends"):
        db.fetch_all(query)
    with connection.transaction():
        assert len(db.fetch_all(query)) == 2


def test_a_transaction_whose_owner_ends_it_is_over(connection, db):
    connection.autocommit = False
    with pytest.raises(QueryError, match="over"), db.transaction() as tx:
        connection.commit()
        tx.execute(ADD_CY)
    with db.transaction() as tx:
        tx.execute(ADD_CY)
        connection.rollback()
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_its_owner_commits_inside_a_transaction_of_ours_by_its_own_risk(connection, db, rows):
    with db.transaction() as tx:
        tx.execute(ADD_CY)
        with connection.transaction(force_rollback=True):
            db.execute(update(Accounts).all_rows().set(Accounts.balance.to(0)))
    assert names(rows) == ["ann", "bob", "cy"]
    assert db.fetch_value(TOTAL) == 200


@pytest.mark.parametrize("autocommit", [True, False])
def test_a_stream_left_early_ends_with_its_iterator(url, autocommit):
    with psycopg.connect(url, autocommit=autocommit) as connection:
        db = Database.over(connection)
        stream = db.stream(OWNERS)
        assert next(stream) == "ann"
        if autocommit:
            with pytest.raises(QueryError, match="busy with a stream"):
                db.execute(ADD_CY)
        stream.close()
        assert db.execute(ADD_CY) == 1


def test_rows_that_are_copied_in_cannot_come_from_the_same_connection(db):
    def read():
        yield Account(db.fetch_one(OWNERS) + "2")

    with pytest.raises(QueryError, match="busy with a COPY"):
        PgRepository(Account, db).copy_in(read())
    assert db.fetch_all(OWNERS) == ["ann", "bob"]


def test_a_serialization_failure_is_tried_again_only_where_the_transaction_is_ours(connection, db):
    tries = []

    def work(tx: Transaction) -> None:
        tries.append(tx)
        raise Db("again", kind=DbErrorKind.SERIALIZATION_FAILURE)

    with pytest.raises(Db):
        db.run_in_transaction(work, retries=1)
    assert len(tries) == 2
    with pytest.raises(Db), connection.transaction():
        db.run_in_transaction(work, retries=1)
    assert len(tries) == 3


def test_a_second_thread_is_refused_while_the_first_is_at_work(db):
    with ThreadPoolExecutor(1) as other:
        with db.transaction() as tx:
            with pytest.raises(QueryError, match="another thread is using"):
                other.submit(db.fetch_all, OWNERS).result()
            assert tx.fetch_all(OWNERS) == db.fetch_all(OWNERS) == ["ann", "bob"]
        assert other.submit(db.fetch_all, OWNERS).result() == ["ann", "bob"]


def test_two_threads_at_once_never_meet_on_the_connection(db):
    told = []

    def ask():
        try:
            told.append(db.fetch_all(OWNERS))
        except QueryError as error:
            told.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 8
    assert all(each == ["ann", "bob"] or "another thread" in each for each in told)


def test_a_dropped_transaction_is_undone_and_said(connection, db):
    for outer in (connection.transaction, threading.Lock):
        with outer():
            tx = db.begin()
            tx.execute(update(Accounts).all_rows().set(Accounts.balance.to(0)))
            with pytest.warns(ResourceWarning, match="dropped"):
                del tx


def test_once_its_owner_has_closed_it_every_call_says_so(db, connection):
    tx = db.begin()
    connection.close()
    for use in (lambda: db.fetch_all(OWNERS), lambda: list(db.stream(OWNERS)), db.begin, db.ping, tx.commit):
        with pytest.raises(Db) as caught:
            use()
        assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION
    with pytest.raises(Db) as caught:
        Database.over(connection)
    assert caught.value.kind is DbErrorKind.CLOSED_CONNECTION


def test_closing_ends_the_use_and_not_the_connection(db, connection):
    with db:
        db.ping()
    with pytest.raises(Db, match="the database is closed"):
        db.ping()
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_connection_that_is_busy_is_refused_by_name(db, connection):
    with connection.pipeline(), pytest.raises(QueryError, match="pipeline"):
        db.ping()
    with connection.cursor().copy("COPY accounts FROM STDIN"), pytest.raises(QueryError, match="busy with a COPY"):
        db.ping()
    db.ping()


def test_only_a_connection_of_psycopg_is_taken(url):
    for wrong in (url, None, object()):
        with pytest.raises(QueryError, match=r"takes an open psycopg\.Connection"):
            Database.over(wrong)


def test_the_repr_shows_no_password(url):
    with psycopg.connect(url, password="hunter2") as connection:
        shown = repr(Database.over(connection))
    assert shown.startswith("<Database DatabaseConfig(")
    assert "hunter2" not in shown


def test_the_connection_itself_is_lent_as_it_is(db, connection):
    with db.connection() as lent:
        assert lent is connection
        lent.execute("SET work_mem = '77MB'")
    assert connection.execute("SHOW work_mem").fetchone() == ("77MB",)


def test_a_table_that_was_altered_costs_its_owner_no_statement_of_its_own(connection, db, rows):
    connection.execute("PREPARE mine AS SELECT 1")
    connection.prepare_threshold = 0
    assert db.fetch_all(OWNERS) == ["ann", "bob"]
    rows.execute("ALTER TABLE accounts ALTER owner TYPE varchar(90)")
    try:
        assert db.fetch_all(OWNERS) == ["ann", "bob"]
        assert connection.execute("EXECUTE mine").fetchone() == (1,)
    finally:
        rows.execute("ALTER TABLE accounts ALTER owner TYPE text")


def test_migrations_run_on_a_connection_in_autocommit_mode(connection, db, tmp_path):
    directory = tmp_path / "20250101000000_first"
    directory.mkdir()
    (directory / "up.sql").write_text("CREATE TEMP TABLE made (id int);")
    connection.row_factory = dict_row
    assert len(Migrations(tmp_path).run(db)) == 1
    assert connection.execute("SELECT 1 AS a").fetchone() == {"a": 1}
    connection.execute("DROP TABLE _ferra_migrations")


def test_migrations_take_no_connection_that_is_in_its_owners_transaction(url, connection, db, tmp_path):
    for owner in (connection.transaction(), psycopg.connect(url)):
        with owner as own:
            taken = Database.over(own) if isinstance(own, psycopg.Connection) else db
            with pytest.raises(MigrationError, match="owner's transaction"):
                Migrations(tmp_path).run(taken)


def test_what_opens_connections_of_its_own_is_refused_by_name(db):
    for use in (lambda: db.listen("news"), lambda: db.run_batches(select(Account), print, name="nightly", workers=2)):
        with pytest.raises(QueryError, match=r"needs connections of its own, and Database\.over has its owner's"):
            use()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_is_told_that_the_connection_is_its_parents(db):
    tx = db.begin()
    told = []
    pid = os.fork()
    if pid == 0:
        for use in (db.ping, lambda: tx.execute(ADD_CY), tx.savepoint):
            try:
                use()
            except QueryError as error:
                told.append("parent" in str(error))
        os._exit(0 if told == [True, True, True] else 1)
    assert os.waitpid(pid, 0)[1] == 0
    tx.commit()
    assert db.fetch_all(OWNERS) == ["ann", "bob"]
