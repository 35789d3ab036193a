"""Several threads over one pool."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest
from databases import fresh_database, state_of

from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    Database,
    DatabaseConfig,
    Db,
    DbErrorKind,
    FerraModel,
    NotFound,
    PgRepository,
    Table,
    Transaction,
    delete_from,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Jobs(Table):
    id = t.serial(primary_key=True)
    worker = t.integer(index=True)
    name = t.text(unique=True)
    done = t.boolean(default=False)


@attrs.define
class Job(FerraModel[Jobs]):
    worker: int
    name: str
    done: bool = False
    id: int = SERVER_DEFAULT


class Counters(Table):
    id = t.integer(primary_key=True)
    value = t.bigint(default=0)


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    with fresh_database(server_url, Jobs, Counters) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with Database.connect(config=DatabaseConfig(database_url, max_connections=4)) as db:
        with db.connection() as connection:
            connection.execute("TRUNCATE jobs; TRUNCATE counters; INSERT INTO counters VALUES (1, 0)")
        yield db


def mixed_work(db: Database, worker: int, rounds: int) -> int:
    """Do a bit of everything with rows of one's own, checking each result; return how many rows are left."""
    jobs = PgRepository(Job, db)
    own = Jobs.worker == worker
    left: dict[int, Job] = {}
    chance = random.Random(worker)
    for number in range(rounds):
        made = jobs.insert(Job(worker, f"{worker}/{number}"))
        left[made.id] = made
        assert jobs.find_by_id(made.id) == made
        many = jobs.insert_many([Job(worker, f"{worker}/{number}/{each}") for each in range(chance.randint(1, 9))])
        left |= {job.id: job for job in many}
        with pytest.raises(Conflict):
            jobs.insert(Job(worker, f"{worker}/{number}"))
        with db.transaction() as tx:
            changed = jobs.update_in_tx(tx, made.id, attrs.evolve(made, done=True))
            assert tx.fetch_value(from_(Jobs).where(own, Jobs.done).select(fn.count())) >= 1
        left[made.id] = changed
        victim = chance.choice(many)
        if number % 2:
            jobs.delete(victim.id)
            del left[victim.id]
            with pytest.raises(NotFound):
                jobs.find_by_id(victim.id)
        else:
            with db.begin() as tx:
                tx.execute(delete_from(Jobs).where(own))
        page = db.fetch_page(select(Job).where(own), 1, 5)
        assert (page.total, [job.worker for job in page.items]) == (len(left), [worker] * min(5, len(left)))
        assert {job.id: job for job in db.stream(select(Job).where(own))} == left
        assert {job.id: job for batch in db.batches(select(Job).where(own), 4) for job in batch} == left
        assert db.execute(update(Jobs).where(own, Jobs.id.is_in(list(left))).set(Jobs.done.to(True))) == len(left)
        left = {key: attrs.evolve(job, done=True) for key, job in left.items()}
    return len(left)


@pytest.mark.parametrize(("threads", "rounds"), [(2, 10), (16, 4)])
def test_threads_share_a_database_and_each_sees_its_own_results(db, threads, rounds):
    together = threading.Barrier(threads)

    def work(worker: int) -> int:
        together.wait(timeout=30)
        return mixed_work(db, worker, rounds)

    with ThreadPoolExecutor(threads) as pool:
        left = list(pool.map(work, range(threads)))
    assert sum(left) == db.fetch_value(from_(Jobs).select(fn.count()))
    state = state_of(db._pool)
    assert state.size <= 4
    assert state.idle == state.size


@pytest.mark.parametrize("threads", [2, 16])
def test_threads_that_add_to_one_row_lose_no_addition(db, threads):
    def add(_worker: int) -> None:
        for _ in range(10):
            assert db.execute(update(Counters).find(1).set(Counters.value.to(Counters.value + 1))) == 1

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(add, range(threads)))
    assert db.fetch_value(select(Counters.value).find(1)) == threads * 10


