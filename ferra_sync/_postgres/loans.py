"""What is noted of a connection that is lent for longer than a statement: which line has it, and since when."""

from __future__ import annotations

import contextlib
import os
import sys
from time import monotonic
from types import CodeType
from typing import Final

_OURS: Final = (os.path.dirname(os.path.dirname(__file__)) + os.sep, contextlib.__file__)  # noqa: PTH120 - as frames have it
"""Where the frames between a caller and the driver are written; context managers are entered by contextlib's."""


class Loan:
    """A connection's being lent to a line of the program.

    Attributes:
        code: of that line: the innermost outside of ferra_sync, or the outermost where all are inside.
        line: its number.
        since: when, by the monotonic clock.
        is_told: whether it was reported that it takes long.
    """

    __slots__ = ("code", "is_told", "line", "since")

    def __init__(self, code: CodeType, line: int) -> None:
        self.code = code
        self.line = line
        self.since = monotonic()
        self.is_told = False

    @classmethod
    def now(cls) -> Loan:
        """Return what is to be noted of a connection that is lent now."""
        frame = sys._getframe(1)
        while frame.f_code.co_filename.startswith(_OURS) and frame.f_back is not None:
            frame = frame.f_back
        return cls(frame.f_code, frame.f_lineno)
