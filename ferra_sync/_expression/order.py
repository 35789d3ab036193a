"""What ORDER BY takes: an expression with a direction."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Generic, Literal

from ferra_sync._expression import shapes
from ferra_sync._expression.operators import Node, unordered
from ferra_sync._expression.shapes import Nulls
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._expression.typevars import G_co, S_co
from ferra_sync._expression.values import Value
from ferra_sync.errors import QueryError


class Order(Value, Generic[S_co, G_co]):
    """An expression with a direction."""

    __slots__ = ("params", "shape", "type")

    params: tuple[Any, ...]
    type: SqlType[Any]

    def __init__(self, expr: Node, direction: Literal["asc", "desc"], nulls: Nulls | None) -> None:
        if not expr.type.has_order:
            raise unordered(expr, "order")
        if nulls not in (None, "first", "last"):
            raise QueryError("nulls is 'first' or 'last'")
        self.shape: Hashable = shapes.order(direction, expr.shape, nulls)
        self.params = expr.params
        self.type = expr.type
