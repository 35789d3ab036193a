"""How messages call what was given instead of what was asked for: by its kind, never by its value."""

from __future__ import annotations

from types import BuiltinFunctionType, FunctionType, MethodType


def described(given: object) -> str:
    """Return `None`, `the class User`, `the function text` or `a list`."""
    if given is None:
        return "None"
    if isinstance(given, type):
        return f"the class {given.__name__}"
    if isinstance(given, (FunctionType, MethodType, BuiltinFunctionType)):
        return f"the function {given.__name__}, which was not called"
    name = type(given).__name__
    return f"{'an' if name.lower().startswith(('a', 'e', 'i', 'o', 'up')) else 'a'} {name}"
