"""What is asked of an expression by its shape alone: what it gives in a select list, and what may stand beside it."""

from __future__ import annotations

from typing import Any, Generic, Protocol

from ferra_sync._expression.markers import Selected
from ferra_sync._expression.sqltypes import Accepting, SqlType
from ferra_sync._expression.typevars import G_co, N_co, S_co, T_co, V, V_co, W_co


class Asked(Generic[S_co, V_co, N_co, G_co]):
    """What the type checker asks of an expression, and nobody else."""

    __slots__ = ()

    def __ferra_select__(self) -> Selected[S_co, V_co | N_co, G_co]:
        raise TypeError("only the type checker asks what is selected")

    def __ferra_value__(self) -> V_co:
        raise TypeError("only the type checker asks what a value is")

    def __ferra_null__(self) -> N_co:
        raise TypeError("only the type checker asks whether a value may be NULL")

    def __ferra_list__(self) -> Selected[S_co, list[V_co | N_co], G_co]:
        raise TypeError("only the type checker asks what several values are")


class Takes(Protocol[W_co]):
    """An expression beside which a value may be a W."""

    @property
    def type(self) -> Accepting[W_co]: ...


class Typed(Protocol[S_co, V, T_co, N_co, G_co]):
    """An expression of exactly the type V, which no checker widens to fit another value; as a result it is a T."""

    @property
    def type(self) -> SqlType[V]: ...

    def __ferra_value__(self) -> T_co: ...

    def __ferra_null__(self) -> N_co: ...

    def __ferra_select__(self) -> Selected[S_co, Any, G_co]: ...


class Selectable(Protocol[S_co, T_co, G_co]):
    """What can be selected: a column, an expression, or a model class."""

    def __ferra_select__(self) -> Selected[S_co, T_co, G_co]: ...


class Listed(Protocol[S_co, T_co, G_co]):
    """An expression whose values, many of them, are a list that is a T."""

    def __ferra_list__(self) -> Selected[S_co, T_co, G_co]: ...
