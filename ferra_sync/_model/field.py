"""A model's fields: each is an attrs attribute held against the column that it is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs

from ferra_sync._expression.column import Generated
from ferra_sync._expression.operators import Node
from ferra_sync._expression.references import ColumnRef
from ferra_sync._expression.sqltypes import FieldType
from ferra_sync._expression.values import Value
from ferra_sync._model import type_hints
from ferra_sync._schema.declaration import ColumnDef
from ferra_sync._schema.table import Table
from ferra_sync.errors import SchemaError

if TYPE_CHECKING:
    _Attribute: TypeAlias = attrs.Attribute[Any]
else:
    _Attribute = attrs.Attribute  # It is generic to checkers alone.

Purpose: TypeAlias = Literal["read", "insert", "change"]


@attrs.frozen(eq=False)
class FieldMeta(Value):
    """A field of a model and the column behind it.

    Attributes:
        name: the attribute's name.
        column: the column's name in PostgreSQL.
        type: the kind of the column's type.
        annotation: the resolved annotation.
        nullable, primary_key, unique, has_default, generated, secret: what the table says of the column.
        key: the field's name in a dict or in JSON: that of the column's attribute on the table.
    """

    name: str
    column: str
    type: FieldType
    annotation: Any
    nullable: bool
    primary_key: bool
    unique: bool
    has_default: bool
    generated: Generated | None
    secret: bool
    key: str
    ref: ColumnRef
    attribute: _Attribute


def fields_of(model: type[Any], table: type[Table], hints: Mapping[str, Any]) -> list[FieldMeta]:
    """Return the fields of a model, held against its table.

    Raises:
        SchemaError: one is no column, or its type or nullability are not the column's.
    """
    found = [(attribute, _column_name(attribute, table)) for attribute in _attributes(model)]
    return [
        _field(model, table, attribute, name, hints.get(attribute.name, attribute.type))
        for attribute, name in found
        if attribute.init or name in table.__ferra_table__.attributes
    ]


def _attributes(model: type[Any]) -> tuple[attrs.Attribute[Any], ...]:
    attributes: tuple[attrs.Attribute[Any], ...] = attrs.fields(model)
    return attributes


def _column_name(attribute: attrs.Attribute[Any], table: type[Table]) -> str:
    """Return the column's attribute on the table: the field's own name, else its alias (`_secret` is `secret`)."""
    if attribute.name in table.__ferra_table__.attributes:
        return attribute.name
    return attribute.alias or attribute.name


def secret_fields(model: type[Any], table: type[Table]) -> frozenset[str]:
    """Return the names of the secret fields; names suffice, for annotations may not be resolved yet."""
    declared = table.__ferra_table__.declarations
    pairs = ((each.name, declared.get(_column_name(each, table))) for each in _attributes(model))
    return frozenset(name for name, declaration in pairs if declaration is not None and declaration.is_secret)


def _field(
    model: type[Any],
    table: type[Table],
    attribute: attrs.Attribute[Any],
    name: str,
    annotation: Any,  # noqa: ANN401 - annotations are of every class
) -> FieldMeta:
    meta = table.__ferra_table__
    column = meta.attributes.get(name)
    if column is None:
        raise SchemaError(f"{model.__name__}.{attribute.name}: {table.__name__} has no column {name}")
    declaration = meta.declarations[name]
    here, there = f"{model.__name__}.{attribute.name}", f"{table.__name__}.{name}"
    if annotation is None:
        raise SchemaError(f"{here} has no annotation: write {attribute.name}: {column.type.python_name}")
    if isinstance(attribute.default, (ColumnDef, Node)):
        raise SchemaError(f"{here} has a default that is SQL, which belongs to {table.__name__}: write SERVER_DEFAULT")
    if not type_hints.fits(annotation, column.type):
        wanted = f"{column.type} ({column.type.python_name})"
        raise SchemaError(f"{here} is {type_hints.spelled(annotation)}; {there} is {wanted}")
    _check_written(model.__ferra_purpose__, here, there, declaration)
    _check_nullability(model.__ferra_purpose__, here, there, annotation, declaration)
    return FieldMeta(
        name=attribute.name,
        column=column.name,
        type=column.type.kind,
        annotation=annotation,
        nullable=declaration.is_nullable,
        primary_key=bool(declaration.options.get("primary_key")),
        unique=any(len(each.columns) == 1 and each.columns[0] is column for each in meta.uniques),
        has_default=declaration.has_default,
        generated=declaration.generated,
        secret=declaration.is_secret,
        key=name,
        ref=column.ref,
        attribute=attribute,
    )


def _check_written(purpose: Purpose, here: str, there: str, declaration: ColumnDef[Any, Any]) -> None:
    if purpose != "read" and declaration.generated == "stored":
        raise SchemaError(f"{here}: {there} is generated from other columns and is never written")
    if purpose == "insert" and declaration.generated == "identity always":
        raise SchemaError(f"{here}: {there} is always numbered by the server and cannot be inserted")


def _check_nullability(
    purpose: Purpose, here: str, there: str, annotation: object, declaration: ColumnDef[Any, Any]
) -> None:
    if annotation is Any or annotation is object or declaration.sql_type.classes == (object,):
        return
    none = type_hints.allows_none(annotation)
    if none and not declaration.is_nullable:
        raise SchemaError(f"{here} may be None; {there} is not nullable")
    if declaration.is_nullable and not none and purpose == "read":
        raise SchemaError(f"{here} is never None; {there} is nullable")
