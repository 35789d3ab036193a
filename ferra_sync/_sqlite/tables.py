"""The DDL of declared tables: STRICT, with keys, foreign keys, checks and indexes, and a check of each type's range."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from ferra_sync._expression import shapes
from ferra_sync._expression.identifiers import quoted
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.shapes import columns_of
from ferra_sync._schema.constraints import Check, Columns, ForeignKey, Index
from ferra_sync._schema.table import TableMeta
from ferra_sync._sqlite.definitions import sqlite_definition
from ferra_sync._sqlite.names import TYPE_CHECK, key_name
from ferra_sync._sqlite.storage import storage_of
from ferra_sync.errors import QueryError


def table_commands(meta: TableMeta) -> list[str]:
    """Return the CREATE TABLE of a table and the CREATE INDEX of its indexes.

    Raises:
        QueryError: SQLite has none such.
    """
    if meta.ref.schema is not None:
        raise QueryError(f"{meta.name}: SQLite has no schema {meta.ref.schema}")
    parts = ",\n  ".join([*_columns(meta), *_constraints(meta)])
    table = f"CREATE TABLE IF NOT EXISTS {quoted(meta.name)} (\n  {parts}\n) STRICT"
    return [table, *(_index(meta, index) for index in meta.indexes)]


def _columns(meta: TableMeta) -> Iterator[str]:
    for attribute, column in meta.attributes.items():
        declaration, ref = meta.declarations[attribute], column.ref
        storage, name = storage_of(ref.type), quoted(ref.name)
        if declaration.generated == "stored":
            raise QueryError(f"{ref} is computed by the server: SQLite serves no generated column")
        if declaration.generated is not None:
            if [each.ref for each in meta.primary_key] != [ref]:
                raise QueryError(f"{ref} is numbered by the server: SQLite numbers a primary key of one column alone")
            yield f"{name} INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT{_typed(ref)}"
            continue
        null = "" if declaration.is_nullable else " NOT NULL"
        yield f"{name} {storage.column}{null}{_typed(ref)}"


def _typed(ref: ColumnRef) -> str:
    """Return the check of a type's range."""
    check = storage_of(ref.type).check.format(quoted(ref.name))
    return f" CONSTRAINT {quoted(f'{TYPE_CHECK}{ref}')} CHECK ({check})" if check else ""


def _constraints(meta: TableMeta) -> Iterator[str]:
    is_numbered = any(meta.declaration_of(column.ref).generated for column in meta.primary_key)
    if meta.primary_key and not is_numbered:
        yield f"CONSTRAINT {quoted(f'{meta.name}_pkey')} PRIMARY KEY ({_listed(meta.primary_key)})"
    for unique in meta.uniques:
        name = unique.name or key_name(meta.name, [column.name for column in unique.columns])
        yield f"CONSTRAINT {quoted(name)} UNIQUE ({_listed(unique.columns)})"
    for key in meta.foreign_keys:
        yield _foreign_key(meta, key)
    for check in meta.checks:
        predicate = _defined(check.predicate.shape, check.predicate.params)
        yield f"CONSTRAINT {quoted(_check_name(meta, check))} CHECK ({predicate})"


def _foreign_key(meta: TableMeta, key: ForeignKey[Any]) -> str:
    name = key.name or key_name(meta.name, [column.name for column in key.columns], "fkey")
    target = key.targets[0].ref.table
    text = f"CONSTRAINT {quoted(name)} FOREIGN KEY ({_listed(key.columns)}) REFERENCES {quoted(target.name)}"
    text += f" ({_listed(key.targets)})"
    if key.on_delete is not None:
        text += f" ON DELETE {key.on_delete.upper()}"
    if key.on_update is not None:
        text += f" ON UPDATE {key.on_update.upper()}"
    return text


def _check_name(meta: TableMeta, check: Check[Any]) -> str:
    names = dict.fromkeys(ref.name for ref in columns_of(check.predicate.shape))
    return check.name or key_name(meta.name, list(names) if len(names) == 1 else [], "check")


def _index(meta: TableMeta, index: Index[Any]) -> str:
    if index.using is not None or index.operator_class is not None:
        raise QueryError(f"{meta.name}: SQLite has no index but a B-tree")
    columns = [_key(key) for key in index.keys]
    name = index.name or key_name(meta.name, [ref.name for ref in columns_of(*index.keys)], "idx")
    where = "" if index.where is None else f" WHERE {_defined(index.where.shape, index.where.params)}"
    unique = "UNIQUE " if index.unique else ""
    return f"CREATE {unique}INDEX IF NOT EXISTS {quoted(name)} ON {quoted(meta.name)} ({', '.join(columns)}){where}"


def _key(key: Hashable) -> str:
    match key:
        case ColumnRef():
            return quoted(key.name)
        case (shapes.ASC | shapes.DESC as direction, ColumnRef() as ref, *_):
            return f"{quoted(ref.name)} {direction.upper()}"
        case _:
            raise QueryError("SQLite serves no index of an expression")


def _defined(shape: Hashable, params: Iterable[Any]) -> str:
    return sqlite_definition(shape, tuple(params))


def _listed(columns: Columns) -> str:
    return ", ".join(quoted(column.name) for column in columns)
