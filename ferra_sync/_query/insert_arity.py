"""The columns of `from_query`, up to 16. Written by .ci/arity.py."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Generic, Self, TypeVar, overload

from ferra_sync._expression.column import Storing
from ferra_sync._expression.markers import In, New, Old
from ferra_sync._expression.typevars import S
from ferra_sync._query.arity import Changing
from ferra_sync._query.set_operations import Combinable

# fmt: off

T1 = TypeVar("T1")
T2 = TypeVar("T2")
T3 = TypeVar("T3")
T4 = TypeVar("T4")
T5 = TypeVar("T5")
T6 = TypeVar("T6")
T7 = TypeVar("T7")
T8 = TypeVar("T8")
T9 = TypeVar("T9")
T10 = TypeVar("T10")
T11 = TypeVar("T11")
T12 = TypeVar("T12")
T13 = TypeVar("T13")
T14 = TypeVar("T14")
T15 = TypeVar("T15")
T16 = TypeVar("T16")


class Filling(Changing[In[S] | New[In[S]], Old[In[S]]], Generic[S]):
    """An INSERT into the table S that may take the rows of a query."""

    __slots__ = ()

    @overload
    def from_query(self, query: Combinable[Any, Any], /) -> Self: ...
    @overload
    def from_query(self, query: Combinable[Any, T1], c1: Storing[S, T1], /) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2]], c1: Storing[S, T1], c2: Storing[S, T2], /
    ) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2, T3]], c1: Storing[S, T1], c2: Storing[S, T2], c3: Storing[S, T3],
        /
    ) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2, T3, T4]], c1: Storing[S, T1], c2: Storing[S, T2],
        c3: Storing[S, T3], c4: Storing[S, T4], /
    ) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2, T3, T4, T5]], c1: Storing[S, T1], c2: Storing[S, T2],
        c3: Storing[S, T3], c4: Storing[S, T4], c5: Storing[S, T5], /
    ) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2, T3, T4, T5, T6]], c1: Storing[S, T1], c2: Storing[S, T2],
        c3: Storing[S, T3], c4: Storing[S, T4], c5: Storing[S, T5], c6: Storing[S, T6], /
    ) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2, T3, T4, T5, T6, T7]], c1: Storing[S, T1], c2: Storing[S, T2],
        c3: Storing[S, T3], c4: Storing[S, T4], c5: Storing[S, T5], c6: Storing[S, T6], c7: Storing[S, T7], /
    ) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2, T3, T4, T5, T6, T7, T8]], c1: Storing[S, T1], c2: Storing[S, T2],
        c3: Storing[S, T3], c4: Storing[S, T4], c5: Storing[S, T5], c6: Storing[S, T6], c7: Storing[S, T7],
        c8: Storing[S, T8], /
    ) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9]], c1: Storing[S, T1],
        c2: Storing[S, T2], c3: Storing[S, T3], c4: Storing[S, T4], c5: Storing[S, T5], c6: Storing[S, T6],
        c7: Storing[S, T7], c8: Storing[S, T8], c9: Storing[S, T9], /
    ) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10]], c1: Storing[S, T1],
        c2: Storing[S, T2], c3: Storing[S, T3], c4: Storing[S, T4], c5: Storing[S, T5], c6: Storing[S, T6],
        c7: Storing[S, T7], c8: Storing[S, T8], c9: Storing[S, T9], c10: Storing[S, T10], /
    ) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11]], c1: Storing[S, T1],
        c2: Storing[S, T2], c3: Storing[S, T3], c4: Storing[S, T4], c5: Storing[S, T5], c6: Storing[S, T6],
        c7: Storing[S, T7], c8: Storing[S, T8], c9: Storing[S, T9], c10: Storing[S, T10], c11: Storing[S, T11], /
    ) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12]], c1: Storing[S, T1],
        c2: Storing[S, T2], c3: Storing[S, T3], c4: Storing[S, T4], c5: Storing[S, T5], c6: Storing[S, T6],
        c7: Storing[S, T7], c8: Storing[S, T8], c9: Storing[S, T9], c10: Storing[S, T10], c11: Storing[S, T11],
        c12: Storing[S, T12], /
    ) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13]],
        c1: Storing[S, T1], c2: Storing[S, T2], c3: Storing[S, T3], c4: Storing[S, T4], c5: Storing[S, T5],
        c6: Storing[S, T6], c7: Storing[S, T7], c8: Storing[S, T8], c9: Storing[S, T9], c10: Storing[S, T10],
        c11: Storing[S, T11], c12: Storing[S, T12], c13: Storing[S, T13], /
    ) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14]],
        c1: Storing[S, T1], c2: Storing[S, T2], c3: Storing[S, T3], c4: Storing[S, T4], c5: Storing[S, T5],
        c6: Storing[S, T6], c7: Storing[S, T7], c8: Storing[S, T8], c9: Storing[S, T9], c10: Storing[S, T10],
        c11: Storing[S, T11], c12: Storing[S, T12], c13: Storing[S, T13], c14: Storing[S, T14], /
    ) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15]],
        c1: Storing[S, T1], c2: Storing[S, T2], c3: Storing[S, T3], c4: Storing[S, T4], c5: Storing[S, T5],
        c6: Storing[S, T6], c7: Storing[S, T7], c8: Storing[S, T8], c9: Storing[S, T9], c10: Storing[S, T10],
        c11: Storing[S, T11], c12: Storing[S, T12], c13: Storing[S, T13], c14: Storing[S, T14],
        c15: Storing[S, T15], /
    ) -> Self: ...
    @overload
    def from_query(
        self, query: Combinable[Any, tuple[T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16]],
        c1: Storing[S, T1], c2: Storing[S, T2], c3: Storing[S, T3], c4: Storing[S, T4], c5: Storing[S, T5],
        c6: Storing[S, T6], c7: Storing[S, T7], c8: Storing[S, T8], c9: Storing[S, T9], c10: Storing[S, T10],
        c11: Storing[S, T11], c12: Storing[S, T12], c13: Storing[S, T13], c14: Storing[S, T14],
        c15: Storing[S, T15], c16: Storing[S, T16], /
    ) -> Self: ...
    def from_query(self, query: Combinable[Any, Any], *columns: Any) -> Self:
        """Insert the rows of a query, its items into these columns; without any, into all that can be written.

        The other columns have their defaults. The query's WITH becomes the INSERT's, so that it may write.

        Raises:
            QueryError: the items are not the columns' by number, type or nullability; a column is not the table's, is
                there twice or is the server's own to write; or one that must be given is missing.
        """
        return self._from_query(query, columns)

    @abstractmethod
    def _from_query(self, query: object, columns: tuple[object, ...]) -> Self: ...
