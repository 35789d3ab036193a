"""Which keys a document or an hstore has."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Generic, TypeAlias

from ferra_sync._expression.container_operators import having_key, having_keys
from ferra_sync._expression.documents import Document, Pairs
from ferra_sync._expression.matching import Matching, P_co
from ferra_sync._expression.typevars import G_co, N_co, S_co, V_co

Holding: TypeAlias = "Keyed[Any, Document | Pairs, Any, Any, P_co]"


class Keyed(Matching[S_co, V_co, N_co, G_co, P_co], Generic[S_co, V_co, N_co, G_co, P_co]):
    """The operators of keys, of which a predicate comes: a base of `Expr`."""

    __slots__ = ()

    def has_key(self: Holding[P_co], key: str) -> P_co:
        """`?`: whether it has the key, or is a list that holds this text."""
        return having_key(self.__ferra_predicate__, self, key)

    def has_any(self: Holding[P_co], keys: Collection[str]) -> P_co:
        """`?|`: whether it has one of the keys."""
        return having_keys(self.__ferra_predicate__, "?|", self, keys)

    def has_all(self: Holding[P_co], keys: Collection[str]) -> P_co:
        """`?&`: whether it has each of the keys."""
        return having_keys(self.__ferra_predicate__, "?&", self, keys)
