"""Which numbers PostgreSQL's types hold: the options of `SqlType` that say so; and what is a whole number."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, TypedDict, TypeGuard

_DIGITS: Final = 131_072
"""How many digits a numeric has before the point; after it there are 16,383."""

_SCALE: Final = 16_383
_EVERYDAY: Final = 1000
_BITS: Final = 435_411
"""As many bits as numbers of 131,072 digits have for certain."""

_FLOAT: Final = struct.Struct("f")
_GREATEST: Final = (2 - 2.0**-23) * 2.0**127
_LEAST: Final = 2.0**-149
"""The greatest and the least positive number of four bytes."""


class Held(TypedDict):
    """The numbers that a type holds for certain, and the test of the others."""

    sure: tuple[Any, Any] | None
    holds: Callable[[Any], bool]


def whole(size: int) -> Held:
    """Return what whole numbers of `size` bytes are."""
    least, greatest = -(2 ** (size * 8 - 1)), 2 ** (size * 8 - 1) - 1
    return Held(sure=(least, greatest), holds=lambda value: least <= value <= greatest)


def _numeric(value: Decimal | int) -> bool:
    if isinstance(value, int):
        return value.bit_length() <= _BITS
    if -_EVERYDAY < value.adjusted() < _EVERYDAY:
        return True
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and value.adjusted() < _DIGITS and exponent >= -_SCALE


def _double(value: float) -> bool:
    try:
        float(value)
    except OverflowError:
        return False
    return True


def _real(value: float) -> bool:
    """Whether a float is within the range, or a whole number is held without being rounded."""
    if isinstance(value, int):
        return _double(value) and abs(value) <= _GREATEST and rounded(float(value)) == value
    return value == 0 or _LEAST <= abs(value) <= _GREATEST or not math.isfinite(value)


def is_whole_number(value: object, least: float = -math.inf, most: float = math.inf) -> TypeGuard[int]:
    """Whether `value` is an int from `least` to `most`, and no bool."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def rounded(value: float) -> float:
    """Return the number of four bytes that is nearest to one that is within their range."""
    number: float = _FLOAT.unpack(_FLOAT.pack(value))[0]
    return number


NUMERIC: Final = Held(sure=None, holds=_numeric)
DOUBLE_PRECISION: Final = Held(sure=None, holds=_double)
REAL: Final = Held(sure=(_LEAST, _GREATEST), holds=_real)
