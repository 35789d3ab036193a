"""What is done again where the server asks for that."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final

from ferra_sync._expression.typevars import R
from ferra_sync._postgres.observer import Observer
from ferra_sync._postgres.telling import tell
from ferra_sync.errors import Db

_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 1.0
"""In seconds."""


def retried(
    work: Callable[[], R], is_to_be_retried: Callable[[Db], bool], retries: int, observers: tuple[Observer, ...] = ()
) -> R:
    """Return what `work` returns; again up to `retries` times, after a pause of random length that doubles each time.

    The observers hear of each time but the first.

    Raises:
        Db: the last time too, or it is none that is to be retried.
    """
    attempt = 0
    while True:
        try:
            return work()
        except Db as error:
            if attempt >= retries or not is_to_be_retried(error):
                raise
            tell(observers, "on_retry", attempt + 1, error)
        time.sleep(random.uniform(0, min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE)))  # noqa: S311 - jitter
        attempt += 1
