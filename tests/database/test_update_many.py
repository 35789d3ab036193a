"""`update_many`, `find_many` and `delete_many`: rows by key, any number of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest
from databases import database_with
from entries import Entries, Entry, Price, Prices, Seat, Seats, chunks_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keyed_rows import Number, Numbers

from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    Database,
    FerraModel,
    NotFound,
    PgRepository,
    QueryError,
    ValidationError,
    select,
)

OLD = datetime(2000, 1, 1, tzinfo=UTC)


@attrs.define
class Size(FerraModel[Entries]):
    """A part of a row: it can be updated, not inserted."""

    id: int
    size: int


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Entries, Seats, Prices, Numbers) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        yield tx


def entries_in(tx: Any, count: int) -> list[Entry]:
    return PgRepository(Entry, tx).insert_many([Entry(f"n{at}") for at in range(count)])


# update_many


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(
        st.tuples(
            st.integers(0, 9),
            st.sampled_from([SERVER_DEFAULT, 1, 2]),
            st.sampled_from([None, "x", "Y"]),
            st.sampled_from([None, {"a": [1]}]),
        ),
        max_size=9,
        unique_by=lambda change: change[0],
    ),
    size=st.sampled_from([1, 2, 100]),
)
def test_each_row_is_set_to_values_of_its_own(database: Database, changes: list[Any], size: int) -> None:
    with database.begin() as tx, chunks_of(size):
        entries = PgRepository(Entry, tx)
        stored = {row.id: row for row in entries_in(tx, 10)}
        keys = list(stored)
        given = [
            attrs.evolve(stored[keys[at]], size=wanted, label=label, doc=doc) for at, wanted, label, doc in changes
        ]
        assert entries.update_many(iter(given)) == len(given)
        for row in entries.find_all():
            before = stored[row.id]
            change = next((each for each in given if each.id == row.id), None)
            if change is None:
                assert row == before
                continue
            expected = attrs.evolve(change, size=before.size if change.size is SERVER_DEFAULT else change.size)
            assert attrs.evolve(row, updated_at=before.updated_at) == expected
            assert row.updated_at > before.updated_at


def test_chosen_columns_are_written_and_stamps_and_no_other(tx: Any) -> None:
    entries, (a, b) = PgRepository(Entry, tx), entries_in(tx, 2)
    given = [attrs.evolve(a, code="x", size=1, label="l"), attrs.evolve(b, size=2, updated_at=OLD)]
    assert entries.update_many(given, columns=(Entries.size,)) == 2
    first, second = entries.find_all()
    assert (first.code, first.label, first.size, second.size) == ("n0", None, 1, 2)
    assert first.updated_at > a.updated_at
    assert second.updated_at > b.updated_at
    assert entries.update_many(given, columns=[Entries.updated_at]) == 2
    assert entries.find_by_id(b.id).updated_at == OLD


def test_a_part_of_a_row_is_updated_by_its_model(tx: Any) -> None:
    made = entries_in(tx, 3)
    assert PgRepository(Size, tx).update_many(Size(row.id, at) for at, row in enumerate(made)) == 3
    assert [row.size for row in PgRepository(Entry, tx).find_all()] == [0, 1, 2]


def test_a_row_that_is_not_there_is_named_and_nothing_is_written(database: Database) -> None:
    sizes, entries = PgRepository(Size, database), PgRepository(Entry, database)
    made = entries.insert_many([Entry("a"), Entry("b")])
    given = [Size(made[0].id, 1), Size(made[1].id, 2), Size(0, 3)]
    for size in (1, 2, 100):
        with chunks_of(size), pytest.raises(NotFound, match=r"^entries/0 not found by rows\[2\]$") as caught:
            sizes.update_many(given)
        assert (caught.value.row, caught.value.id) == (2, "0")
    assert entries.find_all() == made
    assert entries.delete_many(row.id for row in made) == 2


def test_a_row_with_nothing_to_set_must_be_there_all_the_same(tx: Any) -> None:
    seats = PgRepository(Seat, tx)
    seats.insert(Seat("a", 1, "x"))
    left = attrs.evolve(Seat("a", 1), guest=SERVER_DEFAULT)
    assert seats.update_many([left]) == 1
    with pytest.raises(NotFound, match=r"^seats/a,2 not found by rows\[1\]$"):
        seats.update_many([left, attrs.evolve(left, number=2)])


def test_rows_of_one_key_and_rows_without_one_are_refused(tx: Any) -> None:
    entries, (a, b) = PgRepository(Entry, tx), entries_in(tx, 2)
    with chunks_of(2), pytest.raises(ValidationError, match=r"in rows\[2\]: id: the key is that of rows\[0\] too$"):
        entries.update_many([a, b, a])
    with pytest.raises(
        ValidationError, match=r"in rows\[1\]: id: entries.id is the key by which the row is found, and"
    ):
        entries.update_many([a, Entry("c")])


def test_keys_are_found_as_the_server_compares_them(tx: Any) -> None:
    prices = PgRepository(Price, tx)
    prices.insert_many([Price(Decimal("1.50"), "a", OLD), Price(Decimal(2), "b", OLD)])
    assert prices.update_many([Price(Decimal("1.5"), "x", OLD), Price(Decimal("2.000"), "y", OLD, 3)]) == 2
    assert [(row.code, row.place) for row in prices.find_all()] == [("x  ", None), ("y  ", 3)]
    assert [row.code for row in prices.find_many([Decimal(2), Decimal("1.5")])] == ["y  ", "x  "]


def test_a_conflict_names_the_row(tx: Any) -> None:
    seats = PgRepository(Seat, tx)
    seats.insert_many([Seat("a", at, f"g{at}") for at in range(4)])
    with chunks_of(2), pytest.raises(Conflict, match=r"\"guest\" by rows\[3\]$"):
        seats.update_many([Seat("a", 0, "x"), Seat("a", 1, "y"), Seat("a", 2, "z"), Seat("a", 3, "y")])
    assert [row.guest for row in seats.find_all()] == ["g0", "g1", "g2", "g3"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ((Entries.id,), r"^columns: entries.id is the primary key, by which the rows are found$"),
        ((Entries.code,), r"^columns: Size lacks entries.code$"),
        ((Seats.guest,), r"^columns takes columns of entries, as in columns=\(Entries.id,\), not seats.guest"),
        (("size",), r"^columns takes columns of entries"),
        ((), r"^columns takes columns of entries"),
        (Entries.size, r"^columns takes columns of entries"),
    ],
)
def test_columns_that_are_not_to_be_written_are_refused(tx: Any, columns: Any, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        PgRepository(Size, tx).update_many([], columns=columns)


def test_rows_of_another_class_are_refused(tx: Any) -> None:
    with pytest.raises(QueryError, match=r"^rows of one UPDATE are of one class: Entry, not Seat$"):
        PgRepository(Entry, tx).update_many([*entries_in(tx, 1), Seat("a", 1)])  # type: ignore[list-item]


def test_a_row_that_a_trigger_keeps_as_it_is_is_not_counted(tx: Any) -> None:
    connection = tx._acquire()
    connection.execute(
        "CREATE TRIGGER kept BEFORE UPDATE ON seats FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    )
    seats = PgRepository(Seat, tx)
    seats.insert_many([Seat("a", 1, "x"), Seat("a", 2, "y")])
    assert seats.update_many([Seat("a", 1, "x"), Seat("a", 2, "z")]) == 1


def test_a_table_called_as_the_arrays_are_is_found_and_updated(tx: Any) -> None:
    numbers = PgRepository(Number, tx)
    made = numbers.upsert_many([Number("a", 1), Number("b", 2)])
    assert made.inserted == 2
    assert numbers.update_many([Number("x", 2), Number("y", 1)]) == 2
    assert [row.name for row in numbers.find_many([2, 1])] == ["x", "y"]
    with pytest.raises(NotFound):
        numbers.find_many([3])
    assert numbers.delete_many([1, 2]) == 2


# find_many and delete_many


def test_rows_come_in_the_order_of_the_keys(tx: Any) -> None:
    entries, made = PgRepository(Entry, tx), entries_in(tx, 5)
    told: list[int] = []
    with chunks_of(2):
        found = entries.find_many((made[at].id for at in (3, 1, 1, 4, 0)), progress=told.append)
    assert found == [made[at] for at in (3, 1, 1, 4, 0)]
    assert told == [2, 4, 5]
    assert (entries.find_many([], progress=told.append), told[-1]) == ([], 0)


def test_a_key_without_a_row_is_refused_or_left_out(tx: Any) -> None:
    entries, (a, b) = PgRepository(Entry, tx), entries_in(tx, 2)
    for keys, row in (([a.id, 0, b.id], 1), ([a.id, b.id, 2**70], 2), ([2**70], 0)):
        for size in (1, 100):
            with chunks_of(size), pytest.raises(NotFound, match=rf"^entries/{keys[row]} not found by rows\[{row}\]$"):
                entries.find_many(keys)
        assert entries.find_many(keys, missing="omit") == [each for each in (a, b) if each.id in keys]
    with pytest.raises(QueryError, match=r'^missing is "refuse" or "omit"$'):
        entries.find_many([], missing="skip")  # type: ignore[arg-type]


def test_keys_of_several_columns_are_tuples(tx: Any) -> None:
    seats = PgRepository(Seat, tx)
    seats.insert_many([Seat("a", 1), Seat("a", 2), Seat("b", 1)])
    assert seats.find_many([("b", 1), ("a", 1)]) == [Seat("b", 1), Seat("a", 1)]
    with pytest.raises(NotFound, match=r"^seats/b,2 not found by rows\[1\]$"):
        seats.find_many([("b", 1), ("b", 2)])
    assert seats.delete_many([("a", 1), ("b", 1), ("b", 7)]) == 2
    assert seats.find_all() == [Seat("a", 2)]


def test_a_key_of_another_type_is_named(tx: Any) -> None:
    entries, seats = PgRepository(Entry, tx), PgRepository(Seat, tx)
    for many in (entries.find_many, entries.delete_many):
        with chunks_of(2), pytest.raises(QueryError, match=r"^keys\[1\]: entries.id is .*, not str$"):
            many([1, "2"])
        with pytest.raises(QueryError, match=r"_many takes several, as a list"):
            many(1)  # type: ignore[arg-type]
    with pytest.raises(QueryError, match=r"^keys\[0\]: the primary key of seats is a tuple of 2: \(hall, number\)$"):
        seats.delete_many([("a",)])


def test_keys_may_come_from_the_same_transaction_and_are_deleted_all_or_none(tx: Any) -> None:
    entries, made = PgRepository(Entry, tx), entries_in(tx, 5)

    def failing() -> Iterator[int]:
        yield from (row.id for row in made)
        raise LookupError

    told: list[int] = []
    with chunks_of(2):
        with pytest.raises(LookupError):
            entries.delete_many(failing())
        assert entries.count() == 5
        keys = (row.id for row in tx.stream(select(Entry)))
        assert entries.delete_many(keys, progress=told.append) == 5
    assert (told, entries.count(), entries.delete_many([2**70, made[0].id])) == ([2, 4, 5], 0, 0)
    assert (entries.delete_many(()), entries.update_many(())) == (0, 0)
