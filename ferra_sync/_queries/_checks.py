"""What a clause takes; types say it first, and here it is said to those who do not use them."""

from __future__ import annotations

from typing import Any

from ferra_sync._expressions import AnyExpr, Expr
from ferra_sync._nodes import unordered
from ferra_sync._sqltypes import FieldType
from ferra_sync.errors import QueryError


def check_predicates(clause: str, predicates: tuple[Any, ...]) -> None:
    """Raise QueryError where one of `predicates` is no boolean expression."""
    for predicate in predicates:
        if not isinstance(predicate, Expr) or predicate.type.kind is not FieldType.BOOLEAN:
            raise QueryError(f"{clause} takes predicates, not {_named(predicate)}")


def check_expressions(clause: str, expressions: tuple[Any, ...]) -> None:
    """Raise QueryError where one of `expressions` is none, or of a type that is neither compared nor sorted."""
    for expression in expressions:
        if not isinstance(expression, Expr):
            raise QueryError(f"{clause} takes columns and expressions, not {_named(expression)}")
        if not expression.type.has_order:
            raise unordered(expression, clause)


def _named(given: AnyExpr | object) -> str:
    return repr(given) if isinstance(given, Expr) else f"a {type(given).__name__}"
