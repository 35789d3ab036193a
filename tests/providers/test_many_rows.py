"""Many rows, on PostgreSQL and on SQLite: the same outcomes, the same refusals, and nothing by halves."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import attrs
import pytest
from conformance import TABLES, Copy, Kind, Work, Works
from databases import fresh_database
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    Executor,
    FerraModel,
    PgRepository,
    SqliteDatabase,
    SqliteRepository,
    Table,
    delete_from,
)
from ferra_sync import types as t
from ferra_sync.errors import Conflict, Db, DbErrorKind, FerraDbError, NotFound, QueryError, ValidationError

Both: TypeAlias = Database | SqliteDatabase
EMMA, FAUST = UUID(int=1), UUID(int=2)


@pytest.fixture(scope="module")
def postgres(server_url: str) -> Iterator[Database]:
    with fresh_database(server_url, *TABLES, Scores) as url, Database.connect(url) as db:
        yield db


@pytest.fixture(params=["postgres", "memory", "file"])
def db(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Both]:
    if request.param == "postgres":
        found: Database = request.getfixturevalue("postgres")
        for table in TABLES:
            found.execute(delete_from(table).all_rows())
        yield found
        return
    url = "sqlite::memory:" if request.param == "memory" else f"sqlite:///{tmp_path}/works.db"
    with SqliteDatabase.connect(url) as made:
        made.create_tables(*TABLES)
        yield made


def of(model: Any, db: Any) -> Any:
    """Return the repository of a model over a database or a transaction of either kind."""
    return PgRepository(model, db) if isinstance(db, Executor) else SqliteRepository(model, db)


def titles(works: Any) -> list[str]:
    return [each.title for each in works.find_all(order_by=[Works.title])]


def test_rows_are_inserted_in_order_all_or_none(db: Both) -> None:
    works, told = of(Work, db), list[int]()
    made = works.insert_many([Work("Faust", 1808), Work("Emma", 1815, id=EMMA)], progress=told.append)
    assert ([each.title for each in made], told, made[1].id) == (["Faust", "Emma"], [2], EMMA)
    with pytest.raises(Conflict, match=r'"works_title_key" violated on column "title" by rows\[1\]') as caught:
        works.insert_many(iter([Work("Emilia", 1772), Work("Emma", 1), Work("Nathan", 1779)]))
    assert caught.value.row == 1
    with pytest.raises(ValidationError, match=r"rows\[1\]") as refused:
        works.insert_many([Work("Emilia", 1772), Work("Nathan", "1779")])
    assert refused.value.row == 1
    with pytest.raises(Db) as wrong:
        works.insert_many([Work("Emilia", 1772), Work("Nathan", 2**31)])
    assert wrong.value.kind is DbErrorKind.INVALID_DATA
    assert titles(works) == ["Emma", "Faust"]
    assert works.insert_many([], progress=told.append) == []
    assert told == [2, 0]


def test_rows_are_upserted_by_their_key_and_each_has_its_outcome(db: Both) -> None:
    works = of(Work, db)
    emma = works.insert(Work("Emma", 1815, Kind.NOVEL, Decimal("9.50"), {"a": 1, "b": [True, None]}, id=EMMA))
    same = Work("Emma", 1815, Kind.NOVEL, Decimal("9.5"), {"b": [True, None], "a": 1}, id=EMMA)
    outcomes = works.upsert_many([same, Work("Faust", 1808, id=FAUST), Work("Nathan", 1779)])
    assert [each.value for each in outcomes] == ["unchanged", "inserted", "inserted"]
    assert works.find_by_id(EMMA) == emma
    outcomes = works.upsert_many([attrs.evolve(same, notes={"a": True}), Work("Faust II", 1832, id=FAUST)])
    assert (outcomes.updated, works.find_by_id(FAUST).title) == (2, "Faust II")
    later = works.find_by_id(EMMA)
    assert (later.notes, later.created_at, later.updated_at > emma.updated_at) == ({"a": True}, emma.created_at, True)


def test_another_key_finds_the_row_and_its_primary_key_stays(db: Both) -> None:
    works = of(Work, db)
    works.insert(Work("Emma", 1815, is_read=True, id=EMMA))
    outcomes = works.upsert_many([Work("Emma", 1816), Work("Faust", 1808, id=FAUST)], on=(Works.title,))
    assert [each.value for each in outcomes] == ["updated", "inserted"]
    emma = works.find_by_id(EMMA)
    assert (emma.year, emma.is_read) == (1816, True)
    with pytest.raises(QueryError, match=r"no unique key of works is of \(year\) alone"):
        works.upsert_many([Work("Emma", 1)], on=(Works.year,))
    with pytest.raises(QueryError, match='duplicates is "refuse" or "last"'):
        works.upsert_many([Work("Emma", 1)], duplicates="first")


def test_two_rows_of_one_key_are_refused_or_the_last_wins(db: Both) -> None:
    copies = of(Copy, db)
    rows = [Copy("A", 1, "a"), Copy("A", 2, "b"), Copy("A", 1, "c")]
    for write in (copies.upsert_many, copies.update_many):
        with pytest.raises(ValidationError, match=r"the key is that of rows\[0\] too") as caught:
            write(rows)
        assert (caught.value.row, copies.count()) == (2, 0)
    outcomes = copies.upsert_many(rows, duplicates="last")
    assert [each.value for each in outcomes] == ["inserted", "inserted", "updated"]
    assert copies.find_by_id(("A", 1)).label == "c"


def test_rows_are_updated_by_key_and_one_that_is_not_there_or_stale_undoes_all(db: Both) -> None:
    copies = of(Copy, db)
    first, second = copies.insert_many([Copy("A", 1, "a"), Copy("A", 2, "b")])
    assert copies.update_many([attrs.evolve(first, label="c"), Copy("A", 2, "d")]) == 2
    assert [(each.label, each.version) for each in copies.find_all()] == [("c", 2), ("d", 2)]
    with pytest.raises(NotFound) as absent:
        copies.update_many([Copy("A", 1, "e"), Copy("B", 1, "f")])
    assert (absent.value.resource, absent.value.id, absent.value.row) == ("copies", "B,1", 1)
    for call in (copies.update_many, copies.upsert_many):
        with pytest.raises(Db) as stale:
            call([Copy("A", 1, "e"), attrs.evolve(second, label="f")])
        assert (stale.value.kind, stale.value.row) == (DbErrorKind.STALE_ROW, 1)
    assert [each.label for each in copies.find_all()] == ["c", "d"]


def test_the_columns_that_are_named_are_written_and_no_other(db: Both) -> None:
    works = of(Work, db)
    emma = works.insert(Work("Emma", 1815, price=Decimal(3), id=EMMA))
    assert works.update_many([Work("Emilia", 1772, id=EMMA)], columns=(Works.year,)) == 1
    found = works.find_by_id(EMMA)
    assert (found.title, found.year, found.price) == ("Emma", 1772, Decimal("3.00"))
    assert found.updated_at > emma.updated_at
    with pytest.raises(ValidationError, match="is the key by which the row is found, and is left to the server"):
        works.update_many([Work("Emma", 1)])
    with pytest.raises(QueryError, match="is the primary key"):
        works.update_many([emma], columns=(Works.id,))


def test_rows_are_found_in_the_order_of_their_keys(db: Both) -> None:
    works, copies = of(Work, db), of(Copy, db)
    emma, faust = works.insert_many([Work("Emma", 1815, id=EMMA), Work("Faust", 1808, id=FAUST)])
    absent = uuid4()
    assert works.find_many([FAUST, EMMA, FAUST]) == [faust, emma, faust]
    assert works.find_many([absent, EMMA], missing="omit") == [emma]
    with pytest.raises(NotFound) as caught:
        works.find_many([EMMA, absent])
    assert (caught.value.id, caught.value.row) == (str(absent), 1)
    stored = copies.insert_many([Copy(shelf, place, "x") for shelf, place in (("A", 1), ("A", 2), ("B", 1))])
    assert copies.find_many([("B", 1), ("A", 1)]) == [stored[2], stored[0]]
    with pytest.raises(NotFound) as caught:
        copies.find_many([("A", 1), ("B", 2)])
    assert (caught.value.id, copies.find_many([("A", 2**40)], missing="omit")) == ("B,2", [])
    with pytest.raises(QueryError, match=r"keys\[1\]: "):
        works.find_many([EMMA, "x"])


def test_rows_are_deleted_by_their_keys_all_or_none(db: Both) -> None:
    works, copies = of(Work, db), of(Copy, db)
    works.insert_many([Work("Emma", 1815, id=EMMA), Work("Faust", 1808, id=FAUST)])
    with pytest.raises(QueryError, match=r"keys\[1\]: "):
        works.delete_many([EMMA, None])
    assert works.delete_many([FAUST, uuid4(), FAUST]) == 1
    assert titles(works) == ["Emma"]
    copies.insert_many([Copy(shelf, place, "x") for shelf, place in (("A", 1), ("A", 2), ("B", 1))])
    assert copies.delete_many([("A", 1), ("B", 2), ("B", 1)]) == 2
    assert [each.place for each in copies.find_all()] == [2]


def test_in_a_transaction_rows_may_be_read_from_it_and_a_failure_undoes_the_batch_alone(db: Both) -> None:
    with db.transaction() as tx:
        works = of(Work, tx)
        works.insert(Work("Emma", 1815))

        def rows() -> Iterator[Work]:
            yield Work("Faust", works.count())
            yield Work("Emma", 1)

        with pytest.raises(Conflict) as caught:
            works.insert_many(rows())
        assert caught.value.row == 1
        assert [each.year for each in works.insert_many(Work("Faust", works.count()) for _ in range(1))] == [1]
    assert titles(of(Work, db)) == ["Emma", "Faust"]


@pytest.mark.parametrize("verb", ["insert_many", "upsert_many", "update_many", "delete_many", "find_many"])
def test_one_that_is_no_list_is_refused_by_name(db: Both, verb: str) -> None:
    with pytest.raises(QueryError, match=f"{verb} takes several, as a list"):
        getattr(of(Work, db), verb)(5)


class Prices(Table):
    id = t.numeric(4, 1, primary_key=True)


@attrs.define
class Price(FerraModel[Prices]):
    id: Decimal


class Blobs(Table):
    id = t.bytea(primary_key=True)


@attrs.define
class Blob(FerraModel[Blobs]):
    id: bytes


def test_a_list_of_keys_has_bytes_and_what_no_column_holds() -> None:
    with SqliteDatabase.connect() as db:
        db.create_tables(Prices, Blobs)
        prices, blobs = db.repository(Price), db.repository(Blob)
        stored = prices.insert_many([Price(Decimal("9.5")), Price(Decimal(-1))])
        keys = [Decimal("9.50"), Decimal("9.51"), Decimal(10) ** 30, -(Decimal(10) ** 30), Decimal(-1)]
        assert prices.find_many(keys, missing="omit") == stored
        assert prices.delete_many(keys[1:]) == 1
        kept = blobs.insert_many([Blob(b"a"), Blob(b"\0\xff"), Blob(b"")])
        assert blobs.find_many([b"", b"\0\xff", b"a"]) == kept[::-1]
        assert blobs.delete_many([b"\0\xff", b"b"]) == 1


# A differential test: what PostgreSQL says of any list of batches, SQLite says


class Scores(Table):
    id = t.integer(primary_key=True)
    name = t.varchar(3, unique=True)
    points = t.nullable(t.numeric(4, 1))


@attrs.define
class Score(FerraModel[Scores]):
    id: int
    name: str
    points: Decimal | None = SERVER_DEFAULT


SCORES = st.builds(
    Score,
    st.integers(-1, 3),
    st.sampled_from(["a", "b", "c", "c ", "ab'", "abcd"]),
    st.sampled_from([SERVER_DEFAULT, None, Decimal(1), Decimal("1.04"), Decimal("999.96")]),
)
CALLS = st.one_of(
    st.tuples(st.just("insert_many"), st.lists(SCORES, max_size=3)),
    st.tuples(st.just("update_many"), st.lists(SCORES, max_size=3)),
    st.tuples(st.sampled_from(["upsert_many", "upsert_many by name"]), st.lists(SCORES, max_size=4)),
    st.tuples(st.sampled_from(["delete_many", "find_many"]), st.lists(st.integers(-1, 3), max_size=3)),
)


def answered(scores: Any, verb: str, given: list[Any]) -> Any:
    """Return what a call answers; of several rows that are refused it may say either."""
    try:
        if verb == "upsert_many by name":
            return scores.upsert_many(given, on=(Scores.name,))
        return getattr(scores, verb)(given)
    except (FerraDbError, ValidationError):
        return "refused"


@settings(max_examples=60, deadline=None)
@given(calls=st.lists(CALLS, min_size=2, max_size=6))
def test_what_postgresql_answers_to_batches_sqlite_answers(postgres: Database, calls: list[tuple[str, Any]]) -> None:
    with SqliteDatabase.connect() as sqlite:
        sqlite.create_tables(Scores)
        postgres.execute(delete_from(Scores).all_rows())
        both = of(Score, postgres), of(Score, sqlite)
        for verb, rows in calls:
            expected, found = (answered(scores, verb, rows) for scores in both)
            assert found == expected, verb
            assert both[1].find_all() == both[0].find_all()
