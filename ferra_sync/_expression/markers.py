"""What an expression's type parameters say beside its Python type; these classes have no instances."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from ferra_sync._expression.typevars import G_co, N, S, S_co, T_co


class In(Generic[S]):
    """One table and no other: invariant, so that an alias is not the table that it aliases."""


class Other(Generic[T_co]):
    """Another table than the one that is asked for."""


class Opt(Generic[S_co]):
    """The nullable side of an outer join."""


class Excluded(Generic[S_co]):
    """The row that an INSERT could not write, in what it does instead."""


class Old(Generic[S_co]):
    """The row before a write, in what that returns."""


class New(Generic[S_co]):
    """The row after a write, in what that returns."""


class Selected(Generic[S_co, T_co, G_co]):
    """What an item of a select list needs, and what it becomes in a row."""


class Settable(Generic[S, N]):
    """The table of a column that can be set, and whether it takes NULL: invariant in both."""


class Plain:
    """A value of one row."""


class Aggregate:
    """A value over many rows."""


InT = TypeVar("InT", bound=In[Any])
"""The table of a column: told by its class alone, never by what is asked for."""

PlainOrAggregate = TypeVar("PlainOrAggregate", Plain, Aggregate)
"""Either of the two for a whole select list, so that they cannot mix."""
