"""Records of the standard library's logging that are of the line that made a call, and not of ours."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from ferra_sync._postgres.observer import Caller

LOGGER: Final = logging.getLogger("ferra_sync.queries")

_NOWHERE: Final = Caller("(unknown file)", 0, "(unknown function)")
"""As logging has it of a record whose line is not known."""


def log(
    level: int, caller: Caller | None, message: str, *args: object, extra: Mapping[str, object] | None = None
) -> None:
    """Write a record of `caller`'s file, line and function, with `extra` as attributes of it, where it is wanted."""
    if not LOGGER.isEnabledFor(level):
        return
    file, line, function = caller or _NOWHERE
    LOGGER.handle(LOGGER.makeRecord(LOGGER.name, level, file, line, message, args, None, function, extra))
