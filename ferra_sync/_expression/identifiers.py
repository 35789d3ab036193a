"""Identifiers: checked once, when a table is declared, and quoted wherever they are written."""

from __future__ import annotations

import re
from typing import Final

from ferra_sync.errors import SchemaError

MAX_BYTES: Final = 63
"""NAMEDATALEN - 1: PostgreSQL cuts a longer identifier without a word."""

_SYMBOL: Final = re.compile(r"[-+*/<>=~!@#%^&|`?]+")
_WORD_START: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def checked(name: object, what: str) -> str:
    """Return `name` if PostgreSQL can carry it as an identifier unchanged.

    Raises:
        SchemaError: it is no string, is empty, holds a NUL or is longer than 63 bytes in UTF-8.
    """
    if not isinstance(name, str):
        raise SchemaError(f"{what} must be a string, not {type(name).__name__}")
    if not name:
        raise SchemaError(f"{what} is empty")
    if "\0" in name:
        raise SchemaError(f"{what} {name!r} holds a NUL character")
    if len(_encoded(name, what)) > MAX_BYTES:
        raise SchemaError(f"{what} {name!r} is longer than {MAX_BYTES} bytes")
    return name


def check_symbol(symbol: object) -> None:
    """Raise SchemaError where `symbol` is none that PostgreSQL lets an operator have."""
    if not isinstance(symbol, str):
        raise SchemaError(f"an operator's symbol must be a string, not {type(symbol).__name__}")
    if _SYMBOL.fullmatch(symbol) is None or "--" in symbol or "/*" in symbol or symbol == "=>":
        raise SchemaError(f"{symbol!r} is no operator: PostgreSQL makes them of + - * / < > = ~ ! @ # % ^ & | ` ?")
    if len(symbol) > 1 and symbol[-1] in "+-" and not set(symbol) & set("~!@#%^&|`?"):
        raise SchemaError(f"{symbol!r} is no operator: it ends in {symbol[-1]} and has none of ~ ! @ # % ^ & | ` ?")


def _encoded(name: str, what: str) -> bytes:
    try:
        return name.encode()
    except UnicodeEncodeError:
        raise SchemaError(f"{what} {name!r} is not valid Unicode") from None


def quoted(name: str) -> str:
    """Return `name` as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def snake_case(name: str) -> str:
    """Return a class name as a table's name: `BlogPosts` → `blog_posts`, `HTTPLogs` → `http_logs`."""
    return _WORD_START.sub("_", name).lower()
