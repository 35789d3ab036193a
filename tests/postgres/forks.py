"""A forked child that does something and says what came of it."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
from collections.abc import Callable
from typing import Any

PATIENCE = 60
"""Seconds after which a child that hangs is ended by the system."""


class Child:
    """A child that runs `work`, and its answer; its end is the system's own, so that nothing of the parent's runs."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._answer, answer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            with contextlib.suppress(BaseException):
                _answer_with(work, answer)
            os._exit(0)
        os.close(answer)

    def result(self) -> Any:
        """Return what `work` returned; raise what it raised, and an AssertionError at anything said in passing."""
        with os.fdopen(self._answer, "rb") as answer:
            said = answer.read()
        _, status = os.waitpid(self._pid, 0)
        assert status == 0, f"the child was ended by signal {os.WTERMSIG(status)}"
        result, error, unraised = pickle.loads(said)
        assert not unraised
        if error is not None:
            raise error
        return result


def _answer_with(work: Callable[[], Any], answer: int) -> None:
    signal.alarm(PATIENCE)
    unraised: list[str] = []
    sys.unraisablehook = lambda unraisable: unraised.append(repr(unraisable.exc_value))
    result, error = None, None
    try:
        result = work()
    except Exception as raised:  # noqa: BLE001 - the parent raises it
        error = raised.with_traceback(None)
        error.__cause__ = error.__context__ = None
    os.write(answer, pickle.dumps((result, error, unraised)))


def in_child(work: Callable[[], Any]) -> Any:
    """Return what `work` returns in a forked child."""
    return Child(work).result()
