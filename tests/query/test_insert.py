from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st

from ferra_sync import (
    SERVER_DEFAULT,
    Changeset,
    Conflict,
    Database,
    FerraModel,
    Insertable,
    NotFound,
    QueryError,
    Table,
    Unset,
    ValidationError,
    insert_into,
    select,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._database.runner import prepared


class Grade(enum.Enum):
    LOW = "low"
    HIGH = "high"


class Items(Table):
    id = t.serial(primary_key=True)
    name = t.text(unique=True)
    grade = t.enum(Grade, default=Grade.LOW)
    tags = t.array(t.text(), default=["new"])
    grades = t.array(t.enum(Grade), default=[])
    data = t.nullable(t.jsonb())
    price = t.integer(default=7)


class Others(Table):
    id = t.serial(primary_key=True)
    name = t.text()


class Aliased(Items, alias="aliased"):
    pass


@attrs.frozen
class Item(FerraModel[Items]):
    name: str
    grade: Grade = SERVER_DEFAULT
    tags: list[str] = SERVER_DEFAULT
    grades: list[Grade] = SERVER_DEFAULT
    data: Any = None
    price: int = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


@attrs.define
class NewItem(Insertable[Items]):
    name: str
    price: int = SERVER_DEFAULT


@attrs.define
class Priced(FerraModel[Items]):
    price: int


@attrs.define
class Other(FerraModel[Others]):
    name: str
    id: int = SERVER_DEFAULT


@attrs.define
class OnlyDefaults(FerraModel[Others]):
    id: int = SERVER_DEFAULT


@attrs.define
class ItemPatch(Changeset[Items]):
    name: str | Unset


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Items, Others) as db:
        yield db


@pytest.fixture
def tx(database: Database) -> Iterator[Any]:
    with database.begin() as tx:
        yield tx


def test_one_row_comes_back_as_the_server_has_it(tx: Any) -> None:
    made = tx.fetch_one(insert_into(Items).values(NewItem("a")).returning(Item))
    assert attrs.evolve(made, id=0) == Item("a", Grade.LOW, ["new"], [], None, 7, 0)
    assert tx.fetch_one(select(Item)) == made


def test_execute_counts_the_rows(tx: Any) -> None:
    assert tx.execute(insert_into(Items).values(NewItem("a"))) == 1
    assert tx.execute(insert_into(Items).values(NewItem("b"), NewItem("c"))) == 2
    assert tx.execute(insert_into(Items).values(NewItem("d"), NewItem("e", 5)).returning(Items.id)) == 2


def test_returning_gives_models_columns_expressions_and_tuples(tx: Any) -> None:
    insert = insert_into(Items).values(NewItem("a", 5))
    assert tx.fetch_one(insert.returning(Items.name)) == "a"
    rows = insert_into(Items).values(NewItem("b", 1), NewItem("c", 2))
    found = tx.fetch_all(rows.returning(Items.name + "!", Items.price * 2 + 1, Items.grade, Priced))
    assert found == [("b!", 3, Grade.LOW, Priced(1)), ("c!", 5, Grade.LOW, Priced(2))]


@pytest.mark.parametrize("count", [2, 3, 1000, 10_000])
def test_any_number_of_rows_is_one_statement(tx: Any, count: int) -> None:
    rows = [NewItem(f"n{number}", number) for number in range(count)]
    query = insert_into(Items).values(*rows)
    assert prepared(query)[0] is prepared(insert_into(Items).values(NewItem("x", 1), NewItem("y", 1)))[0]
    assert tx.execute(query) == count
    assert sorted(tx.fetch_all(select(Items.price))) == list(range(count))


def test_no_rows_are_no_error(tx: Any) -> None:
    empty = insert_into(Items).values()
    assert tx.execute(empty) == 0
    assert tx.fetch_all(empty.returning(Item)) == []
    assert tx.fetch_optional(empty.returning(Items.id)) is None
    with pytest.raises(NotFound):
        tx.fetch_one(empty.returning(Item))


FIELDS = {
    "grade": st.sampled_from(Grade),
    "tags": st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4), max_size=3),
    "grades": st.lists(st.sampled_from(Grade), max_size=3),
    "price": st.integers(0, 99),
    "data": st.none() | st.booleans() | st.lists(st.integers(0, 9), max_size=2) | st.text("ab'\"\\", max_size=3),
}
DEFAULTS = {"grade": Grade.LOW, "tags": ["new"], "grades": [], "price": 7, "data": None}


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    return {name: draw(st.just(SERVER_DEFAULT) | strategy) for name, strategy in FIELDS.items()}


@settings(max_examples=60, deadline=None)
@given(given_rows=st.lists(rows(), min_size=1, max_size=6))
def test_each_row_may_leave_other_columns_to_the_server(database: Database, given_rows: list[dict[str, Any]]) -> None:
    items = [Item(f"n{number}", **row) for number, row in enumerate(given_rows)]
    with database.begin() as tx:
        made = tx.fetch_all(insert_into(Items).values(*items).returning(Item))
        by_name = {row.name: row for row in made}
        for item in items:
            expected = {
                name: DEFAULTS[name] if getattr(item, name) is SERVER_DEFAULT else getattr(item, name)
                for name in FIELDS
            }
            assert {name: getattr(by_name[item.name], name) for name in FIELDS} == expected
        assert sorted(tx.fetch_all(select(Item)), key=lambda row: row.id) == sorted(made, key=lambda row: row.id)


