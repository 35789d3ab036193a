"""Documents: what json and jsonb hold for an attrs class, read as strictly as it is annotated."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from ferra_sync._expression.unreadable import UnreadableError
from ferra_sync._model.misfit import MisfitError

if TYPE_CHECKING:
    from cattrs.preconf.json import JsonConverter


def dump(cls: type, value: object) -> str:
    """Return an instance of `cls` as JSON.

    Raises:
        MisfitError: it would not be read as what it is: a field is not what its annotation says, or JSON cannot tell.
    """
    plain = _converter().unstructure(value, unstructure_as=cls)
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if not _are_same(value, _structured(cls, json.loads(text))):
        raise MisfitError(f"{cls.__name__} would be read as another value")
    return text


def load(cls: type, document: object) -> Any:  # noqa: ANN401 - an instance of cls
    """Return the instance of `cls` that a document describes.

    Raises:
        UnreadableError: the document is not what the annotations of `cls` say.
    """
    try:
        return _structured(cls, document)
    except MisfitError as error:
        problem = UnreadableError(f"a document does not fit its class: {error}")
    raise problem


def _structured(cls: type, document: object) -> Any:  # noqa: ANN401 - an instance of cls
    try:
        return _converter().structure(document, cls)
    except Exception as error:  # noqa: BLE001 - the class's own converters and validators may raise anything
        problem = MisfitError(f"{cls.__name__}{_path(error)}")
    raise problem  # Outside, for the other error shows the value.


def _path(error: BaseException) -> str:
    """Return the way to the first field that does not fit, `.inner.at`."""
    parts = ""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
        parts += "".join(f".{note.name}" for note in getattr(error, "__notes__", ()) if hasattr(note, "name"))
    return parts


def _are_same(one: Any, other: Any) -> bool:  # noqa: ANN401 - whatever a document holds
    """Equality in which NaN is itself, and classes without an equality of their own are compared by their fields."""
    if attrs.has(type(one)):
        names = [field.name for field in attrs.fields(type(one)) if field.init]
        pairs = ((getattr(one, name), getattr(other, name)) for name in names) if type(one) is type(other) else ()
        return type(one) is type(other) and all(_are_same(*pair) for pair in pairs)
    if isinstance(one, (list, tuple)) and type(one) is type(other):
        return len(one) == len(other) and all(map(_are_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_are_same(value, other[key]) for key, value in one.items())
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return str(one) == str(other)  # A signalling NaN is not to be compared.
    return bool(one == other or (one != one and other != other))  # noqa: PLR0124 - NaN


@cache
def _converter() -> JsonConverter:
    from ferra_sync._model.structuring import CONVERTER  # noqa: PLC0415 - cattrs is slow to import, documents are rare

    return CONVERTER
