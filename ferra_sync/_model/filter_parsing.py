"""A filter's fields from what came from outside, with all that is wrong with them said at once."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator
from typing import Any, Literal, get_args, get_origin

import attrs

from ferra_sync._expression.sentinels import UNSET
from ferra_sync._model import type_hints
from ferra_sync._model.filter_meta import FilterField, FilterMeta
from ferra_sync._model.outside import given
from ferra_sync._model.rejections import rejection
from ferra_sync._model.texts import structured, takes
from ferra_sync.errors import QueryError, SchemaError, ValidationError


class _WrongError(Exception):
    """What is wrong with a field, in words that do not show the value."""


def parsed(meta: FilterMeta, data: object, prefix: str, beside: Collection[str] | None) -> dict[str, Any]:
    """Return the arguments of a filter of `meta`; `beside` are the names that may be unknown, None: any.

    Raises:
        ValidationError: some of it is wrong.
        SchemaError: a field is of a class that no text spells.
    """
    name = meta.model.__name__
    texts = given(data, name)
    arguments: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field in meta.fields:
        key = prefix + field.key
        try:
            arguments[_argument(field)] = _value(meta, field, texts.pop(key)) if key in texts else UNSET
        except _WrongError as error:
            wrong[key] = str(error)
    if beside is not None:
        wrong |= {key: "is unknown" for key in texts if key.startswith(prefix) and key not in beside}
    if wrong:
        raise ValidationError(name, wrong)
    return arguments


def _argument(field: FilterField) -> str:
    return field.attribute.alias or field.name


def _value(meta: FilterMeta, field: FilterField, values: list[Any]) -> Any:  # noqa: ANN401 - of the field's type
    value = _structured(meta, field, values)
    try:
        field.operator(value)
    except QueryError as error:
        problem = _WrongError(str(error))
    except Exception:  # noqa: BLE001 - a function of the user's may raise anything, and quote the value
        problem = _WrongError("is refused")
    else:
        _validate(meta, field, value)
        return value
    raise problem


def _structured(meta: FilterMeta, field: FilterField, values: list[Any]) -> Any:  # noqa: ANN401 - of the field's type
    if field.takes_none and values in ([None], ["null"]):
        return None
    if not takes(field.wanted):
        wanted = type_hints.spelled(field.wanted)
        raise SchemaError(f"{meta.model.__name__}.{field.name} is {wanted}, which no text spells")
    if not field.takes_several and len(values) != 1:
        raise _WrongError("is given more than once")
    try:
        return structured(values if field.takes_several else values[0], field.wanted)
    except Exception:  # noqa: BLE001 - whatever a parser raises, it may quote the value
        problem = _WrongError(_expected(field))
    raise problem


def _validate(meta: FilterMeta, field: FilterField, value: object) -> None:
    if field.attribute.validator is None or attrs.validators.get_disabled():
        return
    bare: object = object.__new__(meta.model)
    object.__setattr__(bare, field.name, value)
    problem = rejection(field.attribute.validator, bare, field.attribute, value)
    if problem is not None:
        raise _WrongError(problem)


def _expected(field: FilterField) -> str:
    """Return what is to be said of a value that the field does not take."""
    annotation = field.wanted
    if field.takes_several and get_args(annotation):
        annotation = get_args(annotation)[0]
    choices = list(map(str, _choices(annotation)))
    return f"is none of {', '.join(choices)}" if choices else f"spells no {type_hints.spelled(annotation)}"


def _choices(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 - an annotation
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        yield from (member.value for member in annotation)
