"""What the settings of observers must be."""

from __future__ import annotations

import math

from ferra_sync._expression.described import described
from ferra_sync.errors import ConfigError


def seconds(name: str, value: float) -> float:
    """Return a number of seconds, 0 or more; ConfigError where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"{name} is a number of seconds, not {described(value)}")
    if not 0 <= value < math.inf:
        raise ConfigError(f"{name} is {value} s; it must be 0 or more")
    return value
