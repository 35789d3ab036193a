"""Where users import a name from: that module is what tracebacks, reprs and help show."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from inspect import get_annotations
from types import FunctionType
from typing import get_type_hints


def publish(module: str, names: Iterable[str]) -> None:
    """Let the classes and functions that `module` hands on from private ones say that they are its own.

    Annotations are looked up by name in a class's module, so those of a class are resolved where it was written.
    """
    for name in names:
        value = getattr(sys.modules[module], name)
        if isinstance(value, (type, FunctionType)) and "._" in value.__module__:
            if isinstance(value, type) and (own := get_annotations(value)):
                hints = get_type_hints(value, include_extras=True)
                value.__annotations__ = {each: hints[each] for each in own}
            value.__module__ = module
