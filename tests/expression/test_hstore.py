"""hstore: texts by their keys, of an extension that the database may have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from databases import database_with
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import model_of

from ferra_sync import (
    SERVER_DEFAULT,
    Database,
    FerraModel,
    ModelMeta,
    PgRepository,
    QueryError,
    SchemaError,
    Table,
    from_,
    insert_into,
    select,
    to_json,
    update,
    validated,
)
from ferra_sync import functions as fn
from ferra_sync import types as t
from ferra_sync._expression.nullability import may_be_null


class Products(Table):
    id = t.serial(primary_key=True)
    traits = t.hstore(default={"made": "here"})
    more = t.nullable(t.hstore())
    many = t.array(t.hstore(), default=[])


@attrs.frozen
class Product(FerraModel[Products]):
    traits: dict[str, str | None] = SERVER_DEFAULT
    more: dict[str, str | None] | None = None
    many: list[dict[str, str | None]] = SERVER_DEFAULT
    id: int = SERVER_DEFAULT


BOOK = Product({"pages": "10", "cover": None}, {}, [{"a": "b"}, {}])


@pytest.fixture(scope="module")
def db(server_url: str) -> Iterator[Database]:
    with database_with(server_url, Products) as db:
        yield db


@pytest.fixture
def tx(db: Database) -> Iterator[Any]:
    with db.begin() as tx:
        yield tx


def test_it_comes_back_as_it_was_written(tx: Any) -> None:
    assert ModelMeta.of(Product).by_column["traits"].type.value == "hstore"
    kept = tx.fetch_one(insert_into(Products).values(BOOK).returning(Product))
    assert attrs.evolve(kept, id=BOOK.id) == BOOK
    assert list(tx.stream(select(Product))) == [kept] == tx.fetch_all(select(Product))
    assert tx.fetch_one(from_(Products).distinct().select(Products.traits, Products.many)) == (BOOK.traits, BOOK.many)
    assert tx.fetch_one(insert_into(Products).values(Product()).returning(Products.traits)) == {"made": "here"}


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6) | st.text(
    '"\\=>,{} \nNUL', max_size=6
)


@settings(max_examples=60, deadline=None)
@given(pairs=st.dictionaries(TEXTS, TEXTS | st.none(), max_size=4))
def test_any_texts_are_kept_letter_for_letter(db: Database, pairs: dict[str, str | None]) -> None:
    row = Product(pairs, pairs, [pairs, {}])
    with db.begin() as tx:
        kept = tx.fetch_one(insert_into(Products).values(row).returning(Product))
        assert tx.fetch_all(select(Products.id).where(Products.traits == pairs, Products.many == [pairs, {}])) == [
            kept.id
        ]
    assert attrs.evolve(kept, id=row.id) == row


def test_many_rows_are_written_in_every_way(tx: Any) -> None:
    products = PgRepository(Product, tx)
    rows = [BOOK, attrs.evolve(BOOK, more=None, many=[])]
    assert [each.more for each in products.insert_many(rows)] == [{}, None]
    assert products.copy_in(rows) == 2
    assert [attrs.evolve(each, id=BOOK.id) for each in products.find_all()] == [*rows, *rows]


def test_it_is_compared_and_assigned(tx: Any) -> None:
    key = tx.fetch_one(insert_into(Products).values(BOOK).returning(Products.id))
    assert tx.fetch_all(select(Products.id).where(Products.traits == {"cover": None, "pages": "10"})) == [key]
    assert tx.fetch_all(select(Products.id).where(Products.more.is_in([{}, {"x": "y"}]))) == [key]
    assert tx.execute(update(Products).find(key).set(Products.more.to(Products.traits))) == 1
    assert tx.fetch_one(select(Product)).more == BOOK.traits
    assert tx.fetch_one(select(fn.coalesce(Products.more, {}))) == BOOK.traits


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Products.traits.text("pages"), "10"),
        (Products.traits.text("cover"), None),
        (Products.traits.text("x"), None),
        (Products.traits.has_key("cover"), True),
        (Products.traits.has_any(["x", "pages"]), True),
        (Products.traits.has_all(["x", "pages"]), False),
        (Products.traits.contains({"pages": "10"}), True),
        (Products.traits.contains({"cover": None}), True),
        (Products.more.contained_by(Products.traits), True),
        (Products.traits + {"x": "y"}, {"pages": "10", "cover": None, "x": "y"}),
        ({"x": "y"} + Products.more, {"x": "y"}),
        (Products.traits - "cover", {"pages": "10"}),
        (Products.traits - ["cover", "x"], {"pages": "10"}),
        (Products.traits - {"pages": "11", "cover": None}, {"pages": "10"}),
        (Products.traits - Products.traits, {}),
        (fn.akeys(Products.more), []),
        (fn.array_remove(fn.akeys(Products.traits), "cover"), ["pages"]),
        (fn.array_position(fn.avals(Products.many[1]), "b"), 1),
        (fn.hstore_to_jsonb(Products.traits), {"pages": "10", "cover": None}),
        (Products.many[1].text("a"), "b"),
    ],
    ids=repr,
)
def test_its_operators_give_what_postgresql_gives(tx: Any, given: Any, expected: Any) -> None:
    tx.execute(insert_into(Products).values(BOOK))
    assert tx.fetch_all(from_(Products).select(given)) == [expected]
    assert expected is not None or may_be_null(given.shape, iter(given.params))


WRONG: Any = Products  # No checker takes what is refused here.


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: WRONG.traits.get("a"), "get takes documents; products.traits is hstore"),
        (lambda: WRONG.traits.text("a", "b"), "found by one key"),
        (lambda: WRONG.traits.text(0), "found by one key"),
        (lambda: WRONG.traits - 1, "a key, a list of keys or an hstore, not an int"),
        (lambda: WRONG.traits + {"a": 1}, "neither a str nor None"),
        (lambda: WRONG.traits.overlaps({}), "overlaps takes arrays and ranges"),
        (lambda: fn.akeys(WRONG.id), "akeys takes hstore, not integer"),
    ],
)
def test_what_it_has_not_is_refused(wrong: Any, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        wrong()


def test_its_ddl_makes_the_extension(db: Database) -> None:
    with db.connection() as connection:
        found = connection.execute(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = 'products'::regclass AND attnum > 1 ORDER BY attnum"
        ).fetchall()
    assert found == [("hstore",), ("hstore",), ("hstore[]",)]


def test_it_is_an_object_in_json() -> None:
    product = attrs.evolve(BOOK, id=1)
    assert validated(Product, {"traits": {"a": None}, "more": {}, "many": [], "id": 1}).traits == {"a": None}
    assert json.loads(to_json(product))["traits"] == BOOK.traits


@pytest.mark.parametrize("wrong", [{"secret": 1}, {1: "secret"}, ["secret"], "secret", {"secret": ["x"]}])
def test_what_is_no_hstore_is_refused_and_not_shown(wrong: Any) -> None:
    with pytest.raises(QueryError, match=r"products\.traits") as caught:
        _ = Products.traits == wrong
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Products.traits < {},
        lambda: Products.traits.between({}, {}),
        lambda: fn.max(Products.traits),
    ],
)
def test_postgresql_has_no_order_for_it(wrong: Any) -> None:
    with pytest.raises(QueryError, match="hstore"):
        wrong()


@pytest.mark.parametrize("annotation", [dict[str, str], dict[str, int | None], str])
def test_a_model_of_it_says_that_values_may_be_none(annotation: Any) -> None:
    with pytest.raises(SchemaError, match="hstore"):
        model_of(FerraModel[Products], traits=annotation)
