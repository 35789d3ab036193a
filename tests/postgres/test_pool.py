from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from databases import server_in_memory, state_of
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus

from ferra_sync._postgres.config import DatabaseConfig
from ferra_sync._postgres.connection import PooledConnection, _input_test
from ferra_sync._postgres.embedded import EmbeddedServer
from ferra_sync._postgres.pool import Pool
from ferra_sync.errors import ConfigError, Db, DbErrorKind

SECRET = "s3cret"


@pytest.fixture
def open_pool(server_url):
    """Open a pool that the test need not close."""
    pools = []

    def open_pool(url=server_url, **fields):
        pools.append(Pool.open(DatabaseConfig(url, **fields)))
        return pools[-1]

    yield open_pool
    for pool in pools:
        pool.close()


@pytest.fixture
def admin(server_url):
    with psycopg.connect(server_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def guarded():
    """A server that asks everyone but its superuser for a password."""
    with server_in_memory() as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE ann LOGIN PASSWORD '{SECRET}'".encode())
            connection.execute("CREATE DATABASE private")
            connection.execute("REVOKE CONNECT ON DATABASE private FROM public")
            row = connection.execute("SHOW hba_file").fetchone()
            Path(row[0]).write_text("local all postgres trust\nlocal all all scram-sha-256\n")
            connection.execute("SELECT pg_reload_conf()")
        yield server


def url_of(server, **parameters):
    return make_conninfo(server.url, **({"user": "ann", "password": SECRET} | parameters))


def refusal(opening_or_acquiring, *args):
    with pytest.raises(Db) as caught:
        opening_or_acquiring(*args)
    assert isinstance(caught.value.__cause__, psycopg.Error)
    return caught.value


def value(connection, statement):
    return connection.execute(statement.encode()).fetchone()[0]


def several(pool, number):
    connections = [pool.acquire() for _ in range(number)]
    for connection in connections:
        pool.release(connection)
    return connections


def end_and_await(admin, connections):
    """Have the server end these sessions, and return when they are over."""
    pids = [connection.info.backend_pid for connection in connections]
    admin.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [pids])
    for connection in connections:
        select.select([connection], [], [], 30)


def threads_of_pools():
    return [thread for thread in threading.enumerate() if "-worker-" in thread.name or "-scheduler" in thread.name]


def test_a_pooled_connection_is_in_autocommit_mode_and_says_who_it_is(open_pool):
    pool = open_pool(application_name="shop", statement_timeout=77)
    connection = pool.acquire()
    assert isinstance(connection, PooledConnection)
    assert connection.autocommit
    assert connection.info.transaction_status is TransactionStatus.IDLE
    assert value(connection, "SHOW application_name") == "shop"
    assert value(connection, "SHOW statement_timeout") == "77s"
    pool.release(connection)


def test_the_connection_that_tries_the_url_is_the_pools_first(open_pool, admin):
    pool = open_pool(application_name="counted once", min_connections=1, max_connections=1)
    pool.release(pool.acquire())
    assert value(admin, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'counted once'") == 1


def test_a_wrong_password_is_an_authentication_error_at_once(guarded):
    error = refusal(Pool.open, DatabaseConfig(url_of(guarded, password=f"not {SECRET}")))
    assert error.kind is DbErrorKind.AUTHENTICATION
    assert "password authentication failed" in str(error)
    assert SECRET not in str(error)


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ({"password": ""}, DbErrorKind.AUTHENTICATION),
        ({"user": "ghost"}, DbErrorKind.AUTHENTICATION),
        ({"dbname": "ghost"}, DbErrorKind.UNDEFINED),
        ({"dbname": "private"}, DbErrorKind.PERMISSION_DENIED),
        ({"options": "-c no_such_setting=1"}, DbErrorKind.UNDEFINED),
    ],
)
def test_what_the_server_refuses_at_the_door_has_its_kind(guarded, parameters, kind):
    error = refusal(Pool.open, DatabaseConfig(url_of(guarded, **parameters)))
    assert error.kind is kind
    assert SECRET not in str(error)


def test_a_role_that_does_not_exist_is_an_authentication_error_without_passwords_too(server_url):
    error = refusal(Pool.open, DatabaseConfig(make_conninfo(server_url, user="ferra ghost")))
    assert error.kind is DbErrorKind.AUTHENTICATION


def test_nobody_at_the_address_is_a_closed_connection(tmp_path):
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]
        for url in (
            f"postgresql://ann:{SECRET}@127.0.0.1:{port}/shop",
            f"postgresql://ann:{SECRET}@/shop?host={tmp_path}",
            f"postgresql://ann:{SECRET}@127.0.0.1,127.0.0.1:{port}/shop?host={tmp_path},{tmp_path}",
        ):
            error = refusal(Pool.open, DatabaseConfig(url))
            assert error.kind is DbErrorKind.CLOSED_CONNECTION
            assert "\n" not in str(error)
            assert SECRET not in str(error)


