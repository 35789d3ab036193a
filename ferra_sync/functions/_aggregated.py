"""What aggregates share: the call, of distinct values or of all, in an order or in none."""

from __future__ import annotations

from typing import Any, TypeAlias

from ferra_sync._expression import shapes
from ferra_sync._expression.aggregate import Aggregated
from ferra_sync._expression.expression import AnyExpr
from ferra_sync._expression.operators import unordered
from ferra_sync._expression.order import Order
from ferra_sync._expression.references import FunctionRef
from ferra_sync._expression.shapes import children
from ferra_sync._expression.sqltypes import SqlType
from ferra_sync._expression.window import sorted_by, values_of
from ferra_sync.errors import QueryError

AnyAggregate: TypeAlias = Aggregated[Any, Any, Any]


def aggregated(
    name: FunctionRef, returns: SqlType[Any], *arguments: AnyExpr, distinct: bool = False, order_by: object = ()
) -> AnyAggregate:
    """Return an aggregate of its arguments.

    Raises:
        QueryError: it is of distinct values of a type that is not compared, or in another order than theirs.
    """
    orders = sorted_by("order_by", order_by)
    if distinct:
        _check_distinct(name, arguments, orders)
    call = shapes.call(name, *(argument.shape for argument in arguments), distinct=distinct)
    params = tuple(values_of(*arguments, *orders))
    if orders:
        call = shapes.ordered(call, *(order.shape for order in orders))
    return Aggregated(call, params, returns)


def _check_distinct(name: FunctionRef, arguments: tuple[AnyExpr, ...], orders: tuple[Order[Any, Any], ...]) -> None:
    """Distinct values are sorted by themselves; one parameter is not another to PostgreSQL, whatever their values."""
    for argument in arguments:
        if not argument.type.has_order:
            raise unordered(argument, f"{name}(DISTINCT …)")
    known = {argument.shape for argument in arguments if not argument.params}
    for order in orders:
        if not known.issuperset(children(order.shape)):
            raise QueryError(f"{name} of distinct values takes no order_by but its own arguments")
