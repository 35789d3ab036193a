"""What an expression's type parameters say beside its tables and its Python type; these classes have no instances."""

from __future__ import annotations

from typing import Generic, TypeVar

S_co = TypeVar("S_co", covariant=True)


class Plain:
    """A value of one row."""


class Aggregate:
    """A value over many rows."""


class Opt(Generic[S_co]):
    """The nullable side of an outer join."""
