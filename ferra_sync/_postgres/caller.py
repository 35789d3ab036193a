"""Which line of the program a call came from."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Final, NamedTuple

_OURS: Final = (os.path.dirname(os.path.dirname(__file__)) + os.sep, contextlib.__file__)  # noqa: PTH120 - a frame has a text
"""Where the frames between a caller and the driver are written; context managers are entered by contextlib's."""


class Caller(NamedTuple):
    """A line of the program; its text is `views.py:41`.

    Attributes:
        file: the path of its source.
        line: from 1 up.
        function: where it stands, `<module>` outside of functions.
    """

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{os.path.basename(self.file)}:{self.line}"  # noqa: PTH119 - as above


def caller() -> Caller | None:
    """Return the line that called ferra_sync, however many of its own frames are between; None: there is none."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith(_OURS):
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return Caller(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
