"""Collections made of tables: what MongoDB has no index for is refused by name, and so are checks that it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import pymongo
import pytest

from ferra_sync import (
    Conflict,
    Constraint,
    FerraModel,
    MongoDatabase,
    QueryError,
    SchemaError,
    Table,
    check,
    index,
    unique,
)
from ferra_sync import functions as fn
from ferra_sync import types as t


class Partial(Table):
    id = t.integer(primary_key=True)
    name = t.text()

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (index(cls.name, unique=True, where=cls.id > 1, name="some_names"),)


class OfExpression(Table):
    id = t.integer(primary_key=True)
    name = t.text()

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (index(fn.lower(cls.name)),)


class Inverted(Table):
    id = t.integer(primary_key=True)
    tags = t.array(t.text(), index="gin")


class OfArrays(Table):
    id = t.integer(primary_key=True)
    tags = t.array(t.text())

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (unique(cls.tags),)


class Summed(Table):
    id = t.integer(primary_key=True)
    part = t.integer()

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (check(cls.part + cls.id > 1),)


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        (Partial, SchemaError, "some_names: a unique index with where"),
        (OfExpression, SchemaError, "an index of of_expression is over an expression"),
        (Inverted, SchemaError, "inverted_tags_idx: MongoDB has no index using gin"),
        (OfArrays, SchemaError, r"MongoDB compares the elements of of_arrays\.tags"),
        (Summed, QueryError, "'>' is not computed in MongoDB"),
    ],
)
def test_what_mongodb_has_not_is_refused_before_anything_is_made(
    mongodb_url: str, table: type[Table], error: type[Exception], message: str
) -> None:
    with MongoDatabase.connect(mongodb_url) as db, pytest.raises(error, match=message):
        db.create_collections(table)
    with pymongo.MongoClient(mongodb_url) as client:
        assert client.get_default_database().list_collection_names() == []


class Tagged(Table, schema="shop"):
    key = t.text(primary_key=True)
    tag = t.text()

    @classmethod
    def __constraints__(cls) -> Sequence[Constraint[Any]]:
        return (index(cls.tag.desc(), unique=True, name="one_tag"),)


@attrs.define
class Tag(FerraModel[Tagged]):
    key: str
    tag: str


def test_a_schema_stands_before_the_collections_name_and_an_index_keeps_its_own(mongodb_url: str) -> None:
    with MongoDatabase.connect(mongodb_url) as db:
        db.create_collections(Tagged)
        tags = db.repository(Tag)
        tags.insert(Tag("a", "x"))
        with pytest.raises(Conflict) as caught:
            tags.save(Tag("b", "x"))
        assert (caught.value.constraint, caught.value.columns) == ("one_tag", ("tag",))
        assert repr(tags) == "<MongoRepository of Tag on shop.tagged>"
    with pymongo.MongoClient(mongodb_url) as client:
        assert "shop.tagged" in client.get_default_database().list_collection_names()


def test_rows_that_violate_a_new_unique_index_are_told(mongodb_url: str) -> None:
    with pymongo.MongoClient(mongodb_url) as client:
        client.get_default_database().drop_collection("shop.tagged")
    with MongoDatabase.connect(mongodb_url) as db:
        db.repository(Tag).insert_many([Tag("a", "x"), Tag("b", "x")])
        with pytest.raises(Conflict, match="one_tag"):
            db.create_collections(Tagged)
