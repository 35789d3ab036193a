"""What checkers ask of an expression: the tables that it needs, its value, whether that may be NULL."""

from __future__ import annotations

from typing import Generic

from ferra_sync._expression.markers import Selected
from ferra_sync._expression.operators import Node
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._expression.typevars import G_co, N_co, S_co, V_co


class TypedNode(Node, Generic[S_co, V_co, N_co, G_co]):
    """An expression with its Python types, of which it knows nothing at run time."""

    __slots__ = ()
    type: SqlType[V_co]

    def __ferra_select__(self) -> Selected[S_co, V_co | N_co, G_co]:
        raise TypeError("only the type checker asks what is selected")

    def __ferra_value__(self) -> V_co:
        raise TypeError("only the type checker asks what a value is")

    def __ferra_null__(self) -> N_co:
        raise TypeError("only the type checker asks whether a value may be NULL")
