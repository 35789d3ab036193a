"""What SQLite is taught: arithmetic and texts in PostgreSQL's meaning, as functions of a connection.

Each is NULL of NULL. What PostgreSQL refuses, a result out of range or a division by zero, raises here, and the
statement with it; SQLite would give a float, or NULL.
"""

from __future__ import annotations

import math
import operator
import sqlite3
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any, Final

from ferra_sync._sqlite.moments import begun, extracted
from ferra_sync._sqlite.numbers import COLLATION
from ferra_sync._sqlite.storage import spelled_number

_CONTEXT: Final = Context(prec=200_000, Emax=999_999, Emin=-999_999)
"""Exact: PostgreSQL has no more digits either."""
_DIGITS: Final = 4
"""PostgreSQL computes quotients of numerics by groups of so many decimal digits."""
_SIGNIFICANT: Final = 16
_MOST_SCALE: Final = 1000
_MOST_TEXT: Final = 2**28
_BITS: Final = 64


# Numbers


def _quotient(over: int, under: int) -> int:
    """Return the whole part of a quotient, towards zero."""
    found = abs(over) // abs(under)
    return found if (over < 0) == (under < 0) else -found


_WHOLE: Final[dict[str, Callable[[int, int], int]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _quotient,
    "%": lambda over, under: over - under * _quotient(over, under),
    "gcd": math.gcd,
    "lcm": math.lcm,
}
_FLOAT: Final[dict[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def whole(op: str, left: int, right: int, bits: int) -> int:
    """Return what an operator makes of two whole numbers, of a type of so many bits."""
    found = _WHOLE[op](left, right)
    if not -(1 << bits - 1) <= found < 1 << bits - 1:
        raise OverflowError
    return found


def floating(op: str, left: float, right: float) -> float:
    """Return what an operator makes of two floats."""
    found = _FLOAT[op](left, right)
    is_endless = abs(left) == float("inf") or abs(right) == float("inf")
    is_lost = found == 0 and op in "*/" and left != 0 and right != 0
    if found != found or ((abs(found) == float("inf") or is_lost) and not is_endless):  # noqa: PLR0124 - NaN alone
        raise OverflowError
    return found


def exact(op: str, left: str, right: str) -> str:
    """Return what an operator makes of two numerics."""
    one, other = Decimal(left), Decimal(right)
    if not other and op in "/%":
        raise ZeroDivisionError
    match op:
        case "+":
            found = _CONTEXT.add(one, other)
        case "-":
            found = _CONTEXT.subtract(one, other)
        case "*":
            found = _CONTEXT.multiply(one, other)
        case "%":
            found = _CONTEXT.remainder(one, other)
        case _:
            found = divided(one, other)
    return spelled_number(found)


def divided(over: Decimal, under: Decimal) -> Decimal:
    """Return a quotient with as many digits as PostgreSQL's `select_div_scale` gives it, rounded away from zero."""
    weight, first = _leading(over)
    other, second = _leading(under)
    weight -= other + (first <= second)
    scale = min(max(_SIGNIFICANT - weight * _DIGITS, _scale(over), _scale(under), 0), _MOST_SCALE)
    return _rounded_fraction(*_fraction(over, under), scale)


def _leading(number: Decimal) -> tuple[int, int]:
    """Return the weight of a number's first group of digits, and the group: 0 and 0 of zero."""
    if not number:
        return 0, 0
    weight = number.adjusted() // _DIGITS
    return weight, int(abs(number).scaleb(-weight * _DIGITS, _CONTEXT))


def _scale(number: Decimal) -> int:
    return max(-int(number.as_tuple().exponent), 0)


def _fraction(over: Decimal, under: Decimal) -> tuple[int, int]:
    (a, b), (c, d) = over.as_integer_ratio(), under.as_integer_ratio()
    return (a * d, b * c) if c > 0 else (-a * d, -b * c)


def _rounded_fraction(over: int, under: int, scale: int) -> Decimal:
    """Return a fraction with so many digits behind the point, halves rounded away from zero."""
    unit = 10 ** max(scale, 0)
    kept = (2 * abs(over) * unit + under) // (2 * under)
    return _CONTEXT.scaleb(Decimal(kept if over >= 0 else -kept), -max(scale, 0))


def decimal(units: int, scale: int) -> str:
    """Return a scaled integer as a numeric."""
    return spelled_number(Decimal(units).scaleb(-scale, _CONTEXT))


def scaled(number: str, scale: int, digits: int) -> int:
    """Return a numeric as an integer of this scale, rounded as PostgreSQL rounds what a column takes."""
    units = int(_rounded(Decimal(number), scale).scaleb(scale, _CONTEXT))
    if abs(units) >= 10**digits or not -(1 << _BITS - 1) <= units < 1 << _BITS - 1:
        raise OverflowError
    return units


def _rounded(number: Decimal, scale: int) -> Decimal:
    if scale >= 0:
        return _rounded_fraction(*number.as_integer_ratio(), scale)
    unit = 10**-scale
    over, under = number.as_integer_ratio()
    return _CONTEXT.multiply(_rounded_fraction(over, under * unit, 0), Decimal(unit))


def rounded(number: str, scale: int) -> str:
    """Return a numeric with so many digits behind the point; fewer than none round what stands before it."""
    return spelled_number(_rounded(Decimal(number), scale))


def truncated(number: str, scale: int) -> str:
    """Return a numeric without the digits that come after these."""
    over, under = Decimal(number).as_integer_ratio()
    unit = 10 ** abs(scale)
    kept = _quotient(over * unit, under) if scale >= 0 else _quotient(over, under * unit) * unit
    return spelled_number(Decimal(kept).scaleb(-max(scale, 0), _CONTEXT))


def whole_quotient(over: str, under: str) -> str:
    """Return the whole part of the quotient of two numerics."""
    return str(_quotient(*_fraction(Decimal(over), Decimal(under))))


def floor(number: str) -> str:
    """Return the greatest whole number that is not greater."""
    over, under = Decimal(number).as_integer_ratio()
    return str(over // under)


def ceiling(number: str) -> str:
    """Return the least whole number that is not less."""
    over, under = Decimal(number).as_integer_ratio()
    return str(-(-over // under))


def sign(number: str) -> str:
    """Return -1, 0 or 1."""
    value = Decimal(number)
    return str((value > 0) - (value < 0))


def absolute(number: str) -> str:
    """Return a numeric without its sign."""
    return number.removeprefix("-")


class Sum:
    """The sum of numerics; NULL of none."""

    def __init__(self) -> None:
        self._sum: Decimal | None = None

    def step(self, number: str | None) -> None:
        """Add one."""
        if number is not None:
            self._sum = _CONTEXT.add(self._sum or Decimal(0), Decimal(number))

    def finalize(self) -> str | None:
        """Return the sum."""
        return None if self._sum is None else spelled_number(self._sum)


# Texts


def substring(text: str, start: int, count: int | None = None) -> str:
    """Return characters from a place on, which counts from 1 and may be before the text."""
    if count is None:
        return text[max(start - 1, 0) :]
    if count < 0:
        raise ValueError
    return text[max(start - 1, 0) : max(start - 1 + count, 0)]


def left(text: str, count: int) -> str:
    """Return the first characters; of a negative number all but so many last ones."""
    return text[:count]


def right(text: str, count: int) -> str:
    """Return the last characters; of a negative number all but so many first ones."""
    return text[-count:] if count else ""


def split_part(text: str, separator: str, number: int) -> str:
    """Return the part of this number, from 1, or of a negative one from the end; empty where there is none."""
    if not number:
        raise ValueError
    parts = text.split(separator) if separator else [text]
    place = number - 1 if number > 0 else len(parts) + number
    return parts[place] if 0 <= place < len(parts) else ""


def repeated(text: str, times: int) -> str:
    """Return a text so many times."""
    if len(text) * times > _MOST_TEXT:
        raise MemoryError
    return text * times


def cut(text: str, length: int) -> str:
    """Return a text without the blanks that are too many; where it is too long all the same, as it is."""
    return text if text[length:].strip(" ") else text[:length]


def filled_left(text: str, length: int, fill: str = " ") -> str:
    """Return a text filled up in front to a length, or cut to it."""
    return _fill(text, length, fill) + text[: max(length, 0)]


def filled_right(text: str, length: int, fill: str = " ") -> str:
    """Return a text filled up to a length, or cut to it."""
    return text[: max(length, 0)] + _fill(text, length, fill)


def _fill(text: str, length: int, fill: str) -> str:
    missing = max(length - len(text), 0) if fill else 0
    return repeated(fill, -(-missing // len(fill)))[:missing] if missing else ""


def joined(separator: str | None, *texts: str | None) -> str | None:
    """Return the texts that are not NULL with a separator between two; NULL where that is."""
    return None if separator is None else separator.join(text for text in texts if text is not None)


def several(rows: int) -> None:
    """Raise: a query that is a value has more than one row."""
    raise LookupError(rows)


_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "ferra_whole": whole,
    "ferra_float": floating,
    "ferra_exact": exact,
    "ferra_decimal": decimal,
    "ferra_scaled": scaled,
    "ferra_round": rounded,
    "ferra_trunc": truncated,
    "ferra_div": whole_quotient,
    "ferra_floor": floor,
    "ferra_ceil": ceiling,
    "ferra_sign": sign,
    "ferra_abs": absolute,
    "ferra_substring": substring,
    "ferra_left": left,
    "ferra_right": right,
    "ferra_split_part": split_part,
    "ferra_repeat": repeated,
    "ferra_cut": cut,
    "ferra_lpad": filled_left,
    "ferra_rpad": filled_right,
    "ferra_extract": extracted,
    "ferra_date_trunc": begun,
    "ferra_reverse": lambda text: text[::-1],
    "ferra_real": float,
    "ferra_bytes": bytes.fromhex,
    "ferra_several": several,
}


def teach(connection: sqlite3.Connection, failed: Callable[[type[Exception]], None]) -> None:
    """Give a connection the functions that the compiler's SQL calls; `failed` hears what one of them raised."""

    def strict(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:  # noqa: ANN401 - SQLite's values
            if None in arguments:
                return None
            try:
                return function(*arguments)
            except Exception as error:  # noqa: BLE001 - sqlite3 tells of some what is not so
                failed(type(error))
            raise ValueError

        return called

    def collated(one: str, other: str) -> int:
        try:
            left, right = Decimal(one), Decimal(other)
        except ArithmeticError as error:  # sqlite3 would take them for equal.
            failed(type(error))
            connection.interrupt()
            return 0
        return (left > right) - (left < right)

    for name, function in _FUNCTIONS.items():
        connection.create_function(name, -1, strict(function), deterministic=True)
    connection.create_function("ferra_concat_ws", -1, joined, deterministic=True)
    connection.create_aggregate("ferra_sum", 1, Sum)  # type: ignore[arg-type]  # typeshed wants a narrower result
    connection.create_collation(COLLATION, collated)