def test_threads_that_read_and_then_write_lose_no_addition_with_retries(db):
    def work(tx: Transaction) -> None:
        value = tx.fetch_value(select(Counters.value).find(1))
        tx.execute(update(Counters).find(1).set(Counters.value.to(value + 1)))

    def add(_worker: int) -> None:
        for _ in range(5):
            db.run_in_transaction(work, retries=100, isolation="repeatable read")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    assert db.fetch_value(select(Counters.value).find(1)) == 40


def test_one_repository_serves_sixteen_threads(db):
    jobs = PgRepository(Job, db)
    together = threading.Barrier(16)

    def work(worker: int) -> list[Job]:
        together.wait(timeout=30)
        return [jobs.insert(Job(worker, f"{worker}/{number}")) for number in range(20)]

    with ThreadPoolExecutor(16) as pool:
        made = [job for rows in pool.map(work, range(16)) for job in rows]
    assert sorted(made, key=lambda job: job.id) == jobs.find_all()
    assert len({job.id for job in made}) == 320


def test_a_query_that_is_compiled_for_the_first_time_by_sixteen_threads_is_right_for_each(db):
    jobs = PgRepository(Job, db)
    jobs.insert_many([Job(number % 16, f"n{number}") for number in range(160)])
    together = threading.Barrier(16)

    def work(worker: int) -> list[int]:
        found = []
        for width in range(1, 11):  # each a new shape
            query = from_(Jobs).where(*([Jobs.worker == worker] * width), Jobs.name != "x").select(Jobs.worker, Jobs.id)
            together.wait(timeout=30)
            found += [owner for owner, _ in db.fetch_all(query)]
        return found

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(work, range(16)))
    assert found == [[worker] * 100 for worker in range(16)]


def test_one_winner_where_sixteen_threads_insert_the_same_unique_value(db):
    together = threading.Barrier(16)

    def insert(worker: int) -> bool:
        together.wait(timeout=30)
        try:
            db.execute(insert_into(Jobs).values(Job(worker, "the one")))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(insert, range(16))) == 1


def test_more_threads_than_connections_wait_for_their_turn(db):
    inside = threading.Semaphore(4)

    def work(worker: int) -> int:
        with db.transaction() as tx:
            assert inside.acquire(blocking=False), "more transactions than connections"
            number = tx.fetch_value(from_(Counters).select(fn.count()))
            inside.release()
        return worker * number

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(work, range(64))) == list(range(64))


def test_when_every_connection_is_taken_a_call_gives_up_in_time_and_later_ones_succeed(database_url):
    config = DatabaseConfig(database_url, max_connections=2, min_connections=1, acquire_timeout=0.2)
    with Database.connect(config=config) as db:
        with db.begin(), db.begin():
            for call in (db.ping, db.begin, lambda: db.fetch_all(select(Job)), lambda: list(db.stream(select(Job)))):
                with pytest.raises(Db, match=r"no connection came free within 0\.2 s") as caught:
                    call()
                assert caught.value.kind is DbErrorKind.TIMEOUT
        db.ping()


def test_a_thread_that_waits_has_the_connection_as_soon_as_it_comes_free(database_url):
    config = DatabaseConfig(database_url, max_connections=1, min_connections=1, acquire_timeout=30)
    with Database.connect(config=config) as db, ThreadPoolExecutor(1) as pool:
        with db.begin():
            waiting = pool.submit(db.fetch_value, from_(Counters).select(fn.count()))
            while state_of(db._pool).waiting == 0 and not waiting.done():
                pass
            assert not waiting.done()
        assert isinstance(waiting.result(timeout=30), int)


def test_closing_while_threads_work_ends_them_with_a_named_error_at_most(database_url):
    db = Database.connect(config=DatabaseConfig(database_url, max_connections=4))
    started = threading.Barrier(9)

    def work(_worker: int) -> DbErrorKind:
        started.wait(timeout=30)
        while True:
            try:
                db.fetch_value(from_(Counters).select(fn.count()))
            except Db as error:
                return error.kind

    with ThreadPoolExecutor(8) as pool:
        ends = [pool.submit(work, worker) for worker in range(8)]
        started.wait(timeout=30)
        db.close()
        assert {end.result(timeout=30) for end in ends} == {DbErrorKind.CLOSED_CONNECTION}
