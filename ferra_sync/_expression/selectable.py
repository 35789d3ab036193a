"""What is asked of an expression by its shape alone: what it gives in a select list, and what may stand beside it."""

from __future__ import annotations

from typing import Protocol

from ferra_sync._expression.markers import Selected
from ferra_sync._expression.sqltypes import Accepting, SqlType
from ferra_sync._expression.typevars import G_co, N_co, S_co, T_co, V, W_co


class Takes(Protocol[W_co]):
    """An expression beside which a value may be a W."""

    @property
    def type(self) -> Accepting[W_co]: ...


class Typed(Protocol[S_co, V, N_co, G_co]):
    """An expression of exactly this Python type: invariant, so that no checker widens it to fit another value."""

    @property
    def type(self) -> SqlType[V]: ...

    def __ferra_select__(self) -> Selected[S_co, V | N_co, G_co]: ...


class Selectable(Protocol[S_co, T_co, G_co]):
    """What can be selected: a column, an expression, or a model class."""

    def __ferra_select__(self) -> Selected[S_co, T_co, G_co]: ...
