"""What a type checker sees of a model: of which table it is, and of what type its key is."""

from __future__ import annotations

from typing import Protocol

from ferra_sync._expression.typevars import K_co, S_co


class HasId(Protocol[K_co]):
    """A model with a field `id`."""

    @property
    def id(self) -> K_co: ...


class HasKey(Protocol[K_co]):
    """A model whose key is a K."""

    def __ferra_key__(self) -> K_co: ...


class OfTable(Protocol[S_co]):
    """A model of the table S."""

    def __ferra_owner__(self) -> S_co: ...
