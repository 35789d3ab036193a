"""attrs validators: for fields that may hold no value yet, and what they say without showing the value."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

from ferra_sync._sentinels import Sentinel
from ferra_sync.errors import SchemaError

Validator: TypeAlias = "Callable[[Any, attrs.Attribute[Any], Any], Any]"
"""What attrs calls with the instance, the attribute and the value; it raises where the value is not right."""


@attrs.frozen
class _WhenSet:
    validators: tuple[Validator, ...]

    def __call__(self, instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if not isinstance(value, Sentinel):
            for validator in self.validators:
                validator(instance, attribute, value)


def when_set(*validators: Validator) -> Validator:
    """Return a validator that lets `UNSET` and `SERVER_DEFAULT` pass and hands every other value to `validators`.

    attrs validates default values too, so a field whose default is one of the two needs it:
    `title: str | Unset = attrs.field(default=UNSET, validator=when_set(min_len(1)))`.
    """
    if not all(map(callable, validators)):
        raise SchemaError("when_set takes validators, which attrs can call")
    return _WhenSet(validators)


def rejection(validator: Any, row: object, attribute: attrs.Attribute[Any], value: object) -> str | None:  # noqa: ANN401
    """Return why `validator` rejects a value, without the value; None where it does not."""
    for part in _parts(validator):
        try:
            part(row, attribute, value)
        except (TypeError, ValueError) as error:
            return _described(part) or _without(value, str(error.args[0]) if error.args else type(error).__name__)
    return None


def _parts(validator: Any) -> tuple[Validator, ...]:  # noqa: ANN401 - of attrs' own classes
    """Return the validators that must all accept the value, one by one."""
    if isinstance(validator, _WhenSet):
        together = validator.validators
    elif type(validator).__name__ == "_AndValidator":
        together = validator._validators
    else:
        return (validator,)
    return tuple(part for each in together for part in _parts(each))


def _described(validator: object) -> str | None:
    """Return what one of attrs' own validators asks for: their messages quote the value, or parts of it."""
    if not type(validator).__module__.startswith("attr"):
        return None
    return f"is rejected by the {repr(validator).strip('<>')}"


def _without(value: object, message: str) -> str:
    for shown in {repr(value), str(value)} - {""}:
        message = re.sub(rf"(?<![\w.]){re.escape(shown)}(?![\w.])", "…", message)
    return message
