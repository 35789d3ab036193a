"""Values of ranges and multiranges, as SQL written by hand spells them, and the operators between two of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ferra_sync.types import Multirange, Range

RANGES = (Range(1, 5), Range(5, 9), Range(None, 4), Range(2, None), Range(None, None), Range(empty=True))
MULTIRANGES = (Multirange([Range(1, 3), Range(7, None)]), Multirange([Range(2, 6)]), Multirange())
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "@>": lambda one, other: one.contains(other),
    "<@": lambda one, other: one.contained_by(other),
    "&&": lambda one, other: one.overlaps(other),
    "-|-": lambda one, other: one.adjacent_to(other),
    "<<": lambda one, other: one.strictly_left_of(other),
    ">>": lambda one, other: one.strictly_right_of(other),
    "&<": lambda one, other: one.not_extend_right_of(other),
    "&>": lambda one, other: one.not_extend_left_of(other),
}


def spelled(value: Any) -> str:
    """Return a range or a multirange as PostgreSQL spells it."""
    if isinstance(value, Multirange):
        return f"{{{','.join(map(spelled, value))}}}"
    lower, upper = ("" if bound is None else str(bound) for bound in (value.lower, value.upper))
    return "empty" if value.isempty else f"{value.bounds[0]}{lower},{upper}{value.bounds[1]}"
