"""Transactions, threads, errors and refusals of SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest

from ferra_sync import (
    SERVER_DEFAULT,
    Constraint,
    Databases,
    FerraModel,
    SqliteDatabase,
    Table,
    check,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.errors import ConfigError, Conflict, Db, DbErrorKind, QueryError


class Halls(Table):
    id = t.serial(primary_key=True)
    name = t.varchar(5, unique=True)


class Seats(Table):
    id = t.integer(primary_key=True)
    hall_id = t.integer(references=Halls.id, on_delete="cascade")
    row = t.integer()

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (check(cls.row > 0, name="row_is_positive"),)


@attrs.define
class Hall(FerraModel[Halls]):
    name: str
    id: int = SERVER_DEFAULT


@attrs.define
class Seat(FerraModel[Seats]):
    id: int
    hall_id: int
    row: int


@pytest.fixture
def halls(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with SqliteDatabase.connect(f"sqlite:///{tmp_path}/halls.db") as db:
        db.create_tables(Halls, Seats)
        yield db


def test_savepoints_are_undone_alone(halls: SqliteDatabase) -> None:
    rows = halls.repository(Hall)
    with halls.transaction() as tx:
        rows.insert_in_tx(tx, Hall("a"))
        with pytest.raises(Conflict), tx.transaction() as inner:  # noqa: PT012 - it is undone as a whole
            rows.insert_in_tx(inner, Hall("b"))
            with inner.transaction() as innermost:
                rows.insert_in_tx(innermost, Hall("a"))
        rows.insert_in_tx(tx, Hall("c"))
    assert [each.name for each in rows.find_all()] == ["a", "c"]
    with pytest.raises(QueryError, match="the transaction has ended"):
        rows.insert_in_tx(tx, Hall("d"))


@pytest.mark.parametrize("url", ["sqlite::memory:", "file"])
def test_threads_share_a_database(url: str, tmp_path: Path) -> None:
    with SqliteDatabase.connect(url if url != "file" else f"sqlite:///{tmp_path}/x.db") as db:
        db.create_tables(Halls)
        rows = db.repository(Hall)
        with ThreadPoolExecutor(8) as pool:
            ids = {each.id for each in pool.map(lambda n: rows.insert(Hall(f"{n}")), range(60))}
        assert (len(ids), rows.count()) == (60, 60)


def test_many_rows_are_inserted_all_or_none(halls: SqliteDatabase) -> None:
    rows = halls.repository(Hall)
    with pytest.raises(Conflict, match="halls_name_key") as caught:
        rows.insert_many([Hall("a"), Hall("b"), Hall("a")])
    assert caught.value.row == 2
    assert rows.count() == 0
    assert [each.name for each in rows.insert_many([Hall("b"), Hall("a")])] == ["b", "a"]


def test_what_the_database_refuses_has_its_kind(halls: SqliteDatabase) -> None:
    halls.repository(Hall).insert(Hall("a"))
    seats = halls.repository(Seat)
    seats.insert(Seat(1, 1, 1))
    for seat, kind in (
        (Seat(2, 9, 1), DbErrorKind.FOREIGN_KEY_VIOLATION),
        (Seat(2, 1, 0), DbErrorKind.CHECK_VIOLATION),
    ):
        with pytest.raises(Db) as caught:
            seats.insert(seat)
        assert (caught.value.kind, caught.value.__cause__, caught.value.__context__) == (kind, None, None)
    with pytest.raises(Conflict, match="seats_pkey"):
        seats.insert(Seat(1, 1, 2))
    with pytest.raises(Db, match="is too long for") as caught:
        halls.repository(Hall).insert(Hall("too long"))
    assert caught.value.kind is DbErrorKind.INVALID_DATA
    with pytest.raises(Db) as caught, halls.transaction(read_only=True) as tx:
        halls.repository(Hall).insert_in_tx(tx, Hall("b"))
    assert caught.value.kind is DbErrorKind.READ_ONLY_TRANSACTION
    halls.repository(Hall).delete(1)
    assert seats.count() == 0


def test_plain_queries_read_and_write(halls: SqliteDatabase) -> None:
    assert halls.execute(insert_into(Halls).values(Hall("a"))) == 1
    assert halls.execute(update(Halls).set(Halls.name.to("b")).where(Halls.id == 1)) == 1
    joined = from_(Seats).inner_join(Halls, on=Seats.hall_id == Halls.id).select(Seat, Halls.name)
    halls.repository(Seat).insert(Seat(7, 1, 2))
    assert halls.fetch_one(joined) == (Seat(7, 1, 2), "b")
    assert list(halls.stream(select(Hall))) == [Hall("b", 1)]
    assert halls.fetch_value(from_(Seats).select(fn.count())) == 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda db: db.fetch_all(select(Hall).for_update()), "FOR UPDATE"),
        (lambda db: db.fetch_all(select(Hall).where(Halls.name.ilike("a"))), "ILIKE"),
        (lambda db: db.fetch_all(select(Hall).distinct(Halls.name).order_by(Halls.name)), "DISTINCT ON"),
        (lambda db: db.fetch_all(from_(Halls).select(fn.lower(Halls.name))), "lower"),
        (lambda db: db.fetch_page(select(Hall), 1, 2, "estimate"), "no estimate"),
        (lambda db: db.notify("a", "b"), "NOTIFY"),
    ],
)
def test_what_sqlite_has_not_is_refused_by_name(
    halls: SqliteDatabase, call: Callable[[SqliteDatabase], object], words: str
) -> None:
    with pytest.raises(QueryError, match=words):
        call(halls)


class Sums(Table):
    id = t.integer(primary_key=True)
    amount = t.numeric(30, 2)


def test_a_type_that_is_not_kept_is_refused_with_its_cure(halls: SqliteDatabase) -> None:
    with pytest.raises(QueryError, match=r"numeric\(30,2\) is not kept in SQLite: declare"):
        halls.create_tables(Sums)


def test_a_url_is_of_sqlite_or_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        SqliteDatabase.connect("sqlite:///a?mode=ro")
    with pytest.raises(Db), SqliteDatabase.connect(f"sqlite:///{tmp_path}/none/x.db") as db:
        db.ping()
    with Databases({"default": "sqlite::memory:"}) as databases:
        databases.ping()
        assert isinstance(databases.open(), SqliteDatabase)


def test_an_error_that_comes_late_is_one_of_ours(halls: SqliteDatabase) -> None:
    rows = halls.repository(Hall)
    rows.insert_many([Hall("a"), Hall("b"), Hall("c")])
    query = from_(Halls).order_by(Halls.id).select(6 / (Halls.id - 2))
    for read in (halls.fetch_all, lambda query: list(halls.stream(query))):
        with pytest.raises(Db, match="division by zero") as caught:
            read(query)
        assert (caught.value.kind, caught.value.__cause__) == (DbErrorKind.INVALID_DATA, None)
    with pytest.raises(Db, match="out of range"):
        halls.execute(update(Halls).set(Halls.id.to(Halls.id + (2**31 - 1))).all_rows())
    with pytest.raises(Db, match=r"does not fit halls\.id"):
        halls.execute(update(Halls).set(Halls.id.to(Halls.id + 2**31)).all_rows())
    with pytest.raises(Db, match="a value that it does not take"):
        halls.fetch_all(from_(Halls).select(fn.substring(Halls.name, 1, -1)))
    with pytest.raises(Db, match="a value that it does not take"):
        halls.fetch_all(from_(Halls).select(fn.repeat(Halls.name, 2**31 - 1)))
    assert rows.count() == 3


def test_a_text_is_cut_where_blanks_alone_are_too_many(halls: SqliteDatabase) -> None:
    assert halls.repository(Hall).insert(Hall("abcde  ")).name == "abcde"
    halls.execute(update(Halls).all_rows().set(Halls.name.to(fn.left(Halls.name, 4) + "   ")))
    assert halls.fetch_value(from_(Halls).select(Halls.name)) == "abcd "
    with pytest.raises(Db, match=r"does not fit halls\.name"):
        halls.execute(update(Halls).all_rows().set(Halls.name.to(Halls.name + "x")))


def test_a_transaction_says_whether_it_is_open_and_waits_for_its_savepoint(halls: SqliteDatabase) -> None:
    with halls.transaction() as tx:
        assert (repr(tx), tx.is_open) == ("<SqliteTransaction open>", True)
        with tx.transaction(), pytest.raises(QueryError, match="a savepoint is open"):
            tx.fetch_all(select(Hall))
    assert (repr(tx), tx.is_open) == ("<SqliteTransaction ended>", False)
