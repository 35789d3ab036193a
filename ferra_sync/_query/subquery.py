"""Queries inside expressions: `exists(…)`, `.scalar()`, `.array()`, and `any_(…)` and `all_(…)` in comparisons."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Generic, Literal, Never

from ferra_sync._compiler.selected import selected_by
from ferra_sync._compiler.shapes import RowsShape
from ferra_sync._expression import operators, shapes
from ferra_sync._expression.domains import collected
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.operators import Node, unordered
from ferra_sync._expression.rows import Columns, Inner, OnlyColumn, Rows
from ferra_sync._expression.selectable import Typed
from ferra_sync._expression.sqltypes import BOOLEAN, FieldType
from ferra_sync._expression.typevars import G2, N2, S2, G, G_co, R_co, S, S_co, V, V_co
from ferra_sync._query.checks import advice, named
from ferra_sync._query.clauses import Clauses
from ferra_sync.errors import QueryError


class Subquery(Rows[R_co, S_co, G_co]):
    """A query that may stand inside another, and be one of its values there."""

    __slots__ = ()

    @abstractmethod
    def parts(self) -> tuple[RowsShape, tuple[Any, ...]]:
        """Return the shape, and the values beside it."""

    def columns(self) -> Columns:
        """Return the query as a row of expressions has it."""
        shape, params = self.parts()
        return shapes.subquery(shape), params, tuple([sql_type for _, sql_type in selected_by(shape).columns])

    def only_column(self, what: str) -> OnlyColumn:
        """Return the query as an expression has it.

        Raises:
            QueryError: its rows have several columns; `what` is what takes but one.
        """
        shape, params, types = self.columns()
        if len(types) != 1:
            raise QueryError(f"{what} takes a query of one column; this one has {len(types)}")
        return shape, params, types[0]

    def scalar(self: Subquery[V | None, S, G]) -> Expr[S, V, None, G]:
        """Return the one value of its one row; None where there is no row. Several are an error of the server's.

        Raises:
            QueryError: its rows have several columns.
        """
        return Expr(*self.only_column("scalar"))

    def array(self: Subquery[V, S, G]) -> Expr[S, list[V], Never, G]:
        """Return the values of its one column, all rows in their order; none are an empty list.

        Raises:
            QueryError: its rows have several columns, or are arrays themselves.
        """
        shape, params, sql_type = self.only_column("array")
        if sql_type.kind is FieldType.ARRAY:
            raise QueryError("an array of arrays is rectangular; what a query makes need not be")
        return Expr(shapes.operation("array", shape), params, collected(sql_type))


class Quantified(Node, Generic[S_co, V_co, G_co]):
    """`ANY (SELECT …)` or `ALL (SELECT …)`, of values V: it stands beside an expression in a comparison."""

    __slots__ = ()
    __hash__: ClassVar[None]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleMethodOverride] - == builds SQL

    def __bool__(self) -> Never:
        raise TypeError("any_(…) and all_(…) have no truth value in Python; compare a column with them")

    def __eq__(  # type: ignore[override]  # == builds SQL
        self, other: Typed[S2, V_co, Any, N2, G2]
    ) -> Expr[S_co | S2, bool, None, G_co | G2]:
        return _compared("=", other, self)

    def __ne__(  # type: ignore[override]  # != builds SQL
        self, other: Typed[S2, V_co, Any, N2, G2]
    ) -> Expr[S_co | S2, bool, None, G_co | G2]:
        return _compared("<>", other, self)

    def __lt__(self, other: Typed[S2, V_co, Any, N2, G2]) -> Expr[S_co | S2, bool, None, G_co | G2]:
        return _compared(">", other, self)

    def __le__(self, other: Typed[S2, V_co, Any, N2, G2]) -> Expr[S_co | S2, bool, None, G_co | G2]:
        return _compared(">=", other, self)

    def __gt__(self, other: Typed[S2, V_co, Any, N2, G2]) -> Expr[S_co | S2, bool, None, G_co | G2]:
        return _compared("<", other, self)

    def __ge__(self, other: Typed[S2, V_co, Any, N2, G2]) -> Expr[S_co | S2, bool, None, G_co | G2]:
        return _compared("<=", other, self)


def _compared(op: str, left: object, right: Node) -> AnyExpr:
    if not isinstance(left, Expr):
        raise QueryError(f"any_(…) and all_(…) stand beside a column or an expression, not {named(left)}")
    return operators.comparison(Expr, op, left, right)


def any_(query: Rows[V | None, S, G]) -> Quantified[S, V, G]:
    """`ANY (SELECT …)`: a comparison with it is true where it is true of one of the rows.

    Raises:
        QueryError: the rows have several columns, or of a type that is neither compared nor sorted.
    """
    return _quantified("any", query)


def all_(query: Rows[V | None, S, G]) -> Quantified[S, V, G]:
    """`ALL (SELECT …)`: a comparison with it is true where it is true of each of the rows, or where there are none.

    Raises:
        QueryError: the rows have several columns, or of a type that is neither compared nor sorted.
    """
    return _quantified("all", query)


def _quantified(quantifier: Literal["any", "all"], query: object) -> Quantified[Any, Any, Any]:
    name = f"{quantifier}_"
    if not isinstance(query, Rows):
        raise _no_query(name, query)
    shape, params, sql_type = query.only_column(name)
    made: Quantified[Any, Any, Any] = Quantified(shapes.quantified(quantifier, shape), params, sql_type)
    if not sql_type.has_order:
        raise unordered(made, name)
    return made


def exists(query: Inner[S, G]) -> Expr[S, bool, Never, G]:
    """Whether the query has a row; it needs no select list.

    Raises:
        QueryError: it is no query.
    """
    shape, params = _rows_of(query)
    return Expr(shapes.operation("exists", shapes.subquery(shape)), params, BOOLEAN)


def _rows_of(query: object) -> tuple[RowsShape, tuple[Any, ...]]:
    if isinstance(query, Subquery):
        return query.parts()
    if isinstance(query, Clauses):
        return query.selecting_nothing().parts()
    raise _no_query("exists", query)


def _no_query(what: str, given: object) -> QueryError:
    return QueryError(f"{what} takes a query, not {named(given)}{advice(given) if isinstance(given, type) else ''}")
