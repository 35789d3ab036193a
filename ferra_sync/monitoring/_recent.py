"""What was told of late, so that it is not told again."""

from __future__ import annotations

import math
from _thread import allocate_lock
from collections.abc import Hashable
from time import monotonic


class Recent:
    """Remembers the last keys, `most` of them, each for so many seconds. Threads may share it."""

    __slots__ = ("_keys", "_lock", "_most", "_seconds")

    def __init__(self, most: int, seconds: float = math.inf) -> None:
        self._keys: dict[Hashable, float] = {}
        self._lock = allocate_lock()
        self._most = most
        self._seconds = seconds

    def is_new(self, key: Hashable) -> bool:
        """Whether a key is not remembered; from now on it is."""
        now = monotonic()
        with self._lock:
            if now - self._keys.get(key, -math.inf) < self._seconds:
                return False
            self._keys.pop(key, None)
            self._keys[key] = now
            if len(self._keys) > self._most:
                del self._keys[next(iter(self._keys))]
        return True
