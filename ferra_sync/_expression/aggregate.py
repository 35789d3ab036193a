"""Aggregates: one value over many rows; over a window, beside each of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final, Generic, overload

from ferra_sync._expression import shapes
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.frame import Frame
from ferra_sync._expression.markers import Aggregate, Opt, Plain
from ferra_sync._expression.operators import is_predicate
from ferra_sync._expression.typevars import G2, G3, S2, N_co, S_co, V_co
from ferra_sync._expression.window import NO_KEYS, O1, O2, O3, O4, P1, P2, P3, P4, Keys, Orders, Window, chosen
from ferra_sync.errors import QueryError

_IN_NO_WINDOW: Final = {
    shapes.CALL_DISTINCT: "an aggregate of distinct values",
    shapes.ORDERED: "an aggregate with an order_by of its own",
    shapes.WITHIN_GROUP: "an aggregate of sorted values",
}


class Aggregated(Expr[S_co, V_co, N_co, Aggregate], Generic[S_co, V_co, N_co]):
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

    @overload
    def over(self, window: Window[S2, G2], /) -> Expr[S_co | S2, V_co, N_co, Plain | G2]: ...
    @overload
    def over(self, /, *, frame: Frame | None = None) -> Expr[S_co, V_co, N_co, Plain]: ...
    @overload
    def over(
        self, /, *, partition_by: Keys[P1, G2, P2, P3, P4], frame: Frame | None = None
    ) -> Expr[S_co | P1 | P2 | P3 | P4, V_co, N_co, Plain | G2]: ...
    @overload
    def over(
        self, /, *, order_by: Orders[O1, G2, O2, O3, O4], frame: Frame | None = None
    ) -> Expr[S_co | O1 | O2 | O3 | O4, V_co, N_co, Plain | G2]: ...
    @overload
    def over(
        self,
        /,
        *,
        partition_by: Keys[P1, G2, P2, P3, P4],
        order_by: Orders[O1, G3, O2, O3, O4],
        frame: Frame | None = None,
    ) -> Expr[S_co | P1 | P2 | P3 | P4 | O1 | O2 | O3 | O4, V_co, N_co, Plain | G2 | G3]: ...
    def over(
        self,
        window: Window[Any, Any] | None = None,
        /,
        *,
        partition_by: Any = NO_KEYS,
        order_by: Any = NO_KEYS,
        frame: Frame | None = None,
    ) -> AnyExpr:
        """The aggregate over a window, beside each row: one that `window(…)` made, or what `window` takes.

        Raises:
            QueryError: it is of distinct or of sorted values, which PostgreSQL has over no window.
        """
        _check_over(self.shape)
        rows = chosen(window, partition_by, order_by, frame)
        return Expr(shapes.over(self.shape, rows.shape), self.params + rows.params, self.type)


def _check_over(shape: Hashable) -> None:
    match shape:
        case (shapes.FILTER, call, _):
            _check_over(call)
        case (str() as form, *_) if form in _IN_NO_WINDOW:
            raise QueryError(f"PostgreSQL has {_IN_NO_WINDOW[form]} over no window")
