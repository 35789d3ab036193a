"""Hypothesis strategies of what json and jsonb hold: documents as annotations say, and instances of attrs classes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, Final, Literal, TypeAlias, get_args, get_origin

import attrs
from hypothesis import strategies as st

from ferra_sync._model import documents, type_hints
from ferra_sync._model.misfit import MisfitError

Values: TypeAlias = st.SearchStrategy[Any]

_MANY: Final = 5
_TEXTS: Final = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50)
_FLOATS: Final = st.floats(-1e6, 1e6).map(lambda value: round(value, 6))  # The server keeps decimal figures.
_ANYTHING: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | _FLOATS | _TEXTS,
    lambda inner: st.lists(inner, max_size=_MANY) | st.dictionaries(_TEXTS, inner, max_size=_MANY),
    max_leaves=10,
)
_PLAIN: Final[dict[Any, Values]] = {
    str: _TEXTS,
    float: _FLOATS,
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    dt.datetime: st.datetimes(timezones=st.just(dt.UTC)),
    list: st.lists(_ANYTHING, max_size=_MANY),
    dict: st.dictionaries(_TEXTS, _ANYTHING, max_size=_MANY),
    None: st.none(),
    Any: _ANYTHING,
    object: _ANYTHING,
}


def plain_documents(annotation: Any) -> Values:  # noqa: ANN401 - an annotation
    """Return documents, None aside, as an annotation has them."""
    return _of(annotation).filter(lambda value: value is not None and _is_json(value))


def instances(cls: type) -> Values:
    """Return instances of an attrs class that a document holds."""
    return _instances(cls).filter(lambda value: _is_document(cls, value))


@cache
def _instances(cls: type) -> Values:
    return st.deferred(lambda: st.builds(cls, **_fields(cls)))


def _fields(cls: type) -> dict[str, Values]:
    hints = type_hints.resolved(cls)
    return {each.alias or each.name: _of(hints[each.name]) for each in attrs.fields(cls) if each.init}


def _of(annotation: Any) -> Values:  # noqa: ANN401 - an annotation
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in type_hints.UNIONS:
        return st.one_of([_of(each) for each in arguments])
    if origin in _GENERIC:
        return _GENERIC[origin](arguments)
    if isinstance(annotation, type) and attrs.has(annotation):
        return _instances(annotation)
    return _PLAIN[annotation] if annotation in _PLAIN else st.from_type(annotation)


def _tuples(arguments: Any) -> Values:  # noqa: ANN401 - the arguments of an annotation
    if arguments[-1] is ...:
        return st.lists(_of(arguments[0]), max_size=_MANY).map(tuple)
    return st.tuples(*map(_of, arguments))


_GENERIC: Final[dict[Any, Callable[[Any], Values]]] = {
    Literal: st.sampled_from,
    list: lambda arguments: st.lists(_of(arguments[0]), max_size=_MANY),
    tuple: _tuples,
    dict: lambda arguments: st.dictionaries(*map(_of, arguments), max_size=_MANY),
}


def _is_json(value: object) -> bool:
    """Whether json and jsonb hold it and give back what is equal to it."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError):
        return False
    return b"\\u0000" not in text and bool(json.loads(text) == value)


def _is_document(cls: type, value: object) -> bool:
    try:
        text = documents.dump(cls, value)
    except (MisfitError, TypeError, ValueError):
        return False
    return _is_json(json.loads(text))
