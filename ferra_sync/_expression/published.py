"""Where users import a name from: that module is what tracebacks, reprs and help show."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib import import_module
from inspect import get_annotations
from types import FunctionType
from typing import get_type_hints


def publish(module: str, names: Iterable[str]) -> None:
    """Let the classes and functions that `module` hands on from private ones say that they are its own.

    A name that it has not imported yet is left out.

    Annotations are looked up by name in a class's module, so those of a class are resolved where it was written.
    """
    for name in names:
        value = vars(sys.modules[module]).get(name)
        if isinstance(value, (type, FunctionType)) and "._" in value.__module__:
            if isinstance(value, type):
                # Of a named tuple they are no strings, but references of typing's.
                read = get_type_hints if issubclass(value, tuple) else partial(get_annotations, eval_str=True)
                value.__annotations__ = read(value)
            value.__module__ = module


def on_first_use(module: str, homes: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the `__getattr__` and the `__dir__` of a module that imports what it hands on when it is asked for.

    Args:
        module: its name.
        homes: the names that each private module inside it gives, with spaces between them.
    """
    home_of = {name: f"{module}.{home}" for home, names in homes.items() for name in names.split()}

    def get(name: str) -> object:
        if name not in home_of:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        value = getattr(import_module(home_of[name]), name)
        setattr(sys.modules[module], name, value)
        publish(module, (name,))
        return value

    return get, lambda: sorted({*vars(sys.modules[module]), *home_of})
