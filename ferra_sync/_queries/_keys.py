"""Predicates over keys: `find` and `belonging_to`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ferra_sync._columns import Column
from ferra_sync._constraints import Columns, ForeignKey
from ferra_sync._expressions import AnyExpr, Expr
from ferra_sync._models import FerraModel, ModelMeta
from ferra_sync._nodes import listing
from ferra_sync._schema import TableMeta
from ferra_sync._shapes import is_same_table
from ferra_sync._sqltypes import BOOLEAN
from ferra_sync.errors import QueryError


def key_is(table: TableMeta, key: object) -> tuple[AnyExpr, ...]:
    """Return the predicates that find the row with this primary key; a tuple for a key of several columns.

    Raises:
        QueryError: the table has no primary key, or the key has the wrong type or number of values.
    """
    return tuple(column == value for column, value in zip(*key_parts(table, key), strict=True))


def key_parts(table: TableMeta, key: object) -> tuple[Columns, tuple[Any, ...]]:
    """Return the primary key's columns and the values that `key` gives them; QueryError as in `key_is`."""
    columns = table.primary_key
    if not columns:
        raise QueryError(f"table {table.name} has no primary key")
    if len(columns) == 1:
        return columns, (key,)
    if not isinstance(key, tuple) or len(key) != len(columns):
        names = ", ".join(column.name for column in columns)
        raise QueryError(f"the primary key of {table.name} is a tuple of {len(columns)}: ({names})")
    return columns, key


def belongs_to(table: TableMeta, parents: FerraModel[Any] | Sequence[FerraModel[Any]], by: object) -> AnyExpr:
    """Return the predicate that a row of `table` references one of `parents`.

    Raises:
        QueryError: no foreign key leads to the parents' table, or several do and `by` names none; the parents are of
            several classes, or their class lacks the referenced column.
    """
    several = not isinstance(parents, FerraModel)
    rows: Sequence[Any] = parents if not isinstance(parents, FerraModel) else (parents,)
    if not isinstance(rows, Sequence) or not all(isinstance(row, FerraModel) for row in rows):
        raise QueryError("belonging_to takes a model or a sequence of models")
    if not rows:
        return Expr(BOOLEAN, (False,), BOOLEAN)
    meta = ModelMeta.of(type(rows[0]))
    if any(type(row) is not meta.model for row in rows):
        raise QueryError("the parents are of several classes")
    key = _foreign_key(table, meta.table, by)
    fields = [_field(meta, target.name) for target in key.targets]
    columns = [[getattr(row, field) for row in rows] for field in fields]
    if not several:
        return _all([column == values[0] for column, values in zip(key.columns, columns, strict=True)])
    if len(columns) == 1:
        return key.columns[0].is_in(columns[0])
    return in_rows(key.columns, columns)


def in_rows(columns: Columns, values: Sequence[list[Any]]) -> AnyExpr:
    """Return `(a, b) IN (SELECT * FROM unnest($1, $2))`: one shape for every number of rows."""
    pairs = zip(columns, values, strict=True)
    places, lists = zip(*(listing(column, listed, nulls=True) for column, listed in pairs), strict=True)
    return Expr(("in rows", tuple(column.shape for column in columns), places), lists, BOOLEAN)


def _foreign_key(child: TableMeta, parent: TableMeta, by: object) -> ForeignKey[Any]:
    found = [key for key in child.foreign_keys if is_same_table(key.targets[0].ref.table, parent.ref)]
    if isinstance(by, Column):
        found = [key for key in found if any(column is by for column in key.columns)]
    if not found:
        raise QueryError(f"no foreign key of {child.name} references {parent.name}")
    if len(found) > 1:
        raise QueryError(f"{len(found)} foreign keys of {child.name} reference {parent.name}: say by=…")
    return found[0]


def _field(meta: ModelMeta, column: str) -> str:
    field = meta.by_column.get(column)
    if field is None:
        raise QueryError(f"{meta.model.__name__} lacks {column}, which the foreign key references")
    return field.name


def _all(predicates: list[AnyExpr]) -> AnyExpr:
    first, *rest = predicates
    for predicate in rest:
        first &= predicate
    return first