def test_a_server_that_never_answers_is_a_timeout():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        error = refusal(Pool.open, DatabaseConfig(f"postgresql://127.0.0.1:{port}/shop", connect_timeout=0.1))
    assert error.kind is DbErrorKind.TIMEOUT


def test_without_a_url_there_is_no_pool():
    with pytest.raises(ConfigError, match="no database URL"):
        Pool.open(DatabaseConfig())


def test_a_pool_that_could_not_be_opened_leaves_no_thread(tmp_path):
    before = threads_of_pools()
    refusal(Pool.open, DatabaseConfig(f"postgresql:///shop?host={tmp_path}"))
    assert threads_of_pools() == before


def test_a_released_connection_is_acquired_again(open_pool):
    pool = open_pool(min_connections=1, max_connections=1)
    first = pool.acquire()
    pool.release(first)
    assert pool.acquire() is first
    pool.release(first)


def test_when_all_are_taken_the_error_says_so_after_the_timeout(open_pool):
    pool = open_pool(min_connections=1, max_connections=1, acquire_timeout=0.05)
    taken = pool.acquire()
    error = refusal(pool.acquire)
    assert error.kind is DbErrorKind.TIMEOUT
    assert str(error) == "no connection came free within 0.05 s: 1 of 1 in use by single statements, 0 waiting"
    pool.release(taken)
    pool.release(pool.acquire())


def test_a_call_that_waits_gets_the_connection_that_is_released(open_pool):
    pool = open_pool(min_connections=1, max_connections=1)
    taken = pool.acquire()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(pool.acquire)
        while not state_of(pool).waiting:
            pass
        pool.release(taken)
        assert waiting.result() is taken
    pool.release(taken)


def test_sixteen_threads_share_four_connections(open_pool):
    pool = open_pool(max_connections=4)

    def work(number):
        connection = pool.acquire()
        try:
            return value(connection, f"SELECT {number}"), connection.info.backend_pid
        finally:
            pool.release(connection)

    with ThreadPoolExecutor(16) as threads:
        results = list(threads.map(work, range(400)))
    assert [number for number, _ in results] == list(range(400))
    assert 1 <= len({pid for _, pid in results}) <= 4


def test_an_open_transaction_is_rolled_back(open_pool):
    pool = open_pool(min_connections=1, max_connections=1)
    connection = pool.acquire()
    connection.execute("BEGIN")
    connection.execute("CREATE TABLE never_made ()")
    pool.release(connection)
    again = pool.acquire()
    assert again is connection
    assert again.info.transaction_status is TransactionStatus.IDLE
    assert value(again, "SELECT to_regclass('never_made')") is None
    pool.release(again)


def test_a_failed_transaction_is_rolled_back(open_pool):
    pool = open_pool(min_connections=1, max_connections=1)
    connection = pool.acquire()
    connection.execute("BEGIN")
    with pytest.raises(psycopg.errors.DivisionByZero):
        connection.execute("SELECT 1/0")
    pool.release(connection)
    connection = pool.acquire()
    assert value(connection, "SELECT 1") == 1
    pool.release(connection)


def test_a_borrower_that_switches_autocommit_off_does_not_switch_it_off_for_the_next(open_pool):
    pool = open_pool(min_connections=1, max_connections=1)
    for statement in ("SELECT 1", "SELECT 1/0"):
        connection = pool.acquire()
        connection.autocommit = False
        with contextlib.suppress(psycopg.errors.DivisionByZero):
            connection.execute(statement.encode())
        session = connection.info.backend_pid
        pool.reclaim(connection)
        again = pool.acquire()
        assert again.info.backend_pid == session
        assert again.autocommit
        pool.release(again)


def test_a_connection_with_a_statement_under_way_is_replaced(open_pool):
    pool = open_pool(min_connections=1, max_connections=1)
    connection = pool.acquire()
    connection.pgconn.send_query(b"SELECT pg_sleep(600)")
    pool.release(connection)
    assert connection.closed
    fresh = pool.acquire()
    assert value(fresh, "SELECT 1") == 1
    pool.release(fresh)


def test_a_broken_connection_is_released_without_an_error_and_replaced(open_pool, admin):
    pool = open_pool(min_connections=1, max_connections=1)
    for autocommit in (True, False):
        connection = pool.acquire()
        connection.autocommit = autocommit
        end_and_await(admin, [connection])
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        pool.release(connection)
        fresh = pool.acquire()
        assert fresh is not connection
        assert fresh.autocommit
        assert value(fresh, "SELECT 1") == 1
        pool.release(fresh)


def test_a_connection_that_its_borrower_closed_is_replaced(open_pool):
    pool = open_pool(min_connections=1, max_connections=1)
    connection = pool.acquire()
    connection.close()
    pool.release(connection)
    fresh = pool.acquire()
    assert value(fresh, "SELECT 1") == 1
    pool.release(fresh)


def test_a_connection_from_elsewhere_is_not_taken(open_pool, admin):
    pool = open_pool()
    with pytest.raises(ValueError, match="doesn't come from any pool"):
        pool.release(admin)
    connection = pool.acquire()
    pool.release(connection)
    with pytest.raises(ValueError, match="doesn't come from any pool"):
        pool.release(connection)


