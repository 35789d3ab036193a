"""What the items of a select list are called where a row has names: as JSON, and as columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, NamedTuple

from ferra_sync._expression import shapes
from ferra_sync._expression.identifiers import snake_case
from ferra_sync._expression.references import ColumnRef, FunctionRef, TableRef
from ferra_sync._expression.shapes import Items, leaves
from ferra_sync._model.model import ModelMeta
from ferra_sync._schema.table import table_meta
from ferra_sync.errors import QueryError


class Name(NamedTuple):
    """What an item is called, and what where another is called the same."""

    short: str
    long: str


def name_of(shape: Hashable, position: int) -> Name:
    """Return what an item is called: a model its class, a column its attribute, a function itself, else `column2`.

    A multiset is called as the table that it reads first.
    """
    match shape:
        case (shapes.MODEL, type() as model, table) | (shapes.MAYBE, (shapes.MODEL, type() as model, table)):
            name = snake_case(model.__name__)
            return Name(name, f"{table}_{name}")
        case ColumnRef():
            return Name(_attribute(shape), f"{shape.table}_{_attribute(shape)}")
        case (str(), FunctionRef() as function, *_):
            return Name(function.name, "_".join([function.name, *_columns(shape)]))
        case (shapes.MULTISET, (shapes.SUBQUERY, statement)):
            name = _read_first(statement, position)
            return Name(name, f"{name}{position}")
        case (shapes.CAST | shapes.ORDERED | shapes.WITHIN_GROUP | shapes.FILTER | shapes.OVER, inner, *_):
            return name_of(inner, position)
        case _:
            return Name(f"column{position}", f"column{position}")


def column_names(items: Items) -> tuple[str, ...]:
    """Return what each column of a row is called: a model is the columns of its fields, as `to_dict` names them."""
    return tuple(name.short for name in _named_columns(items))


def headings(items: Items) -> tuple[str, ...]:
    """Return `column_names`, with the table in front where two would be called the same.

    Raises:
        QueryError: two are called the same all the same.
    """
    return tuple(told_apart(_named_columns(items), "columns"))


def told_apart(names: Sequence[Name], what: str) -> list[str]:
    """Return the short names where they are the only ones of their kind, and the long ones of the others.

    Raises:
        QueryError: two of them, which are `what`, have one name all the same.
    """
    shorts = Counter(name.short for name in names)
    keys = [name.short if shorts[name.short] == 1 else name.long for name in names]
    twice = [key for key, count in Counter(keys).items() if count > 1]
    if twice:
        raise QueryError(f"two {what} would be called {', '.join(twice)}")
    return keys


def _named_columns(items: Items) -> list[Name]:
    names: list[Name] = []
    for shape, _ in items:
        match shape:
            case (shapes.MODEL, type() as model, TableRef() as table) | (
                shapes.MAYBE,
                (shapes.MODEL, type() as model, TableRef() as table),
            ):
                names += [Name(field.key, f"{table}_{field.key}") for field in ModelMeta.of(model).fields]
            case _:
                names.append(name_of(shape, len(names) + 1))
    return names


def _read_first(statement: Any, position: int) -> str:  # noqa: ANN401 - of any query, which stand further up
    tables = statement.tables
    return str(tables[0].qualifier) if tables else f"column{position}"


def _columns(shape: Hashable) -> Iterator[str]:
    return (_attribute(leaf) for leaf in leaves(shape) if isinstance(leaf, ColumnRef))


def _attribute(ref: ColumnRef) -> str:
    """Return the name of a column's attribute on its table: a model's field has the same key."""
    attributes = table_meta(ref.table.owner).attributes
    return next((attribute for attribute, column in attributes.items() if column.ref is ref), ref.name)
