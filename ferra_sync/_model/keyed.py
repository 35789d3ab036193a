"""Of what type a model's key is, as a type checker sees it: that of the field `id`; of a model without one, any."""

from __future__ import annotations

from typing import Protocol

from ferra_sync._expression.typevars import K_co


class HasId(Protocol[K_co]):
    """A model with a field `id`."""

    @property
    def id(self) -> K_co: ...


class HasKey(Protocol[K_co]):
    """A model whose key is a K."""

    def __ferra_key__(self) -> K_co: ...
