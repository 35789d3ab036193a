"""Whatever a query is sorted by, its slices are its rows: each once, both ways, while others write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import fresh_database
from hypothesis import given, settings
from hypothesis import strategies as st
from readings import COLUMNS, COUNT, ROWS, Full, Mood, Reading, Readings, Sensor, Sensors

from ferra_sync import (
    Database,
    Derived,
    Executor,
    FerraModel,
    delete_from,
    from_,
    insert_into,
    maybe,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


@attrs.frozen
class New(FerraModel[Readings]):
    id: int
    level: int
    maybe_level: int | None
    label: str | None
    mood: Mood | None


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with fresh_database(server_url, Sensors, Readings, script=ROWS) as url, Database.connect(url) as db:
        yield db


def forward(db: Executor, query: Any, limit: int) -> list[Any]:
    """Return the rows of all slices from the first to the last."""
    found: list[Any] = []
    page = db.fetch_keyset(query, limit)
    assert not page.has_previous
    while True:
        assert len(page.items) == limit or not page.has_next
        found += page.items
        if not page.has_next:
            return found
        page = db.fetch_keyset(query, limit, after=page.next)
        assert page.has_previous


def backward(db: Executor, query: Any, limit: int) -> list[Any]:
    """Return the rows of all slices from the last to the first, in the order of the query."""
    page = db.fetch_keyset(query, COUNT * COUNT)
    found = db.fetch_keyset(query, 1, after=page.next).items
    assert found == []
    page = db.fetch_keyset(query, limit, before=db.fetch_keyset(query, 1, after=page.next).previous)
    while True:
        found = page.items + found
        if not page.has_previous:
            return found
        page = db.fetch_keyset(query, limit, before=page.previous)
        assert page.has_next


orders = st.lists(
    st.tuples(st.sampled_from(COLUMNS), st.booleans(), st.sampled_from([None, "first", "last"])),
    max_size=3,
    unique_by=lambda each: each[0].name,
)


def ordered(query: Any, chosen: list[tuple[Any, bool, Any]]) -> Any:
    return query.order_by(
        *(column.desc(nulls=nulls) if down else column.asc(nulls=nulls) for column, down, nulls in chosen)
    )


def completed(query: Any, chosen: list[tuple[Any, bool, Any]]) -> Any:
    down = bool(chosen) and chosen[-1][1]
    return ordered(query, chosen).order_by(Readings.id.desc() if down else Readings.id)


@settings(max_examples=15, deadline=None)
@given(orders, st.integers(4, 12))
def test_both_ways_are_the_table_in_any_order(db: Database, chosen, limit) -> None:
    query = select(Reading)
    expected = db.fetch_all(completed(query, chosen))
    assert forward(db, ordered(query, chosen), limit) == expected
    assert backward(db, ordered(query, chosen), limit) == expected
    assert [row for batch in db.batches(ordered(query, chosen), limit) for row in batch] == expected


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
@pytest.mark.parametrize("nulls", ["first", "last"])
def test_tokens_keep_values_of_every_type_exactly(db: Database, column, nulls) -> None:
    chosen = [(column, False, nulls)]
    expected = db.fetch_all(completed(select(Readings.id), chosen))
    assert forward(db, ordered(select(Readings.id), chosen), 3) == expected
    assert backward(db, ordered(select(Readings.id), chosen), 7) == expected


def test_sort_values_that_a_model_has_are_taken_from_it(db: Database) -> None:
    query = select(Full)
    for column in (Readings.price, Readings.ratio, Readings.local_at, Readings.day, Readings.mood):
        chosen = [(column, True, "last")]
        assert repr(forward(db, ordered(query, chosen), 3)) == repr(db.fetch_all(completed(query, chosen)))
        assert '"price", ' not in ordered(query, chosen).sql().text.partition("FROM")[2]


levels = st.sampled_from([Readings.level, Readings.maybe_level, Readings.label, Readings.mood])
walks = st.lists(
    st.tuples(levels, st.booleans(), st.sampled_from([None, "first", "last"])),
    max_size=3,
    unique_by=lambda each: each[0].name,
)


@settings(max_examples=12, deadline=None)
@given(st.data(), walks, st.integers(1, 9), st.booleans())
def test_rows_written_behind_are_not_seen_and_those_ahead_are(db: Database, data, chosen, limit, is_back) -> None:
    query, numbers = ordered(select(Readings.id), chosen), iter(range(1000, 2000))
    with db.begin() as tx:
        everything = completed(select(Readings.id), chosen)

        def rest(last: int) -> list[int]:
            rows = tx.fetch_all(everything)[:: -1 if is_back else 1]
            return rows[rows.index(last) + 1 :]

        page = tx.fetch_keyset(query, limit, before=_end(tx, query)) if is_back else tx.fetch_keyset(query, limit)
        for _ in range(8):
            if not page.items:
                break
            items = page.items[::-1] if is_back else page.items
            fresh = [
                New(next(numbers), level, maybe_level, label, mood)
                for level, maybe_level, label, mood in data.draw(
                    st.lists(
                        st.tuples(
                            st.integers(0, 3),
                            st.sampled_from([None, 0, 2]),
                            st.sampled_from([None, "a", "Z"]),
                            st.sampled_from([None, *Mood]),
                        ),
                        max_size=2,
                    )
                )
            ]
            if fresh:
                tx.execute(insert_into(Readings).values(*fresh))
            ahead = rest(items[-1])
            gone = data.draw(st.lists(st.sampled_from([*items, *ahead[:4]]), max_size=3))
            tx.execute(delete_from(Readings).where(Readings.id.is_in(gone)))
            expected = [row for row in ahead if row not in gone][:limit]
            page = tx.fetch_keyset(query, limit, **{"before": page.previous} if is_back else {"after": page.next})
            assert (page.items[::-1] if is_back else page.items) == expected


def _end(tx: Executor, query: Any) -> str | None:
    last = tx.fetch_keyset(query, COUNT)
    return tx.fetch_keyset(query, 1, after=last.next).previous


R, S = Readings, Sensors

JOINED: dict[str, Any] = {
    "to one": from_(Readings).left_join(Sensors).order_by(S.nickname.desc(), R.level).select(Reading, maybe(Sensor)),
    "to many": from_(Sensors).left_join(Readings).order_by(S.nickname).select(Sensor, maybe(R.id)),
    "right": from_(Readings).right_join(Sensors).order_by(R.label).select(S.id, maybe(R.id)),
    "full": from_(Readings).full_join(Sensors).select(maybe(R.id), maybe(S.id)),
    "cross": from_(Sensors).cross_join(Readings).where(R.id < 9).order_by(R.level.desc()).select(S.id, R.id),
    "expression": select(Reading).order_by((R.level + R.maybe_level).desc(), fn.lower(R.label)),
    "value in an expression": select(Reading).order_by((R.level % 3).asc(), fn.coalesce(R.label, "m").collate("C")),
    "distinct": from_(Readings).distinct().order_by(R.label).select(R.label, R.level),
    "groups": from_(Readings).group_by(R.label).order_by(fn.count().desc()).select(R.label, fn.count(), fn.max(R.id)),
    "sums of groups": from_(Readings)
    .group_by(R.level % 7)
    .order_by(fn.sum(R.maybe_level))
    .select(R.level % 7, fn.count()),
}


@pytest.mark.parametrize("query", JOINED.values(), ids=JOINED.keys())
@pytest.mark.parametrize("limit", [3, 20])
def test_joins_expressions_groups_and_distinct_rows_are_walked(db: Database, query, limit) -> None:
    everything = db.fetch_all(query)
    found = forward(db, query, limit)
    assert sorted(map(repr, found)) == sorted(map(repr, everything))
    assert backward(db, query, limit) == found
    assert [row for batch in db.batches(query, limit) for row in batch] == found


def test_distinct_on_keeps_the_row_that_its_order_says_both_ways(db: Database) -> None:
    query = (
        from_(Readings)
        .distinct(Readings.label)
        .order_by(Readings.label.desc(nulls="last"), Readings.id.desc())
        .select(Readings.label, Readings.id)
    )
    expected = db.fetch_all(query)
    assert len(expected) == 7
    assert forward(db, query, 2) == expected
    assert backward(db, query, 2) == expected
    assert backward(db, from_(Readings).distinct(Readings.level).select(Readings.level), 3) == [0, 1, 2, 3]


class Heights(Derived):
    level = t.integer()
    rows = t.bigint()


def test_rows_that_a_query_makes_are_walked_where_they_are_distinct(db: Database) -> None:
    low = from_(Readings).where(Readings.level < 2).group_by(Readings.level).select(Readings.level, fn.count())
    high = from_(Readings).where(Readings.level > 1).group_by(Readings.level).select(Readings.level, fn.count())
    query = (
        from_(Heights.of(low.union(high))).distinct().order_by(Heights.rows.desc()).select(Heights.level, Heights.rows)
    )
    assert forward(db, query, 1) == [(3, 10), (2, 10), (1, 10), (0, 10)]


def test_rows_with_rows_inside_are_walked(db: Database) -> None:
    own = from_(Readings).correlate(Sensors).where(Readings.sensor_id == Sensors.id, Readings.level > 0)
    query = from_(Sensors).order_by(Sensors.nickname.desc()).select(Sensors.name, own.select(Readings.id).multiset())
    expected = db.fetch_all(query.order_by(Sensors.id.desc()))
    assert forward(db, query, 2) == expected
    assert backward(db, query, 2) == expected
