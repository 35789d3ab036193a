"""What is asked of an expression by its shape alone: what it gives in a select list, and what may stand beside it."""

from __future__ import annotations

from typing import Any, Protocol

from ferra_sync._expression.markers import Selected
from ferra_sync._expression.sqltypes import Comparing, SqlType
from ferra_sync._expression.typevars import G_co, N_co, S_co, T_co, T_contra, V, W


class Takes(Protocol[W]):
    """An expression beside which a value may be a W."""

    @property
    def type(self) -> Comparing[W]: ...


class Typed(Protocol[S_co, V, T_co, N_co, G_co]):
    """An expression of exactly the type V, which no checker widens to fit another value; as a result it is a T."""

    @property
    def type(self) -> SqlType[V]: ...

    def __ferra_value__(self) -> T_co: ...

    def __ferra_null__(self) -> N_co: ...

    def __ferra_select__(self) -> Selected[S_co, Any, G_co]: ...


class Comparable(Protocol[S_co, W, N_co, G_co]):
    """An expression beside which a value may be a W, with the tables that it needs, and whether it may be NULL."""

    @property
    def type(self) -> Comparing[W]: ...

    def __ferra_null__(self) -> N_co: ...

    def __ferra_select__(self) -> Selected[S_co, Any, G_co]: ...


class Choosable(Protocol[S_co, W, T_co, N_co, G_co]):
    """The same, which as a result is a T."""

    @property
    def type(self) -> Comparing[W]: ...

    def __ferra_value__(self) -> T_co: ...

    def __ferra_null__(self) -> N_co: ...

    def __ferra_select__(self) -> Selected[S_co, Any, G_co]: ...


class Selectable(Protocol[S_co, T_co, G_co]):
    """What can be selected: a column, an expression, or a model class."""

    def __ferra_select__(self) -> Selected[S_co, T_co, G_co]: ...


class Aliasing(Protocol[S_co, T_co]):
    """The class of a table or of an alias: which of them it is, and, as a subclass, what it is an alias of."""

    def __ferra_in__(self) -> S_co: ...

    def __ferra_rows__(self) -> T_co: ...


class Reading(Protocol[T_contra, T_co]):
    """A model class that is read from its table, or from an alias, which is a subclass of that."""

    def __ferra_of__(self, table: T_contra, /) -> T_co: ...


class Listed(Protocol[S_co, T_co, G_co]):
    """An expression whose values, many of them, are a list that is a T."""

    def __ferra_list__(self) -> Selected[S_co, T_co, G_co]: ...
