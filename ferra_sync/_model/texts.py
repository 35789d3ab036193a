"""Values as people and query strings write them: cattrs, which takes a value or the text of one."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, Final, Literal, get_args, get_origin

from cattrs.errors import StructureHandlerNotFoundError

from ferra_sync._expression.intervals import Interval
from ferra_sync._expression.sqltypes import (
    BIGINT,
    BOOLEAN,
    BYTEA,
    CALENDAR_INTERVAL,
    DOUBLE_PRECISION,
    INTERVAL,
    NUMERIC,
    TIMESTAMPTZ,
    SqlType,
)
from ferra_sync._model.csv_cells import read_cell
from ferra_sync._model.json import reading
from ferra_sync._model.misfit import MisfitError
from ferra_sync._model.structuring import TEXTS, Hook, converter_of

_CELLS: Final[dict[type, SqlType[Any]]] = {
    bool: BOOLEAN,
    int: BIGINT,
    bytes: BYTEA,
    dt.timedelta: INTERVAL,
    Interval: CALENDAR_INTERVAL,
}
"""What is written as in a CSV file."""

_BARE_OFFSET: Final = re.compile(r"(?P<moment>.*\d\d:\d\d\S*) (?P<offset>\d\d:?\d\d)", re.ASCII)
"""A moment whose `+` a query string has made a space."""


def _text(text: str) -> str:
    """Return the text, which PostgreSQL can hold."""
    if "\0" in text:
        raise MisfitError("a text holds no NUL")
    text.encode()  # Half a pair of surrogates has no UTF-8.
    return text


def _moment(text: str) -> dt.datetime:
    found = _BARE_OFFSET.fullmatch(text)
    moment: dt.datetime = reading(TIMESTAMPTZ, text if found is None else f"{found['moment']}+{found['offset']}")
    return moment


def _either(cls: type, parse: Callable[[str], Any], *also: type) -> Hook:
    """Return a hook that takes a value of the class, or of those that it converts without a loss, or a text."""

    def hook(value: Any, _target: Any) -> Any:  # noqa: ANN401 - cattrs' own
        if type(value) is str:
            return parse(value)
        if type(value) in also:
            return cls(value)
        if type(value) is not cls:
            raise MisfitError(f"a {cls.__name__} is needed")
        return value

    return hook


def _member(value: object, target: type[enum.Enum]) -> enum.Enum:
    """Return the member itself, the one of this value, or the one whose value has this text."""
    if type(value) is target:
        return value
    return next(member for member in target if _is_spelled(member.value, value))


def _literal(value: object, target: Any) -> Any:  # noqa: ANN401 - an annotation
    options = get_args(target)
    return next(each for each in options if each is value or _is_spelled(getattr(each, "value", each), value))


def _is_spelled(plain: object, value: object) -> bool:
    return (type(plain) is type(value) and plain == value) or (type(value) is str and str(plain) == value)


def _is_enum(target: Any) -> bool:  # noqa: ANN401 - an annotation
    return isinstance(target, type) and issubclass(target, enum.Enum)


def _is_literal(target: Any) -> bool:  # noqa: ANN401 - an annotation
    origin: Any = get_origin(target)
    return origin is Literal


def _converter() -> Any:  # noqa: ANN401 - cattrs' own
    converter = converter_of(
        {
            **{cls: _either(cls, parse) for cls, parse in TEXTS.items()},
            **{cls: _either(cls, partial(read_cell, sql_type)) for cls, sql_type in _CELLS.items()},
            str: _either(str, _text),
            float: _either(float, partial(read_cell, DOUBLE_PRECISION), int),
            Decimal: _either(Decimal, partial(read_cell, NUMERIC), int),
            dt.datetime: _either(dt.datetime, _moment),
        }
    )
    converter.register_structure_hook_func(_is_enum, _member)
    converter.register_structure_hook_func(_is_literal, _literal)
    return converter


_CONVERTER: Final = _converter()


def structured(value: object, annotation: Any) -> Any:  # noqa: ANN401 - what the annotation says
    """Return `value`, or what it spells, as `annotation` says.

    Raises:
        Exception: it spells none; the message may show it.
    """
    return _CONVERTER.structure(value, annotation)


def takes(annotation: Any) -> bool:  # noqa: ANN401 - an annotation
    """Whether there is a way to read values of an annotation."""
    try:
        _CONVERTER.get_structure_hook(annotation)
    except StructureHandlerNotFoundError:
        return False
    return True
