"""What SQLite answers is what PostgreSQL answers: predicates, orders, sums, pages and walks over the same rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cells import ROWS, VALUES, Cell, Cells
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferra_sync import Database, PgRepository, SqliteDatabase, delete_from, from_, select
from ferra_sync import functions as fn


def _predicate(draw: Any, rows: list[Cell], depth: int = 2) -> Any:
    kind = draw(st.sampled_from(("compare", "and", "or", "not")))
    if depth and kind in {"and", "or", "not"}:
        one = _predicate(draw, rows, depth - 1)
        if kind == "not":
            return ~one
        other = _predicate(draw, rows, depth - 1)
        return one & other if kind == "and" else one | other
    name = draw(st.sampled_from(sorted(VALUES)))
    column = getattr(Cells, name)
    seen = [getattr(row, name) for row in rows if getattr(row, name) is not None]
    values = VALUES[name] | st.sampled_from(seen) if seen else VALUES[name]
    found = [column.is_null(), Cells.name.startswith(draw(VALUES["name"]))]
    found.append(column.is_in(draw(st.lists(values, max_size=3))))
    value = draw(values)
    if name == "price":
        value = draw(st.sampled_from((value, value + Decimal("0.005"), int(value))))
    found += [column == value, column != value, column.is_distinct_from(value)]
    if name != "is_on":
        found += [column < value, column >= value, column.between(value, draw(values))]
    return draw(st.sampled_from(found))


def _order(draw: Any) -> Any:
    column = getattr(Cells, draw(st.sampled_from(sorted(VALUES))))
    nulls = draw(st.sampled_from((None, "first", "last")))
    return column.desc(nulls=nulls) if draw(st.booleans()) else column.asc(nulls=nulls)


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_both_databases_give_equal_rows(both: tuple[Database, SqliteDatabase], data: st.DataObject) -> None:
    rows = data.draw(ROWS)
    for db in both:
        db.execute(delete_from(Cells).all_rows())
    PgRepository(Cell, both[0]).insert_many(rows)
    both[1].repository(Cell).insert_many(rows)
    query = select(Cell)
    for _ in range(4):
        where, order = _predicate(data.draw, rows), _order(data.draw)
        asked = query.where(where).order_by(order)
        one, other = (db.fetch_all(asked.order_by(Cells.id)) for db in both)
        assert one == other
        first, second = (db.fetch_page(asked, 2, 2) for db in both)
        assert first == second
        sums = from_(Cells).where(where).select(fn.sum(Cells.price), fn.sum(Cells.whole), fn.max(Cells.at), fn.count())
        assert both[0].fetch_all(sums) == both[1].fetch_all(sums)
    walked = query.order_by(_order(data.draw))
    assert _walk(both[0], walked) == _walk(both[1], walked)
    assert list(both[0].batches(walked, 3)) == list(both[1].batches(walked, 3))


def _walk(db: Any, query: Any) -> list[list[Cell]]:
    pages, token = [], None
    while True:
        found = db.fetch_keyset(query, 3, after=token)
        pages.append(found.items)
        token = found.next
        if not found.has_next:
            return pages
