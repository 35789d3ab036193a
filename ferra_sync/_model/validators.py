"""attrs validators for fields that may hold no value yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

from ferra_sync._expression.sentinels import Sentinel
from ferra_sync.errors import SchemaError

Validator: TypeAlias = "Callable[[Any, attrs.Attribute[Any], Any], Any]"
"""What attrs calls with the instance, the attribute and the value; it raises where the value is not right."""


@attrs.frozen
class WhenSet:
    """What `when_set` returns: all of these must accept a value, where there is one."""

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
    return WhenSet(validators)
