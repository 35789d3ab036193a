"""Aggregates: one value over many rows; over a window, beside each of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, Generic

from ferra_sync._expression import shapes
from ferra_sync._expression.expression import Expr
from ferra_sync._expression.markers import Aggregate, Opt, Plain
from ferra_sync._expression.operators import Node, is_predicate
from ferra_sync._expression.typevars import S2, N_co, S_co, V_co
from ferra_sync._expression.window import Windowed
from ferra_sync.errors import QueryError

_IN_NO_WINDOW: Final = {
    shapes.CALL_DISTINCT: "an aggregate of distinct values",
    shapes.ORDERED: "an aggregate with an order_by of its own",
    shapes.WITHIN_GROUP: "an aggregate of sorted values",
}


class Aggregated(Expr[S_co, V_co, N_co, Aggregate], Windowed[S_co, V_co, N_co, Plain], Generic[S_co, V_co, N_co]):
    """An aggregate's call."""

    __slots__ = ()

    def filter(self, predicate: Expr[S2, bool, None, Plain]) -> Aggregated[S_co | Opt[S2], V_co, N_co]:
        """`FILTER (WHERE predicate)`: over the rows alone for which it holds; a further `filter` adds to it.

        Raises:
            QueryError: it is no predicate; or, when the query is compiled, it aggregates.
        """
        if not is_predicate(predicate):
            raise QueryError("filter takes a predicate: compare a table's columns, Users.id == 1")
        return Aggregated(shapes.filtered(self.shape, predicate.shape), self.params + predicate.params, self.type)

    def _windowed_call(self) -> Node:
        _check_over(self.shape)
        return self


def _check_over(shape: Hashable) -> None:
    match shape:
        case (shapes.FILTER, call, _):
            _check_over(call)
        case (str() as form, *_) if form in _IN_NO_WINDOW:
            raise QueryError(f"PostgreSQL has {_IN_NO_WINDOW[form]} over no window")
