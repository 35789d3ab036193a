"""Secret columns: what a model's repr leaves out."""

from __future__ import annotations

import reprlib
from collections.abc import Collection
from typing import Any, Final

import attrs

_GENERATED: Final = "<attrs generated"
"""How the file name of each method that attrs writes begins."""


def hide(model: Any, secrets: Collection[str]) -> None:  # noqa: ANN401 - an attrs class, before it is known as a model
    """Make these fields of `model` as `attrs.field(repr=False)` would have, for who shows it by its fields as well."""
    fields: tuple[attrs.Attribute[Any], ...] = attrs.fields(model)
    shown = {field.name for field in fields if field.repr is not False}
    if shown.isdisjoint(secrets):
        return
    hidden = (field.evolve(repr=False) if field.name in secrets else field for field in fields)
    model.__attrs_attrs__ = type(fields)(hidden)
    written = getattr(model.__repr__, "__code__", None)
    if written is not None and written.co_filename.startswith(_GENERATED):
        model.__repr__ = _repr


@reprlib.recursive_repr()
def _repr(self: Any) -> str:  # noqa: ANN401 - of any attrs class
    """Return what attrs' own repr would, had it known which fields are hidden."""
    spellings = (
        (field, repr if field.repr is True else field.repr) for field in attrs.fields(type(self)) if field.repr
    )
    spelled = (f"{field.name}={spell(getattr(self, field.name, attrs.NOTHING))}" for field, spell in spellings)
    return f"{type(self).__qualname__.rpartition('>.')[2]}({', '.join(spelled)})"
