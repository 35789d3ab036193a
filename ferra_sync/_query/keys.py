"""Predicates over keys: `find` and `belonging_to`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from ferra_sync._expression.column import Column
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.references import ColumnRef, is_same_table
from ferra_sync._expression.row import in_rows
from ferra_sync._expression.sqltypes import BOOLEAN
from ferra_sync._model.model import FerraModel, ModelMeta
from ferra_sync._query.checks import named, spelled
from ferra_sync._schema.constraints import Columns, ForeignKey
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import QueryError


def key_is(table: TableMeta, key: object) -> tuple[AnyExpr, ...]:
    """Return the predicates that find the row with this primary key; a tuple for a key of several columns.

    Raises:
        QueryError: the table has no primary key, or the key has the wrong type or number of values.
    """
    columns, values = key_parts(table, key)
    for column, value in zip(columns, values, strict=True):
        if value is None or isinstance(value, Expr):
            raise QueryError(f"{column.ref} is looked for by a value, not by {named(value)}: say where(…)")
    return tuple(column == value for column, value in zip(columns, values, strict=True))


def key_parts(table: TableMeta, key: object) -> tuple[Columns, tuple[Any, ...]]:
    """Return the primary key's columns and the values that `key` gives them; QueryError as in `key_is`."""
    columns = table.required_key
    if len(columns) == 1:
        return columns, (key,)
    if not isinstance(key, tuple) or len(key) != len(columns):
        names = ", ".join(column.name for column in columns)
        raise QueryError(f"the primary key of {table.name} is a tuple of {len(columns)}: ({names})")
    return columns, key


class Belonging(NamedTuple):
    """That rows reference some parents: the predicate, and the values of each column that the foreign key references.

    `key` is None where there are no parents.
    """

    predicate: AnyExpr
    key: ForeignKey[Any] | None = None
    values: Sequence[list[Any]] = ()


def belonging(
    tables: Sequence[TableMeta], parents: FerraModel[Any] | Sequence[FerraModel[Any]], by: object
) -> Belonging:
    """Return that a row of the first of `tables` that can references one of `parents`.

    Raises:
        QueryError: no foreign key leads to the parents' table, or several do and `by` names none; the parents are of
            several classes, or their class lacks the referenced column.
    """
    several = not isinstance(parents, FerraModel)
    rows: Sequence[Any] = parents if not isinstance(parents, FerraModel) else (parents,)
    if not isinstance(rows, Sequence) or not all(isinstance(row, FerraModel) for row in rows):
        wrong = next((row for row in rows if not isinstance(row, FerraModel)), None) if _is_list(rows) else rows
        raise QueryError(f"belonging_to takes a row or a sequence of rows, each a FerraModel, not {named(wrong)}")
    if not rows:
        if by is not None:
            _keys_with(by, tables)
        return Belonging(NOTHING)
    meta = meta_of_all(rows, "the parents")
    key = key_between(tables, meta.table, by)
    columns = [[getattr(row, field) for row in rows] for field in fields_of_key(meta, key.targets)]
    if not several:
        pairs = zip(key.columns, columns, strict=True)
        return Belonging(_all([column == values[0] for column, values in pairs]), key, columns)
    if len(columns) == 1:
        return Belonging(key.columns[0].is_in(columns[0]), key, columns)
    return Belonging(in_rows(key.columns, columns, nulls=True), key, columns)


def meta_of_all(rows: Sequence[Any], what: str) -> ModelMeta:
    """Return what is known of the class of rows; QueryError where they are of several."""
    meta = ModelMeta.of(type(rows[0]))
    if any(type(row) is not meta.model for row in rows):
        raise QueryError(f"{what} are of several classes")
    return meta


def fields_of_key(meta: ModelMeta, columns: Columns) -> list[str]:
    """Return the fields of a model that are the columns of a foreign key, or those that it references.

    Raises:
        QueryError: it lacks one.
    """
    return [_field(meta, column.name) for column in columns]


def key_between(tables: Sequence[TableMeta], parent: TableMeta, by: object) -> ForeignKey[Any]:
    """Return the foreign key of the first of `tables` that has one to `parent`; QueryError where it is not one."""
    if by is not None:
        child, keys = _keys_with(by, tables)
        return _only_key(keys, child, parent, by)
    child = next((table for table in tables if any(_leads(key, parent) for key in table.foreign_keys)), tables[0])
    return _only_key(child.foreign_keys, child, parent, None)


def key_by(tables: Sequence[TableMeta], by: object) -> ForeignKey[Any]:
    """Return the foreign key of the column `by`, or the only one of the first table; QueryError without one."""
    child, keys = (tables[0], tables[0].foreign_keys) if by is None else _keys_with(by, tables)
    if len(keys) != 1:
        choices = " or ".join(f"by={spelled(_telling(key, keys))}" for key in keys)
        cure = f"{len(keys)} foreign keys: say {choices}" if keys else "no foreign key that says who the parents are"
        raise QueryError(f"{child.name} has {cure}")
    return keys[0]


def _leads(key: ForeignKey[Any], parent: TableMeta) -> bool:
    return is_same_table(key.targets[0].ref.table, parent.ref)


NOTHING: Final[AnyExpr] = Expr(BOOLEAN, (False,), BOOLEAN)
"""The predicate that no row fulfils."""


def _is_list(rows: object) -> bool:
    return isinstance(rows, Sequence) and not isinstance(rows, (str, bytes))


def _keys_with(by: object, tables: Sequence[TableMeta]) -> tuple[TableMeta, Sequence[ForeignKey[Any]]]:
    """Return the table of the column `by`, and its foreign keys that have it; QueryError where there is none."""
    names = " or ".join(table.name for table in tables)
    if not isinstance(by, Column):
        raise QueryError(f"by takes a column of {names}, not {named(by)}")
    child = next((table for table in tables if table.ref is by.ref.table), None)
    if child is None:
        refs = " or ".join(str(table.ref) for table in tables)
        raise QueryError(f"by={spelled(by.ref)} is a column of {by.ref.table}, not of {refs}")
    having = [key for key in child.foreign_keys if any(column.ref is by.ref for column in key.columns)]
    if not having:
        raise QueryError(f"by={spelled(by.ref)} is no foreign key")
    return child, having


def _only_key(keys: Sequence[ForeignKey[Any]], child: TableMeta, parent: TableMeta, by: object) -> ForeignKey[Any]:
    """Return the one of `keys`, those that `by` allows, that leads to `parent`; QueryError where it is not one."""
    found = [key for key in keys if _leads(key, parent)]
    if len(found) == 1:
        return found[0]
    if not isinstance(by, Column):
        if not found:
            raise QueryError(f"no foreign key of {child.name} references {parent.name}")
        choices = " or ".join(f"by={spelled(_telling(key, found))}" for key in found)
        raise QueryError(f"{len(found)} foreign keys of {child.name} reference {parent.name}: say {choices}")
    if not found:
        raise QueryError(f"by={spelled(by.ref)} references {keys[0].targets[0].ref.table}, not {parent.name}")
    parts = " and ".join(f"({', '.join(column.name for column in key.columns)})" for key in found)
    raise QueryError(f"by={spelled(by.ref)} is one part of several foreign keys, {parts}: name a column of one alone")


def _telling(key: ForeignKey[Any], keys: Sequence[ForeignKey[Any]]) -> ColumnRef:
    """Return a column that tells `key` from the other keys."""
    others = {column.ref for other in keys if other is not key for column in other.columns}
    return next((column.ref for column in key.columns if column.ref not in others), key.columns[0].ref)


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
