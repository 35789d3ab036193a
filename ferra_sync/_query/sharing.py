"""Expressions with values that stand in several clauses and must be the same parameters in all of them.

`GROUP BY f(x, $2)` is not `SELECT f(x, $1)` to PostgreSQL, whatever the values are. So an expression of GROUP BY,
DISTINCT or DISTINCT ON is lowered once; wherever it occurs again, with equal values, the shape says `shared(i)`. So
is a window with values: the server sorts once for all that see the same one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable
from decimal import Decimal
from itertools import islice
from typing import Any, Final, TypeAlias

from ferra_sync._expression import shapes
from ferra_sync._expression.expression import AnyExpr
from ferra_sync._expression.grouping import GROUPING
from ferra_sync._expression.ranges import AnyRange, is_multirange
from ferra_sync._expression.shapes import leaves, rebuilt, shared
from ferra_sync._expression.sqltypes import SqlType

Params: TypeAlias = tuple[Any, ...]

_KEYED: Final = frozenset({shapes.KEYS, shapes.ASC, shapes.DESC})


class Sharing:
    """The shared expressions of one query: `expressions`, and its windows with values where it has `windows`."""

    def __init__(self, expressions: Iterable[AnyExpr], *, windows: bool) -> None:
        self._shared: list[tuple[Hashable, Params]] = []
        for expression in expressions:
            if expression.params and self._number(expression.shape, expression.params) is None:
                self._shared.append((expression.shape, expression.params))
        self._is_needed = windows or bool(self._shared)

    @property
    def shapes(self) -> tuple[Hashable, ...]:
        """The shapes of the shared expressions."""
        return tuple(shape for shape, _ in self._shared)

    @property
    def params(self) -> Params:
        """Their values."""
        return tuple(value for _, params in self._shared for value in params)

    def rewritten(self, shape: Hashable, params: Params) -> tuple[Hashable, Params]:
        """Return an expression without what it shares, and the values that remain its own."""
        if not params or not self._is_needed:
            return shape, params
        number = self._number(shape, params)
        if number is not None:
            return shared(number), ()
        kept, own = self._with_parts(shape, params)
        match kept:
            case (shapes.WINDOW, *_) if own:
                return self._window(kept, own), ()
            case _:
                return kept, own

    def _window(self, shape: Hashable, params: Params) -> Hashable:
        number = self._number(shape, params)
        if number is None:
            number = len(self._shared)
            self._shared.append((shape, params))
        return shared(number)

    def _with_parts(self, shape: Hashable, params: Params) -> tuple[Hashable, Params]:
        """Return an expression without what its parts share."""
        remaining = iter(params)
        own: list[Any] = []

        def part(child: Hashable) -> Hashable:
            values = tuple(islice(remaining, _parameters(child)))
            # A value within an expression is no expression of its own, though an equal one may be grouped by.
            is_own = isinstance(child, tuple) or has_keys
            kept, its_own = self.rewritten(child, values) if is_own else (child, values)
            own.extend(its_own)
            return kept

        if not isinstance(shape, tuple):
            return shape, params
        has_keys = shape[0] in _KEYED or GROUPING in shape  # What stands there is an expression, a value alone too.
        kept = rebuilt(shape, part)
        return kept, (*own, *remaining)  # A subquery's values are its own, whatever stands in it.

    def _number(self, shape: Hashable, params: Params) -> int | None:
        """Return the number of the equal shared expression, or None."""
        for number, (known, values) in enumerate(self._shared):
            if known == shape and are_same(values, params):
                return number
        return None


def _parameters(shape: Hashable) -> int:
    """Return how many parameters a shape has."""
    return sum(isinstance(leaf, SqlType) for leaf in leaves(shape))


def are_same(values: Params, others: Params) -> bool:
    """Whether equal values travel alike, each of them."""
    return list(map(_exactly, values)) == list(map(_exactly, others))


def _exactly(value: object) -> object:
    """Return what is equal for values that travel alike: 1.0 and 1.00 do not, nor 1 and True; a NaN and itself do."""
    match value:
        case float():
            said: object = value.hex()
        case Decimal():
            said = value.as_tuple()
        case dict():
            said = [(_exactly(key), _exactly(each)) for key, each in value.items()]
        case list() | tuple():
            said = list(map(_exactly, value))
        case AnyRange():
            said = [*map(_exactly, (value.lower, value.upper)), value.bounds]
        case _ if is_multirange(value):
            said = list(map(_exactly, value))
        case dt.datetime() | dt.time():
            said = value.isoformat()
        case _:
            fields = getattr(value, "__attrs_attrs__", ())
            said = [_exactly(getattr(value, field.name)) for field in fields] if fields else value
    return type(value), said