@pytest.mark.parametrize("test", ["socket", "query"])
def test_idle_connections_that_the_server_ended_are_replaced_unseen(open_pool, admin, test):
    pool = open_pool(test_before_acquire=test, max_connections=4)
    dead = several(pool, 4)
    end_and_await(admin, dead)
    fresh = several(pool, 4)
    assert not {id(connection) for connection in fresh} & {id(connection) for connection in dead}
    assert all(connection.closed for connection in dead)
    assert value(fresh[0], "SELECT 1") == 1


def test_without_a_test_the_borrower_finds_out(open_pool, admin):
    pool = open_pool(test_before_acquire="never", min_connections=1, max_connections=1)
    end_and_await(admin, several(pool, 1))
    connection = pool.acquire()
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    pool.release(connection)


def test_a_connection_with_unread_input_is_not_idle(open_pool, admin):
    pool = open_pool(min_connections=1, max_connections=1)
    connection = pool.acquire()
    assert connection.is_idle()
    connection.execute("LISTEN news")
    assert connection.is_idle()
    admin.execute("NOTIFY news")
    select.select([connection], [], [], 30)
    assert not connection.is_idle()
    pool.release(connection)
    fresh = pool.acquire()
    assert fresh is not connection
    pool.release(fresh)


def test_where_the_system_has_no_poll_select_serves(monkeypatch, open_pool, admin):
    pool = open_pool(min_connections=1, max_connections=1)
    connection = pool.acquire()
    with monkeypatch.context() as system:
        system.delattr(select, "poll", raising=False)
        has_input = _input_test(connection.fileno())
    assert not has_input(0)
    end_and_await(admin, [connection])
    assert has_input(0)
    pool.release(connection)


def test_a_server_that_went_away_is_named_when_no_connection_comes():
    with EmbeddedServer.start() as server:
        pool = Pool.open(DatabaseConfig(server.url, acquire_timeout=0.5))
        several(pool, 2)
        server.stop()
        error = refusal(pool.acquire)
        pool.close()
    assert error.kind is DbErrorKind.TIMEOUT
    assert str(error).startswith(
        "no connection came free within 0.5 s: 0 of 10 in use, 0 waiting; the last attempt to connect: connection "
    )


def test_closing_ends_every_connection_and_every_thread(open_pool, admin):
    before = threads_of_pools()
    pool = open_pool(application_name="all gone", max_connections=4)
    idle = several(pool, 3)
    pool.close()
    assert threads_of_pools() == before
    assert all(connection.closed for connection in idle)
    pool.close()
    while value(admin, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'all gone'"):
        pass


def test_a_pool_closed_at_once_leaves_nothing_open(open_pool, admin):
    for _ in range(20):
        open_pool(application_name="gone at once", min_connections=3).close()
    while value(admin, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gone at once'"):
        pass


def test_a_closed_pool_gives_no_connection(open_pool):
    pool = open_pool()
    pool.close()
    error = refusal(pool.acquire)
    assert error.kind is DbErrorKind.CLOSED_CONNECTION
    assert str(error) == "the database is closed"


def test_a_connection_in_use_when_the_pool_closes_is_closed_on_release(open_pool):
    pool = open_pool()
    connection = pool.acquire()
    connection.execute("BEGIN")
    pool.close()
    assert value(connection, "SELECT 1") == 1
    pool.release(connection)
    assert connection.closed


def test_a_call_that_waits_when_the_pool_closes_is_told(open_pool):
    pool = open_pool(min_connections=1, max_connections=1)
    taken = pool.acquire()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(refusal, pool.acquire)
        while not state_of(pool).waiting:
            pass
        pool.close()
        assert str(waiting.result()) == "the database is closed"
    pool.release(taken)


def test_no_log_record_and_no_repr_carries_a_password(guarded, caplog):
    caplog.set_level(logging.DEBUG)
    pool = Pool.open(DatabaseConfig(url_of(guarded), min_connections=1, max_connections=2, acquire_timeout=1))
    connection, dead = pool.acquire(), pool.acquire()
    connection.execute("BEGIN")
    shown = [repr(pool), repr(connection), connection.info.dsn]
    pool.release(connection)
    pool.release(dead)
    with psycopg.connect(guarded.url, autocommit=True) as admin:
        end_and_await(admin, [dead])
        replaced = several(pool, 2)
        admin.execute("ALTER ROLE ann PASSWORD 'another'")
        end_and_await(admin, replaced)
        shown.append(str(refusal(pool.acquire)))
        admin.execute(f"ALTER ROLE ann PASSWORD '{SECRET}'".encode())
    pool.close()
    shown += [
        str(refusal(pool.acquire)),
        str(refusal(Pool.open, DatabaseConfig(url_of(guarded, password=f"not {SECRET}")))),
    ]
    shown += [record.getMessage() + repr(vars(record)) for record in caplog.records]
    assert any("error connecting" in line for line in shown)
    assert not [line for line in shown if SECRET in line]
