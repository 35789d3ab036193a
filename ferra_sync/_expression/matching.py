"""What a text is matched with: patterns and parts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from typing import Any, Generic, TypeAlias, TypeVar

from ferra_sync._expression import operators
from ferra_sync._expression.operators import Node
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._expression.typed_node import TypedNode
from ferra_sync._expression.typevars import G_co, N_co, S_co, V_co

P_co = TypeVar("P_co", bound=Node, covariant=True)
"""The predicate that comes of it."""

Text: TypeAlias = "Matching[Any, str, Any, Any, P_co]"


class Matching(TypedNode[S_co, V_co, N_co, G_co], Generic[S_co, V_co, N_co, G_co, P_co]):
    """The operators of which a predicate comes, and whose other side is a value: a base of `Expr`, which makes it."""

    __slots__ = ()

    @abstractmethod
    def __ferra_predicate__(self, shape: Hashable, params: tuple[Any, ...], type: SqlType[Any]) -> P_co:
        """Return the predicate of this shape, with these values: `Expr` makes it."""

    def like(self: Text[P_co], pattern: str) -> P_co:
        r"""`LIKE` with a raw pattern: `%` and `_` are wild, `\` escapes them."""
        return operators.matching(self.__ferra_predicate__, "like", self, pattern)

    def ilike(self: Text[P_co], pattern: str) -> P_co:
        """`ILIKE` with a raw pattern: `like` without regard to case."""
        return operators.matching(self.__ferra_predicate__, "ilike", self, pattern)

    def imatches(self: Text[P_co], pattern: str) -> P_co:
        """`~*`: whether a part of the text is as a regular expression says, without regard to case."""
        return operators.matching(self.__ferra_predicate__, "~*", self, pattern)

    def icontains(self: Text[P_co], part: str) -> P_co:
        """Whether `part` occurs, letter for letter, without regard to case: nothing in it is wild."""
        return operators.matching(self.__ferra_predicate__, "ilike", self, f"%{operators.escaped(part)}%")

    def startswith(self: Text[P_co], part: str) -> P_co:
        """Whether the text begins with `part`, letter for letter."""
        return operators.matching(self.__ferra_predicate__, "like", self, f"{operators.escaped(part)}%")

    def istartswith(self: Text[P_co], part: str) -> P_co:
        """`startswith` without regard to case."""
        return operators.matching(self.__ferra_predicate__, "ilike", self, f"{operators.escaped(part)}%")

    def endswith(self: Text[P_co], part: str) -> P_co:
        """Whether the text ends with `part`, letter for letter."""
        return operators.matching(self.__ferra_predicate__, "like", self, f"%{operators.escaped(part)}")

    def iendswith(self: Text[P_co], part: str) -> P_co:
        """`endswith` without regard to case."""
        return operators.matching(self.__ferra_predicate__, "ilike", self, f"%{operators.escaped(part)}")
