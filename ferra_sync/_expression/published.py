"""Where users import a name from: that module is what tracebacks, reprs and help show."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from inspect import get_annotations
from types import FunctionType


def publish(module: str, names: Iterable[str]) -> None:
    """Let the classes and functions that `module` hands on from private ones say that they are its own.

    Annotations are looked up by name in a class's module, so those of a class are resolved where it was written.
    """
    for name in names:
        value = getattr(sys.modules[module], name)
        if isinstance(value, (type, FunctionType)) and "._" in value.__module__:
            if isinstance(value, type):
                value.__annotations__ = get_annotations(value, eval_str=True)
            value.__module__ = module
