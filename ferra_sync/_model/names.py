"""What the items of a select list are called where a row has names: as JSON, and as columns."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

from ferra_sync._expression import shapes
from ferra_sync._expression.identifiers import snake_case
from ferra_sync._expression.references import ColumnRef, FunctionRef, TableRef
from ferra_sync._expression.shapes import Items, leaves
from ferra_sync._model.model import ModelMeta
from ferra_sync._schema.table import table_meta


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
    names: list[str] = []
    for shape, _ in items:
        match shape:
            case (shapes.MODEL, type() as model, TableRef()) | (shapes.MAYBE, (shapes.MODEL, type() as model, _)):
                names += [field.key for field in ModelMeta.of(model).fields]
            case _:
                names.append(name_of(shape, len(names) + 1).short)
    return tuple(names)


def _read_first(statement: Any, position: int) -> str:  # noqa: ANN401 - of any query, which stand further up
    tables = statement.tables
    return str(tables[0].qualifier) if tables else f"column{position}"


def _columns(shape: Hashable) -> Iterator[str]:
    return (_attribute(leaf) for leaf in leaves(shape) if isinstance(leaf, ColumnRef))


def _attribute(ref: ColumnRef) -> str:
    """Return the name of a column's attribute on its table: a model's field has the same key."""
    attributes = table_meta(ref.table.owner).attributes
    return next((attribute for attribute, column in attributes.items() if column.ref is ref), ref.name)
