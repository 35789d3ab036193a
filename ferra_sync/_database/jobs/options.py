"""How a job goes on where something fails, and where it begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias, get_args

import attrs

from ferra_sync._expression.numbers import is_whole_number
from ferra_sync.errors import QueryError

OnError: TypeAlias = Literal["set_aside", "stop"]
Start: TypeAlias = Literal["resume", "restart", "set_aside"]

_LONGEST_PAUSE: Final = 60.0
_MOST_DOUBLINGS: Final = 20


def _one_of(choices: Any) -> Callable[[object, attrs.Attribute[Any], object], None]:  # noqa: ANN401 - a Literal
    names = get_args(choices)

    def check(_options: object, field: attrs.Attribute[Any], value: object) -> None:
        if not isinstance(value, str) or value not in names:
            raise QueryError(f"{field.name} is one of {', '.join(map(repr, names))}")

    return check


def _check_retries(_options: object, _field: object, value: object) -> None:
    if not is_whole_number(value, 0):
        raise QueryError("retries is a whole number from 0 up")


def _check_pause(_options: object, _field: object, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= _LONGEST_PAUSE:
        raise QueryError(f"pause is a number of seconds from 0 to {_LONGEST_PAUSE:g}")


@attrs.frozen(kw_only=True)
class JobOptions:
    """How a job goes on where a batch fails, and where it begins.

    Attributes:
        retries: how often a batch is tried again that failed, or whose worker died.
        pause: seconds before the first retry; each further pause is twice as long, up to a minute.
        on_error: what becomes of a batch that failed every time: `"set_aside"`, and the job goes on without it, or
            `"stop"`, and the job stops before it.
        start: `"resume"`: what is not done yet; of a finished job nothing. `"restart"`: all, from the beginning.
            `"set_aside"`: the batches that were set aside too, each as it was cut then.

    Raises:
        QueryError: a field cannot be used, by name.
    """

    retries: int = attrs.field(default=3, validator=_check_retries)
    pause: float = attrs.field(default=0.1, validator=_check_pause)
    on_error: OnError = attrs.field(default="set_aside", validator=_one_of(OnError))
    start: Start = attrs.field(default="resume", validator=_one_of(Start))

    def pause_after(self, attempts: int) -> float:
        """Return how many seconds to wait after the last of so many failures."""
        return min(self.pause * 2.0 ** min(attempts - 1, _MOST_DOUBLINGS), _LONGEST_PAUSE)
