"""case((predicate, value), …, otherwise=…): the value of the first predicate that is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import attrs
import pytest
from databases import database_with

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    FerraModel,
    QueryError,
    Table,
    case,
    check,
    from_,
    insert_into,
    select,
    update,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Posts(Table):
    id = t.serial(primary_key=True)
    likes = t.integer()
    price = t.nullable(t.numeric())
    title = t.text(default="")
    heat = t.text(
        generated_as=lambda: case((Posts.likes > 100, "hot"), (Posts.likes > 10, "warm"), otherwise="it's cold")
    )

    @classmethod
    def __constraints__(cls) -> Any:
        return (check(case((cls.likes < 0, False), otherwise=True)),)


@attrs.frozen
class Post(FerraModel[Posts]):
    likes: int
    price: Decimal | None = None
    title: str = ""
    id: int = SERVER_DEFAULT


HEAT = case((Posts.likes > 100, "hot"), (Posts.likes > 10, "warm"), otherwise="cold")


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Posts) as db:
        db.execute(insert_into(Posts).values(Post(200, Decimal("1.5")), Post(20), Post(2, Decimal(7), "x")))
        yield db


def of(db: Database, expression: Any) -> list[Any]:
    return db.fetch_all(from_(Posts).order_by(Posts.id).select(expression))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (HEAT, ["hot", "warm", "cold"]),
        (case((Posts.likes > 100, "hot")), ["hot", None, None]),
        (case((Posts.price > 5, "dear"), otherwise="cheap"), ["cheap", "cheap", "dear"]),
        (case((Posts.likes > 100, Posts.price), otherwise=0), [Decimal("1.5"), Decimal(0), Decimal(0)]),
        (case((Posts.likes > 10, 0), otherwise=Posts.price), [Decimal(0), Decimal(0), Decimal(7)]),
        (case((Posts.likes > 100, Posts.likes), otherwise=Posts.price), [Decimal(200), None, Decimal(7)]),
        (case((Posts.likes > 100, 1), (Posts.likes > 10, 2**70), otherwise=3), [1, 2**70, 3]),
        (case((Posts.likes > 100, 1), otherwise=2.5), [1.0, 2.5, 2.5]),
        (case((Posts.likes > 100, Posts.title), (Posts.likes > 10, "b"), otherwise=Posts.title), ["", "b", "x"]),
        (case((Posts.likes > 100, case((Posts.price > 1, 1), otherwise=2)), otherwise=3), [1, 3, 3]),
        (case((Posts.likes > 100, None), otherwise=Posts.title), [None, "", "x"]),
        (case((Posts.likes > 100, 1), otherwise=0) + 1, [2, 1, 1]),
    ],
    ids=repr,
)
def test_the_first_predicate_that_is_true_chooses(db: Database, expression: Any, expected: list[Any]) -> None:
    found = of(db, expression)
    assert [*map(type, found)] == [*map(type, expected)]
    assert found == expected


def test_it_stands_in_every_clause(db: Database) -> None:
    by_heat = from_(Posts).group_by(HEAT).having(HEAT != "cold").order_by(HEAT).select(HEAT, fn.count())
    assert db.fetch_all(by_heat) == [("hot", 1), ("warm", 1)]
    assert db.fetch_all(select(Posts.id).where(HEAT == "warm").order_by(HEAT.desc())) == [2]
    with db.begin() as tx:
        tx.execute(update(Posts).all_rows().set(Posts.title.to(case((Posts.likes > 100, "a"), otherwise=Posts.title))))
        assert of(tx, Posts.title) == ["a", "", "x"]


def test_aggregates_stand_around_it_and_in_it(db: Database) -> None:
    shares = from_(Posts).select(
        fn.sum(case((Posts.likes > 10, Posts.price), otherwise=0)), case((fn.count() > 2, "many"), otherwise="few")
    )
    assert db.fetch_one(shares) == (Decimal("1.5"), "many")
    with pytest.raises(QueryError, match="stands beside an aggregate"):
        db.fetch_all(from_(Posts).select(case((fn.count() > 2, Posts.id), otherwise=0)))  # type: ignore[type-var]
    with pytest.raises(QueryError, match="an aggregate cannot stand in WHERE"):
        db.fetch_all(from_(Posts).where(case((fn.count() > 2, True), otherwise=False)).select(Posts.id))  # type: ignore[arg-type]


def test_its_values_are_parameters_in_the_order_in_which_they_stand() -> None:
    text, params = from_(Posts).select(HEAT).sql()
    assert "CASE WHEN" in text
    assert params == (100, "hot", 10, "warm", "cold")


def test_it_stands_in_the_ddl_of_generated_columns_and_checks(db: Database) -> None:
    assert of(db, Posts.heat) == ["hot", "warm", "it's cold"]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (case, "^case takes at least one branch"),
        (lambda: case(Posts.likes > 1, "x"), "^a branch of case is a pair of a predicate and a value"),
        (lambda: case((Posts.likes, "hunter2")), "^a branch of case is a pair"),
        (lambda: case((True, "hunter2")), "^a branch of case is a pair"),
        (lambda: case((Posts.likes > 1, "a", "b")), "^a branch of case is a pair"),
        (lambda: case((Posts.likes > 1, "hunter2"), otherwise=1), r"is bigint \(int\), not str$"),
        (
            lambda: case((Posts.likes > 1, Posts.likes), otherwise="hunter2"),
            r"^posts\.likes is integer \(int\), not str$",
        ),
        (
            lambda: case((Posts.likes > 1, Posts.likes), otherwise=Posts.title),
            r"^posts\.likes is integer; posts\.title",
        ),
        (lambda: case((Posts.likes > 1, Post)), "cannot tell the SQL type"),
        (lambda: case((Posts.likes > 1, None)), "^a case of None alone is NULL"),
    ],
)
def test_what_cannot_mean_anything_is_refused(build: Callable[..., Any], message: str) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        build()
    assert "hunter2" not in str(caught.value)
