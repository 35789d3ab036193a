"""`upsert_many`: what becomes of each row, whatever the keys, the repetitions and the chunks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import attrs
import pytest
from databases import database_with
from entries import Entries, Entry, Price, Prices, Seat, Seats, chunks_of, plain, upserted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keyed_rows import Always, AlwaysRow, Row, Rows, UuidRow, Uuids

from ferra_sync import (
    SERVER_DEFAULT,
    Conflict,
    Database,
    Outcome,
    Outcomes,
    PgRepository,
    QueryError,
    ValidationError,
    select,
)

NEW, SET, SAME = Outcome.INSERTED, Outcome.UPDATED, Outcome.UNCHANGED
BY_CODE: Any = {"on": (Entries.code,)}


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Entries, Seats, Prices, Rows, Uuids, Always) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        yield tx


rows = st.lists(
    st.builds(
        Entry,
        code=st.sampled_from(["a", "A", "b", "B", "c", "d", "É", "é"]),
        price=st.sampled_from([None, Decimal(1), Decimal("1.04"), Decimal("1.05"), Decimal("1.1")]),
        label=st.sampled_from([None, "x", "X"]),
        doc=st.sampled_from([None, {"a": 1}, {"a": [2]}]),
        size=st.sampled_from([SERVER_DEFAULT, 7, 8]),
    ),
    max_size=9,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(rows, min_size=1, max_size=3), size=st.sampled_from([1, 2, 3, 100]))
def test_it_is_one_row_after_the_other_in_a_table_of_python(
    database: Database, calls: list[list[Entry]], size: int
) -> None:
    stored: dict[str, Entry] = {}
    with database.begin() as tx, chunks_of(size):
        entries = PgRepository(Entry, tx)
        for call in calls:
            before = {row.code.lower(): row for row in entries.find_all()}
            outcomes = entries.upsert_many(iter(call), on=(Entries.code,), duplicates="last")
            after = {row.code.lower(): row for row in entries.find_all()}
            assert list(outcomes) == [upserted(stored, row) for row in call]
            assert {code: plain(row) for code, row in after.items()} == stored
            written = {row.code.lower() for row, outcome in zip(call, outcomes, strict=True) if outcome is not SAME}
            stamped = {
                code for code in after if after[code].updated_at != getattr(before.get(code), "updated_at", None)
            }
            assert written == stamped
            assert all(after[code].created_at == row.created_at for code, row in before.items())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(call=rows, size=st.sampled_from([1, 2, 100]))
def test_rows_of_one_key_are_refused_wherever_they_are(database: Database, call: list[Entry], size: int) -> None:
    with database.begin() as tx, chunks_of(size):
        entries = PgRepository(Entry, tx)
        seen: dict[str, int] = {}
        second = next((at for at, row in enumerate(call) if seen.setdefault(row.code.lower(), at) != at), None)
        if second is None:
            assert len(entries.upsert_many(call, on=(Entries.code,))) == len(call)
            return
        with pytest.raises(ValidationError) as caught:
            entries.upsert_many(call, on=(Entries.code,))
        assert caught.value.row is not None
        assert call[caught.value.row].code.lower() in {row.code.lower() for row in call[: caught.value.row]}
        assert entries.count() == 0


def test_rows_of_one_key_are_named(tx: Any) -> None:
    entries = PgRepository(Entry, tx)
    call = [Entry("a"), Entry("b"), Entry("c"), Entry("B", size=1)]
    for size in (1, 2, 4):
        with (
            chunks_of(size),
            pytest.raises(
                ValidationError, match=r"^Entry is not valid in rows\[3\]: code: the key is that of rows\[1\]"
            ),
        ):
            entries.upsert_many(call, **BY_CODE)
    seats = PgRepository(Seat, tx)
    with pytest.raises(ValidationError, match=r"^Seat is not valid in rows\[2\]: the key is that of rows\[0\] too$"):
        seats.upsert_many([Seat("a", 1), Seat("a", 2), Seat("a", 1)])


def test_keys_are_compared_as_the_server_compares_them(tx: Any) -> None:
    # Where a row is there by another key, its primary key stays.
    prices = PgRepository(Price, tx)
    noon = datetime(2024, 1, 1, 12, tzinfo=UTC)
    elsewhere = noon.astimezone(timezone(timedelta(hours=2)))
    for call, on, second in (
        ([Price(Decimal("1.005"), "a", noon), Price(Decimal("1.01"), "b", noon)], None, SET),
        ([Price(Decimal(1), "a", noon), Price(Decimal(2), "a  ", elsewhere)], (Prices.code, Prices.at), SAME),
    ):
        with pytest.raises(ValidationError, match=r"in rows\[1\].* the key is that of rows\[0\] too"):
            prices.upsert_many(call, on=on)
        assert list(prices.upsert_many(call, on=on, duplicates="last")) == [NEW, second]
        assert list(prices.upsert_many(call[1:], on=on)) == [SAME]


def test_outcomes_are_a_sequence_that_counts() -> None:
    outcomes = Outcomes((b"iu", b"s"))
    assert (list(outcomes), outcomes[0], outcomes[-1], len(outcomes)) == ([NEW, SET, SAME], NEW, SAME, 3)
    assert (outcomes.inserted, outcomes.updated, outcomes.unchanged) == (1, 1, 1)
    assert (outcomes[1:], outcomes.index(SET), SAME in outcomes) == (Outcomes((b"us",)), 1, True)
    assert (outcomes == Outcomes((b"ius",)), hash(outcomes) == hash(outcomes[:]), outcomes == [NEW, SET, SAME]) == (
        True,
        True,
        False,
    )
    assert repr(outcomes) == "<Outcomes: 1 inserted, 1 updated, 1 unchanged>"


def test_a_row_that_leaves_its_key_to_the_server_is_new(tx: Any) -> None:
    table = PgRepository(Row, tx)
    (first,) = table.insert_many([Row("a")])
    outcomes = table.upsert_many([Row("b"), attrs.evolve(first, name="c"), Row("d", size=9), Row("e")])
    assert list(outcomes) == [NEW, SET, NEW, NEW]
    assert [(row.name, row.size) for row in table.find_all()] == [("c", 7), ("b", 7), ("e", 7), ("d", 9)]
    uuids = PgRepository(UuidRow, tx)
    assert list(uuids.upsert_many([UuidRow("a"), UuidRow("a")])) == [NEW, NEW]


def test_a_number_of_the_server_that_is_taken_is_a_conflict_and_no_update(tx: Any) -> None:
    table = PgRepository(Row, tx)
    tx._acquire().execute("SELECT setval('rows_id_seq', 100, false)")
    table.upsert_many([Row("a", id=100)])
    with pytest.raises(Conflict, match=r'"rows_pkey" violated on column "id"$'):
        table.upsert_many([Row("b")])
    assert [row.name for row in table.find_all()] == ["a"]


def test_keys_that_are_always_numbered_are_given_all_the_same(tx: Any) -> None:
    table = PgRepository(AlwaysRow, tx)
    assert list(table.upsert_many([AlwaysRow("a", 500), AlwaysRow("b")])) == [NEW, NEW]
    assert list(table.upsert_many([AlwaysRow("c", 500), AlwaysRow("c", 501)])) == [SET, NEW]


def test_a_key_of_several_columns_alone_is_there_or_not(tx: Any) -> None:
    seats = PgRepository(Seat, tx)
    assert list(seats.upsert_many([Seat("a", 1), Seat("a", 2)])) == [NEW, NEW]
    assert list(seats.upsert_many([Seat("a", 2, "x"), Seat("b", 2), Seat("a", 1)])) == [SET, NEW, SAME]


def test_a_stamp_that_is_given_is_kept_and_a_stored_one_carried_along_is_made_anew(tx: Any) -> None:
    entries = PgRepository(Entry, tx)
    entries.upsert_many([Entry("a"), Entry("b"), Entry("c")], **BY_CODE)
    a, b, c = sorted(entries.find_all(), key=lambda row: row.code)
    old = datetime(2000, 1, 1, tzinfo=UTC)
    outcomes = entries.upsert_many([attrs.evolve(a, size=1), attrs.evolve(b, updated_at=old), c], **BY_CODE)
    after = sorted(entries.find_all(), key=lambda row: row.code)
    assert list(outcomes) == [SET, SET, SAME]
    assert (after[0].updated_at > a.updated_at, after[1].updated_at, after[2]) == (True, old, c)


def test_another_unique_constraint_names_the_row(tx: Any) -> None:
    seats = PgRepository(Seat, tx)
    seats.upsert_many([Seat("a", 1, "x")])
    for size in (2, 100):
        with chunks_of(size), pytest.raises(Conflict, match=r"\"guest\" by rows\[3\]$") as caught:
            seats.upsert_many([Seat("a", 2), Seat("a", 3), Seat("a", 4), Seat("a", 5, "x")])
        assert (caught.value.row, seats.count()) == (3, 1)


def test_nothing_is_inserted_of_no_rows(database: Database) -> None:
    told: list[int] = []
    outcomes = PgRepository(Entry, database).upsert_many(iter(()), **BY_CODE, progress=told.append)
    assert (len(outcomes), told) == (0, [0])


def test_rows_are_read_as_they_are_written_and_may_come_from_the_same_transaction(tx: Any) -> None:
    entries = PgRepository(Entry, tx)
    entries.upsert_many([Entry(f"n{at}") for at in range(7)], **BY_CODE)
    told: list[int] = []
    read: list[int] = []

    def copies() -> Iterator[Entry]:
        for row in tx.stream(select(Entry).order_by(Entries.id)):
            read.append(len(told))
            yield attrs.evolve(row, size=row.size + 1)

    with chunks_of(3):
        outcomes = entries.upsert_many(copies(), **BY_CODE, progress=told.append)
    assert (outcomes.updated, told, read) == (7, [3, 6, 7], [0, 0, 0, 1, 1, 1, 2])
    assert {row.size for row in entries.find_all()} == {8}


def test_an_iterable_or_a_progress_that_fails_undoes_all(database: Database) -> None:
    entries = PgRepository(Entry, database)

    def failing() -> Iterator[Entry]:
        yield from (Entry(f"n{at}") for at in range(5))
        raise LookupError

    def stop(done: int) -> None:
        if done == 4:
            raise LookupError

    with chunks_of(2):
        for call, progress in ((failing, None), (lambda: [Entry(f"n{at}") for at in range(5)], stop)):
            for many in (entries.upsert_many, entries.insert_many):
                options: Any = BY_CODE if many == entries.upsert_many else {}
                with pytest.raises(LookupError):
                    many(call(), progress=progress, **options)
                assert entries.count() == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"on": (Entries.label,)}, r"^no unique key of entries is of \(label\) alone: declare unique"),
        ({"on": (Entries.code, Entries.id)}, r"^no unique key of entries is of \(code, id\) alone"),
        ({"on": Entries.code}, r"^on takes columns of entries, as in on=\(Entries.id,\), not entries.code"),
        ({"on": ()}, r"^on takes columns of entries"),
        ({"on": "code"}, r"^on takes columns of entries"),
        ({"on": ("code",)}, r"^on takes columns of entries"),
        ({"on": (Seats.hall,)}, r"^on takes columns of entries"),
        ({"on": (Entries.code, Entries.code)}, r"^on: entries.code stands there twice$"),
        ({"duplicates": "first"}, r'^duplicates is "refuse" or "last"$'),
    ],
)
def test_what_is_no_unique_key_is_refused(tx: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        PgRepository(Entry, tx).upsert_many([Entry("a")], **options)


def test_a_key_that_is_none_is_refused(tx: Any) -> None:
    prices = PgRepository(Price, tx)
    noon = datetime(2024, 1, 1, 12, tzinfo=UTC)
    call = [Price(Decimal(1), "a", noon, 1), Price(Decimal(2), "b", noon)]
    message = r"^Price is not valid in rows\[1\]: place: prices.place is in the key of the upsert, which is never None$"
    for left in (None, SERVER_DEFAULT):
        with pytest.raises(ValidationError, match=message):
            prices.upsert_many([call[0], attrs.evolve(call[1], place=left)], on=(Prices.place,))
