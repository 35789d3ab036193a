"""FOR UPDATE and FOR SHARE: rows that are read are locked until the transaction ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import psycopg
import pytest
from databases import database_with

from ferra_sync import (
    Database,
    Db,
    DbErrorKind,
    Derived,
    Executor,
    FerraModel,
    QueryError,
    Select,
    Table,
    exists,
    from_,
    insert_into,
    maybe,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Owners(Table):
    id = t.integer(primary_key=True)


class Bosses(Owners, alias="bosses"):
    pass


class Jobs(Table):
    id = t.integer(primary_key=True)
    owner_id = t.integer(references=Owners.id)
    name = t.text()


class Names(Derived):
    owner_id = t.integer()
    name = t.text()


@attrs.frozen
class Owner(FerraModel[Owners]):
    id: int


@attrs.frozen
class Job(FerraModel[Jobs]):
    id: int
    owner_id: int
    name: str


JOBS = [Job(1, 1, "a"), Job(2, 1, "b"), Job(3, 1, "c")]


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Owners, Jobs) as db:
        db.execute(insert_into(Owners).values(Owner(1)))
        db.execute(insert_into(Jobs).values(*JOBS))
        yield db


BOTH = from_(Jobs).inner_join(Owners)
BOSS = from_(Jobs).inner_join(Bosses, on=Jobs.owner_id == Bosses.id)


def first_job() -> Select[Any, Any, Job]:
    return select(Job).find(1)


@pytest.mark.parametrize(
    ("query", "clause"),
    [
        (first_job().for_update(), "FOR UPDATE"),
        (first_job().for_share(), "FOR SHARE"),
        (first_job().for_update(nowait=True), "FOR UPDATE NOWAIT"),
        (first_job().for_share(nowait=True), "FOR SHARE NOWAIT"),
        (first_job().for_update(skip_locked=True), "FOR UPDATE SKIP LOCKED"),
        (first_job().for_share(skip_locked=True), "FOR SHARE SKIP LOCKED"),
        (first_job().for_share().for_update(), "FOR UPDATE"),
        (first_job().for_update().order_by(Jobs.id).limit(1).offset(0), "FOR UPDATE"),
        (first_job().for_share().inner_join(Owners), "FOR SHARE"),
        (from_(Jobs).cross_join(Owners).select(Job, Owner).for_share(), "FOR SHARE"),
        (first_job().for_no_key_update(), "FOR NO KEY UPDATE"),
        (first_job().for_key_share(skip_locked=True), "FOR KEY SHARE SKIP LOCKED"),
        (first_job().for_update(of=Jobs, nowait=True), 'FOR UPDATE OF "jobs" NOWAIT'),
        (BOTH.select(Job).for_share(of=Owners), 'FOR SHARE OF "owners"'),
        (BOTH.select(Job).for_share(of=(Owners, Jobs)), 'FOR SHARE OF "owners", "jobs"'),
        (BOTH.select(Job).for_update(of=Jobs).for_share(of=Owners), 'FOR UPDATE OF "jobs" FOR SHARE OF "owners"'),
        (BOTH.select(Job).for_update(of=Jobs).for_share(of=[Jobs, Owners]), 'FOR SHARE OF "jobs", "owners"'),
        (BOTH.select(Job).for_update(of=Jobs).for_key_share(), "FOR KEY SHARE"),
        (BOTH.select(Job).for_key_share().for_update(of=Jobs), 'FOR UPDATE OF "jobs"'),
        (BOSS.select(Job).for_share(of=Bosses), 'FOR SHARE OF "bosses"'),
        (select(Job).left_join(Owners).for_update(of=Jobs), 'FOR UPDATE OF "jobs"'),
        (from_(Jobs).right_join(Owners).select(maybe(Job)).for_update(of=Owners), 'FOR UPDATE OF "owners"'),
    ],
)
def test_the_clause_is_the_last_and_the_server_takes_it(db: Database, query: Any, clause: str) -> None:
    assert query.sql().text.endswith(f" {clause}")
    assert "FOR " not in query.sql().text.removesuffix(clause)
    with db.transaction() as tx:
        tx.fetch_all(query)


def test_a_query_that_asks_for_no_lock_has_none_and_stays_as_it_was() -> None:
    query = first_job()
    assert query.for_update().sql().params == query.sql().params
    assert "FOR " not in query.sql().text


@pytest.mark.parametrize("theirs", [first_job().for_update(nowait=True), first_job().for_share(nowait=True)])
def test_what_is_locked_for_update_is_nobody_elses(db: Database, theirs: Any) -> None:
    with db.begin() as tx, db.begin() as other:
        assert tx.fetch_one(first_job().for_update()) == JOBS[0]
        with pytest.raises(Db) as caught:
            other.fetch_one(theirs)
        assert caught.value.kind is DbErrorKind.TIMEOUT


def test_what_is_locked_for_share_is_shared_and_not_written(db: Database) -> None:
    with db.begin() as tx, db.begin() as other, db.begin() as third:
        assert tx.fetch_one(first_job().for_share()) == other.fetch_one(first_job().for_share(nowait=True))
        with pytest.raises(Db) as caught:
            third.fetch_one(first_job().for_update(nowait=True))
        assert caught.value.kind is DbErrorKind.TIMEOUT


def test_a_lock_of_one_table_leaves_the_others_free(db: Database) -> None:
    with db.begin() as tx, db.begin() as other:
        assert len(tx.fetch_all(BOTH.select(Job).for_update(of=Jobs))) == len(JOBS)
        assert other.fetch_all(select(Owner).for_update(nowait=True)) == [Owner(1)]
        assert other.fetch_all(select(Job).for_update(skip_locked=True)) == []


def test_a_weaker_lock_lets_others_reference_the_row(db: Database) -> None:
    with db.begin() as tx, db.begin() as other, db.begin() as third:
        assert tx.fetch_one(select(Owner).for_no_key_update()) == Owner(1)
        assert other.fetch_one(select(Owner).for_key_share(nowait=True)) == Owner(1)
        assert third.fetch_all(select(Owner).for_share(skip_locked=True)) == []


ODD: Any = Bosses

NOT_LOCKED: list[tuple[Callable[[], object], str]] = [
    (lambda: select(Job).for_update(of=ODD), "for_update locks tables of the query, and bosses is none of them"),
    (lambda: BOTH.select(Job).for_share(of=[Jobs, ODD]), "for_share locks tables .* bosses is none of them"),
    (lambda: select(Job).for_no_key_update(of=[]), "for_no_key_update takes of=… with at least one table"),
    (lambda: select(Job).for_key_share(of=ODD.id), "for_key_share takes a table, not bosses.id"),
    (lambda: from_(Jobs).correlate(Owners).select(Job).for_update(of=Owners), "owners is none of them"),
]


@pytest.mark.parametrize(("lock", "problem"), NOT_LOCKED)
def test_a_table_that_is_not_read_is_not_locked(lock: Callable[[], object], problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        lock()


def test_the_nullable_side_cannot_be_locked_and_the_other_one_can_be_named() -> None:
    query = from_(Owners).left_join(Jobs).select(Owner)
    for locked in (query.for_update(), query.for_update(of=Jobs), query.for_update(of=Owners).for_share(of=Jobs)):
        with pytest.raises(QueryError, match="the nullable side of an outer join: say of=Owners"):
            locked.sql()
    with pytest.raises(QueryError, match="the nullable side of an outer join: lock without that join"):
        from_(Owners).full_join(Jobs).select(maybe(Owner)).for_update(of=Owners).sql()


def test_a_query_in_from_locks_its_own_rows_and_the_query_around_those_of_tables(db: Database) -> None:
    plain = from_(Jobs).select(Jobs.owner_id, Jobs.name)
    for rows in (plain, plain.union(plain)):
        query = from_(Names.of(rows)).inner_join(Owners, on=Names.owner_id == Owners.id).select(Owner)
        with pytest.raises(QueryError, match=r"would lock what names is made of: say Names\.of\(…"):
            query.for_update().sql()
        with pytest.raises(QueryError, match="for_share locks rows of tables, and names is none"):
            query.for_share(of=Names)
        with db.transaction() as tx:
            assert set(tx.fetch_all(query.for_update(of=Owners))) == {Owner(1)}
    inside = from_(Names.of(plain.for_update())).select(Names.name)
    with db.begin() as tx, db.begin() as other:
        assert len(tx.fetch_all(inside)) == len(JOBS)
        assert other.fetch_all(select(Job).for_update(skip_locked=True)) == []


def test_rows_that_are_locked_can_be_left_out(db: Database) -> None:
    free = select(Job).order_by(Jobs.id).limit(1).for_update(skip_locked=True)
    with db.begin() as tx, db.begin() as other, db.begin() as third:
        assert [each.fetch_one(free) for each in (tx, other, third)] == JOBS


def test_locks_end_with_the_transaction(db: Database) -> None:
    with db.begin() as tx:
        tx.fetch_one(first_job().for_update())
        assert tx.execute(update(Jobs).find(1).set(Jobs.name.to("a"))) == 1
    with db.begin() as other:
        assert other.fetch_one(first_job().for_update(nowait=True)) == JOBS[0]


def test_a_page_locks_its_own_rows_and_its_count_none(db: Database) -> None:
    with db.begin() as tx, db.begin() as other:
        page = tx.fetch_page(select(Job).for_update(), 1, 2)
        assert (page.items, page.total) == (JOBS[:2], 3)
        assert other.fetch_all(select(Job).for_update(skip_locked=True)) == JOBS[2:]


def test_streams_and_batches_lock_what_they_read(db: Database) -> None:
    with db.begin() as tx, db.begin() as other:
        assert list(tx.stream(select(Job).order_by(Jobs.id).for_update())) == JOBS
        assert other.fetch_all(select(Job).for_share(skip_locked=True)) == []
    with db.begin() as tx, db.begin() as other:
        assert list(tx.batches(select(Job).for_share(), size=2)) == [JOBS[:2], JOBS[2:]]
        assert other.fetch_all(select(Job).for_update(skip_locked=True)) == []


REFUSED: dict[str, Callable[[], Select[Any, Any, Any]]] = {
    "distinct": lambda: select(Job).distinct(),
    "distinct on": lambda: select(Job).distinct(Jobs.id),
    "group_by": lambda: from_(Jobs).group_by(Jobs.name).select(Jobs.name),
    "having": lambda: from_(Jobs).group_by(Jobs.name).having(fn.count() > 1).select(Jobs.name),
    "an aggregate": lambda: from_(Jobs).select(fn.count()),
    "an aggregate in an expression": lambda: from_(Jobs).select(fn.coalesce(fn.max(Jobs.id), 0)),
    "a left join": lambda: select(Job).left_join(Owners),
    "a right join": lambda: from_(Jobs).right_join(Owners).select(maybe(Job)),
    "a full join": lambda: from_(Jobs).full_join(Owners).select(maybe(Job)),
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_what_the_server_refuses_to_lock_is_refused_before_it_is_sent(
    db: Database, refused: Callable[[], Select[Any, Any, Any]]
) -> None:
    for locked in (refused().for_update(), refused().for_share(nowait=True)):
        with pytest.raises(QueryError, match=r"^FOR (UPDATE|SHARE NOWAIT) cannot lock "):
            locked.sql()
    text, params = refused().sql()
    with db.connection() as connection, pytest.raises(psycopg.errors.FeatureNotSupported):
        psycopg.RawCursor(connection).execute(f"{text} FOR UPDATE".encode(), params)


def test_to_wait_for_nothing_and_to_leave_out_what_is_locked_are_two_wishes() -> None:
    with pytest.raises(QueryError, match="nowait or skip_locked, not both"):
        select(Job).for_update(nowait=True, skip_locked=True)
    with pytest.raises(QueryError, match="nowait or skip_locked, not both"):
        select(Job).for_share(nowait=True, skip_locked=True)


CALLS: dict[str, Callable[[Executor, Select[Any, Any, Any]], object]] = {
    "fetch_all": lambda db, query: db.fetch_all(query),
    "fetch_one": lambda db, query: db.fetch_one(query),
    "fetch_optional": lambda db, query: db.fetch_optional(query),
    "fetch_json": lambda db, query: db.fetch_json(query),
    "fetch_page": lambda db, query: db.fetch_page(query),
    "batches": lambda db, query: list(db.batches(query)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_lock_that_would_end_at_once_is_refused_and_in_a_transaction_it_is_taken(
    db: Database, call: Callable[[Executor, Select[Any, Any, Any]], object]
) -> None:
    with pytest.raises(QueryError, match=r"say db\.transaction\(\)"):
        call(db, select(Job).for_update())
    with db.transaction() as tx, tx.savepoint() as inner:
        assert call(tx, select(Job).for_update()) == call(inner, select(Job).for_share())


LOCKED_INSIDE: list[Select[Any, Any, Any]] = [
    from_(Owners).where(Owners.id.is_in(from_(Jobs).select(Jobs.owner_id).for_share())).select(Owner),
    from_(Owners).where(exists(from_(Jobs).correlate(Owners).select(Jobs.id).for_update())).select(Owner),
    from_(Owners).select(from_(Jobs).order_by(Jobs.id).limit(1).select(Jobs.id).for_update().scalar()),
]


@pytest.mark.parametrize("query", LOCKED_INSIDE)
def test_a_lock_in_a_query_inside_needs_a_transaction_too(db: Database, query: Select[Any, Any, Any]) -> None:
    for read in (db.fetch_all, db.fetch_page):
        with pytest.raises(QueryError, match=r"say db\.transaction\(\)"):
            read(query)
    with pytest.raises(QueryError, match=r"say db\.transaction\(\)"):
        db.fetch_all(query.union_all(query))
    with db.transaction() as tx, db.transaction() as other:
        assert len(tx.fetch_all(query)) == 1
        assert len(other.fetch_all(select(Job).for_update(skip_locked=True))) < len(JOBS)


def test_a_write_locks_what_it_reads_for_as_long_as_it_takes(db: Database) -> None:
    free = from_(Jobs).order_by(Jobs.id).limit(1).select(Jobs.id).for_update(skip_locked=True)
    taken = update(Jobs).where(Jobs.id.is_in(free)).set(Jobs.name.to("taken")).returning(Jobs.id)
    with db.begin() as tx:
        tx.fetch_one(first_job().for_update())
        assert db.fetch_all(taken) == [2]
        assert db.execute(update(Jobs).find(2).set(Jobs.name.to("b"))) == 1


def test_a_page_of_what_others_have_not_locked_is_refused_for_its_total_would_count_the_rest(db: Database) -> None:
    with db.transaction() as tx, pytest.raises(QueryError, match="a page's total counts rows that others have locked"):
        tx.fetch_page(select(Job).for_update(skip_locked=True))
