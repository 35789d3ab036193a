"""What comes from outside, a query string or a mapping: names, and the values that each is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl

from ferra_sync._expression.described import described
from ferra_sync.errors import ValidationError

Outside: TypeAlias = str | Mapping[str, Any]
"""A query string, `tag=a&tag=b`, or a mapping: a dict, JSON's object, or a multidict as web frameworks have it."""

_MOST_FIELDS: Final = 1000
_WHOLE: Final = ""
"""The key of what is wrong with no name alone."""


def given(data: object, reader: str) -> dict[str, list[Any]]:
    """Return for each name the values that it is given, in their order, without blank texts.

    A mapping's list is several values. What is blank is as if it were not there, for forms send all their fields.

    Raises:
        ValidationError: it is neither of the two, or no query string.
    """
    if isinstance(data, str):
        found = _of_query_string(data, reader)
    elif isinstance(data, Mapping):
        found = _of_mapping(data, reader)
    else:
        raise ValidationError(reader, {_WHOLE: f"takes a query string or a mapping, not {described(data)}"})
    return {name: kept for name, values in found.items() if (kept := _not_blank(values)) or not values}


def _of_query_string(text: str, reader: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    try:
        text.encode()
        pairs = parse_qsl(text.removeprefix("?"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        pairs = None
    if pairs is None:  # Outside, for the other error shows the text.
        raise ValidationError(reader, {_WHOLE: f"is no query string in UTF-8 of at most {_MOST_FIELDS} fields"})
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _of_mapping(data: Mapping[Any, Any], reader: str) -> dict[str, list[Any]]:
    if not all(isinstance(name, str) for name in data):
        raise ValidationError(reader, {_WHOLE: "has a key that is no text"})
    several = getattr(data, "getlist", None)  # A multidict's `[name]` is one of the values.
    if several is not None:
        return {name: list(several(name)) for name in data}
    return {name: list(value) if isinstance(value, (list, tuple)) else [value] for name, value in data.items()}


def _not_blank(values: list[Any]) -> list[Any]:
    return [value for value in values if not (isinstance(value, str) and not value.strip())]
