"""Functions of text."""

from __future__ import annotations

from typing import Final

from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.nulls import strict
from ferra_sync._expression.shapes import FunctionRef
from ferra_sync._expression.typevars import G, N, S
from ferra_sync.functions._calls import call, text

_LOWER: Final = FunctionRef("lower", nulls=strict)
_UPPER: Final = FunctionRef("upper", nulls=strict)
_LENGTH: Final = FunctionRef("length", nulls=strict)


def lower(value: Expr[S, str, N, G]) -> Expr[S, str, N, G]:
    """The text in small letters."""
    return call(_LOWER, sql.TEXT, text("lower", value))


def upper(value: Expr[S, str, N, G]) -> Expr[S, str, N, G]:
    """The text in capitals."""
    return call(_UPPER, sql.TEXT, text("upper", value))


def length(value: Expr[S, str, N, G]) -> Expr[S, int, N, G]:
    """The number of characters."""
    return call(_LENGTH, sql.INTEGER, text("length", value))
