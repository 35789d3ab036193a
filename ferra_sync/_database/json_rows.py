"""A query's rows as JSON objects: what each item is called, and which may be shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import Any, TypeAlias

from ferra_sync._compiler.shapes import CompoundShape, RowsShape, SelectShape
from ferra_sync._expression import shapes
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import Item, Items, leaves
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._model.json import spelled, spelling_of
from ferra_sync._model.names import name_of, told_apart
from ferra_sync._query.query import RowQuery
from ferra_sync._schema.table import table_meta
from ferra_sync.errors import QueryError

Object: TypeAlias = dict[str, Any]


def object_maker(query: RowQuery[Any]) -> Callable[[Any], Object]:
    """Return what makes a JSON object of a row of `query`.

    Raises:
        QueryError: an item is a secret column, or made from one, or two items have one name.
    """
    return _object_maker(query.selections)


@lru_cache(maxsize=1024)
def _object_maker(selections: tuple[Items, ...]) -> Callable[[Any], Object]:
    for item in chain.from_iterable(selections):
        check_shown(item, "as JSON")
    return _of_items(selections[0])


def _of_items(items: Items) -> Callable[[Any], Object]:
    """Return what makes an object of a row.

    Raises:
        QueryError: two items have one name.
    """
    match items:
        case (((shapes.MODEL, _, _), _),):
            return spelled
        case (_,):
            (name,) = _keys(items)
            spell = _spelling(items[0])
            return lambda value: {name: spell(value)}
        case _:
            names = _keys(items)
            spells = list(map(_spelling, items))
            return lambda row: {name: spell(value) for name, spell, value in zip(names, spells, row, strict=True)}


def _spelling(item: Item) -> Callable[[Any], Any]:
    """Return what spells an item: of a multiset each row, which is a value where it is of one column."""
    match item:
        case ((shapes.MULTISET, (shapes.SUBQUERY, SelectShape() | CompoundShape() as statement)), _):
            first, *others = _selections(statement)[0]
            spell = _of_items((first, *others)) if others else _spelling(first)
            return lambda values: list(map(spell, values))
        case (_, sql_type):
            return spelling_of(sql_type)


def _selections(statement: RowsShape) -> tuple[Items, ...]:
    """Return the items of each SELECT whose rows a query has."""
    if isinstance(statement, CompoundShape):
        return tuple(chain.from_iterable(map(_selections, statement.parts)))
    return (statement.items,)


def check_shown(item: Item, how: str) -> None:
    """Raise QueryError for an expression over a secret column, unless it says no more than yes or no."""
    shape, sql_type = item
    match shape:
        case (shapes.MULTISET, (shapes.SUBQUERY, SelectShape() | CompoundShape() as statement)):
            for each in chain.from_iterable(_selections(statement)):
                check_shown(each, how)
            return
    secret = next((leaf for leaf in leaves(shape) if isinstance(leaf, ColumnRef) and _is_secret(leaf)), None)
    if secret is not None and sql_type.kind is not FieldType.BOOLEAN:
        raise QueryError(f"{secret} is secret: {how} it can be neither selected nor be part of an expression")


def _is_secret(ref: ColumnRef) -> bool:
    return table_meta(ref.table.owner).is_secret(ref)


def _keys(items: Items) -> list[str]:
    names = [name_of(shape, position) for position, (shape, _) in enumerate(items, start=1)]
    return told_apart(names, "items of a JSON object")
