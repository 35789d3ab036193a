"""What the validators of a field say of its values, as far as attrs' own say it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import attrs

from ferra_sync._model.rejections import _parts

_NUMBERS: Final = {">=": "least", ">": "least", "<=": "most", "<": "most"}


@attrs.frozen
class Limits:
    """Bounds of values, of lengths, or the values themselves; `is_whole`: all of a text matches.

    With `is_open` a validator of another kind has its say too.

    A bound may itself be refused: the validators look at each value at last.
    """

    least: Any = None
    most: Any = None
    shortest: int = 0
    longest: int | None = None
    options: tuple[Any, ...] | None = None
    pattern: re.Pattern[str] | None = None
    is_whole: bool = False
    members: Limits | None = None
    is_open: bool = False

    def within(self, least: Any, most: Any) -> tuple[Any, Any]:  # noqa: ANN401 - of the type that they bound
        """Return the bounds, where a type has these itself."""
        lower = [each for each in (self.least, least) if each is not None]
        upper = [each for each in (self.most, most) if each is not None]
        return max(lower, default=None), min(upper, default=None)

    def length(self, longest: int) -> int:
        """Return the greatest length, where a type has this itself."""
        return longest if self.longest is None else min(longest, self.longest)


def limits_of(validator: Any) -> Limits:  # noqa: ANN401 - of attrs' own classes, or a function of the user's
    """Return what a validator says; None says nothing."""
    limits = Limits()
    for part in () if validator is None else _parts(validator):
        limits = _narrowed(limits, part)
    return limits


def _narrowed(limits: Limits, part: Any) -> Limits:  # noqa: ANN401 - as above
    read = _READ.get(type(part).__name__)
    return attrs.evolve(limits, is_open=True) if read is None else read(limits, part)


def _bound(limits: Limits, part: Any) -> Limits:  # noqa: ANN401 - as above
    side = _NUMBERS[part.compare_op]
    least, most = limits.within(part.bound if side == "least" else None, part.bound if side == "most" else None)
    return attrs.evolve(limits, least=least, most=most)


def _pattern(limits: Limits, part: Any) -> Limits:  # noqa: ANN401 - as above
    return attrs.evolve(limits, pattern=part.pattern, is_whole=part.match_func.__name__ == "fullmatch")


_READ: Final[dict[str, Callable[[Limits, Any], Limits]]] = {
    "_NumberValidator": _bound,
    "_MinLengthValidator": lambda limits, part: attrs.evolve(limits, shortest=max(limits.shortest, part.min_length)),
    "_MaxLengthValidator": lambda limits, part: attrs.evolve(limits, longest=limits.length(part.max_length)),
    "_InValidator": lambda limits, part: attrs.evolve(limits, options=tuple(part.options)),
    "_MatchesReValidator": _pattern,
    "_OptionalValidator": lambda limits, part: _narrowed(limits, part.validator),
    "_DeepIterable": lambda limits, part: attrs.evolve(limits, members=limits_of(part.member_validator)),
    "_InstanceOfValidator": lambda limits, _part: limits,
}
