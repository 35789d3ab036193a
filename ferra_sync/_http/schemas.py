"""JSON Schema (2020-12) of columns, models and the fields of filters."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType, NoneType
from typing import Any, Final, Literal, TypeAlias, get_args, get_origin
from uuid import UUID

import attrs

from ferra_sync._expression.sentinels import UNSET
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._http.bodies import taken_fields
from ferra_sync._http.limits import length_of
from ferra_sync._model import type_hints
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.json import spelled
from ferra_sync._model.model import ModelMeta

Schema: TypeAlias = dict[str, Any]

_TEXT: Final[Mapping[str, Any]] = MappingProxyType({"type": "string"})

_KINDS: Final[dict[FieldType, Mapping[str, Any]]] = {
    FieldType.SMALLINT: {"type": "integer"},
    FieldType.INTEGER: {"type": "integer", "format": "int32"},
    FieldType.BIGINT: {"type": "integer", "format": "int64"},
    FieldType.REAL: {"type": "number", "format": "float"},
    FieldType.DOUBLE_PRECISION: {"type": "number", "format": "double"},
    FieldType.NUMERIC: {"type": "string", "format": "decimal"},
    FieldType.BOOLEAN: {"type": "boolean"},
    FieldType.UUID: {"type": "string", "format": "uuid"},
    FieldType.DATE: {"type": "string", "format": "date"},
    FieldType.TIMESTAMPTZ: {"type": "string", "format": "date-time"},
    FieldType.INTERVAL: {"type": "string", "format": "duration"},
    FieldType.BYTEA: {"type": "string", "contentEncoding": "base64"},
    FieldType.HSTORE: {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
    FieldType.JSON: {},
    FieldType.JSONB: {},
    FieldType.CUSTOM: {},
}
"""What a column is in JSON; every other kind is a text."""

_CLASSES: Final[dict[Any, Mapping[str, Any]]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Decimal: {"type": "string", "format": "decimal"},
    UUID: {"type": "string", "format": "uuid"},
    dt.datetime: {"type": "string", "format": "date-time"},
    dt.date: {"type": "string", "format": "date"},
    dt.timedelta: {"type": "string", "format": "duration"},
}
"""What a parameter is whose values are of a class; every other class is a text."""


def answered(meta: ModelMeta) -> Schema:
    """Return the schema of a model as it is answered: all its fields but the secret ones."""
    shown = [field for field in meta.fields if not field.secret]
    return _object(meta, {field.key: _column(field) for field in shown}, [field.key for field in shown])


def taken(meta: ModelMeta) -> Schema:
    """Return the schema of a model as a body has it: what may be given, and what must be."""
    fields = taken_fields(meta)
    needed = [each.key for each in fields if each.attribute.default is attrs.NOTHING and not _is_optional(each)]
    found = _object(meta, {field.key: _given(field) for field in fields}, needed)
    return found | {"additionalProperties": False}


def column_schema(sql_type: SqlType[Any]) -> Schema:
    """Return the schema of a column's values as JSON spells them."""
    if sql_type.kind is FieldType.ENUM:
        return {"enum": [member.value for member in sql_type.classes[0]]}  # type: ignore[attr-defined]  # an enum's
    if sql_type.kind is FieldType.ARRAY and sql_type.element is not None:
        element = column_schema(sql_type.element)
        return {"type": "array", "items": or_null(element) if sql_type.optional else element}
    found = dict(_KINDS.get(sql_type.kind, _TEXT))
    length = length_of(sql_type)
    if length is not None:
        found["maxLength"] = length
    if sql_type.is_whole and sql_type.sure is not None:
        found["minimum"], found["maximum"] = sql_type.sure
    return found


def parameter_schema(annotation: Any) -> Schema:  # noqa: ANN401 - an annotation
    """Return the schema of a parameter's values, by the class that they are read as."""
    origin = get_origin(annotation)
    if origin is Literal:
        return {"enum": [str(spelled(each)) for each in get_args(annotation)]}
    if origin in type_hints.UNIONS:
        return {"anyOf": [parameter_schema(each) for each in get_args(annotation) if each is not NoneType]}
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return {"enum": [member.value for member in annotation]}
    if origin is not None and origin is not type and get_args(annotation):
        return {"type": "array", "items": parameter_schema(get_args(annotation)[0])}
    return dict(_CLASSES.get(annotation, _TEXT))


def or_null(schema: Schema) -> Schema:
    """Return the schema of values that may be null."""
    if "enum" in schema:
        return schema | {"enum": [*schema["enum"], None]}
    kind = schema.get("type")
    return schema if kind is None else schema | {"type": [*([kind] if isinstance(kind, str) else kind), "null"]}


def _object(meta: ModelMeta, properties: Mapping[str, Schema], required: Iterable[str]) -> Schema:
    found: Schema = {"type": "object", "properties": dict(properties)}
    described = (meta.model.__doc__ or "").strip().split("\n")[0]
    if described and not described.startswith("Method generated by attrs"):
        found["description"] = described
    needed = list(required)
    return found | ({"required": needed} if needed else {})


def _column(field: FieldMeta) -> Schema:
    found = column_schema(field.ref.type)
    return or_null(found) if field.nullable else found


def _given(field: FieldMeta) -> Schema:
    """Return the schema of a field in a body: a number may be given for a decimal, and a secret is never answered."""
    found = column_schema(field.ref.type)
    if field.ref.type.kind is FieldType.NUMERIC:
        found["type"] = ["string", "number"]
    if field.nullable and type_hints.allows_none(field.annotation):
        found = or_null(found)
    if field.secret:
        found["writeOnly"] = True
    default = field.attribute.default
    if isinstance(default, (str, int, float, bool)):
        found["default"] = default
    elif field.type is FieldType.ENUM and isinstance(default, field.ref.type.classes):
        found["default"] = spelled(default)
    return found


def _is_optional(field: FieldMeta) -> bool:
    return UNSET in type_hints.members(field.annotation)
