"""Why a validator says no: in its own words where they surely show nothing of the value, else by its name."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import islice
from typing import Any, Final

import attrs
from psycopg.types.range import Range

from ferra_sync._validators import Validator, WhenSet

_MOST_SIGNS: Final = 300
_MOST_TEXTS: Final = 100
"""A longer message, or a value of more parts, is not searched: its validator is only named."""

_SIGNS_ALIKE: Final = 4
"""A message and a value that share a run of so many letters and digits may have it from each other."""


def rejection(validator: Any, row: object, attribute: attrs.Attribute[Any], value: object) -> str | None:  # noqa: ANN401
    """Return why `validator` rejects a value, without the value or a part of it; None where it does not."""
    for part in _parts(validator):
        try:
            part(row, attribute, value)
        except Exception as error:  # noqa: BLE001 - a validator says no by whatever it raises
            told = _described(part) or _message(part, error, attribute, value)
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


def _described(validator: object) -> str | None:
    """Return what one of attrs' own validators asks for: their messages quote the value, or parts of it."""
    if type(validator).__module__.partition(".")[0] not in {"attr", "attrs"}:
        return None
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
        texts = set(islice(_texts(value), _MOST_TEXTS))
    except Exception:  # noqa: BLE001 - a value of any class, and its repr may fail
        return None
    if len(texts) == _MOST_TEXTS:
        return None
    message, *always = (_without(texts, text) for text in (message, *_words(validator), attribute.name))
    told = message
    for words in sorted(always, key=len, reverse=True):
        told = told.replace(words, " ")
    says_something = any(map(str.isalpha, message))
    return message if says_something and not any(_may_show(told, text) for text in texts) else None


def _words(validator: Validator) -> list[str]:
    """Return the texts in the validator's own source: it says them whatever the value is."""
    function: Callable[..., Any] = inspect.unwrap(validator)
    code = getattr(function, "__code__", None) or getattr(type(function).__call__, "__code__", None)
    return [each for each in getattr(code, "co_consts", ()) if isinstance(each, str) and each.strip()]


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - of the field's type
    """Yield what a message could show of a value: its own texts, and those of what is in it."""
    yield from (str(value), repr(value))
    if isinstance(value, enum.Enum):
        inner: Collection[Any] = (value.name, value.value)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        inner = (bytes(value).hex(), bytes(value).decode("latin-1"))
    elif isinstance(value, Mapping):
        inner = (*value.keys(), *value.values())
    elif isinstance(value, Range):
        inner = (value.lower, value.upper)
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
    """Whether `message` has a number of `text` in it, all of a short one, or a run of a longer one."""
    if _numbers(message) & _numbers(text):
        return True
    message, text = _signs(message), _signs(text)
    length = min(len(text), _SIGNS_ALIKE)
    if not text or (text.isdigit() and length < _SIGNS_ALIKE):
        return False
    return any(message[start : start + length] in text for start in range(len(message) - length + 1))


def _numbers(text: str) -> set[str]:
    return {digits.lstrip("0") for digits in re.findall(r"\d+", text)}


def _signs(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
