"""What a list of models and expressions selects: the columns of each item, and where a row holds them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import lru_cache
from typing import Any, TypeAlias

import attrs

from ferra_sync._expression import shapes
from ferra_sync._expression.nullability import may_be_null
from ferra_sync._expression.references import TableRef
from ferra_sync._expression.shapes import Item, Items
from ferra_sync._expression.sqltypes import BOOLEAN, FieldType, SqlType
from ferra_sync._model.model import ModelMeta
from ferra_sync._schema.table import table_meta


@attrs.frozen(eq=False)
class Cell:
    """One value of a row.

    Attributes:
        position: which of the row's columns it is, from 0.
        type: the column's type.
        nullable: whether it may be None.
    """

    position: int
    type: SqlType[Any]
    nullable: bool


@attrs.frozen(eq=False)
class Instance:
    """An attrs class in a row: a model, or the class that a whole row is to fill.

    Attributes:
        model: the class.
        fields: the names of the attributes that the row has.
        entries: where the row has each of them.
        witness: where an outer join may have found nothing, the cell that tells; None: it is always there. A cell that
            is never NULL tells by None, a boolean by False.
    """

    model: type[Any]
    fields: tuple[str, ...]
    entries: tuple[Entry, ...]
    witness: Cell | None = None


@attrs.frozen(eq=False)
class Nested:
    """All rows of a query inside this one, in a row of this.

    Attributes:
        position: which of the row's columns they are, from 0.
        rows: what they hold.
    """

    position: int
    rows: SelectList


Entry: TypeAlias = "Cell | Instance | Nested | tuple[Entry, ...]"


@attrs.frozen(eq=False)
class SelectList:
    """What a select list or RETURNING says in SQL, and what is to be made of it.

    Attributes:
        items: the models and expressions.
        columns: each expression to write, with its type.
        entries: of each item, where its columns are.
    """

    items: Items
    columns: Items
    entries: tuple[Entry, ...]


class RowsType(SqlType[list[Any]]):
    """The type of a multiset, which stands in no expression; `rows` is what each row of it holds."""

    __slots__ = ("rows",)
    rows: SelectList

    def __init__(self, rows: SelectList) -> None:
        super().__init__(kind=FieldType.ARRAY, ddl="a multiset", cast="multiset", classes=(list,), ordered=False)
        object.__setattr__(self, "rows", rows)


@lru_cache(maxsize=1024)
def rows_type(rows: SelectList) -> RowsType:
    """Return the type of a multiset of such rows, the same for each: queries that are equal have one shape."""
    return RowsType(rows)


def nested_in(selected: SelectList) -> bool:
    """Whether there is a multiset among the columns."""
    return any(isinstance(sql_type, RowsType) for _, sql_type in selected.columns)


@lru_cache(maxsize=2048)
def select_list(items: Items, missing: frozenset[Hashable] = frozenset()) -> SelectList:
    """Return the columns of a list of models and expressions, and where a row holds them.

    `missing` are the tables of which a row may be missing, those on the nullable side of an outer join, and the
    expressions that may be NULL beside what they say themselves: keys that a grouping set lacks.
    """
    columns: list[Item] = []
    entries = tuple([_entry(item, columns, missing) for item in items])
    return SelectList(items, tuple(columns), entries)


def models_in(items: Items) -> Iterator[ModelMeta]:
    """Yield the models of a select list that are always there."""
    for shape, _ in items:
        match shape:
            case (shapes.TUPLE, tuple() as types, *inner):
                yield from models_in(tuple(zip(inner, types, strict=True)))
            case (shapes.MODEL, type() as model, _):
                yield ModelMeta.of(model)


def _entry(item: Item, columns: list[Item], missing: frozenset[Hashable]) -> Entry:
    shape, sql_type = item
    match shape:
        case (shapes.TUPLE, tuple() as types, *inner):
            return tuple([_entry(each, columns, missing) for each in zip(inner, types, strict=True)])
        case (shapes.MODEL, type() as model, TableRef() as table):
            return _instance(model, _cells(model, table, columns))
        case (shapes.MAYBE, (shapes.MODEL, type() as model, TableRef() as table)):
            cells = _cells(model, table, columns)
            return _instance(model, cells, _witness(cells, table, columns))
        case (shapes.MULTISET, _) if isinstance(sql_type, RowsType):
            columns.append(item)
            return Nested(len(columns) - 1, sql_type.rows)
        case _:
            return _cell(shape, sql_type, columns, nullable=may_be_null(shape, missing=missing))


def _cells(model: type[Any], table: TableRef, columns: list[Item]) -> tuple[Cell, ...]:
    attributes = table_meta(table.owner).attributes
    refs = [attributes[field.key].ref for field in ModelMeta.of(model).fields]
    return tuple([_cell(ref, ref.type, columns, nullable=ref.nullable) for ref in refs])


def _instance(model: type[Any], cells: tuple[Cell, ...], witness: Cell | None = None) -> Instance:
    return Instance(model, tuple(field.name for field in ModelMeta.of(model).fields), cells, witness)


def _witness(cells: tuple[Cell, ...], table: TableRef, columns: list[Item]) -> Cell:
    """Return a cell that is never NULL; where the model has none, one more column, in which the server tells."""
    for cell in cells:
        if not cell.nullable:
            return cell
    return _cell(shapes.is_row(table), BOOLEAN, columns, nullable=False)


def _cell(shape: Hashable, sql_type: SqlType[Any], columns: list[Item], *, nullable: bool) -> Cell:
    columns.append((shape, sql_type))
    return Cell(len(columns) - 1, sql_type, nullable)
