"""What is noted of a connection that is lent for longer than a statement: which line has it, and since when."""

from __future__ import annotations

import sys
from time import monotonic
from types import CodeType

from ferra_sync._postgres.observer import Caller, outside


class Loan:
    """A connection's being lent to a line of the program.

    Attributes:
        since: when, by the monotonic clock.
        is_told: whether it was reported that it takes long.
    """

    __slots__ = ("_code", "_line", "is_told", "since")

    def __init__(self, code: CodeType, line: int) -> None:
        self._code = code
        self._line = line
        self.since: float = monotonic()
        self.is_told: bool = False

    @classmethod
    def now(cls) -> Loan:
        """Return what is to be noted of a connection that is lent now, to the innermost line outside of ferra_sync."""
        here = sys._getframe(1)
        frame = outside(here) or here  # There is none in a thread of ours.
        return cls(frame.f_code, frame.f_lineno)

    @property
    def caller(self) -> Caller:
        """The line that has it."""
        return Caller(self._code.co_filename, self._line, self._code.co_qualname)
