"""Writes of several tables, and of what queries make: as PostgreSQL does them, or refused by name."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import attrs
import pytest
from cells import Bare, Cell, Cells, Note, Notes, empty, full
from test_sqlite_computed import Both, filled
from test_sqlite_queries import CELLS, NOTES, TOTALS, Others, Totals

from ferra_sync import SqliteDatabase, delete_from, excluded, from_, insert_into, select, update
from ferra_sync import functions as fn
from ferra_sync.errors import Db, DbErrorKind, QueryError

BY_NOTE = update(Cells).from_(Notes).where(Notes.cell_id == Cells.id, Notes.id > 1)
NEW = from_(Cells).where(Cells.id > 2)
LATE = from_(Cells).where(Cells.id == 4)
WRITES: dict[str, Callable[[], Any]] = {
    "update from": lambda: BY_NOTE.set(Cells.price.to(Cells.price + Notes.stars), Cells.name.to("x")),
    "update from, returning": lambda: BY_NOTE.set(Cells.whole.to(Notes.stars + 1)).returning(Cell),
    "update from a query": lambda: (
        update(Cells)
        .from_(Totals.of(TOTALS))
        .where(Totals.cell_id == Cells.id)
        .set(Cells.price.to(Totals.weight))
        .returning(Cells.id, Cells.price)
    ),
    "update by a query": lambda: (
        update(Cells)
        .all_rows()
        .set(
            Cells.price.to(
                from_(Notes).correlate(Cells).where(Notes.cell_id == Cells.id).select(fn.avg(Notes.weight)).scalar()
            )
        )
        .returning(Cells.id, Cells.price)
    ),
    "rounded away from zero": lambda: (
        update(Cells).all_rows().set(Cells.price.to(Cells.price / 8)).returning(Cells.id, Cells.price)
    ),
    "update with": lambda: (
        update(Cells)
        .with_(Totals.cte(TOTALS))
        .from_(Totals)
        .where(Totals.cell_id == Cells.id)
        .set(Cells.whole.to(5))
        .returning(Cells.id)
    ),
    "delete using": lambda: (
        delete_from(Notes).using(Cells).where(Notes.cell_id == Cells.id, Cells.price > 1).returning(Notes.id)
    ),
    "delete using a join": lambda: (
        delete_from(Notes)
        .using(from_(Cells).inner_join(Others, on=Others.id == Cells.id + 1))
        .where(Notes.cell_id == Cells.id)
        .returning(Note)
    ),
    "delete in": lambda: (
        delete_from(Notes)
        .where(Notes.cell_id.is_in(from_(Cells).where(Cells.price < 0).select(Cells.id)))
        .returning(Note)
    ),
    "insert of a query": lambda: (
        insert_into(Notes)
        .from_query(
            NEW.select(Cells.id + 10, Cells.id, Cells.id.cast(Notes.stars.type), Cells.id * 1, Cells.price / 3),
            Notes.id,
            Notes.cell_id,
            Notes.stars,
            Notes.views,
            Notes.weight,
        )
        .returning(Note)
    ),
    "insert of a query, or nothing": lambda: (
        insert_into(Cells)
        .from_query(from_(Notes).select(Notes.id), Cells.id)
        .on_conflict(Cells.id)
        .do_nothing()
        .returning(Cells.id)
    ),
    "many rows": lambda: insert_into(Cells).values(*(full(number) for number in range(9, 4, -1))).returning(Cell),
    "many rows, of which some are there": lambda: (
        insert_into(Notes).values(*NOTES, Note(9, None, 1, 1, None)).on_conflict(Notes.id).do_nothing().returning(Note)
    ),
    "upsert": lambda: (
        insert_into(Cells)
        .values(Bare(4), Bare(9))
        .on_conflict(Cells.id)
        .do_update(Cells.price.to(Cells.price * 2), Cells.whole.to(excluded(Cells.id) + 1))
        .returning(Cells.id, Cells.whole, Cells.price)
    ),
}


def written(db: Any, write: Any) -> tuple[Any, list[Cell], list[Note]]:
    """Return what a write returns, or how many rows it affected, and what the tables then are."""
    found = sorted(db.fetch_all(write), key=repr) if hasattr(write, "items") else db.execute(write)
    return found, db.fetch_all(select(Cell).order_by(Cells.id)), db.fetch_all(select(Note).order_by(Notes.id))


@pytest.mark.parametrize("name", WRITES)
def test_a_write_does_what_it_does_on_postgresql(both: Both, name: str) -> None:
    filled(both, CELLS, NOTES)
    one, other = (written(db, WRITES[name]()) for db in both)
    assert one == other
    assert one[0]


@pytest.mark.parametrize(
    "write",
    [
        lambda: update(Cells).all_rows().set(Cells.price.to(Cells.price * 10**7)),
        lambda: update(Cells).all_rows().set(Cells.whole.to(Cells.whole * 10**9)),
        lambda: insert_into(Cells).from_query(NEW.select(Cells.id + 10, Cells.price * 10**7), Cells.id, Cells.price),
    ],
)
def test_what_no_column_holds_is_an_error(both: Both, write: Callable[[], Any]) -> None:
    filled(both, CELLS, NOTES)
    for db in both:
        with pytest.raises(Db) as caught:
            db.execute(write())
        assert caught.value.kind is DbErrorKind.INVALID_DATA


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: BY_NOTE.set(Cells.whole.to(1)).returning(Cells.id, Notes.id), "RETURNING of notes"),
        (
            lambda: delete_from(Notes).using(Cells).where(Notes.cell_id == Cells.id).returning(Cells.id),
            "RETURNING of cells",
        ),
    ],
)
def test_what_sqlite_cannot_return_is_refused(both: Both, make: Callable[[], Any], words: str) -> None:
    sqlite: SqliteDatabase = both[1]
    with pytest.raises(QueryError, match=words):
        sqlite.fetch_all(make())


def test_a_whole_float_comes_back_as_a_float(both: Both) -> None:
    filled(both, [empty(1)], [])
    made = both[1].fetch_value(update(Cells).all_rows().set(Cells.real.to(1e10)).returning(Cells.real))
    assert (made, type(made)) == (1e10, float)


def test_many_decimals_survive_the_way_there_and_back(both: Both) -> None:
    prices = [Decimal(number).scaleb(-2) for number in range(-60, 60, 7)]
    filled(both, [*CELLS, *(attrs.evolve(empty(number), price=price) for number, price in enumerate(prices, 100))], [])
    query = from_(Cells).order_by(Cells.price * 3, Cells.id).select(Cells.price, fn.round(Cells.price, 1))
    assert both[0].fetch_all(query) == both[1].fetch_all(query)
