"""Bodies of JSON: read strictly, for what two readers take for two things is nobody's to guess."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, Self

from ferra_sync._http.exchange import Asked
from ferra_sync._http.problems import ProblemError

_MEDIA_TYPE: Final = re.compile(
    r'application/(?:[\w.+-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?', re.IGNORECASE | re.ASCII
)


_DEPTH: Final = 100
"""How deep a body may be nested: what is deeper has no end that a program would look for."""


class Fraction(float):
    """A number with a fraction or an exponent: a float, or where the column is exact the text that it was."""

    __slots__ = ("text",)

    text: str

    def __new__(cls, text: str) -> Self:
        """Return the number that a text spells; ValueError where no float is so large."""
        number = super().__new__(cls, text)
        if not math.isfinite(number):
            raise ValueError("a number is out of range")
        number.text = text
        return number


def json_object(asked: Asked) -> dict[str, Any]:
    """Return the object that the body is; numbers with a fraction are each a `Fraction`.

    Raises:
        ProblemError: 415: it is no JSON in UTF-8 by its content type; 400: it is none, has a name twice, or is no
            object.
    """
    if _MEDIA_TYPE.fullmatch(asked.content_type.strip()) is None:
        raise ProblemError(415, None, "the body is application/json in UTF-8")
    try:
        read = json.loads(
            asked.read().decode(), parse_float=Fraction, parse_constant=_no_constant, object_pairs_hook=_object
        )
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise ProblemError(400, None, "the body is no JSON object in UTF-8 whose names are each there once")
    if _is_deep(read):
        raise ProblemError(400, None, f"the body is nested more than {_DEPTH} levels deep")
    return read


def _is_deep(value: dict[str, Any]) -> bool:
    level: list[Any] = [value]
    for _ in range(_DEPTH):
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
        level = [inner for inner in level if isinstance(inner, (dict, list))]
    return bool(level)


def _no_constant(_text: str) -> Any:  # noqa: ANN401 - json's own
    raise ValueError("JSON has neither NaN nor infinity")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found
