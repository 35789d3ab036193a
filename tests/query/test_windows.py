"""Functions over windows give what the same SQL, written by hand, gives."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import attrs
import psycopg
import pytest
from databases import database_with
from none_in_rows import broken_promises

from ferra_sync import (
    Database,
    FerraModel,
    Table,
    current_row,
    following,
    from_,
    groups,
    insert_into,
    preceding,
    range_,
    rows,
    unbounded_following,
    unbounded_preceding,
    window,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Sales(Table):
    id = t.integer(primary_key=True)
    shop = t.varchar(10)
    seller = t.nullable(t.text())
    amount = t.integer()
    price = t.numeric(8, 2)
    weight = t.double_precision()
    day = t.date()
    at = t.timestamptz()
    paid = t.boolean()


@attrs.frozen
class Sale(FerraModel[Sales]):
    id: int
    shop: str
    seller: str | None
    amount: int
    price: Decimal
    weight: float
    day: dt.date
    at: dt.datetime
    paid: bool


def _sale(number: int) -> Sale:
    day = dt.date(2026, 1, 1) + dt.timedelta(days=number // 2 * 20)
    return Sale(
        number,
        "north" if number % 3 else "south",
        None if number % 4 == 0 else "ab"[number % 2],
        number * 7 % 5,
        Decimal(number * 3 % 7) / 4,
        number / 3,
        day,
        dt.datetime(day.year, day.month, day.day, number, tzinfo=dt.UTC),
        number % 2 == 0,
    )


SALES: Final = [_sale(number) for number in range(1, 13)]


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Sales) as db:
        db.execute(insert_into(Sales).values(*SALES))
        yield db


BY_SHOP = window(partition_by=Sales.shop, order_by=Sales.id)
IN_ORDER = {"order_by": (Sales.amount.desc(), Sales.id)}

CASES: Final[dict[str, tuple[Any, str]]] = {
    "row_number": (fn.row_number().over(BY_SHOP), "row_number() OVER (PARTITION BY shop ORDER BY id)"),
    "row_number without an order": (fn.row_number().over() > 0, "row_number() OVER () > 0"),
    "rank": (fn.rank().over(order_by=Sales.amount), "rank() OVER (ORDER BY amount)"),
    "dense_rank": (fn.dense_rank().over(order_by=Sales.amount.desc()), "dense_rank() OVER (ORDER BY amount DESC)"),
    "percent_rank": (fn.percent_rank().over(order_by=Sales.amount), "percent_rank() OVER (ORDER BY amount)"),
    "cume_dist": (fn.cume_dist().over(order_by=Sales.amount), "cume_dist() OVER (ORDER BY amount)"),
    "ntile": (fn.ntile(5).over(order_by=Sales.id), "ntile(5) OVER (ORDER BY id)"),
    "lag": (fn.lag(Sales.amount).over(BY_SHOP), "lag(amount) OVER (PARTITION BY shop ORDER BY id)"),
    "lag of some rows": (fn.lag(Sales.seller, 2).over(order_by=Sales.id), "lag(seller, 2) OVER (ORDER BY id)"),
    "lag with a default": (
        fn.lag(Sales.amount, default=-1).over(order_by=Sales.id),
        "lag(amount, 1, -1) OVER (ORDER BY id)",
    ),
    "lag of what may be NULL with a default": (
        fn.lag(Sales.seller, default="nobody").over(order_by=Sales.id),
        "lag(seller, 1, 'nobody') OVER (ORDER BY id)",
    ),
    "lag with a column for default": (
        fn.lag(Sales.shop, default=Sales.seller).over(order_by=Sales.id),
        "lag(shop, 1, seller) OVER (ORDER BY id)",
    ),
    "lead": (fn.lead(Sales.price, 3).over(order_by=Sales.id), "lead(price, 3) OVER (ORDER BY id)"),
    "lead with a default": (
        fn.lead(Sales.price, 3, default=Decimal(0)).over(order_by=Sales.id),
        "lead(price, 3, 0.00) OVER (ORDER BY id)",
    ),
    "first_value": (fn.first_value(Sales.day).over(BY_SHOP), "first_value(day) OVER (PARTITION BY shop ORDER BY id)"),
    "last_value": (
        fn.last_value(Sales.day).over(order_by=Sales.id, frame=rows(unbounded_preceding, unbounded_following)),
        "last_value(day) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)",
    ),
    "first_value of an empty frame": (
        fn.first_value(Sales.id).over(order_by=Sales.id, frame=rows(following(1), following(2))),
        "first_value(id) OVER (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING)",
    ),
    "nth_value": (fn.nth_value(Sales.shop, 2).over(order_by=Sales.id), "nth_value(shop, 2) OVER (ORDER BY id)"),
    "sum": (fn.sum(Sales.amount).over(order_by=Sales.id), "sum(amount) OVER (ORDER BY id)"),
    "a share": (
        Sales.price / fn.sum(Sales.price).over(partition_by=Sales.shop),
        "price / sum(price) OVER (PARTITION BY shop)",
    ),
    "count(*)": (fn.count().over(partition_by=(Sales.shop, Sales.paid)), "count(*) OVER (PARTITION BY shop, paid)"),
    "count of an empty frame": (
        fn.count(Sales.seller).over(order_by=Sales.id, frame=rows(following(1), following(1))),
        "count(seller) OVER (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND 1 FOLLOWING)",
    ),
    "several orders": (fn.row_number().over(**IN_ORDER), "row_number() OVER (ORDER BY amount DESC, id)"),
    "an order with NULLs first": (
        fn.row_number().over(order_by=[Sales.seller.asc(nulls="first"), Sales.id.desc()]),
        "row_number() OVER (ORDER BY seller NULLS FIRST, id DESC)",
    ),
    "keys with values": (
        fn.count().over(partition_by=Sales.amount % 2, order_by=(Sales.amount + 10).desc()),
        "count(*) OVER (PARTITION BY amount % 2 ORDER BY amount + 10 DESC)",
    ),
    "a filtered aggregate": (
        fn.sum(Sales.amount).filter(Sales.paid).over(BY_SHOP),
        "sum(amount) FILTER (WHERE paid) OVER (PARTITION BY shop ORDER BY id)",
    ),
    "an aggregate that is filtered twice, with values": (
        fn.count().filter(Sales.amount > 1).filter(Sales.shop == "north").over(order_by=Sales.id),
        "count(*) FILTER (WHERE amount > 1 AND shop = 'north') OVER (ORDER BY id)",
    ),
    "array_agg": (
        fn.array_agg(Sales.amount).over(order_by=Sales.id, frame=rows(preceding(1), following(1))),
        "array_agg(amount) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)",
    ),
    "rows to the present one": (
        fn.sum(Sales.amount).over(order_by=Sales.id, frame=rows(preceding(2))),
        "sum(amount) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)",
    ),
    "rows without the present one": (
        fn.sum(Sales.amount).over(
            order_by=Sales.id, frame=rows(preceding(1), unbounded_following, exclude="current row")
        ),
        "sum(amount) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)",
    ),
    "groups": (
        fn.count().over(order_by=Sales.amount, frame=groups(preceding(1), current_row, exclude="ties")),
        "count(*) OVER (ORDER BY amount GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES)",
    ),
    "groups without the row's own": (
        fn.count().over(order_by=Sales.amount, frame=groups(preceding(1), following(1), exclude="group")),
        "count(*) OVER (ORDER BY amount GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE GROUP)",
    ),
    "a range that excludes none": (
        fn.count().over(order_by=Sales.amount, frame=range_(current_row, unbounded_following, exclude="no others")),
        "count(*) OVER (ORDER BY amount RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE NO OTHERS)",
    ),
    "a range of whole numbers": (
        fn.count().over(order_by=Sales.amount.desc(), frame=range_(preceding(1), following(1))),
        "count(*) OVER (ORDER BY amount DESC RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING)",
    ),
    "a range of numerics": (
        fn.count().over(order_by=Sales.price, frame=range_(preceding(Decimal("0.25")))),
        "count(*) OVER (ORDER BY price RANGE BETWEEN 0.25 PRECEDING AND CURRENT ROW)",
    ),
    "a range of floats": (
        fn.count().over(order_by=Sales.weight, frame=range_(current_row, following(0.5))),
        "count(*) OVER (ORDER BY weight RANGE BETWEEN CURRENT ROW AND 0.5 FOLLOWING)",
    ),
    "a range of days": (
        fn.count().over(order_by=Sales.day, frame=range_(preceding(dt.timedelta(20)), following(dt.timedelta(20)))),
        "count(*) OVER (ORDER BY day RANGE BETWEEN '20 days' PRECEDING AND '20 days' FOLLOWING)",
    ),
    "a range of moments, by months": (
        fn.count().over(partition_by=Sales.shop, order_by=Sales.at, frame=range_(preceding(t.Interval(months=1)))),
        "count(*) OVER (PARTITION BY shop ORDER BY at RANGE BETWEEN '1 month' PRECEDING AND CURRENT ROW)",
    ),
}


@pytest.mark.parametrize(("item", "sql"), CASES.values(), ids=CASES)
def test_a_function_over_a_window_is_what_sql_says(db: Database, item: Any, sql: str) -> None:
    query = from_(Sales).order_by(Sales.id).select(Sales.id, item)
    found = db.fetch_all(query)
    with db.connection() as connection:
        expected = connection.execute(f"SELECT id, {sql} FROM sales ORDER BY id".encode()).fetchall()

    assert found == expected
    assert [type(value) for _, value in found] == [type(value) for _, value in expected]
    assert broken_promises(query, found) == []


@pytest.mark.parametrize(
    ("of", "offset"),
    [
        (t.smallint(), 1),
        (t.integer(), 2),
        (t.bigint(), 2**40),
        (t.numeric(8, 2), Decimal("0.5")),
        (t.numeric(), 1),
        (t.real(), 0.5),
        (t.double_precision(), 1),
    ],
)
def test_a_range_reaches_so_far_from_each_kind_of_number(db: Database, of: Any, offset: Any) -> None:
    frame = range_(preceding(offset), following(offset))
    query = from_(Sales).order_by(Sales.id).select(fn.count().over(order_by=Sales.id.cast(of), frame=frame))
    expected = [sum(abs(sale.id - other.id) <= offset for other in SALES) for sale in SALES]

    assert db.fetch_all(query) == expected


@pytest.mark.parametrize("of", [t.timestamp(), t.time(), t.timestamptz()])
def test_a_range_reaches_so_far_from_each_kind_of_moment(db: Database, of: Any) -> None:
    frame = range_(current_row, following(dt.timedelta(hours=1)))
    same_day = window(partition_by=Sales.day, order_by=Sales.at.cast(of), frame=frame)
    spans = window(partition_by=Sales.day, order_by=Sales.at - dt.datetime(2026, 1, 1, tzinfo=dt.UTC), frame=frame)
    query = from_(Sales).order_by(Sales.id).select(fn.count().over(same_day), fn.count().over(spans))
    expected = [sum(other.day == sale.day and other.id - sale.id in {0, 1} for other in SALES) for sale in SALES]

    assert db.fetch_all(query) == [(number, number) for number in expected]


def test_a_window_serves_several_items_and_clauses(db: Database) -> None:
    query = from_(Sales).order_by(fn.row_number().over(BY_SHOP).desc(), Sales.id)
    found = db.fetch_all(query.select(Sale, fn.row_number().over(BY_SHOP), fn.lag(Sales.amount).over(BY_SHOP)))

    assert [(sale.id, number) for sale, number, _ in found[:3]] == [(11, 8), (10, 7), (8, 6)]
    assert {number: before for sale, number, before in found if sale.shop == "south"} == {1: None, 2: 1, 3: 2, 4: 3}


def test_a_window_with_values_is_written_with_the_same_parameters_wherever_it_stands(db: Database) -> None:
    odd = window(partition_by=Sales.amount % 2, order_by=Sales.id + 1, frame=rows(preceding(3)))
    query = from_(Sales).order_by(fn.count().over(odd), Sales.id).where(Sales.amount % 2 == 1)
    query = query.select(Sales.id, fn.count().over(odd), fn.lag(Sales.amount, 2).over(odd) + fn.sum(Sales.id).over(odd))
    text, params = query.sql()
    with db.connection() as connection:
        plan = psycopg.RawCursor(connection).execute(f"EXPLAIN {text}".encode(), params).fetchall()

    assert len(set(re.findall(r"OVER \(.*?PRECEDING AND CURRENT ROW\)", text))) == 1
    assert params == (2, 1, 3, 2, 2, 1)
    assert str(plan).count("Sort Key") == 2
    assert [number for _, number, _ in db.fetch_all(query)] == [1, 2, 3, 4]


def test_equal_shapes_with_other_values_are_other_windows(db: Database) -> None:
    near, far = (fn.sum(Sales.id).over(order_by=Sales.id, frame=rows(preceding(offset))) for offset in (1, 2))
    found = db.fetch_all(from_(Sales).order_by(Sales.id).limit(3).select(near, far, near + far))

    assert found == [(1, 1, 2), (3, 3, 6), (5, 6, 11)]


def test_a_window_of_groups_sees_their_keys_and_aggregates(db: Database) -> None:
    total = fn.sum(Sales.amount)
    place = fn.rank().over(order_by=total.desc())
    query = from_(Sales).group_by(Sales.shop).order_by(Sales.shop)
    found = db.fetch_all(query.select(Sales.shop, total, place, fn.lag(total).over(order_by=Sales.shop)))

    totals = {shop: sum(sale.amount for sale in SALES if sale.shop == shop) for shop in ("north", "south")}
    assert found == [("north", totals["north"], 1, None), ("south", totals["south"], 2, totals["north"])]


def test_an_aggregate_over_a_window_of_aggregates(db: Database) -> None:
    everything: Any = fn.sum(fn.sum(Sales.amount)).over()  # type: ignore[arg-type]
    query = from_(Sales).group_by(Sales.shop).order_by(Sales.shop).select(Sales.shop, everything)

    assert {total for _, total in db.fetch_all(query)} == {sum(sale.amount for sale in SALES)}


def test_an_aggregate_of_the_groups_aggregates(db: Database) -> None:
    total = fn.sum(fn.count()).over()
    by_shop = from_(Sales).group_by(Sales.shop).order_by(Sales.shop)
    counts = db.fetch_all(by_shop.select(fn.count()))
    assert db.fetch_all(by_shop.select(Sales.shop, fn.count(), total)) == [
        ("north", counts[0], sum(counts)),
        ("south", counts[1], sum(counts)),
    ]
    assert db.fetch_all(by_shop.order_by(total).select(fn.max(fn.count()).over(order_by=Sales.shop))) == [
        counts[0],
        max(counts),
    ]
    assert db.fetch_all(from_(Sales).select(fn.avg(fn.max(Sales.amount)).over())) == [Decimal(4)]


def test_groups_by_an_expression_with_values_are_windows_keys(db: Database) -> None:
    query = from_(Sales).group_by(Sales.amount % 2).order_by(Sales.amount % 2)
    found = db.fetch_all(query.select(fn.count().over(), fn.row_number().over(order_by=Sales.amount % 2)))

    assert found == [(2, 1), (2, 2)]


def test_distinct_rows_beside_windows_with_values(db: Database) -> None:
    cheap = fn.count().filter(Sales.amount > 1).over(partition_by=Sales.amount % 2)
    with db.connection() as connection:
        expected = connection.execute(
            "SELECT DISTINCT amount % 2, count(*) FILTER (WHERE amount > 1) OVER (PARTITION BY amount % 2)"
            " FROM sales ORDER BY 1"
        ).fetchall()

    query = from_(Sales).distinct().order_by(Sales.amount % 2).select(Sales.amount % 2, cheap)
    assert db.fetch_all(query) == expected


def test_pages_and_streams_have_the_numbers_of_all_rows(db: Database) -> None:
    query = from_(Sales).order_by(Sales.id).select(Sales.id, fn.row_number().over(order_by=Sales.id.desc()))
    expected = [(sale.id, 13 - sale.id) for sale in SALES]

    assert db.fetch_page(query, page=2, per_page=5).items == expected[5:10]
    assert list(db.stream(query)) == expected


def test_in_json_a_function_over_a_window_is_called_by_its_name(db: Database) -> None:
    query = from_(Sales).order_by(Sales.id).limit(1)
    items = (fn.row_number().over(BY_SHOP), fn.count().filter(Sales.paid).over(), fn.max(Sales.id).over())

    assert db.fetch_json(query.select(*items)) == [{"row_number": 1, "count": 6, "max": 12}]
