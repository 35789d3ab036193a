"""What a range is to those who do not make one: the class is the driver's, and `types` alone names it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ferra_sync._expression.typevars import T_co


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
