"""Secret columns: what a model's repr, JSON and pages leave out."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Collection
from typing import Any, Final

import attrs

_GENERATED: Final = "<attrs generated"
"""How the file name of each method that attrs writes begins."""


def hide(model: type[Any], secrets: Collection[str]) -> None:
    """Keep these fields out of the repr of `model`, unless its author wrote that repr."""
    attributes: tuple[attrs.Attribute[Any], ...] = attrs.fields(model)
    shows = any(attribute.repr is not False and attribute.name in secrets for attribute in attributes)
    written = getattr(model.__repr__, "__code__", None)
    if shows and written is not None and written.co_filename.startswith(_GENERATED):
        setattr(model, "__repr__", _repr_without(secrets, attributes))  # noqa: B010 - mypy takes it for an instance's


def _repr_without(secrets: Collection[str], attributes: tuple[attrs.Attribute[Any], ...]) -> Callable[[object], str]:
    """Return attrs' own repr of the other fields."""
    shown = [
        (attribute.name, attribute.repr if callable(attribute.repr) else repr)
        for attribute in attributes
        if attribute.repr is not False and attribute.name not in secrets
    ]

    @reprlib.recursive_repr()
    def __repr__(self: object) -> str:  # noqa: N807 - it becomes the class's
        name = type(self).__qualname__.rpartition(">.")[2]
        fields = (f"{field}={spelled(getattr(self, field, attrs.NOTHING))}" for field, spelled in shown)
        return f"{name}({', '.join(fields)})"

    return __repr__
