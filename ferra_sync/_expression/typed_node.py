"""What an expression says to the type checker: which tables it needs, its value, and whether that may be NULL."""

from __future__ import annotations

from typing import Generic, Never

from ferra_sync._expression import shapes
from ferra_sync._expression.markers import Selected
from ferra_sync._expression.operators import Node
from ferra_sync._expression.order import Order
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._expression.typevars import G_co, N_co, S_co, V_co


class TypedNode(Node, Generic[S_co, V_co, N_co, G_co]):
    """A node with its Python types; the operators come with `Expr`."""

    __slots__ = ()
    type: SqlType[V_co]

    def __bool__(self) -> Never:
        raise TypeError("an SQL expression has no truth value in Python; combine with & | ~")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.shape!r}>"

    def asc(self, *, nulls: shapes.Nulls | None = None) -> Order[S_co, G_co]:
        """Ascending; PostgreSQL puts NULLs last where `nulls` does not say otherwise."""
        return Order(self, shapes.ASC, nulls)

    def desc(self, *, nulls: shapes.Nulls | None = None) -> Order[S_co, G_co]:
        """Descending; PostgreSQL puts NULLs first where `nulls` does not say otherwise."""
        return Order(self, shapes.DESC, nulls)

    def __ferra_select__(self) -> Selected[S_co, V_co | N_co, G_co]:
        raise TypeError("only the type checker asks what is selected")

    def __ferra_value__(self) -> V_co:
        raise TypeError("only the type checker asks what a value is")

    def __ferra_null__(self) -> N_co:
        raise TypeError("only the type checker asks whether a value may be NULL")

    def __ferra_list__(self) -> Selected[S_co, list[V_co | N_co], G_co]:
        raise TypeError("only the type checker asks what several values are")
