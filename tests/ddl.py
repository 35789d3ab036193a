"""Tables as their declarations say: CREATE TABLE from `Table`'s metadata, written with psycopg.sql alone."""

from __future__ import annotations

import itertools
import os
import types
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import psycopg
from psycopg import conninfo, sql

from ferra_sync import Database, Table
from ferra_sync._compiler.terms import TEMPLATES, function_name
from ferra_sync._expression import shapes
from ferra_sync._expression.column import Column
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.shapes import ColumnRef, FunctionRef, TableRef
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._postgres.conversions import dump_of
from ferra_sync._schema.constraints import Check, ForeignKey, Index
from ferra_sync._schema.table import TableMeta

_numbers = itertools.count(1)

_ACTIONS = {
    None: "",
    "no action": "NO ACTION",
    "restrict": "RESTRICT",
    "cascade": "CASCADE",
    "set null": "SET NULL",
    "set default": "SET DEFAULT",
}


@contextmanager
def database_with(server_url: str, *tables: type[Table]) -> Iterator[Database]:
    """Yield a database in which these tables are, empty; it is dropped at the end."""
    name = f"ferra_tables_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} STRATEGY FILE_COPY").format(sql.Identifier(name)))
        try:
            with Database.connect(conninfo.make_conninfo(server_url, dbname=name)) as db:
                with db.connection() as connection:
                    create_tables(connection, *tables)
                yield db
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def model_of(base: Any, /, **fields: Any) -> Any:
    """Return a frozen model over a table that a test makes: `model_of(FerraModel[table], id=int)`.

    A field is an annotation, or a pair of an annotation and a default.
    """
    pairs = {name: field if isinstance(field, tuple) else (field,) for name, field in fields.items()}
    body: dict[str, Any] = {"__annotations__": {name: pair[0] for name, pair in pairs.items()}}
    body |= {name: pair[1] for name, pair in pairs.items() if len(pair) > 1}
    return attrs.frozen(types.new_class("Row", (base,), exec_body=lambda namespace: namespace.update(body)))


def create_tables(connection: psycopg.Connection[Any], *tables: type[Table], foreign_keys: bool = True) -> None:
    """Create the schemas, the extension, the enum types, the tables, their indexes, and at last their foreign keys."""
    metas = list(dict.fromkeys(_declared(table.__ferra_table__) for table in tables))
    for statement in _statements(metas, foreign_keys=foreign_keys):
        connection.execute(statement)


def _declared(meta: TableMeta) -> TableMeta:
    """Return the table itself where `meta` is of an alias."""
    owners = (cls.__dict__.get("__ferra_table__") for cls in reversed(meta.ref.owner.__mro__))
    return next(found for found in owners if found is not None)


def _statements(metas: list[TableMeta], *, foreign_keys: bool) -> Iterator[sql.Composable]:
    for schema in dict.fromkeys(meta.ref.schema for meta in metas if meta.ref.schema is not None):
        yield sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema))
    if any(of.kind is FieldType.CITEXT for of in _elements(metas)):
        yield sql.SQL("CREATE EXTENSION IF NOT EXISTS citext")
    yield from _enums(metas)
    for meta in metas:
        yield _table(meta)
        yield from (_index(meta, index) for index in meta.indexes)
    if foreign_keys:
        for meta in metas:
            yield from (_foreign_key(meta, key) for key in meta.foreign_keys)


def _enums(metas: Iterable[TableMeta]) -> Iterator[sql.Composable]:
    made: dict[str, list[str]] = {}
    for of in _elements(metas):
        if of.kind is FieldType.ENUM and of.ddl not in made:
            made[of.ddl] = [member.value for member in of.classes[0]]
    for name, labels in made.items():
        spelled = sql.SQL(", ").join(map(sql.Literal, labels))
        yield sql.SQL("CREATE TYPE {} AS ENUM ({})").format(sql.SQL(name), spelled)


def _elements(metas: Iterable[TableMeta]) -> Iterator[SqlType[Any]]:
    """Yield the type of each column; of an array, that of its elements."""
    for meta in metas:
        for declaration in meta.declarations.values():
            of = declaration.sql_type
            yield of.element if of.kind is FieldType.ARRAY and of.element is not None else of


def _name(ref: TableRef) -> sql.Composable:
    return sql.Identifier(ref.name) if ref.schema is None else sql.Identifier(ref.schema, ref.name)


def _list(columns: Iterable[Column[Any, Any]]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)


def _table(meta: TableMeta) -> sql.Composable:
    parts = [_column(meta, attribute) for attribute in meta.attributes]
    if meta.primary_key:
        parts.append(sql.SQL("PRIMARY KEY ({})").format(_list(meta.primary_key)))
    parts += [_named(each.name, sql.SQL("UNIQUE ({})").format(_list(each.columns))) for each in meta.uniques]
    parts += [_named(each.name, _check(each)) for each in meta.checks]
    return sql.SQL("CREATE TABLE {} ({})").format(_name(meta.ref), sql.SQL(", ").join(parts))


