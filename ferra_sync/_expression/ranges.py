"""What ranges are to those who do not make them: the classes are the driver's, and `types` alone names them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, TypeAlias, TypeGuard, runtime_checkable

from ferra_sync._expression.typevars import T, T_co


@runtime_checkable
class AnyRange(Protocol[T_co]):
    """Two bounds of one type, either of them None where there is no end; `bounds` is `[)` and its kin."""

    @property
    def lower(self) -> T_co | None: ...

    @property
    def upper(self) -> T_co | None: ...

    @property
    def bounds(self) -> str: ...

    @property
    def isempty(self) -> bool: ...


@runtime_checkable
class AnyMultirange(Protocol[T_co]):
    """Ranges of one type, in their order and with room between them; unlike a list it is compared with anything."""

    def __iter__(self) -> Iterator[AnyRange[T_co]]: ...

    def __lt__(self, other: object, /) -> bool: ...

    def insert(self, index: int, value: Any) -> None: ...  # noqa: ANN401 - a range of T


Ranges: TypeAlias = AnyRange[T] | AnyMultirange[T]


def is_multirange(value: object) -> TypeGuard[AnyMultirange[Any]]:
    """Whether `value` is a multirange, which to Python is a list but for its class."""
    return isinstance(value, AnyMultirange) and not isinstance(value, (list, bytearray))
