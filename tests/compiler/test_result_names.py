"""A clause that names a column means the column, whatever the select list makes of it or calls it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from databases import database_with
from tables import model_of

from ferra_sync import Database, FerraModel, Table, from_, insert_into
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._expression.expression import AnyExpr


class Words(Table):
    n = t.integer(primary_key=True)
    name = t.text()
    length = t.integer()
    count = t.integer()
    lower = t.text()


ROWS = [(2, "bb", 30, 7, "x"), (10, "ba", 20, 8, "z"), (100, "a", 10, 9, "y")]
Word = model_of(FerraModel[Words], n=int, name=str, length=int, count=int, lower=str)


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Words) as db:
        db.execute(insert_into(Words).values(*(Word(*row) for row in ROWS)))
        yield db


@pytest.mark.parametrize(
    ("selected", "order", "expected"),
    [
        (Words.n.cast(t.text()), Words.n, ["2", "10", "100"]),
        (Words.n.cast(t.text()), Words.n.desc(), ["100", "10", "2"]),
        (fn.length(Words.name), Words.length, [1, 2, 2]),
        (fn.lower(Words.name), Words.lower, ["bb", "a", "ba"]),
        (Words.name.cast(t.varchar(1)), Words.name.desc(), ["b", "b", "a"]),
    ],
)
def test_order_by_a_column_beside_an_expression_of_its_name(
    db: Database, selected: AnyExpr, order: AnyExpr, expected: list[object]
):
    assert db.fetch_all(from_(Words).order_by(order).select(selected)) == expected


def test_distinct_on_a_column_beside_a_cast_of_it_keeps_each_of_its_values(db: Database):
    query = from_(Words).distinct(Words.name).order_by(Words.name).select(Words.name.cast(t.varchar(1)))
    assert db.fetch_all(query) == ["a", "b", "b"]


def test_group_by_a_column_that_is_called_as_the_aggregate_beside_it(db: Database):
    query = from_(Words).group_by(Words.count).order_by(Words.count.desc()).select(fn.count())
    assert db.fetch_all(query) == [1, 1, 1]
    grouped = from_(Words).group_by(Words.count).distinct(Words.count).order_by(Words.count.desc())
    assert db.fetch_all(grouped.select(Words.count + 1)) == [10, 9, 8]


def test_a_page_of_such_a_query_is_sorted_by_the_column_too(db: Database):
    query = from_(Words).order_by(Words.n).select(Words.n.cast(t.text()))
    assert db.fetch_page(query, 1, 2).items == ["2", "10"]
    assert list(db.stream(query)) == ["2", "10", "100"]