def _column(meta: TableMeta, attribute: str) -> sql.Composable:
    declaration, column = meta.declarations[attribute], meta.attributes[attribute]
    words: list[sql.Composable] = [sql.Identifier(column.name)]
    if declaration.generated == "serial":
        words.append(sql.SQL("serial" if column.type.kind is FieldType.INTEGER else "bigserial"))
    else:
        words.append(sql.SQL(column.type.ddl))
    if declaration.generated in {"identity", "identity always"}:
        how = "ALWAYS" if declaration.generated == "identity always" else "BY DEFAULT"
        words.append(sql.SQL(f"GENERATED {how} AS IDENTITY"))
    if declaration.generated == "stored":
        words.append(sql.SQL("GENERATED ALWAYS AS ({}) STORED").format(expression(dict(meta.generated)[column.ref])))
    if not declaration.is_nullable:
        words.append(sql.SQL("NOT NULL"))
    if "default" in declaration.options:
        words.append(sql.SQL("DEFAULT {}").format(_value(declaration.options["default"], column.type)))
    return sql.SQL(" ").join(words)


def _value(value: object, sql_type: SqlType[Any]) -> sql.Composable:
    expr = value if isinstance(value, Expr) else Expr[Any, Any, Any](sql_type.parameter, (value,), sql_type)
    return expression(expr)


def _named(name: str | None, constraint: sql.Composable) -> sql.Composable:
    return constraint if name is None else sql.SQL("CONSTRAINT {} {}").format(sql.Identifier(name), constraint)


def _check(check: Check[Any]) -> sql.Composable:
    return sql.SQL("CHECK ({})").format(expression(check.predicate))


def _index(meta: TableMeta, index: Index[Any]) -> sql.Composable:
    return sql.SQL("CREATE {unique}INDEX {name} ON {table} ({keys}){where}").format(
        unique=sql.SQL("UNIQUE " if index.unique else ""),
        name=sql.SQL("") if index.name is None else sql.Identifier(index.name),
        table=_name(meta.ref),
        keys=sql.SQL(", ").join(_key(shape) for shape in index.keys),
        where=sql.SQL("") if index.where is None else sql.SQL(" WHERE {}").format(expression(index.where)),
    )


def _key(shape: Hashable) -> sql.Composable:
    match shape:
        case (shapes.ASC | shapes.DESC as direction, operand, nulls):
            words = sql.SQL(f" {direction.upper()}{'' if nulls is None else f' NULLS {nulls.upper()}'}")
        case operand:
            words = sql.SQL("")
    key = _render(operand, iter(()))
    return (key if isinstance(operand, ColumnRef) else sql.SQL("({})").format(key)) + words


def _foreign_key(meta: TableMeta, key: ForeignKey[Any]) -> sql.Composable:
    constraint = sql.SQL("FOREIGN KEY ({columns}) REFERENCES {table} ({targets}){deleted}{updated}").format(
        columns=_list(key.columns),
        table=_name(key.targets[0].ref.table),
        targets=_list(key.targets),
        deleted=sql.SQL(f" ON DELETE {_ACTIONS[key.on_delete]}" if key.on_delete else ""),
        updated=sql.SQL(f" ON UPDATE {_ACTIONS[key.on_update]}" if key.on_update else ""),
    )
    return sql.SQL("ALTER TABLE {} ADD {}").format(_name(meta.ref), _named(key.name, constraint))


def expression(expr: Expr[Any, Any, Any]) -> sql.Composable:
    """Return an expression with its values as literals, as DEFAULT and CHECK need them."""
    return _render(expr.shape, iter(expr.params))


def _render(shape: Hashable, values: Iterator[Any]) -> sql.Composable:
    match shape:
        case ColumnRef():
            return sql.Identifier(shape.name)
        case SqlType():
            dump, value = dump_of(shape), next(values)
            literal = sql.Literal(value if dump is None or value is None else dump(value))
            return sql.SQL("{}::{}").format(literal, sql.SQL(shape.cast))
        case (str() as op, *operands) if op in TEMPLATES:
            return sql.SQL(TEMPLATES[op]).format(*[_render(each, values) for each in operands])
        case (shapes.AND | shapes.OR as op, *operands):
            joined = sql.SQL(f" {op.upper()} ").join([_render(each, values) for each in operands])
            return sql.SQL("({})").format(joined)
        case (shapes.CALL, FunctionRef() as function, *arguments):
            listed = sql.SQL(", ").join([_render(each, values) for each in arguments])
            return sql.SQL("{}({})").format(sql.SQL(function_name(function)), listed)
        case (shapes.CAST, inner, SqlType() as to):
            return sql.SQL("CAST({} AS {})").format(_render(inner, values), sql.SQL(to.ddl))
        case _:
            raise AssertionError(f"no DDL for {shape!r}")
