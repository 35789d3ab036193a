"""What the bodies of a resource may hold: models of data, without what the server sets itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import attrs

from ferra_sync._expression.sentinels import SERVER_DEFAULT, UNSET, Sentinel, Unset
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync._http.json_body import Fraction
from ferra_sync._http.limits import excess
from ferra_sync._model.field import FieldMeta
from ferra_sync._model.json import reading
from ferra_sync._model.model import Changeset, ModelMeta
from ferra_sync._model.validated import RecordT, validated
from ferra_sync._model.validators import when_set
from ferra_sync.errors import SchemaError, ValidationError

_BY_SERVER: Final = "is set by the server"


def taken_fields(meta: ModelMeta) -> tuple[FieldMeta, ...]:
    """Return the fields of a model that a body may give: not those that the model leaves to the server.

    These are its version, what is numbered or generated, and in what is read or inserted all whose default is
    `SERVER_DEFAULT`. A changeset's fields are all meant to be given, but for its key.
    """
    return tuple(field for field in meta.fields if field.attribute.init and not _is_servers(meta, field))


def _is_servers(meta: ModelMeta, field: FieldMeta) -> bool:
    if meta.purpose == "change":
        return field.primary_key or field.generated is not None
    return field.attribute.default is SERVER_DEFAULT or field.generated is not None or field.ref == meta.table.version


def read_row(model: type[RecordT], data: Mapping[str, Any], key: Mapping[str, Any] | None = None) -> RecordT:
    """Return the model that a body is, whose key, where one is given, is that of the URL.

    Raises:
        ValidationError: fields that are wrong, missing, unknown, the server's, or another key; all at once.
    """
    meta = ModelMeta.of(model)
    given = {} if key is None else dict(key)
    fields = {field.key: field for field in meta.fields}
    servers = fields.keys() - {field.key for field in taken_fields(meta)}
    wrong = {name: _BY_SERVER for name in data if name in servers and name not in given}
    values = {
        name: _exact(fields[name].ref.type, value) if name in fields else value
        for name, value in data.items()
        if name not in wrong
    }
    wrong |= {
        name: "is another than the URL's" for name in given if name in data and not _is(values[name], given[name])
    }
    wrong |= _excessive(fields, values)
    return _validated(model, {**values, **given}, wrong)


def _validated(model: type[RecordT], values: Mapping[str, Any], wrong: Mapping[str, str]) -> RecordT:
    errors: Mapping[str, str] = {}
    try:
        row = validated(model, values)
    except ValidationError as error:
        errors = error.errors
    else:
        if not wrong:
            return row
    raise ValidationError(model.__name__, {**errors, **wrong})


def _excessive(fields: Mapping[str, FieldMeta], values: Mapping[str, Any]) -> dict[str, str]:
    """Return what the columns cannot hold of the values that are of their types."""
    found: dict[str, str] = {}
    for name, value in values.items():
        with suppress(Exception):  # What is not of its type is told of by others.
            problem = name in fields and excess(fields[name].ref.type, reading(fields[name].ref.type, value))
            if problem:
                found[name] = problem
    return found


def _is(given: object, key: object) -> bool:
    """Whether a body names the key that the URL names, as JSON spells it."""
    return type(given) in {str, int} and str(given) == str(getattr(key, "value", key))


def _exact(sql_type: SqlType[Any], value: Any) -> Any:  # noqa: ANN401 - JSON's types
    """Return a value of JSON with each number with a fraction as its column needs it: exact, or a float."""
    if isinstance(value, Fraction):
        return value.text if sql_type.kind is FieldType.NUMERIC else float(value)
    if isinstance(value, list):
        inner = sql_type.element if sql_type.kind is FieldType.ARRAY and sql_type.element is not None else sql_type
        return [_exact(inner, each) for each in value]
    if isinstance(value, dict):
        return {name: _exact(sql_type, each) for name, each in value.items()}
    return value


def changeset_of(meta: ModelMeta) -> type[Changeset[Any]]:
    """Return a changeset of what a model's body may give, key aside, with the model's validators.

    Raises:
        SchemaError: nothing is left, or a field's converter is not to be had without the class.
    """
    fields = [field for field in taken_fields(meta) if not field.primary_key]
    if not fields:
        raise SchemaError(f"{meta.model.__name__} has no field that may change: leave out the operation change")
    owner = meta.table.ref.owner
    made: type[Changeset[Any]] = attrs.make_class(
        f"{meta.model.__name__}Change",
        {field.name: _optional(meta, field) for field in fields},
        bases=(Changeset[owner],),  # type: ignore[valid-type]  # a table that is a value here
        kw_only=True,
    )
    return made


def _optional(meta: ModelMeta, field: FieldMeta) -> Any:  # noqa: ANN401 - attrs' own
    attribute = field.attribute
    convert: Any = attribute.converter
    if isinstance(convert, attrs.Converter):
        raise SchemaError(f"{meta.model.__name__}.{field.name} has a converter: say change=, a Changeset of your own")
    return attrs.field(
        default=UNSET,
        alias=attribute.alias,
        validator=None if attribute.validator is None else when_set(attribute.validator),
        converter=None if convert is None else _when_given(convert),
        type=_or_unset(field.annotation),
    )


def _or_unset(annotation: Any) -> Any:  # noqa: ANN401 - an annotation
    return annotation | Unset


def _when_given(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: value if isinstance(value, Sentinel) else convert(value)
