"""What SQLite answers is what PostgreSQL answers: predicates, orders, sums, pages and walks over the same rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
from databases import fresh_database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ferra_sync import Database, FerraModel, PgRepository, SqliteDatabase, Table, delete_from, from_, select
from ferra_sync import functions as fn
from ferra_sync import types as t


class Cells(Table):
    id = t.integer(primary_key=True)
    whole = t.nullable(t.integer())
    price = t.nullable(t.numeric(8, 2))
    real = t.nullable(t.double_precision())
    name = t.nullable(t.text())
    is_on = t.nullable(t.boolean())
    key = t.nullable(t.uuid())
    day = t.nullable(t.date())
    clock = t.nullable(t.time())
    local = t.nullable(t.timestamp())
    at = t.nullable(t.timestamptz())
    raw = t.nullable(t.bytea())


@attrs.define
class Cell(FerraModel[Cells]):
    id: int
    whole: int | None
    price: Decimal | None
    real: float | None
    name: str | None
    is_on: bool | None
    key: UUID | None
    day: dt.date | None
    clock: dt.time | None
    local: dt.datetime | None
    at: dt.datetime | None
    raw: bytes | None


_LOCAL = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1))  # noqa: DTZ001 - of timestamps
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "whole": st.integers(-3, 3) | st.integers(-(2**31), 2**31 - 1),
    "price": st.decimals(-999, 999, places=2),
    "real": st.floats(allow_nan=False),
    "name": st.text(st.sampled_from("aAbzé%_\\😀\uff5a"), max_size=3),
    "is_on": st.booleans(),
    "key": st.uuids(),
    "day": st.dates(dt.date(1, 1, 1)),
    "clock": st.times(),
    "local": _LOCAL,
    "at": _LOCAL.map(lambda moment: moment.replace(tzinfo=dt.UTC)),
    "raw": st.binary(max_size=3),
}
ROWS = st.lists(
    st.fixed_dictionaries({name: st.none() | each for name, each in VALUES.items()}), min_size=1, max_size=12
).map(lambda rows: [Cell(id=number, **row) for number, row in enumerate(rows)])


@pytest.fixture(scope="module")
def both(server_url: str) -> Iterator[tuple[Database, SqliteDatabase]]:
    with (
        fresh_database(server_url, Cells) as url,
        Database.connect(url) as postgres,
        SqliteDatabase.connect() as sqlite,
    ):
        sqlite.create_tables(Cells)
        yield postgres, sqlite


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
    if name not in {"real", "raw"}:
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
