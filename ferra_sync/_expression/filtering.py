"""What `.filter(…)` takes: filters, alone or joined by `&` and `|`; what is UNSET in one adds no predicate."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from functools import reduce
from operator import and_, or_
from typing import Any, Final, Generic, Literal, TypeAlias

from ferra_sync._expression.described import described
from ferra_sync._expression.expression import AnyExpr
from ferra_sync._expression.typevars import S2, S_co
from ferra_sync._expression.values import Value
from ferra_sync.errors import QueryError

Joint: TypeAlias = Literal["&", "|"]

_OPERATORS: Final[dict[Joint, Callable[[AnyExpr, AnyExpr], AnyExpr]]] = {"&": and_, "|": or_}


class Filtering(Generic[S_co]):
    """Which rows are kept, by predicates over the tables S: a `Filter`, or several joined by `&` and `|`."""

    __slots__ = ()

    @abstractmethod
    def __ferra_predicates__(self) -> tuple[AnyExpr, ...]:
        """Return what must all hold of a row that is kept; nothing where every row is.

        Raises:
            QueryError: a value is of another type than its operator takes.
        """

    def __and__(self, other: Filtering[S2]) -> Filtering[S_co | S2]:
        """Keep the rows that both keep."""
        return Joined("&", (self, other))

    def __or__(self, other: Filtering[S2]) -> Filtering[S_co | S2]:
        """Keep the rows that one of the two keeps. A filter in which all is UNSET is none, and the other decides."""
        return Joined("|", (self, other))


class Joined(Value, Filtering[S_co]):
    """Several filters as one."""

    __slots__ = ("_joint", "_parts")

    _joint: Joint
    _parts: tuple[Filtering[Any], ...]

    def __init__(self, joint: Joint, parts: tuple[Filtering[Any], ...]) -> None:
        for part in parts:
            if not isinstance(part, Filtering):
                raise QueryError(f"{joint} joins filters, not {described(part)}: where(…) takes predicates")
        self._joint = joint
        self._parts = parts

    def __ferra_predicates__(self) -> tuple[AnyExpr, ...]:
        """Return one predicate, or none where all is UNSET."""
        kept = [reduce(and_, predicates) for predicates in self._predicates() if predicates]
        return (reduce(_OPERATORS[self._joint], kept),) if kept else ()

    def _predicates(self) -> Iterator[tuple[AnyExpr, ...]]:
        return (part.__ferra_predicates__() for part in self._parts)
