"""Queries inside queries, in FROM and in WITH, windows and set operations: as PostgreSQL answers them, or refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import attrs
import pytest
from cells import Cell, Cells, Note, Notes, empty
from test_sqlite_computed import Both, answer, filled, in_one_order

from ferra_sync import (
    Derived,
    SqliteDatabase,
    any_,
    case,
    current_row,
    exists,
    following,
    from_,
    groups,
    maybe,
    preceding,
    range_,
    row,
    rows,
    select,
    unbounded_preceding,
    window,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync.errors import DbErrorKind, QueryError


class Totals(Derived):
    cell_id = t.nullable(t.integer())
    weight = t.nullable(t.numeric())
    notes = t.bigint()


class Chain(Derived):
    id = t.integer()
    depth = t.integer()
    weight = t.numeric()


class Given(Derived):
    id = t.integer()
    name = t.nullable(t.text())
    weight = t.numeric()
    true = t.boolean()


class Others(Cells, alias="others"): ...


CELLS = [
    attrs.evolve(empty(1), whole=3, price=Decimal("1.10"), name="a"),
    attrs.evolve(empty(2), whole=1, price=Decimal("2.00"), name="b", is_on=True),
    attrs.evolve(empty(3), whole=2, name="B"),
    attrs.evolve(empty(4), price=Decimal("-7.25"), name="é", is_on=False),
]
NOTES = [
    Note(1, 1, 3, 10, Decimal("0.5000")),
    Note(2, 1, 1, 2, Decimal("1.2500")),
    Note(3, 2, 1, 10, None),
    Note(4, None, 2, 0, Decimal("1.2500")),
    Note(5, 4, 1, -4, Decimal("3.0001")),
]


@pytest.fixture(scope="module")
def rows_of_both(both: Both) -> Both:
    filled(both, CELLS, NOTES)
    return both


TOTALS = from_(Notes).group_by(Notes.cell_id).select(Notes.cell_id, fn.sum(Notes.weight), fn.count())
AVERAGES = from_(Notes).group_by(Notes.cell_id).select(Notes.cell_id, fn.avg(Notes.weight), fn.count())
OF_CELL = from_(Notes).correlate(Cells).where(Notes.cell_id == Cells.id)
STEPS = Chain.recursive(
    from_(Notes).where(Notes.id == 1).select(Notes.id, Notes.id * 0, fn.coalesce(Notes.weight, 0)),
    lambda last: (
        from_(last)
        .inner_join(Notes, on=Notes.id == last.id + 1)
        .select(Notes.id, last.depth + 1, last.weight * Decimal("1.5") + fn.coalesce(Notes.weight, 0))
    ),
)
GIVEN = Given.values([(1, "x", Decimal("1.5"), True), (2, None, Decimal(2), False)])
BY_CELL = window(partition_by=Notes.cell_id, order_by=(Notes.stars, Notes.id))
QUERIES: dict[str, Callable[[], Any]] = {
    "exists": lambda: from_(Cells).where(exists(OF_CELL.where(Notes.stars > 1))).select(Cells.id),
    "not exists": lambda: from_(Cells).where(~exists(OF_CELL)).select(Cells.id),
    "in": lambda: from_(Cells).where(Cells.id.is_in(from_(Notes).select(Notes.cell_id))).select(Cells.id),
    "not in, of NULL": lambda: (
        from_(Cells).where(Cells.id.is_not_in(from_(Notes).select(Notes.cell_id))).select(Cells.id)
    ),
    "not in": lambda: (
        from_(Cells).where(Cells.whole.is_not_in(from_(Notes).where(Notes.id < 3).select(Notes.stars))).select(Cells.id)
    ),
    "in, of two scales": lambda: (
        from_(Notes).where(Notes.weight.is_in(from_(Cells).select(Cells.price + Decimal("0.15")))).select(Notes.id)
    ),
    "in, of a union of two scales": lambda: (
        from_(Notes)
        .where(
            Notes.weight.is_in(
                from_(Cells).select(Cells.price).union(from_(Cells).select(Cells.whole * Decimal("0.25")))
            )
        )
        .select(Notes.id)
    ),
    "in, of a union of another scale": lambda: (
        from_(Notes)
        .where(Notes.weight.is_in(from_(Cells).select(Cells.price).union_all(from_(Cells).select(Cells.price))))
        .select(Notes.id)
    ),
    "any": lambda: from_(Cells).where(Cells.id == any_(from_(Notes).select(Notes.stars))).select(Cells.id),
    "in rows": lambda: (
        from_(Notes)
        .where(row(Notes.stars, Notes.weight).is_in([(1, Decimal("1.25")), (9, Decimal(1))]))
        .select(Notes.id)
    ),
    "rows compared": lambda: from_(Notes).where(row(Notes.stars, Notes.id) > row(1, 3)).select(Notes.id),
    "scalar aggregate": lambda: from_(Cells).select(Cells.id, OF_CELL.select(fn.sum(Notes.weight)).scalar()),
    "scalar": lambda: from_(Cells).select(Cells.id, OF_CELL.where(Notes.stars == 3).select(Notes.weight).scalar()),
    "several rows for one": lambda: from_(Cells).select(OF_CELL.select(Notes.weight).scalar()),
    "the first row": lambda: from_(Cells).select(
        Cells.id, OF_CELL.order_by(Notes.id.desc()).limit(1).select(Notes.weight).scalar()
    ),
    "scalar beside a column": lambda: (
        from_(Notes).where(Notes.weight > from_(Others).select(fn.avg(Others.price)).scalar()).select(Notes.id)
    ),
    "derived": lambda: (
        from_(Cells)
        .left_join(Totals.of(TOTALS), on=Totals.cell_id == Cells.id)
        .select(Cells.id, Totals.weight, Totals.notes.nullable())
    ),
    "derived, computed": lambda: (
        from_(Totals.of(AVERAGES)).where(Totals.weight > Decimal("0.8")).select(Totals.cell_id, Totals.weight / 3)
    ),
    "with": lambda: (
        from_(Cells)
        .with_(Totals.cte(AVERAGES))
        .inner_join(Totals, on=Totals.cell_id == Cells.id)
        .select(Cells.id, Totals.weight)
    ),
    "materialized": lambda: from_(Totals).with_(Totals.cte(TOTALS, materialized=True)).select(fn.sum(Totals.weight)),
    "recursive": lambda: from_(Chain).with_(STEPS).select(Chain.id, Chain.depth, Chain.weight),
    "values": lambda: (
        from_(GIVEN).left_join(Cells, on=Cells.id == Given.id).select(Given.name, Given.weight, Given.true, maybe(Cell))
    ),
    "union": lambda: from_(Notes).select(Notes.weight).union(from_(Cells).select(Cells.price)),
    "union of a computed one": lambda: (
        from_(Notes).select(Notes.stars * Decimal("1.50")).union(from_(Notes).select(Notes.weight * 3))
    ),
    "intersect": lambda: from_(Notes).select(Notes.stars).intersect(from_(Cells).select(Cells.whole)),
    "except, sorted": lambda: (
        from_(Cells)
        .order_by(Cells.id)
        .limit(3)
        .select(Cells.id)
        .except_(from_(Notes).where(Notes.id > 2).select(Notes.cell_id))
        .limit(2)
    ),
    "nested": lambda: (
        from_(Cells).select(Cells.id).union_all(from_(Notes).select(Notes.id).intersect(from_(Cells).select(Cells.id)))
    ),
    "distinct": lambda: from_(Notes).distinct().select(Notes.weight, Notes.stars > 1),
    "right join": lambda: from_(Notes).right_join(Cells, on=Notes.cell_id == Cells.id).select(maybe(Note), Cells.id),
    "full join": lambda: from_(Notes).full_join(Cells, on=Notes.cell_id == Cells.id).select(maybe(Note), maybe(Cell)),
    "alias": lambda: from_(Cells).inner_join(Others, on=Others.id == Cells.id + 1).select(Cells.id, Others.name),
    "numbered": lambda: from_(Notes).select(
        Notes.id,
        fn.row_number().over(BY_CELL),
        fn.rank().over(order_by=Notes.stars),
        fn.dense_rank().over(order_by=Notes.stars),
    ),
    "shares of rows": lambda: from_(Notes).select(
        Notes.id,
        fn.percent_rank().over(order_by=Notes.stars),
        fn.cume_dist().over(order_by=Notes.stars),
        fn.ntile(2).over(order_by=Notes.id),
    ),
    "rows beside": lambda: from_(Notes).select(
        Notes.id,
        fn.lag(Notes.weight).over(order_by=Notes.id),
        fn.lead(Notes.stars, 2, default=7).over(order_by=Notes.id),
        fn.first_value(Notes.weight).over(BY_CELL),
        fn.last_value(Notes.id).over(order_by=Notes.id, frame=rows(current_row, following(2))),
        fn.nth_value(Notes.id, 2).over(order_by=Notes.id),
    ),
    "sums of frames": lambda: from_(Notes).select(
        Notes.id,
        fn.sum(Notes.weight).over(order_by=Notes.id, frame=rows(preceding(1), current_row)),
        fn.avg(Notes.stars).over(
            order_by=Notes.id, frame=groups(unbounded_preceding, current_row, exclude="current row")
        ),
        fn.max(Notes.views)
        .filter(Notes.stars > 1)
        .over(order_by=Notes.id, frame=range_(unbounded_preceding, current_row)),
    ),
    "sum of counts": lambda: (
        from_(Notes).group_by(Notes.stars).select(Notes.stars, fn.sum(fn.count()).over(order_by=Notes.stars))
    ),
    "groups of an expression": lambda: (
        from_(Notes).group_by(Notes.stars + 1).select(Notes.stars + 1, fn.max(Notes.weight))
    ),
    "groups by the key": lambda: (
        from_(Cells).left_join(Notes, on=Notes.cell_id == Cells.id).group_by(Cells.id).select(Cell, fn.count(Notes.id))
    ),
    "texts chosen by a numeric": lambda: (
        from_(Cells)
        .group_by(case((Cells.price * 2 > 1, Cells.name), otherwise="B"))
        .order_by(case((Cells.price * 2 > 1, Cells.name), otherwise="B").desc())
        .select(
            case((Cells.price * 2 > 1, Cells.name), otherwise="B"),
            fn.min(case((Cells.price * 2 < 1, Cells.name), otherwise="B")),
            fn.count(case((Cells.price * 2 < 1, Cells.name), otherwise="B"), distinct=True),
        )
        .union(from_(Cells).select(Cells.name, Cells.name, Cells.id * 1000000000000))
    ),
    "a numeric as text": lambda: (
        from_(Totals.of(AVERAGES)).where(Totals.weight.cast(t.nullable(t.text())) < "b").select(Totals.cell_id)
    ),
    "having": lambda: (
        from_(Notes).group_by(Notes.stars).having(fn.sum(Notes.weight) > Decimal("1.5")).select(Notes.stars)
    ),
    "having alone": lambda: from_(Notes).having(fn.count() > 1).select(fn.count()),
    "no table": lambda: select(from_(Notes).select(fn.count()).scalar()),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_has_the_answer_that_postgresql_gives(rows_of_both: Both, name: str) -> None:
    one, other = (in_one_order(answer(db, QUERIES[name]())) for db in rows_of_both)
    assert one == other
    assert isinstance(one, list) or name == "several rows for one"


def test_several_rows_where_one_may_be_are_an_error(rows_of_both: Both) -> None:
    query = from_(Cells).select(OF_CELL.select(Notes.weight).scalar())
    assert answer(rows_of_both[1], query) is DbErrorKind.OTHER


def test_reading_by_parts_serves_queries_in_from_too(rows_of_both: Both) -> None:
    query = (
        from_(Totals.of(AVERAGES))
        .order_by(Totals.notes, Totals.weight.desc())
        .distinct()
        .select(Totals.notes, Totals.weight)
    )
    one, other = (list(db.batches(query, 2)) for db in rows_of_both)
    assert one == other


class Named(Derived, name="notes"):
    id = t.integer()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: from_(Notes).group_by(Notes.stars).distinct(Notes.stars).order_by(Notes.stars).select(Notes.stars),
            "DISTINCT ON",
        ),
        (lambda: from_(Cells).select(Cells.id).except_all(from_(Notes).select(Notes.id)), "EXCEPT ALL"),
        (lambda: from_(Cells).select(Cells.id).intersect_all(from_(Notes).select(Notes.id)), "INTERSECT ALL"),
        (lambda: from_(Cells).select(Cells.id, OF_CELL.select(Note).multiset()), "multiset|no such statement"),
        (lambda: from_(Cells).select(from_(Notes).select(Notes.id).array()), "ARRAY"),
        (lambda: from_(Cells).where(Cells.id > any_(from_(Notes).select(Notes.id))).select(Cells.id), r"> ANY"),
        (lambda: from_(Cells).where(Cells.name.matches("a")).select(Cells.id), "no ~"),
        (
            lambda: (
                from_(Chain)
                .with_(
                    Chain.recursive(
                        from_(Notes).where(Notes.id == 1).select(Notes.id, Notes.id, fn.coalesce(Notes.weight, 0)),
                        lambda last: (
                            from_(last).distinct().where(last.id < 3).select(last.id + 1, last.id, last.weight)
                        ),
                    )
                )
                .select(Chain.id)
            ),
            "recursive query",
        ),
        (
            lambda: from_(Notes).select(
                fn.sum(Notes.id).over(order_by=Notes.id, frame=range_(preceding(1), current_row))
            ),
            "RANGE with an offset",
        ),
        (
            lambda: (
                from_(Totals)
                .with_(Totals.cte(TOTALS), Named.cte(from_(Cells).select(Cells.id)))
                .inner_join(Named, on=Named.id == Totals.cell_id)
                .select(fn.count())
            ),
            "table notes beside a query of that name in WITH",
        ),
    ],
)
def test_what_sqlite_has_otherwise_is_refused_by_name(
    sqlite: SqliteDatabase, make: Callable[[], Any], words: str
) -> None:
    with pytest.raises(QueryError, match=words):
        sqlite.fetch_all(make())


@pytest.fixture(scope="module")
def sqlite(both: Both) -> SqliteDatabase:
    return both[1]


def test_what_an_older_sqlite_has_not_is_refused(sqlite: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 38, 5))
    for query, words in (
        (from_(Cells).right_join(Notes, on=Notes.id == Cells.id).select(Notes.views), "RIGHT JOIN before its version"),
        (from_(Cells).having(fn.count() > 3).select(fn.count()), "HAVING without groups"),
    ):
        with pytest.raises(QueryError, match=words):
            sqlite.fetch_all(query)
