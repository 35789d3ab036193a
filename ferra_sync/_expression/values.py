"""How our objects are copied and pickled: values are themselves everywhere in a process and leave it nowhere."""

from __future__ import annotations

from typing import Never, Self


class Value:
    """An immutable value, one part of which is compared by identity: a copy of it would be another thing."""

    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object], /) -> Self:
        return self

    def __reduce__(self) -> Never:
        raise TypeError(f"a {type(self).__name__} cannot be pickled: build it in the process that runs it")


class Handle:
    """What holds connections, or a lock: it belongs to the process that opened it."""

    __slots__ = ()

    def __reduce__(self) -> Never:
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled: connect in the process that uses it")
