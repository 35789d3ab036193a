"""Queries inside expressions: `exists(…)`, `.scalar()`, `.array()`, and `any_(…)` and `all_(…)` in comparisons.

These two take arrays and lists too.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Final, Generic, Literal, Never, TypeAlias, overload

from ferra_sync._compiler.selected import selected_by
from ferra_sync._compiler.shapes import RowsShape
from ferra_sync._expression import operators, shapes
from ferra_sync._expression.arrays import innermost
from ferra_sync._expression.expression import AnyExpr, Expr
from ferra_sync._expression.operators import Node, Untold, unordered
from ferra_sync._expression.rows import Columns, Inner, OnlyColumn, Rows
from ferra_sync._expression.selectable import Typed
from ferra_sync._expression.sqltypes import BOOLEAN, FieldType, SqlType
from ferra_sync._expression.typevars import G2, N2, S2, G, G_co, R, R_co, S, S_co, V, V_co
from ferra_sync._model.select_list import RowsType, rows_type
from ferra_sync._query.checks import advice, named
from ferra_sync._query.clauses import Clauses
from ferra_sync.errors import QueryError

Quantifier: TypeAlias = Literal["any", "all"]

_UNTOLD: Final[SqlType[Any]] = SqlType(kind=FieldType.ARRAY, ddl="a list", cast="unknown", classes=(list,))


class Subquery(Rows[R_co, S_co, G_co]):
    """A query that may stand inside another, and be one of its values there."""

    __slots__ = ()

    @abstractmethod
    def parts(self) -> tuple[RowsShape, tuple[Any, ...]]:
        """Return the shape, and the values beside it."""

    def as_columns(self) -> Columns:
        """Return the query as a row of expressions has it."""
        shape, params = self.parts()
        return shapes.subquery(shape), params, tuple([sql_type for _, sql_type in selected_by(shape).columns])

    def only_column(self, what: str) -> OnlyColumn:
        """Return the query as an expression has it.

        Raises:
            QueryError: its rows have several columns; `what` is what takes but one.
        """
        shape, params, types = self.as_columns()
        if len(types) != 1:
            raise QueryError(f"{what} takes a query of one column; this one has {len(types)}")
        if isinstance(types[0], RowsType):
            raise QueryError(f"{what} takes a query of a column, and this one selects a multiset")
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
        listed, made = shapes.operation("array", shape), sql_type.parameter.array
        return Expr(listed if sql_type.base is None else shapes.cast(listed, made), params, made)

    def multiset(self: Subquery[R, S, G]) -> Expr[S, list[R], Never, G]:
        """Return all its rows in their order, as one item of the select list around it; none are an empty list.

        It stands in no expression, and can be neither compared nor sorted, grouped or made distinct by. Rows of
        multisets nest to any depth.
        """
        shape, params = self.parts()
        return Expr(shapes.multiset(shapes.subquery(shape)), params, rows_type(selected_by(shape)))


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


class QuantifiedList(Quantified[Never, V_co, Never], Untold):
    """`ANY` or `ALL` of the values of a list."""

    __slots__ = ()

    def __init__(self, quantifier: Quantifier, values: list[Any] | tuple[Any, ...]) -> None:
        super().__init__(shapes.quantified_array(quantifier, _UNTOLD), (tuple(values),), _UNTOLD)

    def beside(self, like: Node) -> Node:
        """Return the values as an array beside `like`.

        Raises:
            QueryError: one of them is None or of another type, or `like` is an array.
        """
        if like.type.kind is FieldType.ARRAY:
            raise QueryError(f"{like.label} is an array; any_(…) and all_(…) of a list compare single values")
        sql_type, listed = operators.listing(like, list(self.params[0]))
        return Node(shapes.rebuilt(self.shape, lambda _: sql_type), (listed,), sql_type)


def _compared(op: str, left: object, right: Node) -> AnyExpr:
    if not isinstance(left, Expr):
        raise QueryError(f"any_(…) and all_(…) stand beside a column or an expression, not {named(left)}")
    return operators.comparison(Expr, op, left, right)


@overload
def any_(values: Rows[V | None, S, G]) -> Quantified[S, V, G]: ...
@overload
def any_(values: Expr[S, list[list[V]], Any, G]) -> Quantified[S, V, G]: ...
@overload
def any_(values: Expr[S, list[V | None], Any, G]) -> Quantified[S, V, G]: ...
@overload
def any_(values: Expr[S, list[V], Any, G]) -> Quantified[S, V, G]: ...
@overload
def any_(values: list[V] | tuple[V, ...]) -> Quantified[Never, V, Never]: ...
def any_(values: object) -> Quantified[Any, Any, Any]:
    """`ANY (…)` of a query, of an array or of a list: a comparison with it is true where it is true of one of these.

    Raises:
        QueryError: rows have several columns, or they are of a type that is neither compared nor sorted.
    """
    return _quantified("any", values)


@overload
def all_(values: Rows[V | None, S, G]) -> Quantified[S, V, G]: ...
@overload
def all_(values: Expr[S, list[list[V]], Any, G]) -> Quantified[S, V, G]: ...
@overload
def all_(values: Expr[S, list[V | None], Any, G]) -> Quantified[S, V, G]: ...
@overload
def all_(values: Expr[S, list[V], Any, G]) -> Quantified[S, V, G]: ...
@overload
def all_(values: list[V] | tuple[V, ...]) -> Quantified[Never, V, Never]: ...
def all_(values: object) -> Quantified[Any, Any, Any]:
    """`ALL (…)`: a comparison with it is true where it is true of each of these, or where there are none.

    Raises:
        QueryError: rows have several columns, or they are of a type that is neither compared nor sorted.
    """
    return _quantified("all", values)


def _quantified(quantifier: Quantifier, values: object) -> Quantified[Any, Any, Any]:
    name = f"{quantifier}_"
    made: Quantified[Any, Any, Any]
    if isinstance(values, Rows):
        shape, params, sql_type = values.only_column(name)
        made = Quantified(shapes.quantified(quantifier, shape), params, sql_type)
    elif isinstance(values, Expr) and values.type.kind is FieldType.ARRAY:
        made = Quantified(shapes.quantified_array(quantifier, values.shape), values.params, innermost(values.type))
    elif isinstance(values, (list, tuple)):
        return QuantifiedList(quantifier, values)
    else:
        raise _no_query(name, values, "a query, an array or a list")
    if not made.type.has_order:
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
    raise _no_query("exists", query, "a query")


def _no_query(what: str, given: object, takes: str) -> QueryError:
    return QueryError(f"{what} takes {takes}, not {named(given)}{advice(given) if isinstance(given, type) else ''}")
