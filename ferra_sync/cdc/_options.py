"""How a capture works."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias

import attrs

from ferra_sync._expression.described import described
from ferra_sync.cdc._events import Event
from ferra_sync.errors import ConfigError

Way: TypeAlias = Literal["stream", "peek"]

_WAYS: Final = ("stream", "peek")
_SLOT: Final = re.compile(r"[a-z0-9_]{1,58}")
"""What PostgreSQL lets a slot be called, with room for the `_copy` of a slot that is being made."""


def _whole(_options: object, field: attrs.Attribute[Any], value: object) -> None:
    if type(value) is not int or value < 1:
        raise ConfigError(f"{field.name} is a whole number from 1 on, not {described(value)}")


def _seconds(_options: object, field: attrs.Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ConfigError(f"{field.name} is a number of seconds, more than 0")


def _way(_options: object, field: attrs.Attribute[Any], value: object) -> None:
    if value not in _WAYS:
        raise ConfigError(f"{field.name} is one of {', '.join(map(repr, _WAYS))}")


def _function(_options: object, field: attrs.Attribute[Any], value: object) -> None:
    if value is not None and not callable(value):
        raise ConfigError(f"{field.name} is a function of an event, not {described(value)}")


def _publication(_options: object, field: attrs.Attribute[Any], value: object) -> None:
    if value is not None and (not isinstance(value, str) or not value or "\0" in value):
        raise ConfigError(f"{field.name} is a publication's name")


@attrs.frozen(kw_only=True)
class CaptureOptions:
    """How a capture works. Times are seconds.

    Attributes:
        batch_rows: from how many changes on they are written. A transaction of at most so many appears at once; a
            greater one in parts.
        batch_bytes: from how many bytes on they are written, as the server sends them: together with `batch_rows` the
            bound of what is in memory.
        confirm_every: how often the slot is confirmed.
        heartbeat: how often the position goes on where the tables are quiet and others of the server are not.
        publication: the name of the publication, which is made where there is none; None: the slot's.
        way: `"stream"`: the server sends changes as they are committed, on a connection for replication; `"peek"`:
            the slot is looked into by plain queries, for where there is none.
        on_event: is called with each `Event`; None: they are logged to `ferra_sync.cdc`.

    Raises:
        ConfigError: a field cannot be used, by name.
    """

    batch_rows: int = attrs.field(default=2000, validator=_whole)
    batch_bytes: int = attrs.field(default=4 * 2**20, validator=_whole)
    confirm_every: float = attrs.field(default=1.0, validator=_seconds)
    heartbeat: float = attrs.field(default=10.0, validator=_seconds)
    publication: str | None = attrs.field(default=None, validator=_publication)
    way: Way = attrs.field(default="stream", validator=_way)
    on_event: Callable[[Event], object] | None = attrs.field(default=None, validator=_function)


def checked_slot(name: object) -> str:
    """Return a slot's name; ConfigError where it cannot be one."""
    if not isinstance(name, str) or _SLOT.fullmatch(name) is None:
        raise ConfigError("a slot's name has 1 to 58 lower-case letters, digits and underscores")
    return name
