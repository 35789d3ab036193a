"""What functions share: the call, what they take, and the types that PostgreSQL has them for."""

from __future__ import annotations

from typing import Any, Final

from ferra_sync._expression import shapes
from ferra_sync._expression import sqltypes as sql
from ferra_sync._expression.coercion import TEXTS
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.operators import Node
from ferra_sync._expression.shapes import FunctionRef
from ferra_sync._expression.sqltypes import FieldType, SqlType
from ferra_sync.errors import QueryError

INHERITED: Final[dict[FieldType, SqlType[Any]]] = {FieldType.VARCHAR: sql.TEXT, FieldType.CIDR: sql.INET}
"""Types without `=`, min and max of their own: those of these serve them."""

FLOATS: Final = frozenset({FieldType.REAL, FieldType.DOUBLE_PRECISION})


def expression(name: str, value: object) -> AnyExpr:
    """Return what a function takes; QueryError where it is no expression."""
    if not isinstance(value, Expr):
        raise QueryError(f"{name} takes a column or an expression, not {type(value).__name__}: say literal(…)")
    return value


def call(name: FunctionRef, returns: SqlType[Any], *arguments: Node) -> AnyExpr:
    """Return a function of its arguments."""
    params = tuple(value for argument in arguments for value in argument.params)
    return Expr(shapes.call(name, *(argument.shape for argument in arguments)), params, returns)


def text(name: str, value: AnyExpr) -> AnyExpr:
    """Return what a function of text takes; QueryError where it is none."""
    if expression(name, value).type.kind not in TEXTS:
        raise QueryError(f"{name} takes text, not {value.type}")
    return value
