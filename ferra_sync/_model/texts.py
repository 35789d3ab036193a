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

from ferra_sync._expression.sqltypes import BYTEA, INTERVAL, NUMERIC, TIMESTAMPTZ
from ferra_sync._model.json import reading
from ferra_sync._model.misfit import MisfitError
from ferra_sync._model.structuring import TEXTS, Hook, converter_of

_BOOLEANS: Final = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0"), False),
}
_WHOLE: Final = re.compile(r"[+-]?\d+", re.ASCII)
_FRACTION: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_BARE_OFFSET: Final = re.compile(r"(?P<moment>.*\d\d:\d\d\S*) (?P<offset>\d\d:?\d\d)", re.ASCII)
"""A moment whose `+` a query string has made a space."""


def _text(text: str) -> str:
    """Return the text, which PostgreSQL can hold."""
    if "\0" in text:
        raise MisfitError("a text holds no NUL")
    text.encode()  # Half a pair of surrogates has no UTF-8.
    return text


def _boolean(text: str) -> bool:
    return _BOOLEANS[text.strip().lower()]


def _number(pattern: re.Pattern[str], cls: Callable[[str], Any], text: str) -> Any:  # noqa: ANN401 - of the class
    if pattern.fullmatch(text.strip()) is None:
        raise MisfitError("no number")
    return cls(text)


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
    parsers = {cls: _either(cls, parse) for cls, parse in TEXTS.items()}
    converter = converter_of(
        parsers
        | {
            str: _either(str, _text),
            bool: _either(bool, _boolean),
            int: _either(int, partial(_number, _WHOLE, int)),
            float: _either(float, partial(_number, _FRACTION, float), int),
            Decimal: _either(Decimal, lambda text: reading(NUMERIC, text.strip()), int),
            dt.datetime: _either(dt.datetime, _moment),
            dt.timedelta: _either(dt.timedelta, lambda text: reading(INTERVAL, text)),
            bytes: _either(bytes, lambda text: reading(BYTEA, text)),
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
