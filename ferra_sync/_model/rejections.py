"""Why a validator says no: in its own words where they surely show nothing of the value, else by its name."""

from __future__ import annotations

import datetime as dt
import enum
import inspect
import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any, Final

import attrs

from ferra_sync._expression.ranges import AnyRange, is_multirange
from ferra_sync._model.validators import Validator, WhenSet

_MOST_SIGNS: Final = 300
_MOST_TEXTS: Final = 100
"""A longer message, or a value of more parts, is not searched: its validator is only named."""

_PLAIN: Final = (str, int, float, Decimal, dt.date, dt.timedelta)

_SIGNS_ALIKE: Final = 4
"""A message and a value that share a run of so many letters and digits may have it from each other."""


def rejection(validator: Any, row: object, attribute: attrs.Attribute[Any], value: object) -> str | None:  # noqa: ANN401 - attrs' own
    """Return why `validator` rejects a value, without the value or a part of it; None where it does not."""
    for part in _parts(validator):
        try:
            part(row, attribute, value)
        except Exception as error:  # noqa: BLE001 - a validator says no by whatever it raises
            told = _described(part) if _is_attrs_own(part) else _message(part, error, attribute, value)
            return told or f"is rejected by its validator {_name(part)}"
    return None


def _parts(validator: Any) -> tuple[Validator, ...]:  # noqa: ANN401 - of attrs' own classes
    """Return the validators that must all accept the value, one by one."""
    if isinstance(validator, WhenSet):
        together = validator.validators
    elif type(validator).__name__ == "_AndValidator":
        together = validator._validators
    else:
        return (validator,)
    return tuple(part for each in together for part in _parts(each))


def _is_attrs_own(validator: Validator) -> bool:
    return type(validator).__module__.partition(".")[0] in {"attr", "attrs"}


def _described(validator: Validator) -> str | None:
    """Return what one of attrs' own validators asks for: their messages quote the value, or parts of it."""
    described = repr(validator).strip("<>")
    # Among the options of a validator that is negated is the value.
    return None if "not_ validator" in described else f"is rejected by the {described}"


def _name(validator: Validator) -> str:
    name = getattr(inspect.unwrap(validator), "__name__", None)
    return name if isinstance(name, str) else type(validator).__name__.strip("_")


def _message(validator: Validator, error: Exception, attribute: attrs.Attribute[Any], value: object) -> str | None:
    """Return what the validator says with the value struck out, or None where a part of it may be left."""
    message = error.args[0] if error.args else None
    if type(message) is not str or not 0 < len(message) <= _MOST_SIGNS:
        return None
    try:
        texts, words = set(islice(_texts(value), _MOST_TEXTS)), _own_words(validator)
    except Exception:  # noqa: BLE001 - a value and a validator of any class, and a repr may fail
        return None
    if len(texts) == _MOST_TEXTS:
        return None
    message, *always = (_without(texts, text) for text in (message, *words, attribute.name))
    told = message
    for each in sorted(always, key=len, reverse=True):
        told = told.replace(each, " ")
    says_something = any(map(str.isalpha, message))
    return message if says_something and not any(_may_show(told, text) for text in texts) else None


def _own_words(validator: Validator) -> list[str]:
    """Return the texts and numbers in the validator's source and around it: it may say them whatever the value is."""
    function: Any = inspect.unwrap(validator)
    known = [*vars(function).values()] if hasattr(function, "__dict__") else []
    function = function if inspect.isroutine(function) else type(function).__call__
    if inspect.isfunction(function := getattr(function, "__func__", function)):
        around = inspect.getclosurevars(function)
        known += [*function.__code__.co_consts, *around.nonlocals.values(), *around.globals.values()]
        known += [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    return [str(each) for each in known if isinstance(each, _PLAIN) and str(each).strip()]


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - of the field's type
    """Yield what a message could show of a value: its own texts, and those of what is in it."""
    yield from (str(value), repr(value))
    if isinstance(value, enum.Enum):
        inner: Collection[Any] = (value.name, value.value)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        inner = (bytes(value).hex(), bytes(value).decode("latin-1"))
    elif isinstance(value, Mapping):
        inner = (*value.keys(), *value.values())
    elif isinstance(value, AnyRange):
        inner = (value.lower, value.upper)
    elif is_multirange(value):
        inner = tuple(value)
    elif attrs.has(type(value)):
        inner = [getattr(value, each.name, None) for each in attrs.fields(type(value))]
    else:
        inner = value if isinstance(value, (list, tuple, set, frozenset)) else ()
    for each in inner:
        yield from _texts(each)


def _without(texts: Collection[str], message: str) -> str:
    """Return `message` with these struck out wherever they stand by themselves."""
    for shown in sorted((text for text in texts if 0 < len(text) <= len(message)), key=len, reverse=True):
        message = re.sub(rf"(?<![\w.]){re.escape(shown)}(?![\w.])", "…", message)
    return message


def _may_show(message: str, text: str) -> bool:
    """Whether `message` has a number as `text` has, which may be made from it, or all of a short text, or a run."""
    message, text = _signs(message), _signs(text)
    if any(map(str.isdigit, message)) and any(map(str.isdigit, text)):
        return True
    length = min(len(text), _SIGNS_ALIKE)
    return length > 0 and any(message[at : at + length] in text for at in range(len(message) - length + 1))


def _signs(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
