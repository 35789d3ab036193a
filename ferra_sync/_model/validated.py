"""A dict in: a model from data that nobody has looked at yet, with all that is wrong with it said at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias, TypeVar

import attrs

from ferra_sync._expression.sentinels import JSON_NULL, SERVER_DEFAULT, UNSET, Sentinel
from ferra_sync._model import type_hints
from ferra_sync._model.field import FieldMeta, Purpose
from ferra_sync._model.json import reading
from ferra_sync._model.model import ModelMeta, Record
from ferra_sync._model.row_checks import Verb
from ferra_sync._model.rows import checked_values
from ferra_sync.errors import ValidationError

RecordT = TypeVar("RecordT", bound=Record[Any])

Unknown: TypeAlias = Literal["refuse", "ignore"]

_VERBS: Final[dict[Purpose, Verb]] = {"read": "save", "insert": "insert", "change": "change"}
"""What may come of a model."""

_WHOLE: Final = ""
"""The key of what is wrong with no field alone."""


def validated(model: type[RecordT], data: Mapping[str, Any], *, unknown: Unknown = "refuse") -> RecordT:
    """Return a model made from `data`, whose keys are the names of the columns' attributes on the table.

    Each value is of its column's type, or JSON's spelling of such a value as `to_dict` writes it: a date, a UUID, a
    Decimal or an enum may be a text, a Decimal or a float a whole number. Nothing else is converted: 1 is no text and
    True is no number. A field that is not in `data` has its default; without one it is missing, or `UNSET` in a
    changeset. Secret fields can be given, fields with `init=False` cannot.

    Args:
        model: a `FerraModel`, an `Insertable` or a `Changeset`.
        data: what came from outside.
        unknown: whether keys that are no field of the model are refused or ignored.

    Raises:
        ValidationError: values of other types, missing and unknown fields, and whatever the model's attrs validators
            reject, all of it at once. `.errors` maps each key to a message that does not show the value; what is wrong
            with no field alone has the empty key.
        SchemaError: `model` is no model of a table.
    """
    if unknown not in {"refuse", "ignore"}:
        raise ValueError('unknown is "refuse" or "ignore"')
    meta = ModelMeta.of(model)
    if not isinstance(data, Mapping):
        raise ValidationError(model.__name__, {_WHOLE: f"takes an object, not {type(data).__name__}"})
    fields = {field.key: field for field in meta.fields if field.attribute.init}
    values, wrong = _read(fields, data)
    if unknown == "refuse":
        wrong |= _unknown(fields, data)
    row = None if wrong else _made(model, {_argument(fields[key]): value for key, value in values.items()})
    if row is not None:
        wrong = _problems(meta, row, _VERBS[meta.purpose])
    else:
        bare, unconverted = _bare(meta, values, wrong)
        wrong = _problems(meta, bare, "change" if meta.purpose == "change" else "update") | unconverted | wrong
    if row is None or wrong:
        in_order = {key: wrong[key] for key in [*fields, *wrong] if key in wrong}
        raise ValidationError(model.__name__, in_order or {_WHOLE: "is rejected by the class when it is made"})
    return row


def _read(fields: Mapping[str, FieldMeta], data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values that are given, and what is wrong with the others."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for key, field in fields.items():
        if key in data:
            values[key], problem = _value(field, data[key])
            if problem is not None:
                wrong[key] = problem
        elif field.attribute.default is attrs.NOTHING:
            if UNSET in type_hints.members(field.annotation):
                values[key] = UNSET
            else:
                wrong[key] = "is missing"
    return values, wrong


def _value(field: FieldMeta, given: object) -> tuple[Any, str | None]:
    """Return the value that is given, and what is wrong with it; the value may be shown in no message."""
    sql_type = field.ref.type
    if given is None and not field.nullable and sql_type.complaint(JSON_NULL) is None:
        return JSON_NULL, None
    try:
        value = reading(sql_type, given)
    except Exception:  # noqa: BLE001 - whatever a parser raises, it may quote the value
        return given, f"{field.ref} is {sql_type} ({sql_type.python_name}), and this {type(given).__name__} spells none"
    fits = field.nullable if value is None else sql_type.complaint(value) is None
    if fits and not type_hints.admits(field.annotation, value):
        return value, f"{field.ref} is {type_hints.spelled(field.annotation)} here"
    return value, None


def _unknown(fields: Mapping[str, FieldMeta], data: Mapping[Any, Any]) -> dict[str, str]:
    unknown = [key for key in data if key not in fields]
    named = {key: "is unknown" for key in unknown if isinstance(key, str)}
    return named if len(named) == len(unknown) else named | {_WHOLE: "has a key that is no text"}


def _argument(field: FieldMeta) -> str:
    return field.attribute.alias or field.name


def _made(model: type[RecordT], values: Mapping[str, Any]) -> RecordT | None:
    """Return the model as attrs makes it, or None: its `__init__` stops at the first validator that says no."""
    try:
        return model(**values)
    except Exception:  # noqa: BLE001 - a validator, a converter or a default of any kind
        return None


def _bare(meta: ModelMeta, values: Mapping[str, Any], wrong: Mapping[str, str]) -> tuple[object, dict[str, str]]:
    """Return a row for validators to look at, made without attrs' `__init__`, and the fields that cannot be made.

    What is wrong already is left out of it, by a value that validators pass over.
    """
    left_out = UNSET if meta.purpose == "change" else SERVER_DEFAULT
    row: object = object.__new__(meta.model)
    unconverted: dict[str, str] = {}
    for field in meta.fields:
        value = left_out if field.key in wrong else values.get(field.key, field.attribute.default)
        object.__setattr__(row, field.name, left_out if value is attrs.NOTHING else value)
    for field in meta.fields:
        try:
            object.__setattr__(row, field.name, _converted(row, field.attribute))
        except Exception:  # noqa: BLE001 - a factory or a converter of any kind
            object.__setattr__(row, field.name, left_out)
            unconverted[field.key] = "is rejected by its converter"
    return row, unconverted


def _converted(row: object, attribute: attrs.Attribute[Any]) -> object:
    """Return a field's value as attrs' `__init__` would set it."""
    value: Any = getattr(row, attribute.name)
    if isinstance(value, attrs.Factory):  # type: ignore[arg-type]  # attrs' stub has it as a function
        value = value.factory(row) if value.takes_self else value.factory()
    convert: Any = attribute.converter
    if convert is None or isinstance(value, Sentinel):
        return value
    takes_more = isinstance(attribute.converter, attrs.Converter)
    rest = [row] * convert.takes_self + [attribute] * convert.takes_field if takes_more else []
    return (convert.converter if takes_more else convert)(value, *rest)


def _problems(meta: ModelMeta, row: object, verb: Verb) -> dict[str, str]:
    """Return what is wrong with the fields of a row, as a write would say it."""
    keys = {field.name: field.key for field in meta.fields}
    try:
        checked_values(meta, row, verb)
    except ValidationError as error:
        return {keys[name]: message for name, message in error.errors.items()}
    return {}
