"""A value where an expression is asked for."""

from __future__ import annotations

from typing import Any

from ferra_sync._expression import operators
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.sqltypes import SqlType


def parameter(value: object, sql_type: SqlType[Any], of: object) -> AnyExpr:
    """Return `value` as a parameter of `sql_type`; None is NULL.

    Raises:
        QueryError: the value is of another type; `of` says for what it was meant.
    """
    node = operators.parameter(value, sql_type, of)
    return Expr(node.shape, node.params, node.type)