def test_mixed_defaults_beyond_the_protocol_s_parameters_are_refused_by_name() -> None:
    many = [NewItem(f"n{n}", n if n % 2 else SERVER_DEFAULT) for n in range(50_000)]
    with pytest.raises(QueryError, match=r"insert_many any number of rows$"):
        insert_into(Items).values(*many).sql()


def test_rows_that_are_all_default(tx: Any) -> None:
    only = [Item("a"), Item("b")]
    assert [row.tags for row in tx.fetch_all(insert_into(Items).values(*only).returning(Item))] == [["new"], ["new"]]


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (
            lambda: insert_into(Items).values(Priced(5)),
            QueryError,
            "^Priced cannot be inserted: it lacks name, which items requires$",
        ),
        (lambda: insert_into(Others).values(OnlyDefaults()), QueryError, "it lacks name, which others requires"),
        (
            lambda: insert_into(Items).values(NewItem("a"), Item("b")),
            QueryError,
            "^rows of one INSERT are of one class: NewItem, not Item$",
        ),
        (lambda: insert_into(Items).values(Other("a")), QueryError, "^Other is a row of others, not of items$"),
        (lambda: insert_into(Items).values(ItemPatch("a")), QueryError, "^ItemPatch is a changeset"),
        (lambda: insert_into(Items).values(NewItem(5)), ValidationError, r"name: items\.name is text \(str\), not int"),
        (lambda: insert_into(Items).values(NewItem("a"), 5), QueryError, "of one class: NewItem, not int"),
        (lambda: insert_into(Items).values(5), QueryError, "^values takes instances of models"),
        (lambda: insert_into(Items).values([NewItem("a")]), QueryError, r"say values\(\*rows\)"),
        (lambda: insert_into(Items).values(NewItem), QueryError, "not the model NewItem$"),
        (lambda: insert_into(Aliased), QueryError, "^aliased is an alias; write to the table items itself$"),
        (lambda: insert_into(Item), QueryError, r"say insert_into\(Items\)$"),
        (lambda: insert_into(Items).sql(), QueryError, r"^nothing to insert into items: say \.values\(…\)$"),
        (
            lambda: insert_into(Items).values(NewItem("a")).returning(),
            QueryError,
            "^returning takes at least one item$",
        ),
        (lambda: insert_into(Items).values(NewItem("a")).returning("id"), QueryError, "cannot be selected"),
        (
            lambda: insert_into(Items).values(NewItem("a")).returning(fn.count()).sql(),
            QueryError,
            "^an aggregate cannot stand in RETURNING$",
        ),
        (
            lambda: insert_into(Items).values(NewItem("a")).returning(Others.id).sql(),
            QueryError,
            r"^others\.id: table others is not in this query$",
        ),
        (
            lambda: insert_into(Items).values(NewItem("a")).returning(Other).sql(),
            QueryError,
            "table others is not in this query$",
        ),
    ],
)
def test_an_insert_that_cannot_mean_anything_is_refused(
    build: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        build()


def test_a_row_that_exists_is_a_conflict_that_names_the_column(database: Database) -> None:
    with database.begin() as tx:
        tx.execute(insert_into(Items).values(NewItem("hunter2")))
        with pytest.raises(Conflict) as caught:
            tx.execute(insert_into(Items).values(NewItem("x"), NewItem("hunter2")))
    assert (caught.value.constraint, caught.value.columns) == ("items_name_key", ("name",))
    assert "hunter2" not in str(caught.value)


def test_none_for_a_default_that_is_not_nullable_is_refused_and_server_default_is_not(tx: Any) -> None:
    with pytest.raises(ValidationError, match=r"items\.price is not nullable"):
        insert_into(Items).values(Item("a", price=None))
    assert tx.fetch_one(insert_into(Items).values(Item("a")).returning(Items.price)) == 7


def test_server_default_for_a_column_that_has_none_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match=r"items\.name has no default") as caught:
        insert_into(Items).values(Item(SERVER_DEFAULT))
    assert (caught.value.errors.keys(), caught.value.row) == ({"name"}, None)
    with pytest.raises(ValidationError, match=r"^Item is not valid in rows\[1\]: name") as caught:
        insert_into(Items).values(Item("a"), Item(SERVER_DEFAULT))
    assert caught.value.row == 1


def test_a_row_changed_after_values_does_not_change_the_query(tx: Any) -> None:
    row = NewItem("before")
    query = insert_into(Items).values(row)
    row.name = "after"
    assert tx.fetch_one(query.returning(Items.name)) == "before"


def test_values_again_replaces_and_leaves_the_first_query_as_it_was(tx: Any) -> None:
    first = insert_into(Items).values(NewItem("a"))
    second = first.values(NewItem("b"))
    assert (first.sql().params[0], second.sql().params[0]) == ("a", "b")
    assert tx.execute(first) + tx.execute(second) == 2
