"""A part of a table: its own rows without those of its heirs, or a sample of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import (
    Database,
    Derived,
    FerraModel,
    QueryError,
    Table,
    exists,
    from_,
    insert_into,
    only,
    tablesample,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Cities(Table):
    id = t.integer(primary_key=True)
    name = t.text()


class OtherCities(Cities, alias="other_cities"):
    pass


class Counts(Derived):
    number = t.bigint()


@attrs.frozen
class City(FerraModel[Cities]):
    id: int
    name: str


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Cities) as db:
        db.execute(insert_into(Cities).values(*[City(number, "x") for number in range(1, 101)]))
        with db.connection() as connection:
            connection.execute("CREATE TABLE capitals () INHERITS (cities)")
            connection.execute("INSERT INTO capitals VALUES (1000, 'Rome')")
        yield db


COUNT = fn.count()


def test_only_leaves_out_the_rows_of_tables_that_inherit(db: Database) -> None:
    assert db.fetch_value(from_(Cities).select(COUNT)) == 101
    assert db.fetch_value(from_(only(Cities)).select(COUNT)) == 100
    assert db.fetch_all(from_(only(Cities)).where(Cities.id > 99).select(City)) == [City(100, "x")]
    joined = from_(Cities).left_join(only(OtherCities), on=Cities.id == OtherCities.id)
    assert db.fetch_all(joined.where(OtherCities.id.is_null()).select(Cities.name)) == ["Rome"]
    inside = from_(only(OtherCities)).correlate(Cities).where(OtherCities.id == Cities.id)
    assert db.fetch_all(from_(Cities).where(~exists(inside)).select(Cities.id)) == [1000]
    assert db.fetch_value(from_(Counts.of(from_(only(Cities)).select(COUNT))).select(Counts.number)) == 100


def test_a_sample_of_all_is_all_and_of_none_is_none(db: Database) -> None:
    for method in ("bernoulli", "system"):
        assert db.fetch_value(from_(tablesample(Cities, method, 100)).select(COUNT)) == 101
        assert db.fetch_value(from_(tablesample(only(Cities), method, 100.0)).select(COUNT)) == 100
        assert db.fetch_value(from_(tablesample(Cities, method, 0)).select(COUNT)) == 0


def test_a_repeatable_sample_is_the_same_again(db: Database) -> None:
    query = from_(tablesample(Cities, "bernoulli", 50, repeatable=7)).order_by(Cities.id).select(Cities.id)
    found = db.fetch_all(query)
    assert 0 < len(found) < 101
    assert db.fetch_all(query) == found == db.fetch_all(query.where(Cities.id > 0))


def test_shares_are_parameters_and_come_before_other_values() -> None:
    queries = [
        from_(tablesample(Cities, "bernoulli", share, repeatable=3))
        .inner_join(tablesample(OtherCities, "system", 5), on=Cities.id == OtherCities.id + 1)
        .where(Cities.id > 4)
        .select(City)
        .sql()
        for share in (1, 2)
    ]
    assert queries[0].text == queries[1].text
    assert queries[1].params == (2.0, 3.0, 5.0, 1, 4)
    assert 'FROM "cities" AS "cities" TABLESAMPLE BERNOULLI ($1::' in queries[0].text


def test_a_sample_is_locked_paged_and_walked_in_batches_as_its_table_is(db: Database) -> None:
    sample = from_(tablesample(only(Cities), "bernoulli", 50, repeatable=1)).select(City)
    with db.transaction() as tx:
        found = tx.fetch_all(sample.for_update(of=Cities).order_by(Cities.id))
    assert db.fetch_page(sample, 1, 200).items == found
    assert [row for batch in db.batches(sample, 10) for row in batch] == found


ODD: Any = Cities

REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "another method": (lambda: tablesample(ODD, ODD.name, 1), 'takes the method "bernoulli" or "system"'),
    "more than all": (lambda: tablesample(Cities, "system", 100.5), "a percentage from 0 to 100"),
    "no number": (lambda: tablesample(Cities, "system", float("nan")), "a percentage from 0 to 100"),
    "a truth": (lambda: tablesample(Cities, "system", True), "a percentage from 0 to 100"),
    "a text to repeat by": (lambda: tablesample(ODD, "system", 1, repeatable=ODD), "repeatable is a number"),
    "a sample of a sample": (lambda: tablesample(tablesample(Cities, "system", 1), "system", 1), "not a sample"),
    "only of a sample": (lambda: only(tablesample(Cities, "system", 1)), r"say tablesample\(only"),
    "a model": (lambda: only(City), r"only takes a table, not the model City: say only\(Cities\)"),
    "a derived table": (lambda: only(Counts), "those of counts are made by a query"),
    "rows of a query": (
        lambda: tablesample(Counts.of(from_(Cities).select(COUNT)), "system", 1), "counts are made by a query"),
    "the table twice": (lambda: from_(only(Cities)).inner_join(only(Cities)), "is in this query already"),
}  # fmt: skip


@pytest.mark.parametrize(("build", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_part_of_a_table_is_refused(build: Callable[[], Any], problem: str) -> None:
    with pytest.raises(QueryError, match=problem):
        build()
