"""Collections made of tables: their unique and other indexes, and what their documents are held against."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, Final

from pymongo import ASCENDING, DESCENDING, IndexModel

from ferra_sync._expression import shapes
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._mongodb.connection import MongoConnection, asked
from ferra_sync._mongodb.filters import not_false
from ferra_sync._mongodb.layout import ID, Document, Layout, Place
from ferra_sync._schema.constraints import Index
from ferra_sync.errors import SchemaError

_DIRECTIONS: Final = {shapes.ASC: ASCENDING, shapes.DESC: DESCENDING}


def create(connection: MongoConnection, layout: Layout) -> None:
    """Make the collection of a table, or give the one that is there its rules; indexes that are there stay.

    Raises:
        SchemaError: MongoDB has no such index or cannot hold a check.
        Conflict: rows that are there violate a unique index.
    """
    models, validator = list(indexes_of(layout)), validator_of(layout)
    name, table = layout.collection, layout.table
    database = connection.client().get_database(connection.name)
    known = asked(lambda: database.list_collection_names(filter={"name": name}), table)
    if known:
        asked(lambda: database.command("collMod", name, validator=validator, validationLevel="strict"), table)
    else:
        asked(lambda: database.create_collection(name, validator=validator, check_exists=False), table)
    if models:
        asked(lambda: database.get_collection(name).create_indexes(models), table)


def indexes_of(layout: Layout) -> Iterable[IndexModel]:
    """Yield the indexes of a table, under the names that PostgreSQL gives them."""
    table = layout.table
    for unique in table.uniques:
        places = [layout.places[column.ref] for column in unique.columns]
        name = unique.name or f"{table.name}_{'_'.join(place.ref.name for place in places)}_key"
        yield _unique([(place, ASCENDING) for place in places], name)
    for index in table.indexes:
        keys = [_key(layout, shape) for shape in index.keys]
        name = index.name or f"{table.name}_{'_'.join(place.ref.name for place, _ in keys)}_idx"
        yield _index(index, keys, name)


def _key(layout: Layout, shape: Hashable) -> tuple[Place, int]:
    match shape:
        case ColumnRef():
            return layout.places[shape], ASCENDING
        case (shapes.ASC | shapes.DESC as direction, ColumnRef() as ref, _):
            return layout.places[ref], _DIRECTIONS[direction]
        case _:
            raise SchemaError(f"an index of {layout.table.name} is over an expression, which MongoDB does not index")


def _index(index: Index[Any], keys: list[tuple[Place, int]], name: str) -> IndexModel:
    if index.using not in {None, "hash"} or index.operator_class is not None:
        raise SchemaError(f"{name}: MongoDB has no index using {index.using or index.operator_class}")
    if index.where is not None and index.unique:
        raise SchemaError(f"{name}: a unique index with where is not made in MongoDB")
    if index.unique:
        return _unique(keys, name)
    return IndexModel([(place.path, direction) for place, direction in keys], name=name)


def _unique(keys: list[tuple[Place, int]], name: str) -> IndexModel:
    """Return a unique index over the rows that have no NULL among its columns: NULLs differ from each other."""
    for place, _ in keys:
        if place.ref.type.kind is FieldType.ARRAY:
            raise SchemaError(f"{name}: MongoDB compares the elements of {place.ref}, not the array")
    partial = {place.path: {"$type": place.codec.bson} for place, _ in keys if place.ref.nullable}
    options: dict[str, Any] = {"partialFilterExpression": partial} if partial else {}
    return IndexModel([(place.path, direction) for place, direction in keys], name=name, unique=True, **options)


def validator_of(layout: Layout) -> Document:
    """Return what a collection's documents are held against: the columns' types, NOT NULL and the table's checks.

    Raises:
        QueryError: a check is not computed in MongoDB as in PostgreSQL.
    """
    key = layout.key
    own = [place for place in layout.places.values() if all(place is not each for each in key)]
    schema = _object([*own])
    identity = _type(key[0]) if len(key) == 1 else _object(list(key))
    schema["properties"][ID] = identity
    schema["required"] = [ID, *schema.get("required", [])]
    checks = [not_false(layout, check.predicate) for check in layout.table.checks]
    rule: Document = {"$jsonSchema": schema}
    return {"$and": [rule, *checks]} if checks else rule


def _object(places: list[Place]) -> Document:
    required = [place.ref.name for place in places if not place.ref.nullable]
    schema: Document = {"bsonType": "object", "properties": {place.ref.name: _type(place) for place in places}}
    return schema | ({"required": required} if required else {})


def _type(place: Place) -> Document:
    return {"bsonType": [place.codec.bson, "null"] if place.ref.nullable else place.codec.bson}
