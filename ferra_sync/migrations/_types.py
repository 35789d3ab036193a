"""The types that DDL makes: enums, and domains that are declared with their check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

from ferra_sync._expression.sqltypes import TEXT, FieldType, SqlType
from ferra_sync._schema.table import TableMeta
from ferra_sync.errors import SchemaError
from ferra_sync.migrations._literals import expression_of, literal
from ferra_sync.migrations._renamed import renamed


def create_types(metas: Iterable[TableMeta], schemas: Mapping[str, str]) -> Iterator[str]:
    """Return what creates the enums and the domains of the tables' columns, each once, in the order that they need.

    Raises:
        SchemaError: two of them have one name, and other labels or another check.
        QueryError: a value cannot be written in a check.
    """
    found: dict[str, str] = {}
    for sql_type in _made(metas):
        statement = _create(sql_type, schemas)
        if found.setdefault(sql_type.ddl, statement) != statement:
            what, differs = ("enum type", "other labels") if sql_type.base is None else ("domain", "another check")
            raise SchemaError(f"{what} {sql_type.ddl} is declared twice, with {differs}")
    return iter(found.values())


def type_schemas(metas: Iterable[TableMeta]) -> Iterator[str]:
    """Yield the schemas that the types name that DDL makes."""
    return (sql_type.schema for sql_type in _made(metas) if sql_type.schema is not None)


def types_of(metas: Iterable[TableMeta]) -> Iterator[SqlType[Any]]:
    """Yield the type of each column, after those that it is made of: elements, bounds, what a domain is over."""
    for meta in metas:
        for declaration in meta.declarations.values():
            yield from _parts(declaration.sql_type)


def _parts(sql_type: SqlType[Any]) -> Iterator[SqlType[Any]]:
    for part in (sql_type.base, sql_type.element):
        if part is not None:
            yield from _parts(part)
    yield sql_type


def _made(metas: Iterable[TableMeta]) -> Iterator[SqlType[Any]]:
    for sql_type in types_of(metas):
        is_domain = sql_type.base is not None
        if sql_type.check is not None if is_domain else sql_type.kind is FieldType.ENUM:
            yield sql_type


def _create(sql_type: SqlType[Any], schemas: Mapping[str, str]) -> str:
    name = renamed(sql_type, schemas).ddl
    if sql_type.base is not None and sql_type.check is not None:
        check = expression_of(*sql_type.check, schemas)
        return f"CREATE DOMAIN {name} AS {renamed(sql_type.base, schemas).ddl} CHECK ({check})"
    labels: type[Enum] = sql_type.classes[0]
    return f"CREATE TYPE {name} AS ENUM ({', '.join(literal(str(label.value), TEXT) for label in labels)})"
